/**
 * Who offers which name in a workspace, and who asks for it. Everything is found on demand: listing the files costs a
 * walk, the first question a light reading of all of them, and only what looks like an answer is compiled.
 */
import type { Parameter } from '../compile/module_code.ts'
import type { FileSystem } from '../files/file_system.ts'
import { remember } from '../files/memo.ts'
import { dependentFiles } from './dependents.ts'
import { type Export, exportsOf, isPublic } from './exports.ts'
import type { FileScans } from './file_scan.ts'
import type { FixContext } from './fix.ts'
import { absoluteFrom, packageOf, type WorkspaceModule, workspaceModules } from './module_names.ts'

export interface Offered extends Export {
  /** The file that binds it at last, behind all that only hand it on; null where that lies outside. */
  readonly origin: string | null
}

/** What the workspace imports from one module, whether it exists or not. */
export interface Wanted {
  /** Names taken by `from module import ...`. */
  readonly names: ReadonlySet<string>
  /** Attributes that seem to be read where the module itself was imported. */
  readonly reads: ReadonlySet<string>
  /**
   * Of modules that take everything from it by `import *`, and of those that take everything from them: what is wanted of
   * them and is not there. Some of it may be what the missing module would have given.
   */
  readonly starred: ReadonlySet<string>
  /** Modules below it that somebody imports: their names behind the module's own, 'a' and 'a.b'. */
  readonly below: ReadonlySet<string>
  /** The workspace's files that import it, or something below it, in order of their paths. */
  readonly importers: readonly string[]
}

/** Re-exports further away than this are not followed. */
const FARTHEST = 8

export class SymbolIndex {
  private list: readonly WorkspaceModule[] | null = null
  private readonly names = new Map<string, WorkspaceModule>()
  private readonly paths = new Map<string, WorkspaceModule>()
  private tops: ReadonlySet<string> | null = null
  private definitions: Map<string, string[]> | null = null
  private requests: Map<string, Set<string>> | null = null
  private foreign: readonly string[] | null = null
  private readonly outer = new Map<string, readonly string[]>()
  private readonly mentions = new Map<string, readonly string[]>()
  private readonly wants = new Map<string, Wanted>()
  private readonly lacks = new Map<string, ReadonlySet<string>>()
  private readonly fs: FileSystem

  constructor(
    private readonly context: Pick<FixContext, 'fs' | 'plan' | 'environment' | 'code' | 'text'>,
    private readonly scans: FileScans,
    /** Installed files that are known to import from the workspace. */
    private readonly failing: readonly string[] = [],
  ) {
    this.fs = context.fs
  }

  /** All Python files of the workspace. */
  modules(): readonly WorkspaceModule[] {
    if (this.list) return this.list
    const { fs, plan, environment } = this.context
    this.list = workspaceModules(fs, plan, environment)
    for (const module of this.list) {
      this.paths.set(module.path, module)
      for (const name of module.names) if (!this.names.has(name)) this.names.set(name, module)
    }
    return this.list
  }

  /** The file of the workspace that serves a dotted name; null where none does. */
  moduleNamed(name: string): WorkspaceModule | null {
    this.modules()
    return this.names.get(name) ?? null
  }

  /** Is there a module of the workspace of that dotted name, or one below it? */
  holdsModules(name: string): boolean {
    return this.modules().some(({ names }) =>
      names.some(each => each === name || each.startsWith(`${name}.`)),
    )
  }

  moduleAt(path: string): WorkspaceModule | null {
    this.modules()
    return this.paths.get(path) ?? null
  }

  /** The first components of all names that the workspace's modules have. */
  topLevelNames(): ReadonlySet<string> {
    this.tops ??= new Set(this.modules().flatMap(({ names }) => names.map(name => name.split('.', 1)[0]!)))
    return this.tops
  }

  /** Files that may define the name themselves, by a light reading. */
  definersOf(name: string): readonly string[] {
    if (!this.definitions) {
      this.definitions = new Map()
      for (const { path } of this.modules()) {
        for (const defined of this.scans.of(this.fs, path).defines) {
          const files = this.definitions.get(defined)
          if (files) files.push(path)
          else this.definitions.set(defined, [path])
        }
      }
    }
    return this.definitions.get(name) ?? []
  }

