/**
 * `from module import name`, `*` included, and attributes of modules: which name gives what, and which one is
 * certainly missing. Follows importlib's `_handle_fromlist` and ceval's IMPORT_FROM and IMPORT_STAR.
 */
import type { Span } from '../files/span.ts'
import { ancestry, exceptionClass, OBJECT } from './classes.ts'
import { NORMAL } from './completion.ts'
import { importModule, isOnlyPerhapsLoaded, packagePath } from './importer.ts'
import { type Machine, topLevel } from './machine.ts'
import { virtualKind } from './models/all_models.ts'
import { isNamespaceClass } from './models/types.ts'
import { isRebound, mayHaveName, versionFlag, viaGetattr } from './names.ts'
import { elementsOf } from './operate.ts'
import { refuseIteration } from './refuse.ts'
import { isReplacement, viaReplacement } from './replaced.ts'
import { isStandardLibrary, wordsForMissing } from './standard.ts'
import type { FailureDetail } from './trace.ts'
import { boundByLibrary } from './unseen_names.ts'
import { type Exc, isString, type Module, type Slot, UNKNOWN, type Value } from './values.ts'

/** `from .x import y`: the absolute name, by the package of the importing module (PEP 328). */
export function resolveRelative(
  m: Machine,
  module: Module,
  level: number,
  name: string,
  focus: Span,
): string | null {
  if (level === 0) return name
  const slot = module.ns.slots.get('__package__')?.value
  if (slot && !isString(slot)) return null
  const packageName = slot ? slot.v : ''
  if (!packageName) {
    m.raise(
      'ImportError',
      'attempted relative import with no known parent package',
      { kind: 'relative-import', reason: 'no parent package' },
      focus,
    )
  }
  const parts = packageName.split('.')
  if (level > parts.length) {
    const [major, minor] = m.environment.version
    const cls = major > 3 || minor >= 9 ? 'ImportError' : 'ValueError'
    m.raise(
      cls,
      'attempted relative import beyond top-level package',
      { kind: 'relative-import', reason: 'beyond top-level' },
      focus,
    )
  }
  const base = parts.slice(0, parts.length - level + 1).join('.')
  return name ? `${base}.${name}` : base
}

/** Whoever breaks a circle for one name of a statement has broken it for the names behind it as well. */
export interface Circle {
  broken: boolean
}

/**
 * One name of `from module import name`: the attribute, else the submodule, else what a module-level
 * `__getattr__` may give, else `sys.modules`, else ImportError.
 */
export function importName(
  m: Machine,
  module: Value,
  name: string,
  focus: Span,
  circle: Circle = { broken: false },
): Value {
  if (module.t !== 'module') return fromObject(m, module, name, focus)
  const slot = module.ns.slots.get(name)
  if (slot && !slot.maybe) return settled(m, module, name, slot.value)
  const given = slot ? undefined : (viaGetattr(m, module, name) ?? viaReplacement(m, module, name))
  if (given !== undefined && given !== 'missing' && !(given === UNKNOWN && submoduleExists(m, module, name)))
    return given
  const sub = trySubmodule(m, module, name, focus)
  if (sub) return sub
  if (slot) return slot.value
  if (given === UNKNOWN || mayHaveUnseen(m, module, name, given === 'missing'))
    return versionFlag(m, module, name) ?? UNKNOWN
  const entry = m.modules.get(`${module.name}.${name}`)
  if (entry) return entry
  if (m.openPrefixes.has(topLevel(module.name)) || m.openPrefixes.has('*')) return UNKNOWN
  return missing(m, module, name, focus, circle)
}

/** What the type of modules, the import system and warnings give to each of them without its doing. */
export const OF_EVERY_MODULE: ReadonlySet<string> = new Set(
  '__annotate__ __annotations__ __builtins__ __cached__ __class__ __delattr__ __dict__ __dir__ __doc__ __eq__ __file__ __format__ __ge__ __getattribute__ __getstate__ __gt__ __hash__ __init__ __init_subclass__ __le__ __loader__ __lt__ __name__ __ne__ __new__ __package__ __path__ __reduce__ __reduce_ex__ __repr__ __setattr__ __sizeof__ __spec__ __str__ __subclasshook__ __warningregistry__'.split(
    ' ',
  ),
)

/** May the module have an attribute that its namespace does not show? */
function mayHaveUnseen(m: Machine, module: Module, name: string, refused: boolean): boolean {
  if (OF_EVERY_MODULE.has(name)) return true
  if (module.kind === 'foreign' || module.kind === 'model' || module.kind === 'extension')
    return mayHaveName(m, module, name)
  if ((module.ns.open && !(refused && isReplacement(module))) || packagePath(m, module) === 'unknown')
    return true
  if (module.kind === 'namespace') return m.isPathOpen
  return boundByLibrary(m, module, name)
}

