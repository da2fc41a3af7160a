/**
 * Imports and names of plugins under the cursor: which module it is in this run of pytest, through which entry of
 * `sys.path`, who needs it, and, where the import fails, what must change.
 */
import { type Extent, importSites } from '../../bridges/import_sites.ts'
import { compileModule } from '../../compile/compile.ts'
import type { Span } from '../../files/span.ts'
import { whyOnPath } from '../../report/path_entry.ts'
import { Finder } from '../../simulate/finder.ts'
import { whoReaches } from '../../simulate/reached.ts'
import type { Failure } from '../../simulate/trace.ts'
import type { Asked, Definition, Place } from './question.ts'

/** What serves the module that stands under the cursor. */
export interface ImportFact {
  readonly fact: 'import'
  readonly span: Span
  /** Absolute, also where it was written relative. */
  readonly module: string
  readonly kind: 'source' | 'package' | 'namespace' | 'extension' | 'builtin' | 'bytecode' | 'missing'
  readonly file: string | null
  /** The entry of `sys.path` that served its outermost package; null where none was asked. */
  readonly entry: string | null
  /** What puts that entry there. */
  readonly entryBy: string | null
  /** It was imported under this name in the run; else this is where it would be looked for and found. */
  readonly loaded: boolean
  /** Test files whose import reaches the file; null for a file that no test file reaches or that is not the project's. */
  readonly neededBy: number | null
  /** What importing it raises, with the place that must change; null where nothing is known to fail. */
  readonly failure: { readonly exception: string; readonly message: string; readonly span: Span } | null
}

interface FoundImport {
  readonly module: string
  readonly level: number
  readonly name: string | null
  readonly span: Span
  readonly statement: Span
}

/** The import under the cursor; null beside one, and for a relative one in a file that this run does not import. */
export function importAt(asked: Asked, place: Place): ImportFact | null {
  const found = findImport(place)
  if (!found) return null
  const base = absolute(asked, place.path, found)
  if (base === null) return null
  const submodule = found.name === null ? null : served(asked, `${base}.${found.name}`)
  const name = submodule ? `${base}.${found.name}` : base
  const spec = submodule ?? served(asked, name)
  const file = spec?.file ?? null
  const { plan, environment } = asked.analysis
  // The others of a dotted name are found on the path of the package in front.
  const entry = (spec && served(asked, name.split('.')[0]!)?.entry) ?? null
  const failure = failureThrough(asked, found.statement)
  return {
    fact: 'import',
    span: found.span,
    module: name,
    kind: spec?.kind ?? 'missing',
    file,
    entry,
    entryBy: entry === null ? null : whyOnPath(entry, plan, environment),
    loaded: spec?.loaded ?? false,
    neededBy: (file && whoReaches(asked.analysis.trace.reached, file).length) || null,
    failure: failure && { exception: failure.exception, message: failure.message, span: failure.cause },
  }
}

/** From an import that fails further down to what must change. */
export function brokenImportAt(asked: Asked, place: Place): Definition | null {
  const found = findImport(place)
  const failure = found && failureThrough(asked, found.statement)
  if (!failure) return null
  const { path, start, end } = failure.cause
  const isHere = path === place.path && start <= place.offset && place.offset <= end
  return isHere ? null : { origin: found.span, targets: [failure.cause] }
}