  /** What a name of a file's module stands for; null where the module does not offer it, as far as its text tells. */
  offered(path: string, name: string, farthest = FARTHEST): Offered | null {
    const code = this.context.code(path)
    if (code === null || farthest === 0) return null
    const exports = exportsOf(code)
    const found = exports.names.get(name)
    if (found && !found.from) return { ...found, origin: path }
    if (found?.from) {
      const { level, module, name: taken } = found.from
      const source = this.absolute(path, level, module)
      const origin = source === null ? null : this.originOf(source, taken, farthest)
      return { ...found, origin }
    }
    for (const { level, module } of exports.stars) {
      const source = this.absolute(path, level, module)
      const target = source === null ? null : this.moduleNamed(source)
      const star = target && target.path !== path ? this.offered(target.path, name, farthest - 1) : null
      if (star && this.isTakenByStar(target!.path, name)) return star
    }
    return null
  }

  /** Every name that a file's module offers, star imports followed. */
  offeredNames(path: string, farthest = FARTHEST): ReadonlySet<string> {
    const code = this.context.code(path)
    if (code === null || farthest === 0) return new Set()
    const exports = exportsOf(code)
    const names = new Set(exports.names.keys())
    for (const { level, module } of exports.stars) {
      const source = this.absolute(path, level, module)
      const target = source === null ? null : this.moduleNamed(source)
      if (!target || target.path === path) continue
      for (const name of this.offeredNames(target.path, farthest - 1))
        if (this.isTakenByStar(target.path, name)) names.add(name)
    }
    return names
  }

  /** The functions and classes that a file defines at its top level; of functions the parameters. */
  definitionsOf(path: string): ReadonlyMap<string, readonly Parameter[] | 'class'> {
    const ops = this.context.code(path)?.ops ?? []
    return new Map(
      ops.flatMap((op): [string, readonly Parameter[] | 'class'][] =>
        op.op === 'def' ? [[op.name, op.params]] : op.op === 'class' ? [[op.name, 'class']] : [],
      ),
    )
  }

  /** Of a file that can't be read: ''. */
  text(path: string): string {
    return this.context.text(path) ?? ''
  }

  /** May the module have names that its text does not show? */
  isOpen(path: string): boolean {
    const code = this.context.code(path)
    return code === null || exportsOf(code).open
  }

  /** All that the workspace imports from a module of that dotted name, or from below it. */
  wanted(module: string): Wanted {
    return remember(this.wants, module, () => this.gather(module))
  }

  /** Installed files that import the module, or something below it: they are never edited. */
  outsideImporters(module: string): readonly string[] {
    this.wanted(module)
    return this.outer.get(module) ?? []
  }

  /** Installed files that may import from the workspace: what they want counts. */
  private outside(): readonly string[] {
    this.foreign ??= [
      ...new Set([
        ...this.failing,
        ...dependentFiles(this.fs, this.context.environment, this.topLevelNames()),
      ]),
    ].filter(path => !this.moduleAt(path))
    return this.foreign
  }

  /** The workspace's Python files in whose text the dotted name stands in quotes, or begins there. */
  naming(dotted: string): readonly string[] {
    return remember(this.mentions, dotted, () => {
      const [one, two] = [Buffer.from(`"${dotted}`), Buffer.from(`'${dotted}`)]
      const mayName = (path: string) =>
        !dotted.includes('.') || this.scans.of(this.fs, path).quoted.some(each => each.startsWith(dotted))
      return this.modules().flatMap(({ path }) => {
        if (!mayName(path)) return []
        const bytes = this.fs.read(path)
        const text = bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        return text?.includes(one) || text?.includes(two) ? [path] : []
      })
    })
  }

  /** Does a file import that name from that module, or the whole module? */
  asks(path: string, module: string, name: string): boolean {
    return this.scans.of(this.fs, path).imports.some(each => {
      const from = this.absolute(path, each.level, each.module)
      return from === module && (each.names === '*' || each.names.length === 0 || each.names.includes(name))
    })
  }

  /** Does a file import that very name from that module? */
  takes(path: string, module: string, name: string): boolean {
    return this.scans
      .of(this.fs, path)
      .imports.some(
        ({ level, module: source, names }) =>
          names.includes(name) && names !== '*' && this.absolute(path, level, source) === module,
      )
  }

  /** The dotted name that an import in `path` means; null where it climbs too far. */
  absolute(path: string, level: number, module: string): string | null {
    if (level === 0) return module
    const here = this.moduleAt(path)
    return here ? absoluteFrom(packageOf(here), level, module) : null
  }

  private originOf(module: string, name: string | null, farthest: number): string | null {
    const target = this.moduleNamed(module)
    if (name === null) return target?.path ?? null
    const offered = target ? this.offered(target.path, name, farthest - 1) : null
    return offered ? offered.origin : (this.moduleNamed(`${module}.${name}`)?.path ?? null)
  }

