/**
 * Maps that know what they held at each step of a pass that can be gone back in: a cell keeps what each step wrote to
 * it, and a step sees what those up to it have written. So going back costs nothing here, and what a step has written is
 * taken out, or put in again, cell by cell. Which step it is, and who looked for what, is the journal's business.
 */
import type { Journal } from './journal.ts'

/** Stands for all keys of a map. */
export const WHOLE = Symbol('the whole map')

/** Of whatever keys and values. */
export type AnyMap = TrackedMap<unknown, unknown>

/** What one step wrote to one cell. Only the map that holds it changes it. */
export interface Version<K, V> {
  readonly key: K
  /** Of the step. */
  readonly number: number
  /** undefined: the step has taken it out. */
  value: V | undefined
  /** Among all that was written: cells that a step has put in stand in this order. */
  order: number
  /** The step has taken out what stood there and put it in again, to the end. */
  moved: boolean
  /** What an earlier step wrote. */
  older: Version<K, V> | null
}

/** A map as a step sees it. Values are never undefined. */
export class TrackedMap<K, V> implements Map<K, V> {
  readonly [Symbol.toStringTag] = 'TrackedMap'
  /** By key what the last step has written there. */
  private readonly cells = new Map<K, Version<K, V>>()
  /** The last step that ever wrote here. */
  private last = 0
  private writes = 0

  /** `madeIn`: the step that makes it, each time that it is run, and before which nobody can write to it; 0: none. */
  constructor(
    private readonly journal: Journal,
    readonly madeIn = 0,
  ) {}

  get(key: K): V | undefined {
    this.journal.lookInto(this as unknown as AnyMap, key)
    return this.peek(key)
  }

  has(key: K): boolean {
    return this.get(key) !== undefined
  }

  set(key: K, value: V): this {
    this.write(key, value)
    return this
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false
    this.write(key, undefined)
    return true
  }

  clear(): void {
    for (const key of [...this.keys()]) this.write(key, undefined)
  }

  get size(): number {
    return this.live().length
  }

  *keys(): MapIterator<K> {
    for (const { key } of this.live()) yield key
  }

  *values(): MapIterator<V> {
    for (const { value } of this.live()) yield value!
  }

  *entries(): MapIterator<[K, V]> {
    for (const { key, value } of this.live()) yield [key, value!]
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }

  forEach(each: (value: V, key: K, map: Map<K, V>) => void): void {
    for (const { key, value } of this.live()) each(value!, key, this)
  }

  /** What a cell holds for the present step, or for one of that number, with nobody noted as having looked. */
  peek(key: K, number = this.journal.now): V | undefined {
    let version = this.cells.get(key)
    while (version && version.number > number) version = version.older ?? undefined
    return version?.value
  }

  /** Looks at all of it: another one whenever the step sees something else than before; null: that is not known. */
  get state(): string | null {
    this.journal.lookInto(this as unknown as AnyMap, WHOLE)
    return this.last <= this.journal.now ? String(this.writes) : null
  }

  /** Takes out what a step has written. */
  takeOut(version: Version<K, V>): void {
    this.writes++
    const { key } = version
    let later: Version<K, V> | null = null
    let each = this.cells.get(key) ?? null
    while (each && each !== version) {
      later = each
      each = each.older
    }
    if (!each) return
    if (later) later.older = version.older
    else if (version.older) this.cells.set(key, version.older)
    else this.cells.delete(key)
  }

  /** Puts in what a step has written. */
  putIn(version: Version<K, V>): void {
    this.writes++
    this.last = Math.max(this.last, version.number)
    const { key, number } = version
    let later: Version<K, V> | null = null
    let older = this.cells.get(key) ?? null
    while (older && older.number > number) {
      later = older
      older = older.older
    }
    version.older = older
    if (later) later.older = version
    else this.cells.set(key, version)
  }

  private write(key: K, value: V | undefined): void {
    const number = this.journal.now
    const order = this.journal.nextOrder()
    let before = this.cells.get(key)
    while (before && before.number > number) before = before.older ?? undefined
    if (before?.number !== number) {
      const version = { key, number, value, order, moved: false, older: null }
      this.journal.wrote(this, version)
      this.putIn(version)
      return
    }
    this.writes++
    if (before.value === undefined && value !== undefined) {
      before.order = order
      before.moved = true
    }
    before.value = value
  }

  /** What stands in the cells that hold something, in the order of a Map. */
  private live(): readonly Version<K, V>[] {
    this.journal.lookInto(this as unknown as AnyMap, WHOLE)
    const { now } = this.journal
    const found: Version<K, V>[] = []
    let inOrder = true
    let before: Version<K, V> | null = null
    for (const newest of this.cells.values()) {
      let version: Version<K, V> | null = newest
      while (version && version.number > now) version = version.older
      if (version?.value === undefined) continue
      found.push(version)
      inOrder &&= version.older === null && (before === null || standsBefore(before, version))
      before = version
    }
    if (inOrder) return found
    const came = new Map(found.map(version => [version, cameWith(version)]))
    return found.sort((a, b) => (standsBefore(came.get(a)!, came.get(b)!) ? -1 : 1))
  }
}

/** The version that has put the cell where it stands. */
function cameWith<K, V>(version: Version<K, V>): Version<K, V> {
  let first = version
  while (!first.moved && first.older?.value !== undefined) first = first.older
  return first
}

function standsBefore(a: Version<unknown, unknown>, b: Version<unknown, unknown>): boolean {
  return a.number < b.number || (a.number === b.number && a.order < b.order)
}

/** A set that is tracked, if the journal records: adding what may be there already is looking for it. */
export class TrackedSet<T> {
  /** Its elements, as keys. */
  readonly entries: Map<T, true>

  constructor(journal: Journal) {
    this.entries = journal.map()
  }

  has(value: T): boolean {
    return this.entries.has(value)
  }

  add(value: T): void {
    if (!this.entries.has(value)) this.entries.set(value, true)
  }

  [Symbol.iterator](): MapIterator<T> {
    return this.entries.keys()
  }
}