/** A constant of a module run in the restricted way counts only if no function there rebinds it. */
export function settled(m: Machine, module: Module, name: string, value: Value): Value {
  if (module.kind !== 'foreign' || value.t === 'module' || value.t === 'class') return value
  return isRebound(m, module, name) ? UNKNOWN : value
}

/** From an object that stands in `sys.modules` without being a module. */
function fromObject(m: Machine, object: Value, name: string, focus: Span): Value {
  if (object.t !== 'instance') return UNKNOWN
  const own = object.attributes.slots.get(name)?.value
  if (own || !lacks(object, name)) return own ?? UNKNOWN
  const key = [...m.modules].find(([, value]) => value === object)?.[0] ?? ''
  const by = m.leaks.writerOf(key)
  const title = object.attributes.slots.get('__name__')?.value
  const shown = title && isString(title) ? title.v : '<unknown module name>'
  const message = `cannot import name '${name}' from '${shown}' (unknown location)`
  const detail = {
    kind: 'missing-symbol' as const,
    module: key,
    file: null,
    name,
    cycle: null,
    has: [...object.attributes.slots.keys()],
    by: by && m.leaks.isStranger(by) ? by : null,
  }
  return m.throwUnlessHealed(m.exception(exceptionClass('ImportError'), message, detail, { focus }))
}

/** Has the object for certain no such attribute, by itself or by a class that nothing unseen can add to? */
function lacks({ attributes, cls }: Extract<Value, { t: 'instance' }>, name: string): boolean {
  if (attributes.open || name.startsWith('__')) return false
  const unseen = ['__getattr__', '__getattribute__', name]
  return [...ancestry(cls)].every(
    each =>
      each !== null &&
      (each === OBJECT ||
        isNamespaceClass(each) ||
        (!each.open && !each.native && !each.ns.open && !unseen.some(it => each.ns.slots.has(it)))),
  )
}

function submoduleExists(m: Machine, module: Module, name: string): boolean {
  const path = packagePath(m, module)
  return Array.isArray(path) && m.finder.findSubmodule(`${module.name}.${name}`, name, path) !== null
}

/**
 * `_handle_fromlist`: the submodules that a statement names are loaded before its first name is bound, so that they
 * are there, or fail, even where an earlier name is missing.
 */
export function loadSubmodule(m: Machine, module: Value, name: string, focus: Span): void {
  if (module.t !== 'module' || module.kind !== 'project') return
  const { slots } = module.ns
  if (!slots.has(name) && !slots.has('__getattr__')) trySubmodule(m, module, name, focus)
}

/** A missing `pkg.name` is swallowed, any other error inside it goes on. */
function trySubmodule(m: Machine, module: Module, name: string, focus: Span): Value | null {
  const fullName = `${module.name}.${name}`
  const loaded = m.modules.get(fullName)
  if (loaded !== undefined && !isOnlyPerhapsLoaded(m, loaded)) return loaded
  if (!submoduleExists(m, module, name) && !virtualKind(m, fullName)) return null
  return importModule(m, fullName, focus)
}

function missing(
  m: Machine,
  module: Module,
  name: string,
  focus: Span,
  circle: Circle = { broken: false },
): Value {
  const place = module.file ?? 'unknown location'
  const partial = m.states.get(module) === 'executing'
  if (partial && circle.broken) return UNKNOWN
  const by = module.kind === 'stub' ? m.leaks.writerOf(module.name) : null
  const message =
    wordsForMissing(m, module, name)?.importError ??
    (partial && module.file
      ? `cannot import name '${name}' from partially initialized module '${module.name}' (most likely due to a circular import) (${place})`
      : `cannot import name '${name}' from '${module.name}' (${place})`)
  const exc = m.exception(
    exceptionClass('ImportError'),
    message,
    {
      kind: 'missing-symbol',
      module: module.name,
      file: module.file,
      name,
      cycle: partial ? cycleOf(m, module) : null,
      has: namesOf(m, module, name),
      standard: isStandardLibrary(m, module),
      by: by && m.leaks.isStranger(by) ? by : null,
      misled: partial ? null : m.leaks.misled(module.name, name),
    },
    { focus },
  )
  m.throwUnlessHealed(exc)
  circle.broken = partial
  return UNKNOWN
}

/** Names that the module does have, where another one is missing. */
function namesOf(m: Machine, module: Module, missing: string): readonly string[] {
  const told = wordsForMissing(m, module, missing)?.has
  return told ?? [...module.ns.slots.keys()].filter(name => !name.startsWith('__'))
}

/** `pkg.a` while `pkg.a` is still executing: the parent's attribute is bound only afterwards. */
function raiseUnfinishedChild(m: Machine, module: Module, name: string, focus: Span): Value {
  const [, minor] = m.environment.version
  const message =
    minor >= 11
      ? `cannot access submodule '${name}' of module '${module.name}' (most likely due to a circular import)`
      : `module '${module.name}' has no attribute '${name}'`
  const detail = {
    kind: 'missing-attribute' as const,
    module: module.name,
    name,
    cycle: true,
    has: [],
  }
  return m.throwUnlessHealed(m.exception(exceptionClass('AttributeError'), message, detail, { focus }))
}

