import type { Span } from '../files/span.ts'
import { certainlyNoPackage, whyUncertain } from './absence.ts'
import { loadBytecode } from './bytecode.ts'
import { ancestry, exceptionClass } from './classes.ts'
import { runModule } from './execute.ts'
import type { Spec } from './finder.ts'
import { haltedBelow, isStandardModule, reachesAbsent, stdlibPartMissing } from './foreign.ts'
import { noteExecuted } from './identities.ts'
import { type Machine, topLevel } from './machine.ts'
import { modelOf, serveVirtual } from './models/all_models.ts'
import { viaGetattr } from './names.ts'
import { elementsOf } from './operate.ts'
import { loadedByPlugins } from './plugin_modules.ts'
import { isReplacement } from './replaced.ts'
import type { FailureDetail } from './trace.ts'
import {
  constant,
  type Exc,
  isString,
  type List,
  list,
  type Module,
  type ModuleKind,
  NONE,
  PyRaise,
  UNKNOWN,
  type Value,
} from './values.ts'

type Blocker = Extract<FailureDetail, { kind: 'module-not-found' }>['blocker']

/** Deeper chains of imports than any real project has: the limit guards our own stack. */
const DEEPEST_IMPORT = 400

/** What `name` stands for in `sys.modules` after importing it; a failure is raised as PyRaise. */
export function importModule(m: Machine, name: string, focus: Span): Value {
  const value = findAndLoad(m, name, focus)
  if (value.t === 'module' && value.file) m.noteDependency(value.file)
  m.leaks.noteUse(name, focus)
  return value
}

function findAndLoad(m: Machine, name: string, focus: Span): Value {
  const loaded = lookUp(m, name, focus)
  if (loaded) return loaded
  const dot = name.lastIndexOf('.')
  if (dot < 0) return load(m, name, null, focus)
  const parent = importModule(m, name.slice(0, dot), focus)
  // The parent's body may have imported it, or put something in its place.
  return lookUp(m, name, focus) ?? load(m, name, parent, focus)
}

function lookUp(m: Machine, name: string, focus: Span): Value | null {
  const entry = m.modules.get(name)
  if (entry === undefined) return null
  if (entry === null) {
    const message = `import of ${name} halted; None in sys.modules`
    return fail(m, name, message, focus, { name, path: null, stub: true, by: m.leaks.writerOf(name) })
  }
  return isOnlyPerhapsLoaded(m, entry) ? null : entry
}

/**
 * A module that was loaded on a path that may not have been taken is executed by the first import that certainly
 * happens: if it was not there yet; and what fails for certain now would have failed on that path as well.
 */
export function isOnlyPerhapsLoaded(m: Machine, entry: Value | null): boolean {
  if (m.heap.doubtful || entry?.t !== 'module' || !entry.doubtful || entry.kind !== 'project') return false
  return m.states.get(entry) === 'done'
}

function load(m: Machine, name: string, parent: Value | null, focus: Span): Value {
  const virtual = serveVirtual(m, name)
  if (virtual) return bind(m, name, parent, virtual)
  let spec: Spec | null
  if (parent === null) {
    let atStart = m.startModules.has(name)
    spec = m.finder.findTopLevel(name, atStart ? m.environment.sysPath : m.searchPath())
    const before = atStart ? 'never' : loadedBefore(m, name, spec)
    if (before === 'perhaps') return bind(m, name, parent, UNKNOWN)
    if (before === 'always') {
      atStart = true
      spec = m.finder.findTopLevel(name, m.environment.sysPath)
    }
    if (spec) m.leaks.noteFound(spec)
    if (spec && !atStart) m.startMatters ||= dependsOnStart(m, spec)
    if (!spec && name in m.environment.namespacePth)
      spec = {
        name,
        kind: 'namespace',
        file: null,
        path: m.environment.namespacePth[name]!,
        entry: null,
        hiddenBeside: null,
      }
  } else {
    const path = packagePath(m, parent)
    if (path === 'unknown') return UNKNOWN
    if (path === null) {
      const above = name.slice(0, name.lastIndexOf('.'))
      const message = `No module named '${name}'; '${above}' is not a package`
      if (!certainlyNoPackage(m, name, parent)) return bind(m, name, parent, UNKNOWN)
      const stub = parent.t !== 'module' || parent.kind === 'stub'
      return fail(m, name, message, focus, {
        name: above,
        path: parent.t === 'module' ? parent.file : null,
        stub,
        by: m.leaks.writerOf(above),
      })
    }
    const noSpec = lackOfSpec(m, parent, name, focus)
    if (noSpec) return bind(m, name, parent, m.throwUnlessHealed(noSpec))
    spec = m.finder.findSubmodule(name, name.slice(name.lastIndexOf('.') + 1), path)
  }
  if (!spec) return notFound(m, name, parent, focus)
  return execute(m, spec, parent, focus)
}

