/**
 * The machine's small domain of Python values. A value is either known exactly or `unknown`; containers and
 * namespaces that something unknown may have written to are `open`. Nothing of this leaves the room.
 */

import type { CallExpr, DefOp, Expr, ModuleCode, Parameter } from '../compile/module_code.ts'
import { remember } from '../files/memo.ts'
import type { Span } from '../files/span.ts'
import type { Failure, FailureDetail } from './trace.ts'

export type Value =
  | Const
  | Bytes
  | Tuple
  | List
  | SetValue
  | Dict
  | Module
  | Func
  | Class
  | Instance
  | Native
  | Bound
  | PathValue
  | NamespaceDict
  | Unknown

export interface Const {
  readonly t: 'const'
  readonly v: string | number | boolean | bigint | null
}
export interface Bytes {
  readonly t: 'bytes'
  readonly v: string
}
export interface Tuple {
  readonly t: 'tuple'
  readonly items: readonly Value[]
}
export interface List {
  readonly t: 'list'
  items: Value[]
  /** Elements may have been added, changed or removed unseen. */
  open: boolean
  /** Set where `open` only means that these may stand behind the items; null: anything may. */
  perhaps: readonly Value[] | null
  /** The order in which containers were made. */
  readonly born: number
}
export interface SetValue {
  readonly t: 'set'
  /** By `keyOf`. */
  items: Map<string, Value>
  open: boolean
  readonly frozen: boolean
  readonly born: number
}
export interface Dict {
  readonly t: 'dict'
  /** By `keyOf` of the key. */
  items: Map<string, { key: Value; value: Value }>
  open: boolean
  readonly born: number
}

export type Container = List | Dict | SetValue

export interface Module {
  readonly t: 'module'
  readonly name: string
  readonly file: string | null
  readonly kind: ModuleKind
  readonly ns: Namespace
  /** `__path__`; null for a module that is no package. A search path that code computed is a Value. */
  path: readonly string[] | Unknown | null
  /** Loaded on a path that may not have been taken. */
  doubtful: boolean
}

/**
 * project: executed in full. foreign: installed or standard library, executed in the restricted way or not
 * at all. namespace: directories without `__init__`. extension: compiled. model: served by `models/`.
 * stub: made by code (`types.ModuleType`).
 */
export type ModuleKind = 'project' | 'foreign' | 'namespace' | 'extension' | 'model' | 'stub'

export interface Func {
  readonly t: 'func'
  readonly name: string
  readonly code: FunctionCode
  readonly scope: Scope
  readonly module: Module
  readonly defaults: ReadonlyMap<string, Value>
  /** Attributes written on the function object (`f.slow = 1`). */
  readonly attributes: Namespace
}

export interface FunctionCode {
  readonly params: readonly Parameter[]
  readonly def: DefOp | null
  readonly lambda: Expr | null
  readonly unit: CodeUnit
}

/** One file's compiled text, shared by its module frame and the frames of its functions. */
export interface CodeUnit {
  readonly path: string
  readonly code: ModuleCode
  readonly text: { get(): string }
  readonly project: boolean
}

export interface Class {
  readonly t: 'class'
  readonly name: string
  readonly module: string
  readonly bases: readonly Value[]
  readonly ns: Namespace
  /** The name in its `class` statement; null for a class that no code defined. */
  readonly place: Span | null
  /** A base, metaclass or decorator is unknown: attributes and behaviour may be anything. */
  open: boolean
  /** Made by a model: instances and calls are handled by it. */
  readonly native: NativeCall | null
  /** What its metaclass does with each class that is derived from it; may raise (PyRaise). */
  readonly metaclass?: (cls: Class) => void
  /** Its metaclass may have a `__prepare__`. */
  readonly prepares?: boolean
}

export interface Instance {
  readonly t: 'instance'
  readonly cls: Class
  readonly attributes: Namespace
  /** Set for exceptions: what a `raise` of this object shows. */
  exception: Exc | null
}

export interface Native {
  readonly t: 'native'
  readonly name: string
  readonly call: NativeCall | null
  /** Attributes; undefined: unknown. */
  readonly attribute: ((name: string, focus: Span) => Value | undefined) | null
  /** Subscripts and `in`, for objects such as `sys.modules` and `os.environ`. */
  readonly mapping: Mapping | null
  /** `object.name = value`; null: nothing is known to come of it. */
  readonly assign: ((name: string, value: Value) => void) | null
  /** It is given to code that nobody follows, which may write to it. */
  readonly handed: (() => void) | null
  /** It counts as true, whatever it holds; what can be called does so too. */
  readonly holds: boolean
}

