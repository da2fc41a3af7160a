/**
 * Contents set aside on the disk until they are asked for again: what a run makes bit by bit and keeps at its end need
 * not fill its memory till then. The file has no name where the system allows that, so a kill leaves nothing; where
 * it can't be written, the contents stay in memory. It is there as long as the process is.
 */
import { mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import process from 'node:process'
import { dirname } from './paths.ts'

/** So much is gathered before it is written. */
const PIECE_BYTES = 1 << 20

/** A content that waits, or its place in the file. */
interface Place {
  readonly length: number
  bytes: Buffer | null
  at: number
}

export class Spool {
  private file: number | null = null
  private failed = false
  private written = 0
  private waiting: Place[] = []
  private waitingBytes = 0

  /** `path`: of what the contents are for; they lie beside it. */
  constructor(private readonly path: string) {}

  /** Sets bytes aside, which nobody may change any more. What comes back reads them; it throws where the disk fails. */
  add(bytes: Buffer): () => Buffer {
    const place: Place = { length: bytes.length, bytes, at: 0 }
    this.waiting.push(place)
    this.waitingBytes += bytes.length
    if (this.waitingBytes >= PIECE_BYTES && !this.failed) this.flush()
    return () => place.bytes ?? this.read(place)
  }

  private flush(): void {
    try {
      this.file ??= openNameless(`${this.path}.${process.pid}.spool.tmp`)
      const piece = Buffer.concat(this.waiting.map(({ bytes }) => bytes!))
      for (let done = 0; done < piece.length; )
        done += writeSync(this.file, piece, done, piece.length - done, this.written + done)
    } catch {
      this.failed = true
      return
    }
    for (const place of this.waiting) {
      place.at = this.written
      place.bytes = null
      this.written += place.length
    }
    this.waiting = []
    this.waitingBytes = 0
  }

  private read({ at, length }: Place): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    for (let done = 0; done < length; ) {
      const count = readSync(this.file!, bytes, done, length - done, at + done)
      if (count === 0) throw new Error('what was set aside is cut off')
      done += count
    }
    return bytes
  }
}

function openNameless(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'w+', 0o600)
  try {
    unlinkSync(path)
  } catch {
    // An open file can't be deleted here: it is among the abandoned ones later.
  }
  return file
}
