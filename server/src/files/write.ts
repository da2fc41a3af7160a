/** The ways to write a file: the user's own on request, and what we keep in our own folders. Reading is `FileSystem`'s. */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import process from 'node:process'
import { basename, dirname } from './paths.ts'

/** Writes a text as UTF-8 into a folder that exists. Returns the system's reason where that fails. */
export function writeText(path: string, text: string): string | null {
  try {
    writeFileSync(path, text)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
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
  const unfinished = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(unfinished, text, { mode: 0o600 })
    renameSync(unfinished, path)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
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
