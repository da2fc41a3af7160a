/**
 * The beginnings of the byte code that lies in `__pycache__` beside sources. It is no part of what an analysis rests
 * on, so it is asked of the system behind the back of `disk_record.ts`.
 */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { remember } from './memo.ts'
import { dirname, join, stem } from './paths.ts'

/** Magic number, flags, and time and size of the source: `importlib._bootstrap_external._code_to_timestamp_pyc`. */
const HEADER_BYTES = 16

/** `name.cpython-311.pyc`, and pytest's own `name.cpython-311-pytest-8.3.5.pyc`. */
const CACHED = /^(.+\.[a-z]+-\d+)(?:-pytest-\d[\w.]*)?\.pyc$/

export class ByteCodeHeaders {
  /** By folder: which files there are of 'name.tag'. */
  private readonly folders = new Map<string, ReadonlyMap<string, readonly string[]>>()

  /** See `FileSystem.byteCode`. */
  of(source: string, tag: string): readonly Uint8Array[] {
    const folder = join(dirname(source), '__pycache__')
    const names = remember(this.folders, folder, () => byteCodeIn(folder)).get(`${stem(source)}.${tag}`)
    return names?.flatMap(name => headerOf(join(folder, name)) ?? []) ?? []
  }

  forget(): void {
    this.folders.clear()
  }
}

function byteCodeIn(folder: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  let names: readonly string[] = []
  try {
    names = readdirSync(folder)
  } catch {
    // Nothing was compiled there, or it can't be told.
  }
  for (const name of names) {
    const key = CACHED.exec(name)?.[1]
    if (key !== undefined) remember(found, key, () => []).push(name)
  }
  return found
}

function headerOf(path: string): Uint8Array | null {
  let file: number | null = null
  try {
    file = openSync(path, 'r')
    const header = new Uint8Array(HEADER_BYTES)
    return header.subarray(0, readSync(file, header))
  } catch {
    return null
  } finally {
    if (file !== null) closeSync(file)
  }
}
