/** The files of a team's own that `gate`, `report --record` and `history` keep in the project: read, and complained of. */
import type { FileSystem } from '../files/file_system.ts'
import { join } from '../files/paths.ts'
import { type History, readHistory } from '../report/history.ts'
import { UsageError } from './exit_code.ts'

/** The text of a file; null where there is none. Throws a UsageError where it can't be read. */
export function keptText(fs: FileSystem, path: string, name: string): string | null {
  const bytes = fs.read(path)
  if (bytes !== null) return new TextDecoder().decode(bytes)
  if (fs.stat(path) === null && !fs.problems().some(it => it.path === path)) return null
  throw new UsageError(`cannot read ${name}`)
}

/** A history without faults; an empty one where there is none. Throws a UsageError that names each fault. */
export function wholeHistory(fs: FileSystem, cwd: string, name: string): History {
  const history = readHistory(keptText(fs, join(cwd, name), name) ?? '')
  if (history.troubles.length === 0) return history
  const told = history.troubles.map(({ line, words }) => `${name}:${line}: ${words}`)
  throw new UsageError(`the history is broken\n${told.join('\n')}`)
}
