/**
 * Third-party modules: which of them need executing at all. A module from whose import statements nothing
 * absent can be reached, but for those that don't run at import or are caught, can't fail for that reason; it is
 * loaded as an open module without being parsed. Only one in seventeen asks for anything that isn't there.
 */

import { type ScannedImport, scanImports } from '../compile/import_scan.ts'
import { type ImportingPython, raisesByHand, standingOf } from '../compile/import_standing.ts'
import { remember } from '../files/memo.ts'
import { isWithin } from '../files/paths.ts'
import { TextMemo } from '../files/text_memo.ts'
import type { Spec } from './finder.ts'
import { type Machine, topLevel } from './machine.ts'
import { virtualKind } from './models/all_models.ts'
import { DJANGO_GUARDS } from './models/django.ts'
import { hasDjango } from './models/django_settings.ts'
import { TrackedSet } from './tracked_map.ts'

/** Per machine: what each file's import statements lead to. */
interface Reach {
  readonly edges: readonly Spec[]
  /** What is imported where the file deals with a failure. */
  readonly tolerated: readonly Spec[]
  /** What is imported by statements that don't run at import, if nobody else calls their functions then. */
  readonly idle: readonly Spec[]
  /** An import statement that may run and raise names something that isn't there, or code of the project. */
  readonly leaves: boolean
}

const imports = new TextMemo<readonly ScannedImport[]>()

/** Which files can't reach anything absent, and which were executed as they can. */
interface Judged {
  readonly clean: TrackedSet<string>
  readonly dirty: TrackedSet<string>
}

interface Reaches {
  readonly files: Map<string, Reach>
  /** By the stand-ins that `sys.modules` held. */
  readonly judged: Map<string, Judged>
}

const reaches = new WeakMap<Machine, Reaches>()

function reachesOf(m: Machine): Reaches {
  return remember(reaches, m, () => ({ files: m.map(), judged: new Map() }))
}

function judgedBy(m: Machine, standIns: ReadonlySet<string>): Judged {
  const { journal } = m.heap
  return remember(reachesOf(m).judged, [...standIns].sort().join(), () => ({
    clean: new TrackedSet(journal),
    dirty: new TrackedSet(journal),
  }))
}

/**
 * Can executing this file, or what it imports, ask for a module that is absent, or that the project has forbidden or
 * put a bare module in the place of; or run project code?
 */
export function reachesAbsent(m: Machine, spec: Spec): boolean {
  if (canReach(m, spec, NOTHING)) return true
  const standIns = m.modules.standIns()
  return standIns.size > 0 && canReach(m, spec, standIns) && !mayBeLoaded(m, spec)
}

const NOTHING: ReadonlySet<string> = new Set()

function canReach(m: Machine, spec: Spec, standIns: ReadonlySet<string>): boolean {
  if (spec.file === null) return false
  const { files } = reachesOf(m)
  const known = judgedBy(m, standIns)
  if (known.clean.has(spec.file)) return false
  if (known.dirty.has(spec.file)) return true
  const seen = new Set<string>([spec.file])
  const queue: Spec[] = [spec]
  for (let next = queue.pop(); next; next = queue.pop()) {
    const file = next.file!
    if (known.clean.has(file)) continue
    const found = next
    const reach = remember(files, file, () => reachOf(m, found))
    if (reach.leaves || known.dirty.has(file) || asksFor(m, found, standIns)) {
      known.dirty.add(spec.file)
      return true
    }
    for (const edge of reach.edges) {
      if (seen.has(edge.file!)) continue
      seen.add(edge.file!)
      queue.push(edge)
    }
  }
  for (const file of seen) known.clean.add(file)
  return false
}

/** What the look of an import statement is judged for. */
export function importingPython({ environment: { version, platform } }: Machine): ImportingPython {
  return { minor: version[1], platform }
}

/** Does an import statement of the file that may run ask for one of these modules? */
function asksFor(m: Machine, spec: Spec, wanted: ReadonlySet<string>): boolean {
  const text = wanted.size > 0 && spec.file!.endsWith('.py') ? m.world.text(spec.file!) : null
  if (!text) return false
  return imports.of(spec.file!, text, scanImports).some(({ module, level, names, at }) => {
    const base = level === 0 ? module : relative(packageOf(spec), level, module)
    if (!base || standingOf(text, at, importingPython(m)) === 'idle') return false
    const parts = base.split('.')
    const asked = parts.map((_, index) => parts.slice(0, index + 1).join('.'))
    if (names !== '*') asked.push(...names.map(name => `${base}.${name}`))
    return asked.some(name => wanted.has(name))
  })
}

