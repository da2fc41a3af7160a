/**
 * What a stretch of the simulation changed of the state that it found, so that it can be taken back and made again, and
 * what it looked into. What was made within the stretch needs no note: once it is taken back, nobody can reach it. State
 * that can't be taken back loses the journal: then the simulation can only begin anew.
 */
import { remember } from '../files/memo.ts'
import { type Change, ContainerChange, FieldChange, makeAgain, SlotChange, takeBack } from './changes.ts'
import { type Container, containersMade, type List, type Module, type Namespace, same } from './values.ts'

/** What one stretch changed of one map, in its order. */
export interface Group {
  /** The place of the stretch among all; given once it has ended. */
  number: number
  readonly changes: Change[]
}

export interface Stretch {
  /** Changes of what is no tracked map. */
  readonly plain: Change[]
  /** Maps can be taken back and made again one by one: none of their changes looks at another holder. */
  readonly tracked: Map<AnyMap, Group>
  /** The keys that were looked for, by where. */
  readonly reads: Map<object, Set<unknown>>
  /** The modules with tracked slots that were loaded in it, by their names. */
  readonly loaded: Map<string, Loaded>
}

/** A module and its `__path__`. */
export interface Loaded {
  readonly module: Module
  readonly path: List | null
}

function isSame(a: Loaded, b: Loaded): boolean {
  const [one, two] = [a.module, b.module]
  return (
    one.kind === two.kind &&
    one.file === two.file &&
    one.doubtful === two.doubtful &&
    one.ns.open === two.ns.open &&
    String(one.path) === String(two.path) &&
    (a.path === null || isSameList(a.path, b.path!))
  )
}

function isSameList(a: List, b: List): boolean {
  return !a.open && a.items.length === b.items.length && a.items.every((item, i) => same(item, b.items[i]!))
}

export class Journal {
  /** Something changed that can't be taken back. */
  lost = false
  private current: Stretch | null = null
  private former: Stretch | null = null
  private birth = 0
  private containers = 0
  private readonly noted = new Set<object>()
  /** The holder that was looked into last, and what was looked for there. */
  private holder: object | null = null
  private keys = new Set<unknown>()
  /** The map that was written to last, and the changes noted of it. */
  private written: object | null = null
  private changes: Change[] = []
  private fetch: ((map: AnyMap) => void) | null = null

  get active(): boolean {
    return this.current !== null
  }

  /**
   * From here on all is noted; `birth`: of the youngest namespace there is. `again`: the stretch that is run again, and
   * was taken back. `fetch` is called with a map before the first look into it, and brings it to where it stood when the
   * stretch began.
   */
  begin(birth: number, again: Stretch | null = null, fetch: ((map: AnyMap) => void) | null = null): Stretch {
    this.former = again
    this.fetch = fetch
    this.birth = birth
    this.containers = containersMade()
    this.noted.clear()
    this.holder = null
    this.written = null
    this.current = { plain: [], tracked: new Map(), reads: new Map(), loaded: new Map() }
    return this.current
  }

  end(): void {
    this.current = null
    this.former = null
    this.fetch = null
  }

  lose(): void {
    if (this.current) this.lost = true
  }

  /** Somebody looks for a key in what others may change. */
  look(holder: object, key: unknown): void {
    const { current } = this
    if (!current) return
    if (this.holder !== holder) {
      this.holder = holder
      if (this.fetch && holder instanceof TrackedMap) this.fetch(holder)
      this.keys = remember(current.reads, holder, () => new Set())
    }
    this.keys.add(key)
  }

  /** Somebody looks at what is no state of the machine; among the reads it stands under the journal itself. */
  lookOutside(at: unknown): void {
    if (this.current) this.look(this, at)
  }

  note(change: Change): void {
    this.current?.plain.push(change)
  }

  /** Where to note what is going to be changed of a map, which stands where it has to now; null: nobody notes it. */
  changesOf(map: AnyMap): Change[] | null {
    const { current } = this
    if (!current) return null
    if (this.written !== map) {
      this.written = map
      this.fetch?.(map)
      this.changes = remember(current.tracked, map, () => ({ number: 0, changes: [] })).changes
    }
    return this.changes
  }

  /**
   * The objects for a module that is loaded: in a stretch that is run again those of before, so that whoever holds them
   * need not be run again. Only of those whose slots are tracked: taken back, they are empty.
   */
  again(made: Loaded): Loaded {
    if (!this.current || !(made.module.ns.slots instanceof TrackedMap)) return made
    const { name } = made.module
    const before = this.former?.loaded.get(name)
    const usable = before && isSame(before, made) && !this.current.loaded.has(name)
    const used = usable ? before : made
    this.current.loaded.set(name, used)
    return used
  }

  /** To be called before a field changes of an object that was made together with the namespace. */
  field<T extends object, K extends keyof T & string>(object: T, key: K, ns: Namespace): void {
    if (this.current && ns.born <= this.birth) this.note(new FieldChange(object, key, object[key]))
  }

  /** To be called before anything of a container changes. */
  container(container: Container): void {
    if (!this.current || container.born > this.containers || this.noted.has(container)) return
    this.noted.add(container)
    this.note(new ContainerChange(container))
  }

