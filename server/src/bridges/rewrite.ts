/**
 * Imports, and names of modules in strings, rewritten to where a candidate finds what they ask for. The names that a file binds stay what they were, so
 * nothing else in it has to change; only `import a.b` without `as` binds no name of its own, and its uses follow.
 */
import type { Candidate, Place } from './candidate.ts'
import { placeOfModule } from './candidate.ts'
import { changeOf, type FileChange, type TextChange } from './edit.ts'
import type { FixContext } from './fix.ts'
import { type ImportedName, type ImportSite, importSites } from './import_sites.ts'
import { packageOf } from './module_names.ts'
import { type Moved, namedInStrings, stringsAndComments } from './names_in_strings.ts'
import type { SymbolIndex } from './symbol_index.ts'

/** Longer import statements are written with one name a line. */
const LINE_LENGTH = 88

export interface Rewritten {
  readonly change: FileChange
  /** How many statements were changed. */
  readonly statements: number
}

/** Where a candidate finds a dotted name that stands in a string. */
export function movedBy({ modules, names }: Pick<Candidate, 'modules' | 'names'>): Moved {
  return dotted => {
    for (let head = dotted; head !== ''; head = head.slice(0, Math.max(0, head.lastIndexOf('.')))) {
      const place = names.get(head)
      const now = place
        ? place.name === null
          ? place.module
          : `${place.module}.${place.name}`
        : modules.get(head)
      if (now !== undefined) return now + dotted.slice(head.length)
    }
    return dotted
  }
}

/** The change of one file; null where nothing in it is to be rewritten, or something can't be. */
export function rewritten(
  path: string,
  candidate: Pick<Candidate, 'modules' | 'names'>,
  context: Pick<FixContext, 'text' | 'code'>,
  index: SymbolIndex,
): Rewritten | null {
  const text = context.text(path)
  const code = context.code(path)
  if (text === null || code === null) return null
  const moves = new Moves(candidate, path, index)
  const changes: TextChange[] = []
  let statements = 0
  const sites = [...moves.words()].flatMap(word => importSites(code, text, word))
  const done = new Set<number>()
  for (const site of sites) {
    if (done.has(site.statement.start)) continue
    done.add(site.statement.start)
    const made = site.kind === 'import' ? plainImport(site, moves, text) : fromImport(site, moves, text)
    if (made === null) return null
    if (made.length > 0) statements++
    changes.push(...made)
  }
  changes.push(...namedInStrings(text, movedBy(candidate)).changes)
  return changes.length === 0 ? null : { change: changeOf(path, text, unique(changes)), statements }
}

/** Where the imports of one file lead after the move. */
class Moves {
  constructor(
    private readonly candidate: Pick<Candidate, 'modules' | 'names'>,
    private readonly path: string,
    private readonly index: SymbolIndex,
  ) {}

  /** Words of which every import that is to be rewritten holds one. */
  words(): Set<string> {
    const { modules, names } = this.candidate
    const last = (dotted: string) => dotted.slice(dotted.lastIndexOf('.') + 1)
    return new Set([...modules.keys(), ...names.keys()].map(last))
  }

  absolute(level: number, module: string): string | null {
    return this.index.absolute(this.path, level, module)
  }

  /** The new dotted name of a module; the old one where it did not move. */
  module(name: string): string {
    const { modules, names } = this.candidate
    for (const [from, to] of modules) {
      if (name === from) return to
      if (name.startsWith(`${from}.`)) return to + name.slice(from.length)
    }
    const place = names.get(name)
    if (!place) return name
    return place.name === null ? place.module : `${place.module}.${place.name}`
  }

  /** Where `from module import name` finds the name. */
  place(module: string, name: string): Place {
    const { modules, names } = this.candidate
    const full = `${module}.${name}`
    const exact = names.get(full)
    if (exact) return exact
    if (modules.has(full)) return placeOfModule(modules.get(full)!)
    return { module: this.module(module), name }
  }

  /** A module as this file would write it: relative where it was, and still can be. */
  written(level: number, module: string): string {
    const here = this.index.moduleAt(this.path)
    return level === 0 || !here ? module : relativeFrom(packageOf(here), module)
  }
}

/** A module as a relative import in the package `home` writes it; as it is where they have nothing in common. */
export function relativeFrom(home: string | undefined, module: string): string {
  const parent = home ? home.split('.') : []
  const parts = module.split('.')
  let same = 0
  while (same < parent.length && same < parts.length && parent[same] === parts[same]) same++
  if (same === 0) return module
  return '.'.repeat(parent.length - same + 1) + parts.slice(same).join('.')
}

