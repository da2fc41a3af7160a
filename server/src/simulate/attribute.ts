/**
 * Reading and writing attributes. Only a module's missing attribute is ever an AttributeError: instances and
 * classes have too many ways (descriptors, metaclasses, `__getattr__`) to have one after all.
 */
import type { Span } from '../files/span.ts'
import { functionBehind } from './behind.ts'
import { bodyText } from './body_words.ts'
import { ancestry, exceptionClass } from './classes.ts'
import { leaveOut, slotOf } from './effects.ts'
import { OF_EVERY_MODULE, raiseMissingAttribute, settled } from './from_import.ts'
import { leaveOutMethod } from './implicit_calls.ts'
import type { Machine } from './machine.ts'
import { containerMethod } from './models/containers.ts'
import { pathAttribute } from './models/pathlib.ts'
import { stringMethod } from './models/strings.ts'
import { replaceSysPath, versionField } from './models/sys.ts'
import { mayHaveName, versionFlag, viaGetattr } from './names.ts'
import { hasBuiltinAttribute, refuseAttribute } from './refuse.ts'
import { isReplacement, viaReplacement } from './replaced.ts'
import { standardHas } from './standard.ts'
import { boundByLibrary } from './unseen_names.ts'
import {
  constant,
  type Exc,
  HARMLESS,
  type Module,
  type NamespaceDict,
  tuple,
  UNKNOWN,
  type Value,
  withMore,
} from './values.ts'

export function getAttribute(m: Machine, value: Value, name: string, focus: Span): Value {
  switch (value.t) {
    case 'module':
      return moduleAttribute(m, value, name, focus)
    case 'class':
      return classAttribute(value, name)
    case 'instance':
      return instanceAttribute(m, value, name)
    case 'native':
      return value.attribute?.(name, focus) ?? UNKNOWN
    case 'const':
      refuseAttribute(m, value, name)
      return typeof value.v === 'string' ? stringMethod(m, value.v, name) : HARMLESS
    case 'bytes':
      refuseAttribute(m, value, name)
      return HARMLESS
    case 'dict':
      refuseAttribute(m, value, name)
      return containerMethod(m, value, name)
    case 'list':
    case 'set':
    case 'tuple':
      return versionField(value, name) ?? containerMethod(m, value, name)
    case 'path':
      return pathAttribute(m, value.path, name)
    case 'func': {
      const slot = value.attributes.slots.get(name)
      if (slot) return slot.value
      if (name === '__name__' || name === '__qualname__') return constant(value.name)
      if (name === '__module__') return constant(value.module.name)
      return UNKNOWN
    }
    case 'nsdict':
      return containerMethod(m, value, name)
    case 'bound':
      return UNKNOWN
    case 'unknown':
      m.mayRaise(exceptionClass('AttributeError'))
      return value
  }
}

function moduleAttribute(m: Machine, module: Module, name: string, focus: Span): Value {
  const slot = module.ns.slots.get(name)
  if (slot) {
    if (slot.maybe) m.mayRaise(exceptionClass('AttributeError'))
    return settled(m, module, name, slot.value)
  }
  if (name === '__dict__') return { t: 'nsdict', ns: module.ns, module }
  let raised: Exc | null = null
  const note = (exc: Exc) => {
    raised = exc
  }
  const given = viaGetattr(m, module, name, note) ?? viaReplacement(m, module, name)
  if (given !== undefined && given !== 'missing') return given
  if (module.kind === 'foreign' || module.kind === 'model' || module.kind === 'extension') {
    const loaded = m.modules.get(`${module.name}.${name}`)
    if (loaded) return loaded
    const flag = versionFlag(m, module, name)
    if (flag) return flag
    if (m.heap.doubtful || m.frame.restricted || mayHaveName(m, module, name)) {
      const isGuarded = m.watches.at(-1)?.guards === true
      if (!isGuarded || !standardHas(m, module, name)) m.mayRaise(exceptionClass('AttributeError'))
      return m.finder.isStandard(module.name.split('.')[0]!) ? HARMLESS : UNKNOWN
    }
    return raiseMissingAttribute(m, module, name, focus)
  }
  const open = module.ns.open && !(given === 'missing' && isReplacement(module))
  const hidden = OF_EVERY_MODULE.has(name) && (name !== '__path__' || module.kind !== 'project')
  if (open || hidden || mayBeBoundUnseen(m, module, name)) {
    m.mayRaise(exceptionClass('AttributeError'))
    return UNKNOWN
  }
  return raiseMissingAttribute(m, module, name, focus, raised)
}