  /** To be called before a slot is written to. Tracked maps of slots see to it themselves. */
  slot(ns: Namespace, name: string, deleted: boolean): void {
    if (!this.current || ns.born > this.birth || ns.slots instanceof TrackedMap) return
    this.note(new SlotChange(ns, name, deleted))
  }
}

/** Stands for all keys of a map. */
export const WHOLE = Symbol('the whole map')

/** Of whatever keys and values. */
export type AnyMap = TrackedMap<unknown, unknown>

/** A map that notes its changes in the journal, and what was looked for in it. Values are never undefined. */
export class TrackedMap<K, V> extends Map<K, V> {
  /** What stretches changed of it, in their order; the first `made` of them are made, the others taken back. */
  readonly groups: Group[] = []
  made = 0

  /** `ns`: the namespace whose slots it holds. */
  constructor(
    private readonly journal: Journal,
    private readonly ns: Namespace | null = null,
  ) {
    super()
  }

  override get(key: K): V | undefined {
    this.journal.look(this, key)
    return super.get(key)
  }

  override has(key: K): boolean {
    this.journal.look(this, key)
    return super.has(key)
  }

  override set(key: K, value: V): this {
    this.journal.changesOf(this)?.push(new EntryChange<K, V>(this, key, super.get(key)))
    return super.set(key, value)
  }

  override delete(key: K): boolean {
    if (!this.has(key)) return false
    this.journal.changesOf(this)?.push(new Removal<K, V>(this, key, this.from(key)))
    return super.delete(key)
  }

  override clear(): void {
    if (this.size === 0) return
    this.journal.changesOf(this)?.push(new Removal<K, V>(this, WHOLE, this.all()))
    super.clear()
  }

  override get size(): number {
    this.journal.look(this, WHOLE)
    return super.size
  }

  override keys(): MapIterator<K> {
    this.journal.look(this, WHOLE)
    return super.keys()
  }

  override values(): MapIterator<V> {
    this.journal.look(this, WHOLE)
    return super.values()
  }

  override entries(): MapIterator<[K, V]> {
    this.journal.look(this, WHOLE)
    return super.entries()
  }

  override [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }

  override forEach(each: (value: V, key: K, map: Map<K, V>) => void): void {
    this.journal.look(this, WHOLE)
    super.forEach(each)
  }

  /** The entries and one of them, with nobody noted as having looked; and what writes without a note. */
  all(): [K, V][] {
    return [...super.entries()]
  }

  peek(key: K): V | undefined {
    return super.get(key)
  }

  put(key: K, value: V | undefined): void {
    if (this.ns) this.ns.version++
    if (value === undefined) super.delete(key)
    else super.set(key, value)
  }

  /** An entry and those behind it: few as a rule, as what is taken out was put in lately. */
  from(first: K): [K, V][] {
    const entries: [K, V][] = []
    if (!super.has(first)) return entries
    for (const key of super.keys())
      if (entries.length > 0 || key === first) entries.push([key, super.get(key)!])
    return entries
  }

  /** Moves or puts entries to the end, in this order. */
  putLast(entries: readonly (readonly [K, V])[]): void {
    if (this.ns) this.ns.version++
    for (const [key, value] of entries) {
      super.delete(key)
      super.set(key, value)
    }
  }

  empty(): void {
    if (this.ns) this.ns.version++
    super.clear()
  }

  /** Takes back what stretches behind this one changed, and makes again what those up to it did. */
  moveTo(stretch: number): void {
    const { groups } = this
    while (this.made > 0 && groups[this.made - 1]!.number > stretch) takeBack(groups[--this.made]!.changes)
    while (this.made < groups.length && groups[this.made]!.number <= stretch)
      makeAgain(groups[this.made++]!.changes)
  }
}

class EntryChange<K, V> implements Change {
  private after: V | undefined

  constructor(
    readonly holder: TrackedMap<K, V>,
    readonly key: K,
    private before: V | undefined,
  ) {}

  undo(): void {
    this.after = this.holder.peek(this.key)
    this.holder.put(this.key, this.before)
  }

  redo(): void {
    this.before = this.holder.peek(this.key)
    this.holder.put(this.key, this.after)
  }

  value(): unknown {
    return this.holder.peek(this.key)
  }

  former(): unknown {
    return this.before
  }
}

/** An entry, or all of them, taken out: undoing has to put it back into its place. */
class Removal<K, V> implements Change {
  /** `before`: the entry and those behind it, or all. */
  constructor(
    readonly holder: TrackedMap<K, V>,
    readonly key: K | typeof WHOLE,
    private before: [K, V][],
  ) {}

  undo(): void {
    this.holder.putLast(this.before)
  }

  redo(): void {
    if (this.key === WHOLE) {
      this.before = this.holder.all()
      this.holder.empty()
    } else {
      this.before = this.holder.from(this.key)
      this.holder.put(this.key, undefined)
    }
  }

  value(): unknown {
    return this.key === WHOLE ? this.holder.all() : this.holder.peek(this.key)
  }

  former(): unknown {
    return this.key === WHOLE ? this.before : this.before.find(([key]) => key === this.key)?.[1]
  }
}

/** A set that is tracked: adding what may be there already is looking for it. */
export class TrackedSet<T> {
  private readonly entries: TrackedMap<T, true>

  constructor(journal: Journal) {
    this.entries = new TrackedMap(journal)
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