export interface Mapping {
  /** May raise KeyError (PyRaise). */
  readonly get: (key: Value) => Value
  readonly set: (key: Value, value: Value) => void
  readonly remove: (key: Value) => void
  /** null: not known. */
  readonly has: (key: Value) => boolean | null
  /** What iterating over it gives; without, or null: not known. */
  readonly keys?: () => readonly Value[] | null
}
export type NativeCall = (args: Args, call: CallExpr | null) => Value

export interface Bound {
  readonly t: 'bound'
  readonly self: Value
  readonly fn: Func
}

/** pathlib objects; os.path works on plain strings. */
export interface PathValue {
  readonly t: 'path'
  readonly path: string
}

/** `globals()`, `vars()`, `module.__dict__`: a live view of a namespace. */
export interface NamespaceDict {
  readonly t: 'nsdict'
  readonly ns: Namespace
  readonly module: Module | null
}

/**
 * Anything. `harmless`: it came from the standard library, so that calling it changes nothing of the
 * project's (what does, such as importlib and sys, has models).
 */
export interface Unknown {
  readonly t: 'unknown'
  readonly harmless: boolean
}

export interface Args {
  readonly positional: readonly Value[]
  readonly keywords: ReadonlyMap<string, Value>
  /** Star arguments that could not be expanded. */
  readonly open: boolean
  /** The call is that of a decorator. */
  readonly decorates?: boolean
}

export interface Slot {
  readonly value: Value
  /** Bound on some of the paths that lead here. */
  readonly maybe: boolean
}

/** Names and what they are bound to. Written only through `Heap`, which can take branches back. */
export interface Namespace {
  /** To be written to through `slotsToWrite`. */
  slots: Map<string, Slot>
  /** Any other name may be bound as well. */
  open: boolean
  /** The order in which namespaces were made: a branch takes back writes to those made before it. */
  readonly born: number
  /** Changes whenever a name may be bound to something else. */
  version: number
  /** Local names of one call. */
  readonly local: boolean
}

export interface Scope {
  readonly kind: 'module' | 'class' | 'function'
  readonly names: Namespace
  /** Enclosing function scopes only. */
  readonly parent: Scope | null
  readonly module: Module
  /** Names in `global` and `nonlocal` statements. */
  globals: ReadonlySet<string>
  nonlocals: ReadonlySet<string>
}

/** The slots of a namespace that nothing was written to: most functions and instances have no attributes of their own. */
export const NO_SLOTS = new Map<string, Slot>()

export function slotsToWrite(ns: Namespace): Map<string, Slot> {
  if (ns.slots === NO_SLOTS) ns.slots = new Map()
  return ns.slots
}

export const NO_NAMES: ReadonlySet<string> = new Set()

/** A Python exception under way. */
export interface Exc {
  readonly cls: Class
  readonly message: string
  readonly args: readonly Value[]
  readonly span: Span
  readonly focus: Span
  readonly chain: readonly Span[]
  readonly detail: FailureDetail
  readonly cause: Failure['cause']
  readonly foreign: boolean
  /** False where a value that decided the path to the raise was not known exactly. */
  readonly exact: boolean
  /** Made by calling the class, and not raised yet: it has no place. */
  readonly fresh?: boolean
  /** It left the import of a plugin, which can't be found or fails. */
  readonly plugin?: 'absent' | 'fails'
  /** It left a hook that was called while a conftest was registered, after its import. */
  readonly registering?: boolean
}

/** How a Python exception travels through the evaluator's own calls. */
export class PyRaise {
  readonly exc: Exc
  constructor(exc: Exc) {
    this.exc = exc
  }
}

export const UNKNOWN: Unknown = { t: 'unknown', harmless: false }
export const HARMLESS: Unknown = { t: 'unknown', harmless: true }
/** What depends on an environment variable that is not set here: it may be set elsewhere, or by a plugin. */
export const UNSET: Unknown = { t: 'unknown', harmless: true }
export const NONE: Const = { t: 'const', v: null }
export const TRUE: Const = { t: 'const', v: true }
export const FALSE: Const = { t: 'const', v: false }

/** What stands behind a decorator that isn't known: a function, a property, or anything. */
export const WRAPPED = 'wrapped'

export function constant(v: Const['v']): Const {
  return v === null ? NONE : v === true ? TRUE : v === false ? FALSE : { t: 'const', v }
}

export function tuple(items: readonly Value[]): Tuple {
  return { t: 'tuple', items }
}

export function list(items: Value[], open = false): List {
  return { t: 'list', items, open, perhaps: null, born: birth() }
}

export function dictOf(items: Dict['items'] = new Map(), open = false): Dict {
  return { t: 'dict', items, open, born: birth() }
}