/** From the name of a plugin, in `-p` or `pytest_plugins`, to its module. */
export function pluginAt(asked: Asked, { path, text, offset }: Place): Definition | null {
  const word = wordAt(text, offset)
  if (!word) return null
  const option = text.slice(Math.max(0, word.start - 20), word.start)
  const named = path.endsWith('.py') ? inPytestPlugins(text, offset) : /-p["']?,?\s*["']?$/.test(option)
  const file = named ? served(asked, word.text)?.file : null
  return file
    ? { origin: { path, start: word.start, end: word.end }, targets: [{ path: file, start: 0, end: 0 }] }
    : null
}

/** The dotted name around an offset. */
function wordAt(text: string, offset: number): { text: string; start: number; end: number } | null {
  const before = /[\w.]*$/.exec(text.slice(Math.max(0, offset - 200), offset))![0]
  const after = /^[\w.]*/.exec(text.slice(offset, offset + 200))![0]
  const word = before + after
  return word ? { text: word, start: offset - before.length, end: offset + after.length } : null
}

/** Does the offset stand in the value that a module gives `pytest_plugins`? */
function inPytestPlugins(text: string, offset: number): boolean {
  const assigned = /^[ \t]*pytest_plugins\s*(?::[^=\n]*)?\+?=\s*(?:[[(](?:[^\])]*)[\])]|.*)/gm
  return [...text.matchAll(assigned)].some(
    ({ 0: all, index }) => index <= offset && offset <= index + all.length,
  )
}

/** The import statement under the cursor, and which of its names. */
function findImport({ path, text, offset }: Place): FoundImport | null {
  const holds = ({ start, end }: Extent) => start <= offset && offset <= end
  const span = ({ start, end }: Extent): Span => ({ path, start, end })
  const site = importSites(compileModule(text), text, 'import').find(({ statement }) => holds(statement))
  if (!site) return null
  const statement = span(site.statement)
  if (site.kind === 'import') {
    const found = site.modules.find(holds)
    return found ? { module: found.name, level: 0, name: null, span: span(found), statement } : null
  }
  const { module, level, source, names } = site
  const found = names === '*' ? undefined : names.find(holds)
  if (found) return { module, level, name: found.name, span: span(found), statement }
  return holds(source) ? { module, level, name: null, span: span(source), statement } : null
}

/** The absolute name of an import in `path`; null where it is relative and the file was not imported in this run. */
function absolute({ analysis }: Asked, path: string, { module, level }: FoundImport): string | null {
  if (level === 0) return module
  const importer = analysis.trace.modules.find(({ file }) => file === path)
  if (!importer) return null
  const parts = importer.name.split('.')
  if (!path.endsWith('/__init__.py')) parts.pop()
  const base = parts.slice(0, parts.length - level + 1)
  if (base.length === 0 || level > parts.length) return null
  return [...base, ...(module ? [module] : [])].join('.')
}

interface Served {
  readonly kind: Exclude<ImportFact['kind'], 'missing'>
  readonly file: string | null
  readonly entry: string | null
  readonly loaded: boolean
}

/** What serves a module: as this run loaded it, else as it would be found on `sys.path` as the run left it. */
export function served({ analysis, fs }: Asked, name: string): Served | null {
  const { trace, environment } = analysis
  const loaded = trace.modules.find(module => module.name === name)
  if (loaded) {
    const kind = loaded.file.endsWith('/__init__.py') ? 'package' : 'source'
    return { kind, file: loaded.file, entry: loaded.entry, loaded: true }
  }
  const finder = new Finder(fs, environment)
  const [top = '', ...rest] = name.split('.')
  let spec = finder.findTopLevel(top, trace.path)
  let full = top
  for (const part of rest) {
    full = `${full}.${part}`
    spec = spec?.path ? finder.findSubmodule(full, part, spec.path) : null
  }
  return spec && { kind: spec.kind, file: spec.file, entry: spec.entry, loaded: false }
}

interface Through {
  readonly exception: string
  readonly message: string
  readonly cause: Span
}

/** The failure whose way leads through a statement; the one that breaks most if there are several. */
function failureThrough({ analysis }: Asked, statement: Span): Through | null {
  const leads = ({ chain, span }: Failure) =>
    [...chain, span].some(
      link => link.path === statement.path && link.start >= statement.start && link.start <= statement.end,
    )
  const [cause] = analysis.causes
    .filter(({ failures, failure }) => [failure, ...failures].some(leads))
    .sort((a, b) => b.occurrences.length - a.occurrences.length)
  if (!cause) return null
  const { exception, message } = cause.failures.find(leads) ?? cause.failure
  return { exception, message, cause: cause.span }
}
