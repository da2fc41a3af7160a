/** Methods of list, dict, set, tuple and of live namespaces. */
import type { Machine } from '../machine.ts'
import { elementsOf, getItem, namesIn } from '../operate.ts'
import {
  type Args,
  constant,
  type Dict,
  dictOf,
  HARMLESS,
  isInt,
  isString,
  keyOf,
  type List,
  list,
  mayHoldMore,
  type NamespaceDict,
  NONE,
  native,
  type SetValue,
  same,
  setOf,
  tuple,
  UNKNOWN,
  type Value,
} from '../values.ts'

type Container = Extract<Value, { t: 'list' | 'dict' | 'set' | 'tuple' | 'nsdict' }>

export function containerMethod(m: Machine, value: Container, name: string): Value {
  const call = (args: Args): Value => {
    if (CHANGES_UNFOLLOWED.test(name)) {
      open(m, value)
      m.mayRaise(null)
      return UNKNOWN
    }
    switch (value.t) {
      case 'list':
        return listMethod(m, value, name, args)
      case 'dict':
        return dictMethod(m, value, name, args)
      case 'set':
        return setMethod(m, value, name, args)
      case 'nsdict':
        return namespaceMethod(m, value, name, args)
      default:
        return HARMLESS
    }
  }
  const changes = CHANGES.test(name) || CHANGES_UNFOLLOWED.test(name)
  return native(`${value.t}.${name}`, call, changes ? { handed: () => open(m, value) } : {})
}

/** Methods that change their container, and of these the ones that are not followed. */
const CHANGES = /^(?:append|extend|insert|remove|pop|clear|sort|reverse|update|setdefault|add|discard)$/
const CHANGES_UNFOLLOWED =
  /^(?:__(?:setitem|delitem|iadd|imul|ior|iand|isub|ixor|init|setstate)__|popitem|\w+_update)$/

export function isChangedInPlace(value: Value): value is List | Dict | SetValue | NamespaceDict {
  return value.t === 'list' || value.t === 'dict' || value.t === 'set' || value.t === 'nsdict'
}

/** What `value |= more` and its kin make of a container: everyone who holds it sees it. */
export function updateInPlace(
  m: Machine,
  value: List | Dict | SetValue | NamespaceDict,
  operator: string,
  more: Value,
): void {
  const args = { positional: [more], keywords: new Map<string, Value>(), open: false }
  if (operator === '|' && value.t === 'dict') dictMethod(m, value, 'update', args)
  else if (operator === '|' && value.t === 'nsdict') namespaceMethod(m, value, 'update', args)
  else open(m, value)
}

function open(m: Machine, value: Container): void {
  if (value.t === 'nsdict') m.heap.open(value.ns)
  else if (value.t !== 'tuple') m.heap.openContainer(value)
}

function listMethod(m: Machine, value: List, name: string, args: Args): Value {
  const [first, second] = args.positional
  const change = (run: () => void): Value => {
    m.heap.touch(value)
    if (args.open) m.heap.openContainer(value)
    else run()
    return NONE
  }
  switch (name) {
    case 'append':
      return change(() => first && value.items.push(first))
    case 'extend':
      return change(() => {
        const more = first ? elementsOf(first) : null
        if (more) value.items.push(...more)
        else m.heap.openContainer(value)
      })
    case 'insert':
      return change(() => {
        if (second && isInt(first)) value.items.splice(first.v, 0, second)
        else m.heap.openContainer(value)
      })
    case 'remove':
      return change(() => {
        const at = first ? value.items.findIndex(item => same(item, first)) : -1
        if (at >= 0) value.items.splice(at, 1)
        else {
          m.mayRaise(null)
          if (first?.t === 'unknown') m.heap.openContainer(value)
        }
      })
    case 'pop': {
      m.heap.touch(value)
      const at = first ? (isInt(first) ? first.v : null) : -1
      if (!value.open && value.items.length === 0)
        return m.raise('IndexError', 'pop from empty list', { kind: 'other' })
      if (at === null || value.open || value.items.length === 0) {
        m.heap.openContainer(value)
        return UNKNOWN
      }
      return value.items.splice(at, 1)[0] ?? UNKNOWN
    }
    case 'clear':
      return change(() => {
        value.items = []
        if (!m.heap.doubtful) value.open = false
      })
    case 'reverse':
      return change(() => value.items.reverse())
    case 'sort':
      return change(() => {
        if (value.items.length > 1) m.heap.openContainer(value)
      })
    case 'copy':
      return list([...value.items], value.open)
    case 'index':
    case 'count':
      m.mayRaise(null)
      return HARMLESS
    default:
      return HARMLESS
  }
}

