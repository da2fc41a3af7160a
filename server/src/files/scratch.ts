/** A temporary folder of our own, for what another process has to be told or tells by file. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, normalize } from './paths.ts'

export interface Scratch {
  readonly path: string
  /** The text of a file in it; '' where it was not written. */
  read(name: string): string
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
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  }
}
