/**
 * The walk: which files pytest makes collectors of, in its order. Follows `Dir.collect`, `Package.collect` and
 * `Session.collect` of 8.0 to 9.2, and the older `visit` of 7.x. What hooks and `collect_ignore` of conftests
 * leave out is not known here; text files with doctests are left out, since nothing is imported for them.
 */
import type { DirEntry, FileSystem } from '../files/file_system.ts'
import { basename, dirname, join, parents } from '../files/paths.ts'
import { isCutOff } from './conftests.ts'
import { fnmatch, matchesGlob } from './glob.ts'
import type { CollectNode } from './plan.ts'
import type { StartPoint } from './start_points.ts'
import { atLeast } from './version.ts'

export interface CollectRules {
  readonly version: string
  readonly windows: boolean
  /** False where the built-in plugin that collects Python modules is switched off. */
  readonly pythonModules: boolean
  readonly doctestModules: boolean
  readonly pythonFiles: readonly string[]
  readonly norecursedirs: readonly string[]
  /** `--ignore`, absolute. */
  readonly ignore: ReadonlySet<string>
  /** `--ignore-glob`, absolute. */
  readonly ignoreGlobs: readonly string[]
  readonly collectInVirtualenv: boolean
  readonly noConftest: boolean
  readonly confcutdir: string
  readonly initialConftests: ReadonlySet<string>
}

export interface Collected {
  readonly roots: readonly CollectNode[]
  readonly unknown: readonly string[]
}

type DirectoryNode = Extract<CollectNode, { kind: 'directory' }>

export function collect(fs: FileSystem, starts: readonly StartPoint[], rules: CollectRules): Collected {
  return new Walk(fs, starts, rules).collected()
}

class Walk {
  private readonly fs: FileSystem
  private readonly starts: readonly StartPoint[]
  private readonly rules: CollectRules
  /** Files before folders and conftests ahead of all modules: the manner of 7.x. */
  private readonly old: boolean
  private readonly given: ReadonlySet<string>
  private readonly aboveGiven: ReadonlySet<string>
  /** Each file and folder is collected once, under the first argument that reaches it. */
  private collectedModules = new Set<string>()
  private readonly loadedConftests: Set<string>
  private readonly unknown = new Set<string>()

  constructor(fs: FileSystem, starts: readonly StartPoint[], rules: CollectRules) {
    this.fs = fs
    this.starts = starts
    this.rules = rules
    this.old = !atLeast(rules.version, '8.0')
    this.given = new Set(starts.map(({ path }) => path))
    this.aboveGiven = new Set(starts.flatMap(({ path }) => [path, ...parents(path)]))
    this.loadedConftests = new Set(rules.initialConftests)
  }

  collected(): Collected {
    // A file of which single tests are asked for is imported while the arguments are still resolved.
    const early = this.starts.filter(({ parts }) => parts.length > 0)
    const late = this.starts.filter(({ parts }) => parts.length === 0)
    const roots = [...early, ...late].flatMap(start => this.root(start))
    return { roots, unknown: [...this.unknown] }
  }

  private root(start: StartPoint): CollectNode[] {
    const above = this.foldersAbove(start)
    const late = above.flatMap(folder => this.lateConftest(folder) ?? [])
    const node = start.kind === 'directory' ? this.folder(start.path, []) : this.givenFile(start.path)
    if (!node && late.length === 0) return []
    return late.reduceRight<CollectNode[]>(
      (children, conftest) => [{ ...this.bare(dirname(conftest)), conftest, children }],
      node ? [node] : [],
    )
  }

  /** The folders that are collected on the way to an argument, outermost first. */
  private foldersAbove({ path, kind, module }: StartPoint): string[] {
    const all = [...parents(path)]
    const depth = module === null ? all.length : module.split('.').length - (kind === 'directory' ? 1 : 0)
    const within = all.slice(0, depth)
    const cut = within.findIndex(folder => isCutOff(folder, this.rules.confcutdir))
    return within.slice(0, cut < 0 ? undefined : cut).reverse()
  }

  private givenFile(path: string): CollectNode | null {
    if (!this.old || basename(path) !== '__init__.py' || this.matches(path)) return this.module(path)
    // In 7.x the file of a package stood for the package, of which the first module was taken.
    const before = new Set(this.collectedModules)
    const folder = this.folder(dirname(path), [])
    const first = folder ? modulesIn([folder]).next().value : undefined
    this.collectedModules = first ? before.add(first.path) : before
    return first ?? null
  }

