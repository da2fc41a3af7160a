/**
 * Operators, subscripts and iteration on values: exact where the operands are, unknown otherwise.
 */
import { isAbsolute, join, normalize } from '../files/paths.ts'
import { integer, repetition } from './arithmetic.ts'
import { namespaceItem } from './attribute.ts'
import { exceptionClass } from './classes.ts'
import { leaveOutMethod, leaveOutOperators } from './implicit_calls.ts'
import type { Machine } from './machine.ts'
import { linesOf } from './models/text_files.ts'
import { isGeneric } from './models/typing.ts'
import { refuseBinary, refuseItem, refuseItemAssignment } from './refuse.ts'
import {
  type Class,
  constant,
  dictOf,
  HARMLESS,
  isInt,
  isString,
  keyOf,
  likewise,
  list,
  mayHoldMore,
  type Namespace,
  native,
  same,
  setOf,
  truth,
  tuple,
  UNKNOWN,
  UNSET,
  type Value,
} from './values.ts'

/** A slice object: only subscripts look inside. */
const slices = new WeakMap<object, readonly [Value, Value, Value]>()

export function slice(from: Value, to: Value, step: Value): Value {
  const object = native('slice', null)
  slices.set(object, [from, to, step])
  return object
}

/** The elements that iterating over the value gives; null where they aren't all known. */
export function elementsOf(value: Value): readonly Value[] | null {
  switch (value.t) {
    case 'tuple':
      return value.items
    case 'list':
      return value.open ? null : value.items
    case 'set':
      return value.open ? null : [...value.items.values()]
    case 'dict':
      return value.open ? null : [...value.items.values()].map(entry => entry.key)
    case 'const':
      return typeof value.v === 'string' ? [...value.v].map(constant) : null
    case 'nsdict':
      return mayHoldMore(value) ? null : (namesIn(value.ns)?.map(constant) ?? null)
    case 'native':
      return (value.mapping?.keys ? value.mapping.keys() : linesOf(value)) ?? null
    default:
      return null
  }
}

/** The names that are bound in a namespace, in order; null where others may be, or some of them not. */
export function namesIn(ns: Namespace): readonly string[] | null {
  return ns.open || [...ns.slots.values()].some(slot => slot.maybe) ? null : [...ns.slots.keys()]
}

export function unary(operator: 'not' | '-' | '+' | '~', value: Value): Value {
  if (operator === 'not') {
    const known = truth(value)
    return known !== null ? constant(!known) : value === UNSET ? UNSET : HARMLESS
  }
  if (value.t !== 'const' || typeof value.v !== 'number') return UNKNOWN
  if (operator === '-') return constant(-value.v)
  if (operator === '+') return value
  return Number.isInteger(value.v) ? constant(-value.v - 1) : UNKNOWN
}

export function binary(m: Machine, operator: string, left: Value, right: Value): Value {
  if (operator === '/') {
    const path = pathDivision(left, right)
    if (path) return path
  }
  const repeated = operator === '*' ? (repetition(left, right) ?? repetition(right, left)) : null
  if (repeated) return repeated
  if (isString(left)) {
    if (operator === '+' && isString(right)) return constant(left.v + right.v)
    if (operator === '%') return formatPercent(left.v, right)
  }
  if (operator === '+') {
    if (left.t === 'tuple' && right.t === 'tuple') return tuple([...left.items, ...right.items])
    if (left.t === 'list' && right.t === 'list')
      return list([...left.items, ...right.items], left.open || right.open)
    if (left.t === 'list' || right.t === 'list') return list([], true)
    if (left.t === 'bytes' && right.t === 'bytes') return { t: 'bytes', v: left.v + right.v }
  }
  if (left.t === 'set' && right.t === 'set') return setOperation(operator, left, right)
  if (operator === '|' && left.t === 'dict' && right.t === 'dict')
    return dictOf(new Map([...left.items, ...right.items]), left.open || right.open)
  if (isInt(left) && isInt(right)) return integer(m, operator, left.v, right.v)
  refuseBinary(m, operator, left, right)
  if (left.t === 'const' && right.t === 'const') return HARMLESS
  m.mayRaise(null)
  return UNKNOWN
}

function pathDivision(left: Value, right: Value): Value | null {
  if (left.t === 'path' && isString(right)) return { t: 'path', path: join(left.path, right.v) }
  if (left.t === 'path' && right.t === 'path') return { t: 'path', path: join(left.path, right.path) }
  if (isString(left) && right.t === 'path') return { t: 'path', path: join(left.v, right.path) }
  return null
}