function dictMethod(m: Machine, value: Dict, name: string, args: Args): Value {
  const [first, second] = args.positional
  const key = first ? keyOf(first) : null
  const entry = key === null ? undefined : value.items.get(key)
  switch (name) {
    case 'get':
      if (value.open || key === null) return UNKNOWN
      return entry?.value ?? second ?? NONE
    case 'setdefault':
      if (value.open || key === null || !first) {
        m.heap.openContainer(value)
        return UNKNOWN
      }
      if (entry) return entry.value
      m.heap.touch(value)
      value.items.set(key, { key: first, value: second ?? NONE })
      return second ?? NONE
    case 'pop':
      if (value.open || key === null || !first) {
        m.heap.touch(value)
        value.open = true
        m.mayRaise(null)
        return UNKNOWN
      }
      if (!entry) return second ?? getItem(m, value, first)
      m.heap.touch(value)
      value.items.delete(key)
      return entry.value
    case 'update': {
      m.heap.touch(value)
      if (first?.t === 'dict') for (const [k, item] of first.items) value.items.set(k, item)
      if ((first && (first.t !== 'dict' || first.open)) || args.open) value.open = true
      for (const [k, item] of args.keywords) value.items.set(`s:${k}`, { key: constant(k), value: item })
      return NONE
    }
    case 'clear':
      m.heap.touch(value)
      value.items.clear()
      if (!m.heap.doubtful) value.open = false
      return NONE
    case 'copy':
      return dictOf(new Map(value.items), value.open)
    case 'keys':
      return list(
        [...value.items.values()].map(e => e.key),
        value.open,
      )
    case 'values':
      return list(
        [...value.items.values()].map(e => e.value),
        value.open,
      )
    case 'items':
      return list(
        [...value.items.values()].map(e => tuple([e.key, e.value])),
        value.open,
      )
    default:
      return HARMLESS
  }
}

function setMethod(m: Machine, value: SetValue, name: string, args: Args): Value {
  const [first] = args.positional
  switch (name) {
    case 'add':
    case 'discard':
    case 'remove': {
      m.heap.touch(value)
      const key = first ? keyOf(first) : null
      if (key === null || !first) value.open = true
      else if (name === 'add') value.items.set(key, first)
      else value.items.delete(key)
      return NONE
    }
    case 'update': {
      m.heap.touch(value)
      const more = first ? elementsOf(first) : []
      for (const item of more ?? []) {
        const key = keyOf(item)
        if (key === null) value.open = true
        else value.items.set(key, item)
      }
      if (more === null || args.positional.length > 1) value.open = true
      return NONE
    }
    case 'issubset':
    case 'issuperset':
    case 'isdisjoint': {
      const other = first ? elementsOf(first) : null
      if (value.open || !other) return HARMLESS
      const keys = other.map(keyOf)
      if (keys.includes(null)) return HARMLESS
      const theirs = new Set(keys as string[])
      const mine = [...value.items.keys()]
      if (name === 'issubset') return constant(mine.every(k => theirs.has(k)))
      if (name === 'issuperset') return constant([...theirs].every(k => value.items.has(k)))
      return constant(!mine.some(k => theirs.has(k)))
    }
    case 'clear':
    case 'pop':
      m.heap.touch(value)
      value.open = true
      return UNKNOWN
    default:
      return setOf(new Map(), true)
  }
}

function namespaceMethod(m: Machine, value: NamespaceDict, name: string, args: Args): Value {
  const [first, second] = args.positional
  const slot = isString(first) ? value.ns.slots.get(first.v) : undefined
  switch (name) {
    case 'update':
      if (first?.t === 'dict' && !first.open) {
        for (const { key, value: item } of first.items.values())
          if (isString(key)) m.heap.set(value.ns, key.v, item)
      } else if (first?.t === 'nsdict') {
        for (const [key, item] of first.ns.slots) m.heap.set(value.ns, key, item.value)
        if (first.ns.open) m.heap.open(value.ns)
      } else if (first) m.heap.open(value.ns)
      for (const [key, item] of args.keywords) m.heap.set(value.ns, key, item)
      return NONE
    case 'get':
      if (slot && !slot.maybe) return slot.value
      return value.ns.open || slot || !isString(first) ? UNKNOWN : (second ?? NONE)
    case 'setdefault':
      if (!isString(first)) m.heap.open(value.ns)
      else if (!slot) m.heap.set(value.ns, first.v, second ?? NONE)
      return slot?.value ?? second ?? NONE
    case 'pop':
      if (isString(first)) m.heap.delete(value.ns, first.v)
      else m.heap.open(value.ns)
      return slot?.value ?? UNKNOWN
    case 'keys':
    case 'items':
    case 'values':
    case 'copy':
      return dictMethod(m, snapshot(value), name, args)
    default:
      return HARMLESS
  }
}

/** What a namespace holds now, as a dict of its own. */
function snapshot(value: NamespaceDict): Dict {
  const { ns } = value
  const items = new Map<string, { key: Value; value: Value }>()
  for (const [name, slot] of ns.slots)
    if (!slot.maybe) items.set(`s:${name}`, { key: constant(name), value: slot.value })
  return dictOf(items, namesIn(ns) === null || mayHoldMore(value))
}
