/**
 * What a stretch of the simulation changed of the state that it found, so that it can be taken back and made again, and
 * what it looked into. What was made within the stretch needs no note: once it is taken back, nobody can reach it. State
 * that can't be taken back loses the journal: then the simulation can only begin anew.
 */
import { remember } from '../files/memo.ts'
import { type Change, ContainerChange, FieldChange, SlotChange } from './changes.ts'
import { type AnyMap, TrackedMap, type Version } from './tracked_map.ts'
import {
  type Class,
  type Container,
  containersMade,
  type Func,
  type List,
  type Module,
  type Namespace,
  type Native,
  type Slot,
  same,
} from './values.ts'

export interface Stretch {
  /** Changes of what is no tracked map. */
  readonly plain: Change[]
  /** What it wrote to tracked maps. */
  readonly tracked: Map<AnyMap, Version<unknown, unknown>[]>
  /** The keys that were looked for, by where. */
  readonly reads: Map<object, Set<unknown>>
  /** The modules with tracked slots that were loaded in it, by their names. */
  readonly loaded: Map<string, Loaded>
  /** What statements made that may be run again, in its order. */
  readonly made: Made[]
}

/** What a statement made, under a name of a namespace. */
export interface Made {
  readonly ns: Namespace
  readonly name: string
  readonly object: Func | Class | Native | Container
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
  /** What its statements made and none was given again yet, the last first; made when somebody asks. */
  private left: Map<Namespace, Map<string, Made['object'][]>> | null = null
  private birth = 0
  private containers = 0
  private readonly noted = new Set<object>()
  /** The holder that was looked into last, and what was looked for there. */
  private holder: object | null = null
  private keys = new Set<unknown>()
  /** The map that was written to last, and the versions noted of it. */
  private written: AnyMap | null = null
  private versions: Version<unknown, unknown>[] = []
  private order = 0

  /** `records`: will anybody want to go back, or to know what was looked for? */
  constructor(readonly records: boolean) {}

  /** The number of the step under way: 0 before the first one, and beyond all of them when none is. */
  now = 0

  /**
   * From here on all is noted, for the step of that number; `birth`: of the youngest namespace there is. `again`: the
   * stretch that is run again, and was taken back.
   */
  begin(now: number, birth: number, again: Stretch | null = null): Stretch {
    this.now = now
    this.former = again
    this.birth = birth
    this.containers = containersMade()
    this.noted.clear()
    this.holder = null
    this.written = null
    this.left = null
    this.current = { plain: [], tracked: new Map(), reads: new Map(), loaded: new Map(), made: [] }
    return this.current
  }

  end(): void {
    this.now = Number.POSITIVE_INFINITY
    this.current = null
    this.former = null
    this.left = null
  }

  lose(): void {
    if (this.current) this.lost = true
  }

  /** Somebody looks for a key in a map. What the step itself makes it finds as it has left it. */
  lookInto(map: AnyMap, key: unknown): void {
    if (map.madeIn !== this.now) this.look(map, key)
  }

  private look(holder: object, key: unknown): void {
    const { current } = this
    if (!current) return
    if (this.holder !== holder) {
      this.holder = holder
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

  /** A map whose cells can be gone back in, if anybody is going to. */
  map<K, V>(): Map<K, V> {
    return this.records ? new TrackedMap(this) : new Map()
  }

  /** The slots of a namespace that the step under way makes, each time that it is run. */
  slots(): Map<string, Slot> {
    return new TrackedMap(this, this.now)
  }

  /** The step under way has written to a cell of the map for the first time. */
  wrote<K, V>(map: TrackedMap<K, V>, version: Version<K, V>): void {
    const { current } = this
    if (!current) return
    if (this.written !== (map as unknown)) {
      this.written = map as unknown as AnyMap
      this.versions = remember(current.tracked, this.written, () => [])
    }
    this.versions.push(version as unknown as Version<unknown, unknown>)
  }

  /** Grows with each thing that is written. */
  nextOrder(): number {
    return ++this.order
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

  /**
   * The object that a statement gives which has just made one under that name: in a stretch that is run again the one
   * that it made before, if `insteadOf` takes it. Each is given once, in the order in which they were made.
   */
  remade<T extends Made['object']>(
    ns: Namespace,
    name: string,
    made: T,
    insteadOf: (before: T) => boolean,
  ): T {
    const { current } = this
    if (!current) return made
    const before = this.former && this.leftOf(this.former, ns, name)?.pop()
    const object = before?.t === made.t && insteadOf(before as T) ? (before as T) : made
    current.made.push({ ns, name, object })
    return object
  }

  private leftOf({ made }: Stretch, ns: Namespace, name: string): Made['object'][] | undefined {
    if (!this.left) {
      this.left = new Map()
      for (const each of made.toReversed())
        remember(
          remember(this.left, each.ns, () => new Map<string, Made['object'][]>()),
          each.name,
          () => [],
        ).push(each.object)
    }
    return this.left.get(ns)?.get(name)
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
