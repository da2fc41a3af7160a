/** The one way to write a file the user asked for. Reading is `FileSystem`'s; nothing else is ever written here. */
import { writeFileSync } from 'node:fs'

/** Writes a text as UTF-8 into a folder that exists. Returns the system's reason where that fails. */
export function writeText(path: string, text: string): string | null {
  try {
    writeFileSync(path, text)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
