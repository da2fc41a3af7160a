/**
 * Where Python would find a module: the path finder and what stands behind it, over directory listings.
 * It knows nothing of `sys.modules` and executes nothing.
 */
import type { Environment } from '../environment/environment.ts'
import type { DirEntry, FileSystem } from '../files/file_system.ts'
import { remember } from '../files/memo.ts'
import type { Difference } from '../files/overlay.ts'
import { basename, dirname, join } from '../files/paths.ts'

/** What a finder would load: Python's ModuleSpec, as far as it matters. */
export interface Spec {
  readonly name: string
  readonly kind: 'source' | 'package' | 'namespace' | 'extension' | 'builtin' | 'bytecode'
  /** The file; for builtin modules and namespaces null. */
  readonly file: string | null
  /** `__path__` of packages and namespaces. */
  readonly path: readonly string[] | null
  /** The sys.path (or `__path__`) entry that served it. */
  readonly entry: string | null
  /** `foo.py` or `foo.so` beside the package `foo/` that won. */
  readonly hiddenBeside: string | null
}

/** What was answered for a name in a folder. The object stays when the answer has to be found anew. */
interface Answer {
  readonly tail: string
  /** undefined: to be looked for. */
  found: Spec | 'portion' | null | undefined
}

interface Listing {
  readonly files: ReadonlySet<string>
  readonly folders: ReadonlySet<string>
  /** The files' names up to the first dot: most names that are looked for are not among them. */
  readonly stems: ReadonlySet<string>
}

const EMPTY: Listing = { files: new Set(), folders: new Set(), stems: new Set() }

export class Finder {
  private fs: FileSystem
  private readonly environment: Environment
  private readonly listings = new Map<string, Listing>()
  /** By folder, then by name. */
  private readonly answers = new Map<string, Map<string, Answer>>()
  private readonly builtin: ReadonlySet<string>
  private readonly stdlibNames: ReadonlySet<string>
  /** Where no library folder can be looked into, the first of its entries stands for the tables. */
  private readonly tabledEntry: string | null
  /** What makes a file a module, in Python's order. */
  private readonly suffixes: readonly (readonly [suffix: string, kind: 'extension' | 'source' | 'bytecode'])[]

  /** A debug build of Windows has suffixes such as `_d.pyd`. */
  private readonly suffixesHaveDots: boolean

  /** `look` hears of everything that an answer rests on; `restingOn` tells what it would hear for paths. */
  constructor(
    fs: FileSystem,
    environment: Environment,
    private readonly look: (at: unknown) => void = () => {},
  ) {
    this.fs = fs
    this.environment = environment
    this.builtin = new Set(environment.builtinModules)
    this.stdlibNames = new Set(environment.stdlibNames)
    this.tabledEntry = environment.stdlib.some(folder => fs.list(folder))
      ? null
      : (environment.stdlib[0] ?? null)
    this.suffixes = [
      ...environment.extensionSuffixes.map(suffix => [suffix, 'extension'] as const),
      ['.py', 'source'],
      ['.pyc', 'bytecode'],
    ]
    this.suffixesHaveDots = this.suffixes.every(([suffix]) => suffix.startsWith('.'))
  }

  /** From here on it looks into another file system, which differs from the one before in these paths. */
  lookInto(fs: FileSystem, changed: readonly Difference[]): void {
    this.fs = fs
    for (const { path, comesOrGoes } of changed) {
      if (!comesOrGoes) continue
      this.listings.delete(path)
      this.listings.delete(dirname(path))
      for (const answer of this.answersFrom(path)) answer.found = undefined
    }
  }

  /** What `look` was told of answers that may be other ones once the paths come or go. */
  restingOn(changed: readonly Difference[]): unknown[] {
    return changed.flatMap(({ path, comesOrGoes }) =>
      comesOrGoes ? [dirname(path), dirname(dirname(path)), ...this.answersFrom(path)] : [],
    )
  }

  /** The answers for which it matters whether there is something at the path. */
  private answersFrom(path: string): Answer[] {
    const folder = dirname(path)
    const name = stemOf(basename(path))
    const beside = [...(this.answers.get(folder)?.values() ?? [])].filter(
      ({ tail }) => stemOf(tail) === name || tail === basename(path),
    )
    const package_ =
      name === '__init__' ? this.answers.get(dirname(folder))?.get(basename(folder)) : undefined
    return package_ ? [...beside, package_] : beside
  }

  /** The meta path's answer for a top-level name on `sysPath`. Follows importlib's order of finders. */
  findTopLevel(name: string, sysPath: readonly string[]): Spec | null {
    if (this.builtin.has(name)) return spec(name, 'builtin', null, null, null)
    return this.findOn(name, name, sysPath) ?? this.findEditable(name)
  }

  /** `parent.tail` on the parent's `__path__`. */
  findSubmodule(fullName: string, tail: string, path: readonly string[]): Spec | null {
    if (this.builtin.has(fullName)) return spec(fullName, 'builtin', null, null, null)
    return this.findOn(fullName, tail, path) ?? this.findEditable(fullName)
  }

  /** Is the name part of the standard library of this interpreter? */
  isStandard(name: string): boolean {
    return this.builtin.has(name) || this.stdlibNames.has(name)
  }