/**
 * `globals()[name]`, `vars(module)[name]`, `module.__dict__[name]`: a KeyError where the namespace certainly lacks the
 * name. No `__getattr__` is asked, and Python's own names are left out. null where nothing is certain.
 */
export function namespaceItem(m: Machine, { ns, module }: NamespaceDict, name: string): Value | null {
  const slot = ns.slots.get(name)
  if (slot) return slot.maybe ? null : slot.value
  if (module?.kind !== 'project' || ns.open || m.frame.restricted || name.startsWith('__')) return null
  if (mayBeBoundUnseen(m, module, name)) return null
  return m.throwUnlessHealed(m.exception(exceptionClass('KeyError'), `'${name}'`, { kind: 'other' }))
}

/** A submodule that exists may have been imported by code that was not simulated. */
function mayBeBoundUnseen(m: Machine, module: Module, name: string): boolean {
  if (m.heap.doubtful || boundByLibrary(m, module, name)) return true
  if (module.path === null) return false
  if (!Array.isArray(module.path)) return true
  const loaded = m.modules.get(`${module.name}.${name}`)
  if (loaded?.t === 'module' && m.states.get(loaded) === 'executing') return false
  return m.unseenImports && m.finder.findSubmodule(`${module.name}.${name}`, name, module.path) !== null
}

/** Methods that are class methods without being told so (`type.__new__`). */
const OF_THE_CLASS = new Set(['__init_subclass__', '__class_getitem__'])

function classAttribute(cls: Extract<Value, { t: 'class' }>, name: string): Value {
  if (name === '__name__' || name === '__qualname__') return constant(cls.name)
  if (name === '__module__') return constant(cls.module)
  if (name === '__dict__') return { t: 'nsdict', ns: cls.ns, module: null }
  if (name === '__bases__') return tuple(cls.bases)
  // An open class may bind any name before its bases are asked, and its instances may.
  let open = false
  for (const ancestor of ancestry(cls)) {
    if (ancestor === null) return UNKNOWN
    open ||= ancestor.open
    const slot = ancestor.ns.slots.get(name)
    if (slot?.value.t === 'func')
      return OF_THE_CLASS.has(name) ? { t: 'bound', self: cls, fn: slot.value } : slot.value
    if (slot) return open ? UNKNOWN : slot.value
  }
  return UNKNOWN
}

function instanceAttribute(m: Machine, value: Extract<Value, { t: 'instance' }>, name: string): Value {
  if (slotOf(value.cls, '__getattribute__')) {
    leaveOutMethod(m, value, '__getattribute__')
    m.mayRaise(null)
    return UNKNOWN
  }
  const own = value.attributes.slots.get(name)
  if (own) return own.value
  if (name === '__class__') return value.cls
  // Properties and methods that were left out may have written more.
  if (name === '__dict__') return withMore<NamespaceDict>({ t: 'nsdict', ns: value.attributes, module: null })
  if (value.exception) {
    if (name === 'args') return tuple(value.exception.args)
    if (name === 'msg') return constant(value.exception.message)
    if (name === 'name' && value.exception.detail.kind === 'module-not-found')
      return constant(value.exception.detail.module)
    if (name === 'name' && value.exception.detail.kind === 'missing-symbol')
      return constant(value.exception.detail.module)
  }
  const found = classAttribute(value.cls, name)
  if (found === UNKNOWN) leaveOutMethod(m, value, '__getattr__')
  if (found.t === 'func' && name !== '__new__') return { t: 'bound', self: value, fn: found }
  // A property, or a method behind a decorator.
  const behind = functionBehind(found)
  if (behind) leaveOut(m, behind, { positional: [value], keywords: new Map(), open: true })
  if (found === UNKNOWN) m.mayRaise(exceptionClass('AttributeError'))
  return found
}