type SetV = Extract<Value, { t: 'set' }>

function setOperation(operator: string, a: SetV, b: SetV): Value {
  const make = (items: Map<string, Value>): Value => {
    // What is taken away may be more than is known.
    const less = (operator === '-' || operator === '^') && mayHoldMore(b) && !mayHoldMore(a)
    const made = setOf(items, a.open || b.open || less, a.frozen)
    return likewise(likewise(made, a), b)
  }
  if (operator === '|') return make(new Map([...a.items, ...b.items]))
  if (operator === '&') return make(new Map([...a.items].filter(([k]) => b.items.has(k))))
  if (operator === '-') return make(new Map([...a.items].filter(([k]) => !b.items.has(k))))
  if (operator === '^')
    return make(
      new Map([
        ...[...a.items].filter(([k]) => !b.items.has(k)),
        ...[...b.items].filter(([k]) => !a.items.has(k)),
      ]),
    )
  return UNKNOWN
}

function formatPercent(format: string, values: Value): Value {
  const items = values.t === 'tuple' ? values.items : [values]
  let next = 0
  let known = true
  const text = format.replace(/%(?:([sdr])|%)/g, (whole, kind: string | undefined) => {
    if (!kind) return '%'
    const item = items[next++]
    if (
      item?.t !== 'const' ||
      item.v === null ||
      typeof item.v === 'boolean' ||
      (kind === 'r' && typeof item.v === 'string')
    ) {
      if (kind === 'r' && isString(item) && !/['\\\n]/.test(item.v)) return `'${item.v}'`
      known = false
      return whole
    }
    return String(item.v)
  })
  return known && next === items.length && !/%[^sdr%]/.test(format) ? constant(text) : HARMLESS
}

/** Three-valued comparison. */
export function compare(operator: string, left: Value, right: Value): boolean | null {
  switch (operator) {
    case '==':
      return equal(left, right)
    case '!=': {
      const answer = equal(left, right)
      return answer === null ? null : !answer
    }
    case 'is':
    case 'is not': {
      const answer = identical(left, right)
      return answer === null ? null : answer === (operator === 'is')
    }
    case 'in':
    case 'not in': {
      const answer = contains(right, left)
      return answer === null ? null : answer === (operator === 'in')
    }
    default:
      return order(operator, left, right)
  }
}

function equal(a: Value, b: Value): boolean | null {
  if (a.t === 'unknown' || b.t === 'unknown' || a.t === 'instance' || b.t === 'instance')
    return a === b ? null : null
  if (a.t === 'const' && b.t === 'const') {
    if (typeof a.v === 'string' || typeof b.v === 'string' || a.v === null || b.v === null) return a.v === b.v
    return Number(a.v) === Number(b.v)
  }
  if ((a.t === 'tuple' && b.t === 'tuple') || (a.t === 'list' && b.t === 'list')) {
    if ((a.t === 'list' && a.open) || (b.t === 'list' && b.open)) return null
    if (a.items.length !== b.items.length) return false
    const answers = a.items.map((item, i) => equal(item, b.items[i]!))
    return answers.includes(false) ? false : answers.includes(null) ? null : true
  }
  if (a.t === 'set' && b.t === 'set') {
    if (a.open || b.open) return null
    return a.items.size === b.items.size && [...a.items.keys()].every(k => b.items.has(k))
  }
  if (a.t === 'native' || b.t === 'native') return null
  if (a.t === 'dict' && b.t === 'dict') {
    if (a.open || b.open) return null
    if (a.items.size !== b.items.size) return false
    const answers = [...a.items].map(([key, { value }]) => {
      const other = b.items.get(key)
      return other ? equal(value, other.value) : false
    })
    return answers.includes(false) ? false : answers.includes(null) ? null : true
  }
  return same(a, b) ? true : a.t === b.t ? (a.t === 'path' || a.t === 'bytes' ? false : null) : false
}

function identical(a: Value, b: Value): boolean | null {
  if (a.t === 'unknown' || b.t === 'unknown') return null
  const none = (v: Value) => v.t === 'const' && v.v === null
  if (none(a) || none(b)) return none(a) && none(b)
  if (a === b) return true
  if (a.t === 'const' && b.t === 'const' && typeof a.v === 'boolean' && typeof b.v === 'boolean')
    return a.v === b.v
  if (a.t !== b.t && a.t !== 'native' && b.t !== 'native') return false
  return a.t === 'module' || a.t === 'class' ? false : null
}

function contains(container: Value, item: Value): boolean | null {
  if (container.t === 'native') return container.mapping?.has(item) ?? null
  const known = containsAsKnown(container, item)
  return known === false && mayHoldMore(container) ? null : known
}

function containsAsKnown(container: Value, item: Value): boolean | null {
  if (container.t === 'nsdict') {
    if (!isString(item)) return null
    const slot = container.ns.slots.get(item.v)
    return slot ? (slot.maybe ? null : true) : container.ns.open ? null : false
  }
  if (isString(container)) return isString(item) ? container.v.includes(item.v) : null
  if (container.t === 'set' || container.t === 'dict') {
    const key = keyOf(item)
    if (key === null) return null
    if (container.items.has(key)) return container.open ? null : true
    return container.open ? null : false
  }
  const elements = elementsOf(container)
  if (!elements) return null
  const answers = elements.map(element => equal(element, item))
  return answers.includes(true) ? true : answers.includes(null) ? null : false
}

function order(operator: string, a: Value, b: Value): boolean | null {
  if (a.t === 'set' && b.t === 'set') {
    if (a.open || b.open || mayHoldMore(a) || mayHoldMore(b)) return null
    const within = (x: SetV, y: SetV) => [...x.items.keys()].every(k => y.items.has(k))
    if (operator === '<=') return within(a, b)
    if (operator === '>=') return within(b, a)
    if (operator === '<') return within(a, b) && a.items.size < b.items.size
    return within(b, a) && b.items.size < a.items.size
  }
  const sign = compareOrder(a, b)
  if (sign === null) return null
  return operator === '<' ? sign < 0 : operator === '<=' ? sign <= 0 : operator === '>' ? sign > 0 : sign >= 0
}

function compareOrder(a: Value, b: Value): number | null {
  if (a.t === 'const' && b.t === 'const') {
    if (typeof a.v === 'string' && typeof b.v === 'string') return a.v < b.v ? -1 : a.v > b.v ? 1 : 0
    if (a.v === null || b.v === null || typeof a.v === 'string' || typeof b.v === 'string') return null
    return Math.sign(Number(a.v) - Number(b.v))
  }
  if ((a.t === 'tuple' && b.t === 'tuple') || (a.t === 'list' && b.t === 'list' && !a.open && !b.open)) {
    for (const [i, item] of a.items.entries()) {
      const other = b.items[i]
      if (!other) return 1
      const same = equal(item, other)
      if (same === null) return null
      if (!same) return compareOrder(item, other)
    }
    return a.items.length - b.items.length
  }
  return null
}

/** `value[index]`; KeyError and IndexError only on containers that are known entirely. */
export function getItem(m: Machine, value: Value, index: Value): Value {
  const range = index.t === 'native' ? slices.get(index) : undefined
  switch (value.t) {
    case 'native':
      if (value.mapping) return value.mapping.get(index)
      return value.call ? UNKNOWN : unknownItem(m)
    case 'class':
      if (isGeneric(value)) return value
      refuseItem(m, value)
      return UNKNOWN // a generic alias
    case 'nsdict':
      return (isString(index) ? namespaceItem(m, value, index.v) : null) ?? unknownItem(m)
    case 'dict': {
      const key = keyOf(index)
      const entry = key === null ? undefined : value.items.get(key)
      if (entry) return value.open ? unknownItem(m) : entry.value
      if (key === null || value.open || mayHoldMore(value)) return unknownItem(m)
      const shown = isString(index) ? `'${index.v}'` : index.t === 'const' ? String(index.v) : ''
      return m.raise('KeyError', shown, { kind: 'other' })
    }
    case 'tuple':
    case 'list': {
      if (value.t === 'list' && value.open) return unknownItem(m)
      if (range) {
        const items = sliceItems(value.items, range)
        if (!items) return unknownItem(m)
        return value.t === 'tuple' ? tuple(items) : list([...items])
      }
      if (!isInt(index)) return unknownItem(m)
      const item = value.items.at(index.v)
      if (item && index.v >= -value.items.length) return item
      return m.raise('IndexError', `${value.t} index out of range`, { kind: 'other' })
    }
    case 'const': {
      if (typeof value.v !== 'string') {
        refuseItem(m, value)
        return unknownItem(m)
      }
      if (range) {
        const items = sliceItems([...value.v].map(constant), range)
        return items ? constant(items.map(i => (isString(i) ? i.v : '')).join('')) : unknownItem(m)
      }
      return isInt(index) && index.v < value.v.length && index.v >= -value.v.length
        ? constant(value.v.at(index.v)!)
        : unknownItem(m)
    }
    default:
      leaveOutMethod(m, value, '__getitem__')
      refuseItem(m, value)
      return unknownItem(m)
  }
}

function unknownItem(m: Machine): Value {
  m.mayRaise(exceptionClass('LookupError'))
  m.mayRaise(exceptionClass('TypeError'))
  return UNKNOWN
}

function sliceItems(
  items: readonly Value[],
  [from, to, step]: readonly [Value, Value, Value],
): readonly Value[] | null {
  const none = (v: Value) => v.t === 'const' && v.v === null
  if (!none(step) || !(none(from) || isInt(from)) || !(none(to) || isInt(to))) {
    if (none(from) && none(to) && isInt(step) && step.v === -1) return [...items].reverse()
    return null
  }
  return items.slice(isInt(from) ? from.v : 0, isInt(to) ? to.v : undefined)
}

/** `value[index] = item`. */
export function setItem(m: Machine, value: Value, index: Value, item: Value): void {
  switch (value.t) {
    case 'native':
      value.mapping?.set(index, item)
      return
    case 'nsdict':
      if (isString(index)) m.heap.set(value.ns, index.v, item)
      else m.heap.open(value.ns)
      return
    case 'dict': {
      const key = keyOf(index)
      m.heap.touch(value)
      if (key === null) value.open = true
      else value.items.set(key, { key: index, value: item })
      return
    }
    case 'list': {
      m.heap.touch(value)
      const range = index.t === 'native' ? slices.get(index) : undefined
      if (range) {
        const items = elementsOf(item)
        const [from, to] = range
        const whole = [from, to].every(v => v.t === 'const' && (v.v === null || v.v === 0))
        if (!items || !whole) m.heap.openContainer(value)
        else if (to.t === 'const' && to.v === 0) value.items = [...items, ...value.items]
        else value.items = [...items]
      } else if (
        isInt(index) &&
        !value.open &&
        index.v < value.items.length &&
        index.v >= -value.items.length
      )
        value.items[index.v < 0 ? value.items.length + index.v : index.v] = item
      else m.heap.openContainer(value)
      return
    }
    default:
      leaveOutOperators(m, value, /^__setitem__$/)
      refuseItemAssignment(m, value)
  }
}

/** `del value[index]`. */
export function deleteItem(m: Machine, value: Value, index: Value): void {
  leaveOutOperators(m, value, /^__delitem__$/)
  if (value.t === 'native') return value.mapping?.remove(index)
  if (value.t === 'nsdict') {
    if (isString(index)) m.heap.delete(value.ns, index.v)
    else m.heap.open(value.ns)
    return
  }
  if (value.t === 'dict') {
    const key = keyOf(index)
    m.heap.touch(value)
    if (key === null) value.open = true
    else value.items.delete(key)
    return
  }
  if (value.t === 'list') {
    m.heap.touch(value)
    if (isInt(index) && !value.open) value.items.splice(index.v, 1)
    else m.heap.openContainer(value)
  }
}

/** isinstance(value, cls) in three values. */
export function isInstance(
  value: Value,
  cls: Class,
  isSubclass: (a: Class, b: Class) => boolean | null,
): boolean | null {
  const name = cls.module === 'builtins' ? cls.name : null
  if (name === 'object') return true
  switch (value.t) {
    case 'const': {
      if (value.v === null) return name ? false : null
      const types: Record<string, readonly string[]> = {
        string: ['str'],
        number: ['int', 'float'],
        boolean: ['bool', 'int'],
        bigint: ['int'],
      }
      if (!name) return false
      if (typeof value.v === 'number') return Number.isInteger(value.v) ? name === 'int' : name === 'float'
      return types[typeof value.v]!.includes(name)
    }
    case 'list':
    case 'dict':
    case 'tuple':
    case 'bytes':
      return name ? name === value.t : null
    case 'set':
      return name ? name === (value.frozen ? 'frozenset' : 'set') : null
    case 'class':
      return name === 'type' ? true : name ? false : null
    case 'instance':
      return isSubclass(value.cls, cls)
    case 'func':
    case 'module':
      return name ? false : null
    default:
      return null
  }
}

/** The path text of a str or pathlib value, made absolute against `cwd`; null for anything else. */
export function pathText(value: Value | undefined, cwd: string | null): string | null {
  const text = isString(value) ? value.v : value?.t === 'path' ? value.path : null
  return text === null ? null : absolutePath(text, cwd)
}

/** The path from the root; null for a relative one where the working folder isn't known. */
export function absolutePath(path: string, cwd: string | null): string | null {
  if (isAbsolute(path)) return normalize(path)
  return cwd === null ? null : normalize(`${cwd}/${path}`)
}