  /** A folder with all below it; null where nothing in it is collected. */
  private folder(path: string, above: readonly string[]): DirectoryNode | null {
    const real = this.fs.realpath(path)
    if (above.includes(real)) {
      this.unknown.add(
        `${path} leads back to a folder above it; pytest follows the link until the system refuses`,
      )
      return null
    }
    const entries = this.fs.list(path) ?? []
    const isPackage = entries.some(({ name, kind }) => name === '__init__.py' && kind === 'file')
    const conftest = this.lateConftest(path)
    const children: CollectNode[] = []
    for (const entry of this.ordered(entries, isPackage)) {
      const child = join(path, entry.name)
      const node =
        entry.kind === 'directory'
          ? this.enters(child, entry.name) && this.folder(child, [...above, real])
          : (this.given.has(child) || !this.isIgnored(child)) && this.module(child)
      if (node) children.push(node)
    }
    if (conftest === null && children.length === 0) return null
    return { kind: 'directory', path, conftest, package: isPackage, children }
  }

  private bare(path: string): DirectoryNode {
    const isPackage = this.fs.stat(join(path, '__init__.py'))?.kind === 'file'
    return { kind: 'directory', path, conftest: null, package: isPackage, children: [] }
  }

  private ordered(entries: readonly DirEntry[], isPackage: boolean): DirEntry[] {
    const kept = entries.filter(({ kind }) => kind !== 'other')
    const rank = ({ name, kind }: DirEntry): number => {
      if (isPackage && name === '__init__.py') return 0
      return this.old && kind === 'directory' ? 2 : 1
    }
    return kept.sort((a, b) => rank(a) - rank(b))
  }

  private lateConftest(folder: string): string | null {
    const conftest = join(folder, 'conftest.py')
    if (this.rules.noConftest || this.loadedConftests.has(conftest)) return null
    if (isCutOff(folder, this.rules.confcutdir)) return null
    if (this.fs.stat(conftest)?.kind !== 'file') return null
    this.loadedConftests.add(conftest)
    return conftest
  }

  private enters(path: string, name: string): boolean {
    if (name === '__pycache__') return false
    // From 8.0 on an argument and the folders above it are entered in any case.
    if (!this.old && this.aboveGiven.has(path)) return true
    const { windows, norecursedirs } = this.rules
    if (norecursedirs.some(pattern => matchesGlob(path, pattern, windows))) return false
    return !this.isIgnored(path) && (this.rules.collectInVirtualenv || !this.isVirtualenv(path))
  }

  private isIgnored(path: string): boolean {
    const { ignore, ignoreGlobs, windows } = this.rules
    return ignore.has(path) || ignoreGlobs.some(pattern => fnmatch(path, pattern, windows))
  }

  private isVirtualenv(path: string): boolean {
    const has = (folder: string, name: string): boolean =>
      this.fs.list(folder)?.some(entry => entry.name === name && entry.kind === 'file') ?? false
    if (atLeast(this.rules.version, '8.3'))
      return has(path, 'pyvenv.cfg') || has(join(path, 'conda-meta'), 'history')
    const scripts = join(path, this.rules.windows ? 'Scripts' : 'bin')
    return this.fs.list(scripts)?.some(({ name }) => ACTIVATE_SCRIPTS.has(name)) ?? false
  }

  private module(path: string): CollectNode | null {
    if (!path.endsWith('.py') || this.collectedModules.has(path)) return null
    const explicit = this.given.has(path) && !(this.old && basename(path) === '__init__.py')
    const asModule = this.rules.pythonModules && (explicit || this.matches(path))
    if (!asModule && !this.isDoctestModule(path)) return null
    this.collectedModules.add(path)
    return { kind: 'module', path, explicit, doctestOnly: !asModule }
  }

  private matches(path: string): boolean {
    return this.rules.pythonFiles.some(pattern => matchesGlob(path, pattern, this.rules.windows))
  }

  private isDoctestModule(path: string): boolean {
    if (!this.rules.doctestModules || basename(path) === '__main__.py') return false
    if (basename(path) !== 'setup.py') return true
    const text = new TextDecoder().decode(this.fs.read(path) ?? new Uint8Array())
    return !/setuptools|distutils/.test(text)
  }
}

const ACTIVATE_SCRIPTS: ReadonlySet<string> = new Set([
  'activate',
  'activate.csh',
  'activate.fish',
  'Activate',
  'Activate.bat',
  'Activate.ps1',
])

/** Every file that may be imported as a collector, in order. */
export function* modulesIn(
  nodes: readonly CollectNode[],
): Generator<Extract<CollectNode, { kind: 'module' }>> {
  for (const node of nodes) {
    if (node.kind === 'module') yield node
    else yield* modulesIn(node.children)
  }
}

/** Conftests that are loaded on the way, in order. */
export function* conftestsIn(nodes: readonly CollectNode[]): Generator<string> {
  for (const node of nodes) {
    if (node.kind === 'module') continue
    if (node.conftest !== null) yield node.conftest
    yield* conftestsIn(node.children)
  }
}
