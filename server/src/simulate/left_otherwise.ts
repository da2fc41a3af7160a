/**
 * What a step has left otherwise than when it was run before: cell by cell, of tracked maps and of all else. Who has to
 * run again for that is the tape's business.
 */
import { remember } from '../files/memo.ts'
import type { Stretch } from './journal.ts'
import type { AnyMap, Version } from './tracked_map.ts'
import { same, type Value } from './values.ts'

type Versions = readonly Version<unknown, unknown>[]

/** Stands for the order of the keys of a map, at which only those have looked who looked at all of it. */
const ORDER = Symbol('the order')

/** What cells beside tracked maps hold after some changes, and held before. */
type Plain = ReadonlyMap<object, ReadonlyMap<unknown, Cell>>

interface Cell {
  readonly value: unknown
  readonly former: unknown
}

/** Of a stretch that is in force. */
export function plainCells({ plain }: Stretch): Plain {
  const cells = new Map<object, Map<unknown, Cell>>()
  for (const change of plain) {
    const ofHolder = remember(cells, change.holder, () => new Map<unknown, Cell>())
    // The first change of a cell knows what it held before.
    if (!ofHolder.has(change.key))
      ofHolder.set(change.key, { value: change.value(), former: change.former() })
  }
  return cells
}

/**
 * Tells of each cell that a step left otherwise. `number`: the step's; `before`, `after`: the plain cells of each
 * stretch. What only one of the two has changed the other has left as it was.
 */
export function leftOtherwise(
  number: number,
  [was, before]: readonly [Stretch, Plain],
  [is, after]: readonly [Stretch, Plain],
  tell: (holder: object, key: unknown) => void,
): void {
  // What became of an object that only one of the two has made nobody can see who does not see another value.
  const strangers = madeInOneOnly(was, is)
  const differ = (holder: object, key: unknown, was: unknown, is: unknown) => {
    if (!strangers.has(holder) && !alike(was, is)) tell(holder, key)
  }
  for (const [map, versions] of is.tracked) {
    const others = was.tracked.get(map) ?? []
    if (others.length > 0 && !areInOneOrder(others, versions)) tell(map, ORDER)
    compare(map, number, others, versions, (key, was, is) => differ(map, key, was, is))
  }
  for (const [map, others] of was.tracked)
    if (!is.tracked.has(map)) compare(map, number, others, [], (key, was, is) => differ(map, key, was, is))
  for (const [holder, cells] of before) {
    const others = after.get(holder)
    for (const [key, { value, former }] of cells)
      differ(holder, key, value, others?.has(key) ? others.get(key)!.value : former)
  }
  for (const [holder, cells] of after) {
    const others = before.get(holder)
    for (const [key, { value, former }] of cells) if (!others?.has(key)) differ(holder, key, former, value)
  }
}

/** Pairs what the two have written to a map; where only one has, with what the step has found there. */
function compare(
  map: AnyMap,
  number: number,
  was: Versions,
  is: Versions,
  differ: (key: unknown, was: unknown, is: unknown) => void,
): void {
  if (haveSameKeys(was, is)) {
    for (const [at, { key, value }] of is.entries()) differ(key, was[at]!.value, value)
    return
  }
  const others = new Map(was.map(version => [version.key, version]))
  for (const { key, value } of is) {
    const other = others.get(key)
    differ(key, other ? other.value : map.peek(key, number - 1), value)
    others.delete(key)
  }
  for (const { key, value } of others.values()) differ(key, value, map.peek(key, number - 1))
}

function haveSameKeys(a: Versions, b: Versions): boolean {
  return a.length === b.length && a.every(({ key }, at) => key === b[at]!.key)
}

/** Do those keys that two steps have both written to stand in the same order? */
function areInOneOrder(a: Versions, b: Versions): boolean {
  if (haveSameKeys(a, b) && isOrdered(a) && isOrdered(b)) return true
  const [mine, others] = [keysInOrder(a), keysInOrder(b)]
  if (mine.length === others.length && mine.every((key, i) => key === others[i])) return true
  const [known, seen] = [new Set(mine), new Set(others)]
  const common = mine.filter(key => seen.has(key))
  return others.filter(key => known.has(key)).every((key, i) => key === common[i])
}

function isOrdered(versions: Versions): boolean {
  return versions.every(({ order }, at) => at === 0 || versions[at - 1]!.order < order)
}

function keysInOrder(versions: Versions): unknown[] {
  return versions.toSorted((a, b) => a.order - b.order).map(({ key }) => key)
}

function madeInOneOnly(a: Stretch, b: Stretch): Set<object> {
  const [mine, others] = [new Set<object>(a.made.map(objectOf)), new Set<object>(b.made.map(objectOf))]
  const strangers = new Set<object>()
  for (const object of mine) if (!others.has(object)) strangers.add(object)
  for (const object of others) if (!mine.has(object)) strangers.add(object)
  return strangers
}

function objectOf({ object }: Stretch['made'][number]): object {
  return object
}

/** Would nobody see a difference between the two, be it values of the machine or plain data about them? */
export function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if ('t' in a || 't' in b) return 't' in a && 't' in b && same(a as Value, b as Value)
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => alike(item, b[i]))
  const [mine, theirs] = [Object.entries(a), b as Record<string, unknown>]
  if (Object.getPrototypeOf(a) !== Object.prototype || Object.getPrototypeOf(b) !== Object.prototype)
    return false
  return mine.length === Object.keys(b).length && mine.every(([key, value]) => alike(value, theirs[key]))
}
