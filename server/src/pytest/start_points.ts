/**
 * What collection starts from: the paths given, else `testpaths`, else the working directory; each resolved
 * to a file or folder (`Config._decide_args`, `resolve_collection_argument`). Arguments within others are
 * `overlap.ts`'s matter.
 */
import type { FileSystem } from '../files/file_system.ts'
import { basename, dirname, join } from '../files/paths.ts'
import type { Arg } from './argparse.ts'
import { globPaths } from './glob.ts'
import type { Selection, Stop } from './plan.ts'
import { moduleFile, type Places } from './plugin_facts.ts'
import { usageError } from './stop.ts'
import { atLeast } from './version.ts'

export interface Decided {
  readonly args: readonly Arg[]
  readonly source: 'arguments' | 'testpaths' | 'working directory'
  /** `testpaths` is set and nothing of it exists: pytest warns and searches everything. */
  readonly unmatched: boolean
}

export interface DecideRequest {
  readonly fs: FileSystem
  readonly cwd: string
  readonly rootdir: string
  readonly paths: readonly Arg[]
  readonly pyargs: boolean
  /** Items of the key `testpaths`. */
  readonly testpaths: readonly Arg[]
}

/** The arguments in force. `testpaths` counts only where pytest is started in the root folder. */
export function decideArgs({ fs, cwd, rootdir, paths, pyargs, testpaths }: DecideRequest): Decided {
  if (paths.length > 0) return { args: paths, source: 'arguments', unmatched: false }
  const wanted = cwd === rootdir ? testpaths : []
  const found = pyargs
    ? wanted
    : wanted.flatMap(arg => globPaths(fs, cwd, arg.text).map((text): Arg => ({ ...arg, text })))
  if (found.length > 0) return { args: found, source: 'testpaths', unmatched: false }
  const everything: Arg = { text: cwd, span: null, origin: 'default' }
  return { args: [everything], source: 'working directory', unmatched: wanted.length > 0 && !pyargs }
}

/** An argument that stands for a file or folder. */
export interface StartPoint {
  readonly path: string
  readonly kind: 'file' | 'directory'
  /** 'TestA', 'test_b' of 'file.py::TestA::test_b[x]'. */
  readonly parts: readonly string[]
  /** '[x]'; null where there is none. */
  readonly parameters: string | null
  /** With `--pyargs`: the module it was found as. */
  readonly module: string | null
}

export interface StartPoints {
  readonly starts: readonly StartPoint[]
  /** The first argument that pytest refuses; it looks at no further one. */
  readonly stop: Stop | null
}

/** Those that name something within a file. */
export function selectionsAmong(starts: readonly StartPoint[]): readonly Selection[] {
  return starts.flatMap(({ path, parts }) => (parts.length > 0 ? [{ path, parts }] : []))
}

export interface ResolveRequest {
  readonly places: Places
  readonly cwd: string
  readonly pyargs: boolean
  readonly namespacePackages: boolean
}

export function resolveStartPoints(args: readonly Arg[], request: ResolveRequest): StartPoints {
  const starts: StartPoint[] = []
  for (const arg of args) {
    const resolved = resolve(arg, request)
    if (typeof resolved === 'string') {
      const message = `${resolved}: ${arg.text}${/^module/.test(resolved) ? ' (missing __init__.py?)' : ''}`
      const stop = usageError(message, { phase: 'collection', span: arg.span, subject: arg.text })
      return { starts, stop }
    }
    starts.push(resolved)
  }
  return { starts, stop: null }
}

/** A start point, or the beginning of what pytest says against it. */
function resolve(arg: Arg, { places, cwd, pyargs, namespacePackages }: ResolveRequest): StartPoint | string {
  const bracket = arg.text.indexOf('[')
  const base = bracket < 0 ? arg.text : arg.text.slice(0, bracket)
  const [name = '', ...parts] = base.split('::')
  if (bracket >= 0 && parts.length === 0 && atLeast(places.pytestVersion, '9.0')) {
    return 'path cannot contain [] parametrization'
  }
  const found = pyargs ? modulePath(places, name, namespacePackages) : null
  const path = join(cwd, found ?? name)
  const kind = places.fs.stat(path)?.kind
  if (kind === undefined) return pyargs ? 'module or package not found' : 'file or directory not found'
  if (parts.length > 0 && kind === 'directory') {
    return `${pyargs ? 'package' : 'directory'} argument cannot contain :: selection parts`
  }
  const parameters = bracket < 0 ? null : arg.text.slice(bracket)
  return { path, kind, parts, parameters, module: found === null ? null : name }
}

/** `search_pypath`: a module's file, a package's folder. */
function modulePath(places: Places, module: string, namespacePackages: boolean): string | null {
  if (!/^[\w.]+$/.test(module)) return null
  const file = moduleFile(places, module)
  if (file !== null) return basename(file) === '__init__.py' ? dirname(file) : file
  if (!namespacePackages || !atLeast(places.pytestVersion, '9.0')) return null
  const folders = places.searchPath.map(folder => join(folder, ...module.split('.')))
  return folders.find(folder => places.fs.stat(folder)?.kind === 'directory') ?? null
}
