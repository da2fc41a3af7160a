/**
 * What the paths of the command line mean. One folder that is a project, or lies elsewhere, is checked as if
 * pytest were started in it; anything else are arguments that pytest gets where the user stands.
 */
import type { FileSystem } from '../files/file_system.ts'
import { isWithin, join, normalize } from '../files/paths.ts'
import { UsageError } from './exit_code.ts'

export interface Target {
  /** Where pytest would be started, absolute. */
  readonly cwd: string
  /** Its arguments. */
  readonly paths: readonly string[]
}

/** Files that make a folder a project: those pytest takes for its root folder, and a repository's. */
const PROJECT_FILES = [
  ...['pytest.toml', '.pytest.toml', 'pytest.ini', '.pytest.ini', 'pyproject.toml', 'tox.ini', 'setup.cfg'],
  ...['setup.py', '.git'],
]

/** `paths` as typed, with node ids allowed. Throws a UsageError for what is not there. */
export function resolveTarget(fs: FileSystem, cwd: string, paths: readonly string[]): Target {
  const places = paths.map(path => join(cwd, normalize(path.split('::')[0]!)))
  for (const [index, place] of places.entries()) {
    if (fs.stat(place) === null) throw new UsageError(`no such file or folder: ${paths[index]}`)
  }
  const [place] = places
  if (place === undefined || paths.length > 1 || fs.stat(place)?.kind !== 'directory') return { cwd, paths }
  const elsewhere = !isWithin(place, cwd) || place === cwd
  const isProject = PROJECT_FILES.some(name => fs.stat(join(place, name)) !== null)
  return elsewhere || isProject ? { cwd: place, paths: [] } : { cwd, paths }
}