/** Has a plugin already loaded another module of this name when this file comes to be found? */
function loadedBefore(m: Machine, name: string, found: Spec | null): 'always' | 'perhaps' | 'never' {
  const { environment, plan } = m
  if (!found?.file || !m.isProject(found.file) || environment.sysPath.includes(found.entry ?? ''))
    return 'never'
  if (m.startEntry && found.entry === plan.invocation.cwd) return 'never'
  if (!m.finder.findTopLevel(name, environment.sysPath)) return 'never'
  return loadedByPlugins(m, name)
}

/**
 * Would this top-level module be another one, or none, if pytest were started in the other way? `python -m` puts
 * the working folder in front of what is installed, the `pytest` command does not.
 */
function dependsOnStart(m: Machine, { name, file, entry }: Spec): boolean {
  const { kind, cwd, env } = m.plan.invocation
  if (m.startEntry) {
    const others = m.sysPath.items.filter(item => item !== m.startEntry && isString(item))
    return entry === cwd && !others.some(item => isString(item) && (item.v || cwd) === cwd)
  }
  if (kind !== 'pytest' || env.PYTHONSAFEPATH || entry === null || !m.environment.sysPath.includes(entry))
    return false
  const inFolder = m.finder.findTopLevel(name, [cwd])
  return inFolder !== null && inFolder.file !== null && inFolder.file !== file
}

/** `__path__` of what stands for a package: null if it has none, 'unknown' where that can't be told. */
export function packagePath(m: Machine, parent: Value): readonly string[] | null | 'unknown' {
  if (parent.t !== 'module') {
    if (parent.t !== 'instance') return 'unknown'
    const own = parent.attributes.slots.get('__path__') ?? parent.cls.ns.slots.get('__path__')
    if (own) return foldersIn(own.maybe ? UNKNOWN : own.value)
    return parent.cls.open ? 'unknown' : null
  }
  if (parent.kind === 'namespace') recalculate(m, parent)
  const slot = parent.ns.slots.get('__path__')
  if (slot?.value.t === 'list')
    return slot.value.open ? 'unknown' : slot.value.items.filter(isString).map(v => v.v)
  if (slot && slot.value.t !== 'const') return 'unknown'
  if (parent.path === null) {
    if (parent.kind === 'stub' && parent.ns.open) return 'unknown'
    return pathByHook(m, parent)
  }
  return Array.isArray(parent.path) ? parent.path : 'unknown'
}

/**
 * `_find_and_load_unlocked` notes in the parent's `__spec__` what is being imported, from Python 3.11 on: a stand-in
 * that was given a `__path__` and no `__spec__` fails there.
 */