/** May the file have been loaded unseen: through one that was not executed, or by a function of such a one? */
function mayBeLoaded(m: Machine, spec: Spec): boolean {
  for (const file of loadedFiles(m, true)) if (file === spec.file) return true
  return false
}

/**
 * The third-party source files that were loaded so far: those that the machine loaded, the plugins', and what
 * their import statements lead to. Of a file that asks for something absent only itself: it is executed, so
 * what it really imports is among the loaded ones.
 */
export function foreignFiles(m: Machine): Iterable<string> {
  return loadedFiles(m, false)
}

/** `byFunctions`: and what their functions import, if they were called. */
function* loadedFiles(m: Machine, byFunctions: boolean): Iterable<string> {
  const known = reachesOf(m)
  const seen = new Set<string>()
  const queue: Spec[] = []
  const add = (spec: Spec | null) => {
    if (!spec || !isForeignSource(m, spec) || seen.has(spec.file!)) return
    seen.add(spec.file!)
    queue.push(spec)
  }
  const plugins = new Set(m.plan.plugins.map(({ module }) => topLevel(module)))
  for (const { module } of m.plan.plugins) for (const spec of findAll(m, module) ?? []) add(spec)
  for (const module of m.modules.foreign()) {
    if (module.path && 't' in module.path) continue
    if (byFunctions && [...known.judged.values()].some(({ dirty }) => dirty.has(module.file ?? ''))) continue
    const { name, file, path } = module
    add({ name, kind: path ? 'package' : 'source', file, path, entry: null, hiddenBeside: null })
  }
  for (let next = queue.pop(); next; next = queue.pop()) {
    const found = next
    yield found.file!
    const { edges, tolerated, idle } = remember(known.files, found.file!, () => reachOf(m, found))
    for (const edge of edges) add(edge)
    for (const edge of tolerated) add(edge)
    // The hooks of a plugin are called.
    if (byFunctions || plugins.has(topLevel(found.name))) for (const edge of idle) add(edge)
  }
}

function reachOf(m: Machine, spec: Spec): Reach {
  const text = spec.file!.endsWith('.py') ? m.world.text(spec.file!) : ''
  const edges: Spec[] = []
  const tolerated: Spec[] = []
  const idle: Spec[] = []
  let leaves = false
  if (!text) return { edges, tolerated, idle, leaves }
  const python = importingPython(m)
  const packageName = packageOf(spec)
  let byHand: boolean | null = null
  /** What the file makes of a failure that it catches is only known where it is executed, if it raises by hand. */
  const raises = () => {
    byHand ??= raisesByHand(text, python)
    return byHand
  }
  /** Something absent is asked for in a `try`; behind one. */
  let caught = false
  let fallback = false
  for (const { module, level, names, at } of imports.of(spec.file!, text, scanImports)) {
    const base = level === 0 ? module : relative(packageName, level, module)
    if (base === null || base === '') continue
    leaves ||= DJANGO_GUARDS.has(base) && hasDjango(m)
    const found = findAll(m, base)
    const sources = (found ?? []).filter(step => isForeignSource(m, step))
    const last = found?.at(-1)
    for (const name of last?.path && names !== '*' ? names : []) {
      const sub = m.finder.findSubmodule(`${base}.${name}`, name, last!.path!)
      leaves ||= sub !== null && DJANGO_GUARDS.has(sub.name) && hasDjango(m)
      if (sub && isForeignSource(m, sub)) sources.push(sub)
    }
    const inProject = found?.some(step => step.file !== null && m.isProject(step.file)) ?? false
    // Most imports are of the standard library: how they stand is nothing to look up.
    if (found && sources.length === 0 && !inProject) continue
    const standing = standingOf(text, at, python)
    const runs = standing === 'live' || (standing !== 'idle' && raises())
    if (!found) {
      caught ||= standing === 'caught'
      fallback ||= standing === 'fallback'
      if (runs || (caught && fallback)) return { edges, tolerated, idle, leaves: true }
      continue
    }
    if (inProject && standing !== 'idle') return { edges, tolerated, idle, leaves: true }
    const reached = standing === 'idle' ? idle : runs ? edges : tolerated
    reached.push(...sources)
  }
  return { edges, tolerated, idle, leaves }
}

