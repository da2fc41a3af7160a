/**
 * Which conftests are loaded before collection: those of each argument's folder and the folders above, down
 * from confcutdir, and of folders called `test*` right below an argument (`_set_initial_conftests`). The
 * others are loaded when their folder is collected.
 */
import type { FileSystem } from '../files/file_system.ts'
import { dirname, join, parents } from '../files/paths.ts'
import { atLeast } from './version.ts'

export interface ConftestRequest {
  readonly fs: FileSystem
  readonly cwd: string
  readonly confcutdir: string
  readonly noConftest: boolean
  /** The arguments in force, node ids included. */
  readonly args: readonly string[]
}

/**
 * Paths in load order. pytest takes `test*` folders in the order of the directory on disk, which a listing
 * does not tell: here they come by name.
 */
export function initialConftests({ fs, cwd, confcutdir, noConftest, args }: ConftestRequest): string[] {
  if (noConftest) return []
  const existing = args.flatMap(arg => {
    const path = join(cwd, arg.split('::')[0]!)
    const kind = fs.stat(path)?.kind
    return kind === undefined ? [] : [{ path, kind }]
  })
  const anchors = existing.length > 0 ? existing : [{ path: cwd, kind: 'directory' as const }]
  const loaded = new Set<string>()
  const load = (folder: string): void => {
    for (const each of [folder, ...parents(folder)].reverse()) {
      if (isCutOff(each, confcutdir)) continue
      const conftest = join(each, 'conftest.py')
      if (fs.stat(conftest)?.kind === 'file') loaded.add(conftest)
    }
  }
  for (const { path, kind } of anchors) {
    load(kind === 'directory' ? path : dirname(path))
    if (kind !== 'directory') continue
    for (const entry of fs.list(path) ?? []) {
      if (entry.kind === 'directory' && entry.name.startsWith('test')) load(join(path, entry.name))
    }
  }
  return [...loaded]
}

/** `--confcutdir`, else the folder of the configuration file, else the root; before 7.4 only the first two. */
export function confcutdirOf(
  version: string,
  cwd: string,
  given: string | null,
  inipath: string | null,
  rootdir: string,
): string {
  if (given) return join(cwd, given)
  if (inipath !== null) return dirname(inipath)
  return atLeast(version, '7.4') ? rootdir : '/'
}

/** Conftests above confcutdir are not loaded; those in quite other places are. */
export function isCutOff(folder: string, confcutdir: string): boolean {
  return folder !== confcutdir && confcutdir.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}