function lackOfSpec(m: Machine, parent: Value, name: string, focus: Span): Exc | null {
  const [major, minor] = m.environment.version
  if (parent.t !== 'instance' || parent.attributes.open || (major === 3 && minor < 11)) return null
  const classes = [...ancestry(parent.cls)]
  const holders = [parent.attributes, ...classes.map(cls => cls?.ns)]
  if (holders.some(ns => !ns || ns.slots.has('__spec__'))) return null
  if (parent.cls.open || classes.some(cls => cls?.ns.slots.has('__getattr__'))) return null
  const mock = classes.some(cls => cls?.module === 'unittest.mock')
  const message = mock ? '__spec__' : `'${parent.cls.name}' object has no attribute '__spec__'`
  const module = name.slice(0, name.lastIndexOf('.'))
  const by = m.leaks.writerOf(module)
  const detail: FailureDetail =
    by && m.leaks.isStranger(by)
      ? { kind: 'missing-attribute', module, name: '__spec__', cycle: false, has: [], by }
      : { kind: 'other' }
  return m.exception(exceptionClass('AttributeError'), message, detail, { focus })
}

/**
 * Where a module of the project has no `__path__`, its own `__getattr__` is asked for one, by each import of a part
 * and by each `from` import: it may hand on another package's, and it may raise.
 */
export function pathByHook(m: Machine, module: Module): readonly string[] | null | 'unknown' {
  if (module.kind !== 'project' || module.path !== null) return null
  const given = viaGetattr(m, module, '__path__')
  return given === undefined || given === 'missing' ? null : foldersIn(given)
}

function foldersIn(path: Value): readonly string[] | 'unknown' {
  const folders = elementsOf(path)
  return folders?.every(isString) ? folders.map(folder => folder.v) : 'unknown'
}

/**
 * `_NamespacePath._recalculate`: a namespace is looked for anew once the path above it has changed. Where a
 * module is found by then, or nothing, it keeps the folders that it has.
 */
function recalculate(m: Machine, namespace: Module): void {
  const { name } = namespace
  const dot = name.lastIndexOf('.')
  const path = dot < 0 ? m.searchPath() : pathAbove(m, name.slice(0, dot))
  if (!Array.isArray(path) || !hasChanged(m, namespace, path)) return
  const found =
    dot < 0 ? m.finder.findTopLevel(name, path) : m.finder.findSubmodule(name, name.slice(dot + 1), path)
  if (found?.kind !== 'namespace' || !found.path) return
  m.heap.journal.field(namespace, 'path', namespace.ns)
  namespace.path = found.path
  m.heap.set(namespace.ns, '__path__', list(found.path.map(constant)))
}

/** `sys.modules[name].__path__`, which a nested namespace asks for whatever stands there by now. */
function pathAbove(m: Machine, name: string): readonly string[] | 'unknown' {
  const above = m.modules.get(name)
  if (above === undefined)
    return m.perhapsInModules(name) ? 'unknown' : m.raise('KeyError', `'${name}'`, { kind: 'other' })
  const path = above && packagePath(m, above)
  if (path !== null) return path
  if (above?.t === 'module' && above.kind !== 'project' && above.kind !== 'stub') return 'unknown'
  const message =
    above === null
      ? "'NoneType' object has no attribute '__path__'"
      : above.t === 'module'
        ? `module '${above.name}' has no attribute '__path__'`
        : '__path__'
  return m.raise('AttributeError', message, { kind: 'other' })
}

/** Is the path above a namespace another one than when it was looked for? To be asked once for each change. */
function hasChanged(m: Machine, namespace: Module, above: readonly string[]): boolean {
  const before = m.pathsAbove.get(namespace)
  m.pathsAbove.set(namespace, above)
  return before !== undefined && before !== above && before.join('\0') !== above.join('\0')
}

function notFound(m: Machine, name: string, parent: Value | null, focus: Span): Value {
  const message = `No module named '${name}'`
  const reason = whyUncertain(m, name, parent)
  if (reason === null) return fail(m, name, message, focus, null)
  if (reason === '') return bind(m, name, parent, UNKNOWN)
  m.mayFail({ exc: notFoundError(m, name, message, focus, null), reason: `perhaps ${reason}` })
  return bind(m, name, parent, UNKNOWN)
}