export function setOf(items: SetValue['items'] = new Map(), open = false, frozen = false): SetValue {
  return { t: 'set', items, open, frozen, born: birth() }
}

let made = 0
let beforeAll = false

function birth(): number {
  return beforeAll ? 0 : ++made
}

/** What containers are made here are older than all others. */
export function bornBeforeAll<T>(make: () => T): T {
  const before = beforeAll
  beforeAll = true
  try {
    return make()
  } finally {
    beforeAll = before
  }
}

/** How many containers were made so far, by all machines: those made from now on are `born` later. */
export function containersMade(): number {
  return made
}

const incomplete = new WeakSet<object>()

/**
 * Says of `value` that more may be in it than is known, if that is so of `source`. It is of all that is made of the
 * whole of `sys.modules`: of third-party modules only those are there that had to be executed.
 */
export function likewise<T extends Value>(value: T, source: Value | undefined): T {
  if (source && incomplete.has(source)) incomplete.add(value)
  return value
}

/** Makes the value one whose known elements can be gone through, and that proves no absence. */
export function withMore<T extends Value>(value: T): T {
  incomplete.add(value)
  return value
}

export function mayHoldMore(value: Value): boolean {
  return incomplete.has(value)
}

export function native(
  name: string,
  call: NativeCall | null,
  more: Partial<Pick<Native, 'attribute' | 'mapping' | 'assign' | 'handed' | 'holds'>> = {},
): Native {
  const { attribute = null, mapping = null, assign = null, handed = null, holds = false } = more
  return { t: 'native', name, call, attribute, mapping, assign, handed, holds }
}

export function isString(value: Value | undefined): value is Const & { v: string } {
  return value?.t === 'const' && typeof value.v === 'string'
}

export function isInt(value: Value | undefined): value is Const & { v: number } {
  return value?.t === 'const' && typeof value.v === 'number' && Number.isInteger(value.v)
}

export function isNone(value: Value | undefined): boolean {
  return value?.t === 'const' && value.v === null
}

const identities = new WeakMap<object, number>()
let nextIdentity = 1

/** A key that is equal for equal hashable values; null where equality can't be told (unknown values). */
export function keyOf(value: Value): string | null {
  switch (value.t) {
    case 'const':
      if (typeof value.v === 'string') return `s:${value.v}`
      if (value.v === null) return 'none'
      return `n:${typeof value.v === 'boolean' ? Number(value.v) : value.v}`
    case 'bytes':
      return `b:${value.v}`
    case 'path':
      return `p:${value.path}`
    case 'tuple': {
      const keys = value.items.map(keyOf)
      return keys.includes(null) ? null : `t:${JSON.stringify(keys)}`
    }
    case 'unknown':
    case 'instance': // may define __eq__
      return null
    default:
      return `o:${remember(identities, value, () => nextIdentity++)}`
  }
}

/** The same value for certain: equal constants, or the same object. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true
  if (a.t !== b.t) return false
  if (a.t === 'const') return b.t === 'const' && a.v === b.v
  if (a.t === 'tuple' && b.t === 'tuple')
    return a.items.length === b.items.length && a.items.every((item, i) => same(item, b.items[i]!))
  if (a.t === 'path') return b.t === 'path' && a.path === b.path
  if (a.t === 'bytes') return b.t === 'bytes' && a.v === b.v
  return false
}

/** Objects are true unless their class, or one that it inherits from, says otherwise. */
function decidesNoTruth(cls: Class): boolean {
  if (cls.module === 'builtins' && (cls.name === 'object' || cls.name === 'module')) return true
  if (cls.open || cls.ns.open || cls.ns.slots.has('__bool__') || cls.ns.slots.has('__len__')) return false
  return cls.bases.every(base => base.t === 'class' && decidesNoTruth(base))
}

/** Python's truth of a value; null where it isn't known. */
export function truth(value: Value): boolean | null {
  const known = truthAsKnown(value)
  return known === false && mayHoldMore(value) ? null : known
}

function truthAsKnown(value: Value): boolean | null {
  switch (value.t) {
    case 'const':
      return typeof value.v === 'bigint' ? value.v !== 0n : Boolean(value.v)
    case 'bytes':
      return value.v.length > 0
    case 'tuple':
      return value.items.length > 0
    case 'list':
      return value.open ? null : value.items.length > 0
    case 'set':
    case 'dict':
      return value.open ? null : value.items.size > 0
    case 'module':
    case 'func':
    case 'class':
    case 'bound':
    case 'path':
      return true
    case 'native':
      return value.holds || (value.call && value.name !== WRAPPED) ? true : null
    case 'instance':
      return decidesNoTruth(value.cls) ? true : null
    default:
      return null
  }
}