/** May a function in the place of `__import__` have modules of its own, and not only hand on what Python's gives? */
function servesModules(item: Value): boolean {
  if (item.t === 'func') return /\breturn\b(?![ \t]+\w*import\w*\()/.test(bodyText(item))
  // What was read from the module itself is put back.
  return item.t === 'unknown' ? !item.harmless : item.t !== 'native' || item.name !== '__import__'
}

/** May what a class holds see to its attribute by itself, as properties and other descriptors do? */
function mayDescribe(value: Value): boolean {
  if (value.t === 'instance') return value.cls.open || slotOf(value.cls, '__set__') !== undefined
  return value.t === 'native' || value.t === 'unknown'
}

/** `value.name = item`. */
export function setAttribute(m: Machine, value: Value, name: string, item: Value): void {
  switch (value.t) {
    case 'module':
      if (value.name === 'sys' && name === 'path') return replaceSysPath(m, item)
      if (value.name === 'sys' && name === 'meta_path') m.metaPathOpen = true
      if (value.name === 'builtins' && name === '__import__' && servesModules(item)) m.metaPathOpen = true
      if (value.name === 'sys' && name === 'modules') m.openPrefixes.add('*')
      // Properties and `__getattr__` of another class may serve any name.
      if (name === '__class__') m.heap.open(value.ns)
      m.heap.set(value.ns, name, item)
      return
    case 'class':
      m.heap.set(value.ns, name, item)
      return
    case 'instance': {
      leaveOutMethod(m, value, '__setattr__')
      const there = slotOf(value.cls, name)?.value
      const setter = there && functionBehind(there)
      if (setter) leaveOut(m, setter, { positional: [value, item], keywords: new Map(), open: false })
      const isKept = !slotOf(value.cls, '__setattr__') && (!there || !mayDescribe(there))
      m.heap.set(value.attributes, name, isKept ? item : UNKNOWN)
      return
    }
    case 'func':
      m.heap.set(value.attributes, name, item)
      return
    case 'const':
      refuseAttribute(m, value, name)
      return
    case 'native':
      value.assign?.(name, item)
      return
    default:
      return
  }
}

/** `del value.name`. */
export function deleteAttribute(m: Machine, value: Value, name: string): void {
  if (value.t === 'module' || value.t === 'class') m.heap.delete(value.ns, name)
  else if (value.t === 'instance') {
    leaveOutMethod(m, value, '__delattr__')
    m.heap.delete(value.attributes, name)
  }
}

/** hasattr() in three values. It has Python's side effect of importing nothing. */
export function hasAttribute(m: Machine, value: Value, name: string): boolean | null {
  switch (value.t) {
    case 'module': {
      const slot = value.ns.slots.get(name)
      if (slot) return slot.maybe ? null : true
      if (name === '__path__') return value.path !== null
      if (name === '__file__') return value.file !== null
      if ((value.kind !== 'project' && value.kind !== 'stub') || value.ns.open || m.heap.doubtful) return null
      const given = viaGetattr(m, value, name)
      if (given !== undefined) return given === 'missing' ? false : given === UNKNOWN ? null : true
      return value.path !== null &&
        m.finder.findSubmodule(`${value.name}.${name}`, name, Array.isArray(value.path) ? value.path : [])
        ? null
        : false
    }
    case 'instance':
      return value.attributes.slots.has(name) ? true : null
    case 'func':
      return value.attributes.slots.has(name) ? true : null
    case 'class':
      return classAttribute(value, name) === UNKNOWN ? null : true
    case 'const':
    case 'bytes':
    case 'dict':
      return hasBuiltinAttribute(m, value, name)
    case 'native':
      // What asking raises leaves hasattr, unless it is an AttributeError.
      value.attribute?.(name, m.here())
      return null
    default:
      return null
  }
}
