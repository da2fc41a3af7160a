/** A temporary folder of our own, for what another process has to be told or tells by file. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, normalize } from './paths.ts'

export interface Scratch {
  readonly path: string
  /** The text of a file in it; '' where it was not written. */
  read(name: string): string
  /** At most `most` bytes of a file from `offset` on; none where it was not written or ends there. */
  readFrom(name: string, offset: number, most: number): Uint8Array
  write(name: string, text: string): void
  /** Removes the folder with all that is in it. */
  remove(): void
}

/** Makes an empty folder that only this user can enter. Throws where the system's temporary folder is full or closed. */
export function makeScratch(): Scratch {
  const path = normalize(realpathSync(mkdtempSync(join(normalize(tmpdir()), 'precollect-'))))
  return {
    path,
    read(name) {
      try {
        return readFileSync(join(path, name), 'utf8')
      } catch {
        return '' // Whoever should have written it ended before.
      }
    },
    readFrom(name, offset, most) {
      try {
        const file = openSync(join(path, name), 'r')
        try {
          const bytes = new Uint8Array(most)
          return bytes.subarray(0, readSync(file, bytes, 0, most, offset))
        } finally {
          closeSync(file)
        }
      } catch {
        return new Uint8Array() // Nobody has begun it yet.
      }
    },
    write: (name, text) => writeFileSync(join(path, name), text),
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  }
}
