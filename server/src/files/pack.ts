/**
 * A pack: named contents in one file of our own, whole or not there at all. It is read at once and written anew,
 * beside its place first, so that whoever reads meanwhile sees the old one, and a kill leaves at most a file that
 * nobody opens. Every content carries its hash, and so does their index: what was damaged is as if it had never been
 * kept.
 *
 * A line of JSON (the label), a line of JSON (name, length and hash of each content, in order), then the contents.
 */
import { readFileSync } from 'node:fs'
import { contentHash } from './hash.ts'
import { keepParts, removeAbandoned } from './write.ts'

/** What a pack is about; one with another `format` or `maker` counts as empty. */
export interface Label {
  readonly format: 'precollect-pack-2'
  /** The program that wrote it, exactly: no other one understands the contents. */
  readonly maker: string
  /** For people. */
  readonly about: string
  /** The hash of the second line. */
  readonly index: string
}

/** What is to be written, or was: the bytes are fetched when they are needed. */
export interface Content {
  readonly length: number
  readonly hash: string
  readonly bytes: () => Buffer
}

/** Bytes as a content; `bytes`: where to get them later, if not from memory. */
export function contentOf(made: Buffer, bytes: () => Buffer = () => made): Content {
  return { length: made.length, hash: contentHash(made), bytes }
}

export class Pack {
  private constructor(private readonly contents: ReadonlyMap<string, { bytes: Buffer; hash: string }>) {}

  /** The pack at the path; empty where there is none, or not one of this maker. Never throws. */
  static open(path: string, maker: string): Pack {
    const contents = new Map<string, { bytes: Buffer; hash: string }>()
    const file = readPack(path)
    if (file?.label.maker === maker) {
      let at = file.start
      for (const [name, length, hash] of file.index) {
        contents.set(name, { bytes: file.bytes.subarray(at, at + length), hash })
        at += length
      }
    }
    return new Pack(contents)
  }

  /** The names of what is kept, in the order in which it was written. */
  names(): readonly string[] {
    return [...this.contents.keys()]
  }

  /** A content as it was written; null where there is none, or it was damaged. */
  get(name: string): Buffer | null {
    const found = this.contents.get(name)
    return found && contentHash(found.bytes) === found.hash ? found.bytes : null
  }

  /** The same, to be written again. */
  content(name: string): Content | null {
    const bytes = this.get(name)
    return bytes && { length: bytes.length, hash: this.contents.get(name)!.hash, bytes: () => bytes }
  }
}

/** Writes a pack in the place of what is there. Returns the system's reason where that fails. */
export function writePack(
  path: string,
  label: Pick<Label, 'maker' | 'about'>,
  contents: ReadonlyMap<string, Content>,
): string | null {
  const entries = [...contents].map(([name, { length, hash }]) => [name, length, hash])
  const index = JSON.stringify(entries)
  const whole: Label = { format: 'precollect-pack-2', ...label, index: contentHash(index) }
  removeAbandoned(path)
  return keepParts(path, partsOf(`${JSON.stringify(whole)}\n${index}\n`, contents.values()))
}

function* partsOf(head: string, contents: Iterable<Content>): Iterable<string | Uint8Array> {
  yield head
  for (const { bytes } of contents) yield bytes()
}

/** What a pack says of itself, and how many contents it has; null where it is none. */
export function describePack(path: string): { readonly label: Label; readonly count: number } | null {
  const file = readPack(path)
  return file && { label: file.label, count: file.index.length }
}

type Index = readonly (readonly [name: string, length: number, hash: string])[]

function readPack(path: string): { label: Label; index: Index; bytes: Buffer; start: number } | null {
  try {
    const bytes = readFileSync(path)
    const first = bytes.indexOf('\n')
    const second = bytes.indexOf('\n', first + 1)
    const label = JSON.parse(bytes.toString('utf8', 0, first)) as Label
    const index = bytes.subarray(first + 1, second)
    if (label.format !== 'precollect-pack-2' || label.index !== contentHash(index)) return null
    return { label, index: JSON.parse(index.toString('utf8')) as Index, bytes, start: second + 1 }
  } catch {
    return null // There is none, it can't be read, or its head was damaged.
  }
}