  private isTakenByStar(path: string, name: string): boolean {
    const code = this.context.code(path)
    const all = code === null ? null : exportsOf(code).all
    return all ? all.includes(name) : isPublic(name)
  }

  private gather(module: string): Wanted {
    const names = new Set<string>()
    const reads = new Set<string>()
    const below = new Set<string>()
    const importers: string[] = []
    const outer: string[] = []
    const tail = module.slice(module.lastIndexOf('.') + 1)
    const takers: string[] = []
    for (const path of this.filesAsking(tail)) {
      let asks = false
      for (const { level, module: source, names: taken } of this.scans.of(this.fs, path).imports) {
        const from = this.absolute(path, level, source)
        if (from === null) continue
        if (from === module) {
          asks = true
          if (taken === '*') takers.push(path)
          else for (const name of taken) names.add(name)
          if (taken.length === 0) for (const name of this.readFrom(path, module)) reads.add(name)
        } else if (from.startsWith(`${module}.`)) {
          asks = true
          below.add(from.slice(module.length + 1))
        } else if (taken !== '*' && taken.includes(tail) && `${from}.${tail}` === module) {
          asks = true
          for (const name of this.readFrom(path, module)) reads.add(name)
        }
      }
      if (asks) (this.moduleAt(path) ? importers : outer).push(path)
    }
    this.outer.set(module, outer)
    const index = this
    return {
      names,
      reads,
      below,
      importers,
      get starred() {
        return index.lackedBy(takers)
      },
    }
  }

  /** What is wanted of these files' modules, and of those that take everything from them, and is not there. */
  private lackedBy(takers: readonly string[]): ReadonlySet<string> {
    const lacked = new Set<string>()
    const seen = new Set<string>()
    const queue = [...takers]
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (seen.has(path)) continue
      seen.add(path)
      for (const name of this.lackedAt(path)) lacked.add(name)
      for (const name of this.moduleAt(path)?.names ?? []) queue.push(...this.starTakers(name))
    }
    return lacked
  }

  private lackedAt(path: string): ReadonlySet<string> {
    return remember(this.lacks, path, () => {
      const has = this.offeredNames(path)
      const modules = this.moduleAt(path)?.names ?? []
      const asked = modules.flatMap(module => {
        const { names, reads } = this.wanted(module)
        return [...names, ...reads].filter(name => !this.moduleNamed(`${module}.${name}`))
      })
      return new Set(asked.filter(name => !has.has(name) && isPublic(name)))
    })
  }

  /** The files that take everything from a module. */
  private starTakers(module: string): readonly string[] {
    return this.filesAsking(module.slice(module.lastIndexOf('.') + 1)).filter(path =>
      this.scans
        .of(this.fs, path)
        .imports.some(
          ({ level, module: source, names }) =>
            names === '*' && this.absolute(path, level, source) === module,
        ),
    )
  }

  /** What a file's module gives to those that take everything from it, as far as it binds it itself. */
  givenByStar(path: string): readonly string[] {
    const code = this.context.code(path)
    if (code === null) return []
    return [...exportsOf(code).names].flatMap(([name, { from }]) =>
      !from && this.isTakenByStar(path, name) ? [name] : [],
    )
  }

  /** Files in whose imports the word stands anywhere. */
  private filesAsking(word: string): readonly string[] {
    if (!this.requests) {
      this.requests = new Map()
      for (const path of [...this.modules().map(module => module.path), ...this.outside()]) {
        for (const { module, names } of this.scans.of(this.fs, path).imports) {
          const parts = module.split('.')
          for (const part of names === '*' ? parts : [...parts, ...names])
            remember(this.requests, part, () => new Set<string>()).add(path)
        }
      }
    }
    return [...(this.requests.get(word) ?? [])]
  }

  /** Attributes of the module that the file reads, by the text: `module.name`, `alias.name`. */
  private readFrom(path: string, module: string): string[] {
    const text = this.text(path)
    const tail = module.slice(module.lastIndexOf('.') + 1)
    const escaped = module.replaceAll('.', String.raw`\s*\.\s*`)
    const alias = new RegExp(String.raw`\b(?:${escaped}|${tail})\s+as\s+(\w+)`).exec(text)?.[1]
    const owner =
      alias ?? (new RegExp(String.raw`\bimport\s+[^\n]*\b${escaped}\b`).test(text) ? escaped : tail)
    const read = text.matchAll(new RegExp(String.raw`(?<![\w.])${owner}\s*\.\s*([A-Za-z_]\w*)`, 'g'))
    return [...new Set(Array.from(read, match => match[1]!))]
  }
}