  /** What other entries behind the winning one would have served, for explaining what a file hides. */
  findHidden(name: string, sysPath: readonly string[], winner: Spec): Spec | null {
    let behind = false
    for (const entry of sysPath) {
      if (entry === winner.entry) {
        behind = true
        continue
      }
      if (!behind) continue
      const found = this.findIn(name, name, entry)
      if (found && found !== 'portion') return found
    }
    return null
  }

  /** Files and folders that a dotted name stands for below entries of the path, without regard to what hides them. */
  findBeside(name: string, sysPath: readonly string[]): string[] {
    const above = name.split('.')
    const tail = above.pop()!
    const places: string[] = []
    for (const entry of sysPath) {
      const folder = join(entry, ...above)
      const found = this.findIn(name, tail, folder)
      if (found) places.push(found === 'portion' ? join(folder, tail) : (found.file ?? folder))
    }
    return places
  }

  /** Names of the modules and packages directly in these folders, for suggestions. */
  modulesIn(folders: readonly string[]): string[] {
    const names = new Set<string>()
    for (const folder of folders) {
      this.look(folder)
      const { files, folders: inside } = this.listing(folder)
      for (const file of files)
        if (file.endsWith('.py') && file !== '__init__.py') names.add(file.slice(0, -3))
      for (const name of inside)
        if (this.listing(join(folder, name)).files.has('__init__.py')) names.add(name)
    }
    return [...names]
  }

  private findOn(name: string, tail: string, path: readonly string[]): Spec | null {
    const portions: string[] = []
    for (const entry of path) {
      const found = this.findIn(name, tail, entry)
      if (found === 'portion') portions.push(join(entry, tail))
      else if (found) return found
    }
    return portions.length > 0 ? spec(name, 'namespace', null, portions, null) : null
  }

  /** One directory: package, extension, source, byte code, in Python's order; else perhaps a portion. */
  private findIn(name: string, tail: string, entry: string): Spec | 'portion' | null {
    const inside = remember(this.answers, entry, () => new Map<string, Answer>())
    const answer = remember(inside, tail, (): Answer => ({ tail, found: undefined }))
    this.look(answer)
    const known = answer.found
    if (known !== undefined)
      return known && known !== 'portion' && known.name !== name ? { ...known, name } : known
    answer.found = this.lookIn(name, tail, entry)
    return answer.found
  }

  private lookIn(name: string, tail: string, entry: string): Spec | 'portion' | null {
    const listing = this.listing(entry)
    if (entry === this.tabledEntry && this.stdlibNames.has(tail) && !name.includes('.'))
      return spec(name, 'builtin', null, null, entry)
    const isFolder = listing.folders.has(tail)
    const beside = this.suffixIn(listing, tail)
    if (isFolder) {
      const folder = join(entry, tail)
      const init = this.suffixIn(this.listing(folder), '__init__')
      if (init)
        return {
          ...spec(name, 'package', join(folder, `__init__${init[0]}`), [folder], entry),
          hiddenBeside: beside ? join(entry, tail + beside[0]) : null,
        }
    }
    if (beside) return spec(name, beside[1], join(entry, tail + beside[0]), null, entry)
    return isFolder ? 'portion' : null
  }

  /** The first suffix with which the name is a module in this folder. */
  private suffixIn({ files, stems }: Listing, name: string): (typeof this.suffixes)[number] | undefined {
    if (this.suffixesHaveDots && !stems.has(stemOf(name))) return undefined
    return this.suffixes.find(([suffix]) => files.has(name + suffix))
  }

  /** setuptools' editable finders: mapped names, their immediate children, and namespaces. */
  private findEditable(name: string): Spec | null {
    for (const { mapping, namespaces } of this.environment.editableFinders) {
      for (const [mapped, target] of Object.entries(mapping)) {
        const child = name.startsWith(`${mapped}.`) ? name.slice(mapped.length + 1) : null
        if (name !== mapped && (child === null || child.includes('.'))) continue
        const place = child === null ? target : join(target, child)
        const entry = place.slice(0, place.lastIndexOf('/'))
        const found = this.findIn(name, place.slice(place.lastIndexOf('/') + 1), entry)
        if (found && found !== 'portion') return found
      }
      const portions = namespaces[name]
      if (portions) return spec(name, 'namespace', null, portions, null)
    }
    return null
  }

  private listing(folder: string): Listing {
    let listing = this.listings.get(folder)
    if (!listing) {
      listing = listingOf(this.fs.list(folder) ?? [])
      this.listings.set(folder, listing)
    }
    return listing
  }
}

/** The name up to its first dot. */
function stemOf(name: string): string {
  const dot = name.indexOf('.')
  return dot < 0 ? name : name.slice(0, dot)
}

function listingOf(entries: readonly DirEntry[]): Listing {
  if (entries.length === 0) return EMPTY
  const files = new Set<string>()
  const folders = new Set<string>()
  const stems = new Set<string>()
  for (const { name, kind } of entries) {
    if (kind === 'directory') folders.add(name)
    else if (kind === 'file') {
      files.add(name)
      stems.add(stemOf(name))
    }
  }
  return { files, folders, stems }
}

function spec(
  name: string,
  kind: Spec['kind'],
  file: string | null,
  path: readonly string[] | null,
  entry: string | null,
): Spec {
  return { name, kind, file, path, entry, hiddenBeside: null }
}