/**
 * Loads a module from its spec into `sys.modules` and executes it, as the last step of an import. One that fails is
 * taken out again, as `importlib._bootstrap` does it; `keeps`: whoever calls the loader himself leaves it there.
 */
export function execute(m: Machine, spec: Spec, parent: Value | null, focus: Span, keeps = false): Value {
  const module = newModule(m, spec)
  const { kind } = module
  noteLayout(m, spec, kind, focus)
  if (spec.file?.endsWith('.pyc')) loadBytecode(m, spec, focus)
  if (kind === 'project' && spec.file) {
    m.importedAt.set(spec.name, { module, span: focus, entry: spec.entry })
    noteExecuted(m, spec.name, spec.file)
  }
  if (kind === 'namespace') recalculate(m, module)
  m.modules.set(spec.name, module)
  if (m.importDepth >= DEEPEST_IMPORT) m.heap.open(module.ns)
  else if (kind === 'model') {
    for (const [name, value] of Object.entries(modelOf(m, spec.name)!)) m.heap.set(module.ns, name, value)
  } else if (kind === 'project' || (kind === 'foreign' && spec.kind !== 'builtin')) {
    const missing = stdlibPartMissing(m, spec)
    if (missing) {
      m.modules.delete(spec.name)
      return fail(m, missing, `No module named '${missing}'`, focus, null)
    }
    const halted = kind === 'foreign' && isStandardModule(m, spec) ? haltedBelow(m, spec) : null
    if (halted !== null && !m.startModules.has(spec.name) && !m.perhapsInModules(spec.name)) {
      m.modules.delete(spec.name)
      return lookUp(m, halted, focus)!
    }
    if (kind === 'project' || (!isStandardModule(m, spec) && reachesAbsent(m, spec))) {
      m.importDepth++
      try {
        runModule(m, module, kind === 'project')
      } catch (error) {
        if (error instanceof PyRaise && keeps) m.states.set(module, 'done')
        else if (error instanceof PyRaise) {
          m.states.set(module, 'failed')
          const entry = m.modules.get(spec.name)
          if (entry === module || isReplacement(entry)) m.modules.delete(spec.name)
        } else {
          // Our own stack ran out: Python would have gone on.
          m.states.set(module, 'done')
          m.heap.open(module.ns)
        }
        throw error
      } finally {
        m.importDepth--
      }
    }
  }
  m.states.set(module, 'done')
  // `sys.modules[__name__]` is what the import hands out, whatever the body put there.
  const result = m.modules.get(spec.name)
  if (isReplacement(result)) m.states.set(result, 'done')
  if (!result && kind === 'project' && m.vanished.get(spec.name) === m.unseenCalls)
    m.doubt(`${spec.name} takes itself out of sys.modules`, focus)
  return bind(m, spec.name, parent, result ?? UNKNOWN)
}

/** The module that a spec describes, with the attributes that the import system gives it, not executed yet. */
export function newModule(m: Machine, spec: Spec): Module {
  const kind = kindOf(m, spec)
  const open = kind !== 'project' && kind !== 'namespace'
  const module: Module = {
    t: 'module',
    name: spec.name,
    file: spec.file,
    kind,
    ns: m.heap.trackedNamespace(open),
    path: spec.path,
    doubtful: m.heap.doubtful,
  }
  const path = Array.isArray(module.path) ? list(module.path.map(constant)) : null
  const known = m.heap.journal.again({ module, path })
  if (known.module !== module) m.heap.again(known.module.ns)
  m.states.set(known.module, 'executing')
  setModuleAttributes(m, known.module, known.path)
  return known.module
}

function kindOf(m: Machine, spec: Spec): ModuleKind {
  if (spec.kind === 'namespace') return 'namespace'
  const project = spec.file !== null && m.isProject(spec.file)
  if (spec.file !== null && !spec.file.endsWith('.py')) return 'extension'
  if (project) return 'project'
  return modelOf(m, spec.name) ? 'model' : 'foreign'
}

