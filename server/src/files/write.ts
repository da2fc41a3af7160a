/** The one way to write a file the user asked for. Reading is `FileSystem`'s; nothing else is ever written here. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from './paths.ts'

/** Writes a text as UTF-8 and makes the folders above it. Returns the system's reason where that fails. */
export function writeText(path: string, text: string): string | null {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