type PlainImport = Extract<ImportSite, { kind: 'import' }>
type FromImport = Extract<ImportSite, { kind: 'from' }>

function plainImport({ modules }: PlainImport, moves: Moves, text: string): TextChange[] | null {
  return modules.flatMap(({ name, as, start, end }): TextChange[] => {
    const target = moves.module(name)
    if (target === name) return []
    if (as !== null) return [{ start, end, text: target }]
    if (!name.includes('.')) return [{ start, end, text: `${target} as ${name}` }]
    return [{ start, end, text: target }, ...usesOf(name, text, target)]
  })
}

/** The uses of a dotted module name in code, imports excepted, each replaced. */
function usesOf(name: string, text: string, target: string): TextChange[] {
  const changes: TextChange[] = []
  const use = new RegExp(String.raw`(?<![\w.])${name.replaceAll('.', String.raw`\.`)}(?!\w)`, 'g')
  const quoted = stringsAndComments(text)
  for (const found of text.matchAll(use)) {
    const start = found.index
    if (quoted.some(([from, to]) => from <= start && start < to)) continue
    const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
    if (/^\s*(?:import|from)\b/.test(line)) continue
    changes.push({ start, end: start + name.length, text: target })
  }
  return changes
}

/** null where the statement can't be rewritten: a star import of a module whose names went to several places. */
function fromImport(site: FromImport, moves: Moves, text: string): TextChange[] | null {
  const { level, module, source, names, statement } = site
  const from = moves.absolute(level, module)
  if (from === null) return []
  if (names === '*') {
    const target = moves.module(from)
    return target === from ? [] : [{ ...source, text: moves.written(level, target) }]
  }
  const places = names.map(({ name }) => moves.place(from, name))
  if (places.every((place, index) => place.module === from && place.name === names[index]!.name)) return []
  const targets = new Set(places.map(place => (place.name === null ? '' : place.module)))
  const [target] = targets
  if (targets.size === 1 && target) {
    const put = moves.written(level, target)
    const changed = names.flatMap((item, index) => renamed(item, places[index]!.name!))
    return target === from ? changed : [{ ...source, text: put }, ...changed]
  }
  return [{ ...statement, text: severalImports(site, places, moves, text) }]
}

function renamed({ name, as, start, end }: ImportedName, target: string): TextChange[] {
  if (target === name) return []
  return [{ start, end, text: as === null ? `${target} as ${name}` : target }]
}

/** The statement as several, one for each module, in the order in which the names stood. */
function severalImports(
  { names, level, statement }: FromImport,
  places: readonly Place[],
  moves: Moves,
  text: string,
): string {
  const items = new Map<string, string[]>()
  for (const [index, { name, as }] of (names as readonly ImportedName[]).entries()) {
    const { module, name: target } = places[index]!
    const bound = as ?? name
    const key = target === null ? `import ${module}` : `from ${moves.written(level, module)} import `
    const item = target === null ? '' : target
    const listed = items.get(key) ?? []
    items.set(key, listed)
    const own = target === null ? module : item
    listed.push(own === bound ? item : `${item} as ${bound}`)
  }
  const lineStart = text.lastIndexOf('\n', statement.start - 1) + 1
  const before = text.slice(lineStart, statement.start)
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const alone = before.trim() === ''
  const separator = alone ? newline + before : '; '
  return [...items]
    .flatMap(([head, list]) =>
      head.startsWith('import ')
        ? list.map(item => (head + item).trimEnd())
        : [importLine(head, list, alone ? before : null, newline)],
    )
    .join(separator)
}

/** `from x import a, b`, in brackets with one name a line where that would be too long. `indent` null: on one line. */
export function importLine(
  head: string,
  names: readonly string[],
  indent: string | null,
  newline = '\n',
): string {
  const line = head + names.join(', ')
  if (indent === null || indent.length + line.length <= LINE_LENGTH) return line
  const inner = names.map(name => `${indent}    ${name},${newline}`).join('')
  return `${head}(${newline}${inner}${indent})`
}

/** A use may be found for several statements of one module. */
function unique(changes: readonly TextChange[]): TextChange[] {
  return [...new Map(changes.map(change => [`${change.start}-${change.end}`, change])).values()]
}