function setModuleAttributes(m: Machine, module: Module, path: List | null): void {
  const set = (name: string, value: Value) => m.heap.set(module.ns, name, value)
  set('__name__', constant(module.name))
  set('__doc__', UNKNOWN)
  set('__loader__', UNKNOWN)
  set('__spec__', UNKNOWN)
  set('__builtins__', UNKNOWN)
  if (module.file) set('__file__', constant(module.file))
  else if (module.kind === 'namespace') set('__file__', NONE)
  if (module.kind === 'project') set('__cached__', UNKNOWN)
  const isPackage = module.path !== null
  set(
    '__package__',
    constant(isPackage ? module.name : module.name.slice(0, Math.max(0, module.name.lastIndexOf('.')))),
  )
  if (path) set('__path__', path)
}

/** The parent's attribute is bound after the child was executed, also while the parent is executing. */
function bind(m: Machine, name: string, parent: Value | null, value: Value): Value {
  if (value === UNKNOWN && !m.modules.has(name)) m.modules.set(name, UNKNOWN)
  if (parent?.t === 'module') m.heap.set(parent.ns, name.slice(name.lastIndexOf('.') + 1), value)
  return value
}

function fail(m: Machine, module: string, message: string, focus: Span, blocker: Blocker): Value {
  const exc = notFoundError(m, module, message, focus, blocker)
  if (m.isHealed(exc) || (blocker === null && m.world.installed.has(topLevel(module)))) {
    // Cured, the stand-in is not there, and the module that it stands for is looked for.
    if (blocker?.stub && m.modules.delete(blocker.name)) return importModule(m, module, focus)
    const healed: Module = {
      t: 'module',
      name: module,
      file: null,
      kind: 'foreign',
      ns: m.heap.namespace(true),
      path: UNKNOWN,
      doubtful: false,
    }
    m.modules.set(module, healed)
    return bind(m, module, parentOf(m, module), healed)
  }
  throw new PyRaise(exc)
}

function parentOf(m: Machine, module: string): Value | null {
  const dot = module.lastIndexOf('.')
  return dot < 0 ? null : (m.modules.get(module.slice(0, dot)) ?? null)
}

function notFoundError(m: Machine, module: string, message: string, focus: Span, blocker: Blocker): Exc {
  const parent = parentOf(m, module)
  const path = parent ? packagePath(m, parent) : m.searchPath()
  const searched = Array.isArray(path) ? path : []
  const has = m.finder.modulesIn(searched.filter(folder => m.isProject(folder)))
  const remover = parent ? null : m.leaks.removerOf(module)
  const finder = m.ignoredFinders.find(({ text }) => text.match(/\w+/g)?.includes(topLevel(module)))
  const misled = remover ? { by: remover, meant: null } : m.leaks.misled(module, null)
  return m.exception(
    exceptionClass('ModuleNotFoundError'),
    message,
    { kind: 'module-not-found', module, searched, has, blocker, misled, finder: finder?.span ?? null },
    { focus },
  )
}

/** Collisions and shadowing are told where an import meets them. */
function noteLayout(m: Machine, spec: Spec, kind: ModuleKind, focus: Span): void {
  if (kind !== 'project' || spec.file === null) return
  if (spec.hiddenBeside)
    m.note({
      event: 'collision',
      name: spec.name,
      package: spec.file,
      module: spec.hiddenBeside,
      span: focus,
    })
  if (spec.name.includes('.')) return
  const hidden = m.finder.findHidden(spec.name, m.searchPath(), spec)
  if (!hidden || hidden.kind === 'namespace') return
  const standard = m.finder.isStandard(spec.name)
  if (hidden.file !== null && m.isProject(hidden.file)) return
  m.note({
    event: 'shadowed',
    name: spec.name,
    by: spec.file,
    hidden: hidden.file ?? spec.name,
    hiddenKind: standard ? 'standard library' : 'installed',
    span: focus,
  })
}
