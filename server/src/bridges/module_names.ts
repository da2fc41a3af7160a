/**
 * The Python files of a workspace and the dotted names under which code can import them: by the folders that are on
 * `sys.path` while tests are collected.
 */
import type { Environment } from '../environment/environment.ts'
import type { FileSystem } from '../files/file_system.ts'
import { dirname, isWithin, join, relative } from '../files/paths.ts'
import { walkFiles } from '../files/walk.ts'
import type { Plan } from '../pytest/plan.ts'
import { testFiles } from '../rules/test_files.ts'

export interface WorkspaceModule {
  readonly path: string
  readonly package: boolean
  /** All dotted names that serve it, the most natural one first; empty: no folder on `sys.path` leads to it. */
  readonly names: readonly string[]
  /** The first folder upwards that is no regular package: its name counts from there once that is on `sys.path`. */
  readonly base: string
}

/** Folders that hold no code of the project. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  ...['__pycache__', 'node_modules', 'site-packages', 'build', 'dist', 'venv', 'env'],
])

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u

/** Every Python file below the root folder and the folder pytest is started in, in order of the paths. */
export function workspaceModules(fs: FileSystem, plan: Plan, environment: Environment): WorkspaceModule[] {
  const roots = [...new Set([plan.rootdir, plan.invocation.cwd])]
  const outer = roots.filter(root => !roots.some(other => other !== root && isWithin(root, other)))
  const files = outer.flatMap(root =>
    [...walkFiles(fs, root, (path, { name }) => isSource(fs, path, name))]
      .map(({ path }) => path)
      .filter(path => path.endsWith('.py')),
  )
  const entries = searchPath(fs, plan, environment)
  return files.map(path => {
    const base = baseOf(fs, path)
    // A folder without an __init__.py inside of a regular package belongs to it.
    const natural = entries.includes(base) ? [base] : entries.filter(entry => leadsToPackage(fs, entry, path))
    const inOrder = [...natural, ...entries]
    const found = inOrder.map(entry => nameBelow(entry, path)).filter(name => name !== null)
    const mapped = editableNames(environment, path)
    return { path, package: isInit(path), names: [...new Set([...found, ...mapped])], base }
  })
}

/** The dotted name of a file below a folder; null where it has none. */
export function nameBelow(folder: string, path: string): string | null {
  if (!isWithin(path, folder) || path === folder) return null
  const parts = relative(folder, path)
    .replace(/(?:^|\/)__init__\.py$|\.py$/, '')
    .split('/')
  return parts.every(part => IDENTIFIER.test(part)) ? parts.join('.') : null
}

/** The package that a module's relative imports start from; '' at the top, undefined where nothing leads to it. */
export function packageOf({ names: [name], package: isPackage }: WorkspaceModule): string | undefined {
  return isPackage ? name : name?.slice(0, Math.max(0, name.lastIndexOf('.')))
}

/** The dotted name that an import with so many dots means in a package ('': in none); null where it climbs too far. */
export function absoluteFrom(home: string | undefined, level: number, module: string): string | null {
  if (level === 0) return module
  const parts = home ? home.split('.') : []
  const up = level - 1
  if (up >= parts.length) return null
  return [...parts.slice(0, parts.length - up), ...(module === '' ? [] : [module])].join('.')
}

/** Is the first folder on the way from the entry to the file a regular package? */
function leadsToPackage(fs: FileSystem, entry: string, path: string): boolean {
  if (!isWithin(path, entry)) return false
  const [first, ...rest] = relative(entry, path).split('/')
  return rest.length > 0 && fs.stat(join(entry, first!, '__init__.py')) !== null
}

function isInit(path: string): boolean {
  return path.endsWith('/__init__.py')
}

function isSource(fs: FileSystem, path: string, name: string): boolean {
  if (name.startsWith('.') || name.endsWith('.egg-info') || PASSED_OVER.has(name)) return false
  return fs.stat(join(path, 'pyvenv.cfg')) === null
}

function baseOf(fs: FileSystem, path: string): string {
  let folder = dirname(path)
  while (folder !== '/' && fs.stat(join(folder, '__init__.py')) !== null) folder = dirname(folder)
  return folder
}

/** Folders of the project that are on `sys.path`, in an order of its own: what a setting names comes first. */
function searchPath(fs: FileSystem, plan: Plan, environment: Environment): string[] {
  const { kind, cwd } = plan.invocation
  const installed = [...environment.sitePackages, ...environment.stdlib]
  const started = environment.sysPath.filter(entry => !installed.includes(entry))
  const pytests = plan.importMode === 'importlib' ? [] : [...testFiles(plan), ...plan.initialConftests]
  const entries = [
    ...plan.pythonpath,
    ...(kind === 'python -m pytest' ? [cwd] : []),
    ...started,
    ...pytests.map(path => baseOf(fs, path)),
  ]
  return [...new Set(entries)]
}

/** Names that setuptools' finders give to a file. */
function editableNames({ editableFinders }: Environment, path: string): string[] {
  return editableFinders
    .flatMap(({ mapping }) => Object.entries(mapping))
    .flatMap(([mapped, target]) => {
      if (`${target}.py` === path || join(target, '__init__.py') === path) return [mapped]
      const below = nameBelow(target, path)
      return below === null || below === '' ? [] : [`${mapped}.${below}`]
    })
}
