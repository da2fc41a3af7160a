/**
 * Maps that know what they held at each step of a pass that can be gone back in: a cell keeps what each step wrote to
 * it, and a step sees what those up to it have written. So going back costs nothing here, and what a step has written is
 * taken out, or put in again, cell by cell. Which step it is, and who looked for what, is the journal's business.
 */
import type { Journal } from './journal.ts'
import { NOT_WRITTEN } from './module_runs.ts'

/** Stands for all keys of a map. */
export const WHOLE = Symbol('the whole map')

/** What holds more is not copied. */
const MANY_CELLS = 500

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
  /** Where in the log of the step the value stands; negative: it does not. */
  logged: number
}

/** What steps wrote to one cell, by their numbers: most cells are written to once, some by thousands of steps. */
type Cell<K, V> = Version<K, V> | Version<K, V>[]

/** By the versions of a step all cells of a map that nobody else had written to when they were taken out. */
const aside = new WeakMap<readonly unknown[], Map<unknown, unknown>>()

/** A map as a step sees it. Values are never undefined. */
export class TrackedMap<K, V> implements Map<K, V> {
  readonly [Symbol.toStringTag] = 'TrackedMap'
  private cells = new Map<K, Cell<K, V>>()
  /** How many versions there are of other steps than the one that makes the map. */
  private strangers = 0
  /** The last step that ever wrote here. */
  private last = 0
  private writes = 0
  /** Where in the log of the step that makes it that was. */
  bornAt = 0

  /** `madeIn`: the step that makes it, each time that it is run, and before which nobody can write to it; 0: none. */
  constructor(
    private readonly journal: Journal,
    readonly madeIn = 0,
  ) {}

  get(key: K): V | undefined {
    const cell = this.cells.get(key)
    const version = cell && seenBy(cell, this.journal.now)
    this.journal.saw(this, key, version)
    return version?.value
  }

  has(key: K): boolean {
    return this.get(key) !== undefined
  }

  set(key: K, value: V): this {
    this.put(key, value)
    return this
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false
    this.put(key, undefined)
    return true
  }

  clear(): void {
    for (const key of [...this.keys()]) this.put(key, undefined)
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
    const cell = this.cells.get(key)
    return cell && seenBy(cell, number)?.value
  }

  /** Looks at all of it: another one whenever the step sees something else than before; null: that is not known. */
  get state(): string | null {
    this.journal.sawAll(this as unknown as AnyMap)
    return this.last <= this.journal.now ? String(this.writes) : null
  }

  /** Takes out what a step has written here: all versions of it, as the journal has noted them. */
  takeOut(versions: readonly Version<K, V>[]): void {
    this.writes++
    const [first] = versions
    if (!first) return
    // It may be out already, and what another run of the step has written in.
    const alone = this.strangers === 0 && first.number === this.madeIn
    if (alone && this.cells.get(first.key) === first) {
      aside.set(versions, this.cells)
      this.cells = new Map()
    } else for (const version of versions) this.takeOutOne(version)
  }

  /** Puts in what a step has written here. */
  putIn(versions: readonly Version<K, V>[]): void {
    this.writes++
    const [first] = versions
    if (!first) return
    this.last = Math.max(this.last, first.number)
    const cells = this.cells.size === 0 ? aside.get(versions) : undefined
    aside.delete(versions)
    if (cells) this.cells = cells as Map<K, Cell<K, V>>
    else for (const version of versions) this.putInOne(version)
  }

  private takeOutOne(version: Version<K, V>): void {
    const { key, number } = version
    const cell = this.cells.get(key)
    if (cell === version) this.cells.delete(key)
    else if (Array.isArray(cell)) {
      const at = upTo(cell, number)
      if (cell[at] !== version) return
      cell.splice(at, 1)
      if (cell.length === 1) this.cells.set(key, cell[0]!)
    } else return
    if (number !== this.madeIn) this.strangers--
  }

  private putInOne(version: Version<K, V>): void {
    const { key, number } = version
    if (number !== this.madeIn) this.strangers++
    const cell = this.cells.get(key)
    if (cell === undefined) this.cells.set(key, version)
    else if (Array.isArray(cell)) cell.splice(upTo(cell, number) + 1, 0, version)
    else this.cells.set(key, cell.number > number ? [version, cell] : [cell, version])
  }

  /** As `set`, or `delete` for undefined. */
  put(key: K, value: V | undefined): void {
    const number = this.journal.now
    const order = this.journal.nextOrder()
    const cell = this.cells.get(key)
    const before = cell && seenBy(cell, number)
    if (before?.number !== number) {
      const version = { key, number, value, order, moved: false, logged: NOT_WRITTEN }
      this.journal.wrote(this, version, true, true)
      this.writes++
      this.last = Math.max(this.last, number)
      this.putInOne(version)
      return
    }
    this.writes++
    const comesAgain = before.value === undefined && value !== undefined
    if (comesAgain) {
      before.order = order
      before.moved = true
    }
    before.value = value
    this.journal.wrote(this, before, false, comesAgain)
  }

  /** Keys and values in turn, with nobody noted as having looked; null: there are too many of them. */
  contents(): readonly unknown[] | null {
    if (this.cells.size > MANY_CELLS) return null
    return this.versionsSeen().flatMap(({ key, value }) => [key, value])
  }

  private live(): readonly Version<K, V>[] {
    this.journal.sawAll(this as unknown as AnyMap)
    return this.versionsSeen()
  }

  /** What stands in the cells that hold something, in the order of a Map. */
  private versionsSeen(): readonly Version<K, V>[] {
    if (this.cells.size === 0) return []
    const { now } = this.journal
    const found: Version<K, V>[] = []
    let inOrder = true
    let before: Version<K, V> | null = null
    for (const cell of this.cells.values()) {
      const version = seenBy(cell, now)
      if (version?.value === undefined) continue
      found.push(version)
      inOrder &&= firstOf(cell) === version && (before === null || standsBefore(before, version))
      before = version
    }
    if (inOrder) return found
    const placed = found.map(version => ({ version, place: cameWith(this.cells.get(version.key)!, version) }))
    return placed.sort((a, b) => (standsBefore(a.place, b.place) ? -1 : 1)).map(({ version }) => version)
  }
}

/** What the step of that number sees: the last version up to it. */
function seenBy<K, V>(cell: Cell<K, V>, number: number): Version<K, V> | undefined {
  return Array.isArray(cell) ? cell[upTo(cell, number)] : cell.number > number ? undefined : cell
}

/** The place of the last version up to that number; -1: there is none. */
function upTo<K, V>(versions: readonly Version<K, V>[], number: number): number {
  let [low, high] = [0, versions.length]
  if (versions[high - 1]!.number <= number) return high - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (versions[middle]!.number > number) high = middle
    else low = middle + 1
  }
  return low - 1
}

function firstOf<K, V>(cell: Cell<K, V>): Version<K, V> {
  return Array.isArray(cell) ? cell[0]! : cell
}

/** The version that has put the cell where it stands for those who see that one. */
function cameWith<K, V>(cell: Cell<K, V>, version: Version<K, V>): Version<K, V> {
  if (!Array.isArray(cell)) return version
  let at = upTo(cell, version.number)
  while (at > 0 && !cell[at]!.moved && cell[at - 1]!.value !== undefined) at--
  return cell[at]!
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