/**
 * `import a.b as c` takes the attribute b of a, which need not be the module, and is missing where only the module is
 * left of a failed import (IMPORT_FROM, since 3.7). `first`: what `a` is; `leaf`: what was imported.
 */
export function viaParents(m: Machine, name: string, first: Value, leaf: Value, focus: Span): Value {
  const [top, ...rest] = name.split('.')
  let value = first
  let path = top!
  for (const part of rest) {
    if (value.t !== 'module') return leaf
    path = `${path}.${part}`
    const slot: Slot | undefined = value.ns.slots.get(part)
    const entry = slot && !slot.maybe ? slot.value : m.modules.get(path)
    if (entry) value = entry
    else return isComplete(m, value) ? missing(m, value, part, focus) : leaf
  }
  return value
}

/** Is a name that is not bound in the module certainly not to be had of it? */
function isComplete(m: Machine, { kind, ns }: Module): boolean {
  return (
    kind === 'project' &&
    !ns.open &&
    !ns.slots.has('__getattr__') &&
    !m.heap.doubtful &&
    m.environment.version[1] >= 7
  )
}

/** Files being executed from the module down to the present frame: the way round the cycle. */
export function cycleOf(m: Machine, module: Module): string[] {
  const files = m.frames.filter(f => f.kind === 'module').map(f => f.unit.path)
  const start = module.file ? files.lastIndexOf(module.file) : -1
  return start < 0 ? [] : files.slice(start)
}

/** `from module import *` into the namespace of the present frame. */
export function importStar(m: Machine, module: Value, focus: Span): void {
  const into = m.frame.scope.names
  if (module.t !== 'module') return m.heap.open(into)
  if (module.ns.open) m.heap.open(into)
  const all = publicNames(m, module)
  if (all === null) return copyPublic(m, module)
  const names = elementsOf(all)
  if (!names?.every(isString)) {
    refuseIteration(m, all)
    copyPublic(m, module)
    return m.heap.open(into)
  }
  for (const { v: name } of names) m.heap.set(into, name, starName(m, module, name, focus))
}

/** What a star import reads as `__all__`, be it through the module's `__getattr__`; null where it has none. */
function publicNames(m: Machine, module: Module): Value | null {
  const slot = module.ns.slots.get('__all__')
  if (slot) return slot.maybe ? UNKNOWN : slot.value
  const given = viaGetattr(m, module, '__all__')
  return given === undefined || given === 'missing' ? null : given
}

function copyPublic(m: Machine, module: Module): void {
  const into = m.frame.scope.names
  for (const [name, slot] of module.ns.slots) {
    if (name.startsWith('_')) continue
    if (slot.maybe)
      m.heap.alternatives([
        () => {
          m.heap.set(into, name, slot.value)
          return NORMAL
        },
        () => NORMAL,
      ])
    else m.heap.set(into, name, slot.value)
  }
}

function starName(m: Machine, module: Module, name: string, focus: Span): Value {
  const slot = module.ns.slots.get(name)
  if (slot) return slot.value
  const sub = trySubmodule(m, module, name, focus)
  if (sub) return sub
  const given = viaGetattr(m, module, name)
  if (given !== undefined && given !== 'missing') return given
  if (module.ns.open || module.kind !== 'project') return UNKNOWN
  return raiseMissingAttribute(m, module, name, focus)
}

/**
 * AttributeError in the words for modules, which depend on whether the module is still executing; `hook`: what the
 * module's own `__getattr__` raised, in its words and at its place.
 */
export function raiseMissingAttribute(
  m: Machine,
  module: Module,
  name: string,
  focus: Span,
  hook: Exc | null = null,
): Value {
  const partial = m.states.get(module) === 'executing'
  const [, minor] = m.environment.version
  const child = m.modules.get(`${module.name}.${name}`)
  if (child?.t === 'module' && m.states.get(child) === 'executing')
    return raiseUnfinishedChild(m, module, name, focus)
  const from = minor >= 13 && module.file ? ` from '${module.file}'` : ''
  const told = wordsForMissing(m, module, name)?.attributeError
  const message = partial
    ? `partially initialized module '${module.name}'${from} has no attribute '${name}' (most likely due to a circular import)`
    : (told ?? `module '${module.name}' has no attribute '${name}'`)
  const detail: FailureDetail = {
    kind: 'missing-attribute',
    module: module.name,
    name,
    byHook: hook !== null,
    cycle: partial,
    has: namesOf(m, module, name),
    standard: isStandardLibrary(m, module),
  }
  const exc = m.exception(exceptionClass('AttributeError'), message, detail, { focus })
  return m.throwUnlessHealed(hook ? { ...hook, detail, focus: exc.focus } : exc)
}