/** The package that the module's relative imports start from. */
export function packageOf({ name, path }: Spec): string {
  return path ? name : name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

/** The modules that importing a dotted name loads; null where one of them is not there. */
function findAll(m: Machine, name: string): Spec[] | null {
  const found: Spec[] = []
  let parent: Spec | null = null
  let fullName = ''
  for (const part of name.split('.')) {
    fullName = fullName ? `${fullName}.${part}` : part
    if (virtualKind(m, fullName) || fullName === '__main__') return found
    const next: Spec | null = parent
      ? parent.path
        ? m.finder.findSubmodule(fullName, part, parent.path)
        : null
      : m.finder.findTopLevel(part, m.searchPath())
    if (!next) return parent !== null && m.finder.isStandard(topLevel(name)) ? found : null
    if (stdlibPartMissing(m, next)) return null
    found.push(next)
    parent = next
  }
  return found
}

function isForeignSource(m: Machine, spec: Spec): boolean {
  return spec.file?.endsWith('.py') === true && !m.isProject(spec.file) && !isStandardFile(m, spec)
}

/** The standard library is taken to work, but for the parts that need a library of the system. */
function isStandardFile(m: Machine, spec: Spec): boolean {
  return (
    m.finder.isStandard(topLevel(spec.name)) && m.environment.stdlib.some(lib => isWithin(spec.file!, lib))
  )
}

/**
 * The module that `sys.modules` forbids (None) and that importing this part of the standard library asks for; null where
 * none is. Only statements that certainly run are followed, into what certainly is not loaded yet.
 */
export function haltedBelow(m: Machine, spec: Spec): string | null {
  if (![...m.modules.standIns()].some(name => m.modules.get(name) === null)) return null
  const python = importingPython(m)
  const seen = new Set<string>([spec.name])
  const queue: Spec[] = [spec]
  for (let next = queue.shift(); next; next = queue.shift()) {
    const text = next.file?.endsWith('.py') ? m.world.text(next.file) : null
    if (!text) continue
    const above = packageOf(next)
    for (const { module, level, at } of imports.of(next.file!, text, scanImports)) {
      const base = level === 0 ? module : relative(above, level, module)
      if (!base || seen.has(base) || standingOf(text, at, python) !== 'live') continue
      seen.add(base)
      if (m.modules.get(base) === null) return base
      const loaded = m.modules.has(base) || m.startModules.has(base) || m.perhapsInModules(base)
      const last = loaded ? undefined : findAll(m, base)?.at(-1)
      if (last?.name === base && last.file !== null && isStandardFile(m, last)) queue.push(last)
    }
  }
  return null
}

/**
 * All modules of the standard library that importing these may load, themselves included, as if no file of the project
 * stood in front of them.
 */
export function standardModulesBelow(m: Machine, names: readonly string[]): ReadonlySet<string> {
  const python = importingPython(m)
  const seen = new Set<string>()
  const queue = [...names]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const parent = name.slice(0, Math.max(0, name.lastIndexOf('.')))
    if (seen.has(name) || !m.finder.isStandard(topLevel(name))) continue
    seen.add(name)
    if (parent) queue.push(parent)
    const place = m.environment.stdlib.map(folder => `${folder}/${name.replaceAll('.', '/')}`)
    const files = place.flatMap(path => [`${path}/__init__.py`, `${path}.py`])
    const file = files.find(path => m.world.text(path) !== null)
    const text = file === undefined ? null : m.world.text(file)
    if (!text) continue
    const above = file!.endsWith('/__init__.py') ? name : parent
    for (const { module, level, names, at } of imports.of(file!, text, scanImports)) {
      const base = level === 0 ? module : relative(above, level, module)
      if (!base || standingOf(text, at, python) === 'idle') continue
      queue.push(base)
      if (names !== '*') for (const part of names) queue.push(`${base}.${part}`)
    }
  }
  return seen
}

/** Extension modules without which a package of the standard library can't be imported. */
const NEEDED_PARTS: Readonly<Record<string, string>> = {
  tkinter: '_tkinter',
  sqlite3: '_sqlite3',
  curses: '_curses',
  lzma: '_lzma',
  bz2: '_bz2',
  ctypes: '_ctypes',
  ssl: '_ssl',
  'dbm.gnu': '_gdbm',
  'dbm.ndbm': '_dbm',
  'compression.zstd': '_zstd',
}

/** The missing compiled part of a standard module (an interpreter built without it), or null. */
export function stdlibPartMissing(m: Machine, spec: Spec): string | null {
  const part = NEEDED_PARTS[spec.name]
  if (!part || !m.environment.stdlibExact || spec.file === null || !isStandardFile(m, spec)) return null
  return m.finder.findTopLevel(part, m.environment.sysPath) ? null : part
}

/** True for modules of the standard library: never executed, their names never checked. */
export function isStandardModule(m: Machine, spec: Spec): boolean {
  return spec.file === null ? m.finder.isStandard(topLevel(spec.name)) : isStandardFile(m, spec)
}

/** The absolute name of a relative import in that package; null where it leads out. */
export function relative(packageName: string, level: number, module: string): string | null {
  const parts = packageName.split('.')
  if (packageName === '' || level > parts.length) return null
  return [...parts.slice(0, parts.length - level + 1), ...(module ? [module] : [])].join('.')
}
