/** The ways to write a file: the user's own on request, and what we keep in our own folders. Reading is `FileSystem`'s. */
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { dirname } from './paths.ts'

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
  return keepBytes(path, text)
}

/** The same for bytes. */
export function keepBytes(path: string, content: Uint8Array | string): string | null {
  const unfinished = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(unfinished, content, { mode: 0o600 })
    renameSync(unfinished, path)
    return null
  } catch (error) {
    removeFile(unfinished)
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

/** Notes in a file of our own that it was of use just now. */
export function touch(path: string): void {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // It is gone: it will not be missed.
  }
}
