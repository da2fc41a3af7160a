/** The ways to write a file: the user's own on request, and what we keep in our own folders. Reading is `FileSystem`'s. */
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import process from 'node:process'
import { basename, dirname } from './paths.ts'

export interface TextFile {
  readonly path: string
  readonly text: string
}

/** Writes a text as UTF-8 into a folder that exists, as a whole or not at all. Returns the system's reason where that fails. */
export function writeText(path: string, text: string): string | null {
  return writeTexts([{ path, text }])
}

/**
 * Writes texts as UTF-8 into folders that exist: all of them, or none and what was there before stays. Links are
 * followed; what is no file (a pipe, a terminal) is written to. Returns the system's reason where that fails.
 */
export function writeTexts(files: readonly TextFile[]): string | null {
  const written: Written[] = []
  try {
    for (const { path, text } of files) written.push(prepare(path, text))
    for (const each of written) each.commit()
    return null
  } catch (error) {
    for (const each of written.reverse()) each.undo()
    return error instanceof Error ? error.message : String(error)
  } finally {
    for (const each of written) each.clean()
  }
}

interface Written {
  commit(): void
  undo(): void
  clean(): void
}

/** The new text beside its place, and the old one kept. */
function prepare(path: string, text: string): Written {
  const old = statSync(path, { throwIfNoEntry: false })
  if (old && !old.isFile()) {
    if (old.isDirectory()) throw new Error(`EISDIR: ${path} is a folder`)
    return { commit: () => writeFileSync(path, text), undo: () => {}, clean: () => {} }
  }
  const place = old ? realpathSync(path) : path
  const fresh = `${place}.${process.pid}.tmp`
  const former = `${place}.${process.pid}.old`
  if (old) accessSync(place, constants.W_OK) // renaming would not ask
  writeFileSync(fresh, text, old ? { mode: old.mode } : {})
  if (old) copyFileSync(place, former)
  let done = false
  return {
    commit: () => {
      renameSync(fresh, place)
      done = true
    },
    undo: () => {
      if (done && old) renameSync(former, place)
      else if (done) rmSync(place, { force: true })
    },
    clean: () => {
      rmSync(fresh, { force: true })
      rmSync(former, { force: true })
    },
  }
}

/** Makes a folder with all that are missing above it. Returns the system's reason where that fails. */
export function makeFolder(path: string): string | null {
  try {
    mkdirSync(path, { recursive: true })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * Writes a text as a whole or not at all: whoever reads meanwhile sees the old one. Folders that are missing are
 * made, for this user alone. Returns the system's reason where that fails.
 */
export function keepText(path: string, text: string): string | null {
  return keepParts(path, [text])
}

/** The same for what consists of parts, which follow one another. */
export function keepParts(path: string, parts: Iterable<Uint8Array | string>): string | null {
  const unfinished = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const file = openSync(unfinished, 'w', 0o600)
    try {
      for (const part of parts) writeFileSync(file, part)
    } finally {
      closeSync(file)
    }
    renameSync(unfinished, path)
    return null
  } catch (error) {
    removeFile(unfinished)
    return error instanceof Error ? error.message : String(error)
  }
}

/** No process takes this long to write one. */
const ABANDONED_MS = 3600 * 1000

/** Takes away what processes that were killed while they wrote a file of our own left beside it. */
export function removeAbandoned(path: string): void {
  try {
    const folder = dirname(path)
    const unfinished = readdirSync(folder).filter(
      name => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp'),
    )
    for (const name of unfinished) {
      const file = `${folder}/${name}`
      if (Date.now() - statSync(file).mtimeMs > ABANDONED_MS) removeFile(file)
    }
  } catch {
    // Somebody else takes it away just now.
  }
}

/**
 * Adds a line to the end of a file, which is made with its folder where there is none. Lines of several processes that
 * do so at once all stay whole, as each is one write; one that was cut off before gets a line end first. Returns the
 * system's reason where that fails.
 */
export function appendLine(path: string, line: string): string | null {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const file = openSync(path, 'a+')
    try {
      const { size } = fstatSync(file)
      const last = Buffer.alloc(1)
      const cut = size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a
      const bytes = Buffer.from(`${cut ? '\n' : ''}${line}\n`)
      if (writeSync(file, bytes) !== bytes.length) return 'the disk is full: the line was cut off'
      fsyncSync(file)
      return null
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Takes a file of our own away; nothing where it is gone already. */
export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It is in use (Windows): the next one who passes takes it away.
  }
}

/** Takes a folder of our own away, with all that is in it. Returns the system's reason where that fails. */
export function removeFolder(path: string): string | null {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * Removes a file, or a folder with all that is in it; links are removed, not followed. A folder `__pycache__` that is
 * empty afterwards goes too. Returns the system's reason where that fails.
 */
export function removeCache(path: string): string | null {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    const folder = dirname(path)
    if (basename(folder) === '__pycache__' && readdirSync(folder).length === 0) rmdirSync(folder)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Notes in a file of our own that it was of use just now. */
export function touch(path: string): void {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // It is gone: it will not be missed.
  }
}
