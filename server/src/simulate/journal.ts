/**
 * What a stretch of the simulation changed of the state that it found, so that it can be taken back and made again, and
 * what it looked into; and what each module did that it executed (`module_runs.ts`). What was made within the stretch needs no note: once it is taken back, nobody can reach it. State
 * that can't be taken back loses the journal: then the simulation can only begin anew.
 */
import { remember } from '../files/memo.ts'
import { type Change, ContainerChange, FieldChange, SlotChange } from './changes.ts'
import {
  AGAIN,
  ALL,
  type Births,
  type Doer,
  doAgain,
  LOADED,
  LOOK,
  Log,
  MADE,
  ModuleRun,
  NOT_WRITTEN,
  WRITE,
  wouldDoTheSame,
} from './module_runs.ts'
import { type AnyMap, TrackedMap, type Version, WHOLE } from './tracked_map.ts'
import {
  type Class,
  type CodeUnit,
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
  /** The keys that were looked for, by where, and where in the log that stands. */
  readonly reads: Map<object, Map<unknown, number>>
  /** The modules with tracked slots that were loaded in it, by their names. */
  readonly loaded: Map<string, Loaded>
  /** What statements made that may be run again, in its order. */
  readonly made: Made[]
  /** The modules that were executed in it, and what they did. */
  readonly runs: Map<Module, ModuleRun>
  log: Log
}

export function emptyStretch(): Stretch {
  return {
    plain: [],
    tracked: new Map(),
    reads: new Map(),
    loaded: new Map(),
    made: [],
    runs: new Map(),
    log: new Log(),
  }
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

/** Steps that execute fewer modules are run again as quickly as had again. */
const FEW_RUNS = 16

/** More changes than a step makes before it comes to import anything. */
const MOST_CHANGED = 8

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

export class Journal implements Doer {
  /** Something changed that can't be taken back. */
  lost = false
  private current: Stretch | null = null
  private former: Stretch | null = null
  /** What has changed beside the state since the former stretch was run; null: the state may have changed unseen. */
  private touched: ReadonlySet<unknown> | null = null
  /** What its statements made and none was given again yet, the last first; made when somebody asks. */
  private left: Map<Namespace, Map<string, Made['object'][]>> | null = null
  private birth = 0
  private containers = 0
  private readonly noted = new Set<object>()
  /** The holder that was looked into last, and what was looked for there. */
  private holder: object | null = null
  private keys = new Map<unknown, number>()
  /** The map that was written to last, and the versions noted of it. */
  private written: AnyMap | null = null
  private versions: Version<unknown, unknown>[] = []
  private order = 0
  /** The runs of modules under way, the innermost last, and that one. */
  private readonly open: ModuleRun[] = []
  private run: ModuleRun | null = null
  /** Since a run last began or ended: where the log began, and what was made since. */
  private segment = 0
  private segmentBirths: Births = { namespaces: 0, containers: 0 }
  /** What the runs looked for in maps that the step itself makes. */
  private near = new Map<object, Map<unknown, number>>()
  /** What the step has changed of what it found, beside tracked maps; as values, once somebody asks. */
  private changed: Change[] = []
  private changedValues: readonly unknown[] | null = null

  /** `records`: will anybody want to go back, or to know what was looked for? */
  constructor(readonly records: boolean) {}

  /** The number of the step under way: 0 before the first one, and beyond all of them when none is. */
  now = 0

  /**
   * From here on all is noted, for the step of that number; `birth`: of the youngest namespace there is. `again`: the
   * stretch that is run again, and was taken back; `touched`: what has changed since beside the state that the steps before it
   * leave, null: that may be any.
   */
  begin(
    now: number,
    birth: number,
    again: Stretch | null = null,
    touched: ReadonlySet<unknown> | null = null,
  ): Stretch {
    this.now = now
    this.former = again
    this.touched = touched
    this.birth = birth
    this.containers = containersMade()
    this.noted.clear()
    this.holder = null
    this.written = null
    this.left = null
    this.open.length = 0
    this.run = null
    this.segment = 0
    this.segmentBirths = { namespaces: birth, containers: this.containers }
    this.near = new Map()
    this.changed = []
    this.changedValues = null
    this.current = emptyStretch()
    return this.current
  }

  end(): void {
    const { current } = this
    // Nothing of importance would be had again.
    if (current && current.runs.size < FEW_RUNS) {
      current.runs.clear()
      current.log = new Log()
    }
    this.now = Number.POSITIVE_INFINITY
    this.current = null
    this.former = null
    this.left = null
    this.run = null
  }

  /** Is anything noted? */
  get notes(): boolean {
    return this.current !== null
  }

  /** Nothing is noted, and what is written was there before the first step. */
  outsideOfSteps<T>(make: () => T): T {
    const { current, now } = this
    this.current = null
    this.now = 0
    try {
      return make()
    } finally {
      this.current = current
      this.now = now
    }
  }

  lose(): void {
    if (this.current) this.lost = true
  }

  /** Somebody looks for a key in a map, and sees a version. What the step itself makes it finds as it has left it. */
  saw<K, V>(map: TrackedMap<K, V>, key: K, version: Version<K, V> | undefined): void {
    if (!this.current) return
    const { run } = this
    const own = map.madeIn === this.now
    if (own && (!run || map.bornAt >= run.start)) return
    const before = own ? this.lastLookNear(map, key) : this.lastLook(map, key)
    if (!run || before >= run.start || map === (run.module.ns.slots as unknown)) return
    const written = version?.number === this.now ? version.logged : NOT_WRITTEN
    if (written < run.start)
      this.keys.set(key, this.current.log.add(written, map as unknown as AnyMap, key, version?.value))
  }

  /** Somebody looks at all of a map. */
  sawAll(map: AnyMap): void {
    const { current, run } = this
    if (!current) return
    const own = map.madeIn === this.now
    if (!own) this.lastLook(map, WHOLE)
    if (!run || (own && map.bornAt >= run.start)) return
    const contents = map.contents()
    if (contents) current.log.add(ALL, map, WHOLE, contents)
    else this.spoil(own ? map.bornAt : NOT_WRITTEN)
  }

  /** Somebody looks at what is no state of the machine; among the reads it stands under the journal itself. */
  lookOutside(at: unknown): void {
    const { current, run } = this
    if (!current) return
    const before = this.lastLook(this, at)
    if (run && before < run.start) this.keys.set(at, current.log.add(LOOK, null, at, null))
  }

  /** Where in the log a look at this stands for the last time; `keys` are then those of the holder. */
  private lastLook(holder: object, key: unknown): number {
    if (this.holder !== holder) {
      this.holder = holder
      this.keys = remember(this.current!.reads, holder, () => new Map())
    }
    const before = this.keys.get(key)
    if (before === undefined) this.keys.set(key, NOT_WRITTEN)
    return before ?? NOT_WRITTEN
  }

  /** The same, of a map that the step itself makes. */
  private lastLookNear(map: object, key: unknown): number {
    this.holder = map
    this.keys = remember(this.near, map, () => new Map())
    return this.keys.get(key) ?? NOT_WRITTEN
  }

  /** A change of what the step has found. */
  note(change: Change): void {
    if (!this.current) return
    this.current.plain.push(change)
    this.changed.push(change)
    this.changedValues = null
    this.spoil()
  }

  /** A change of an object that may come again when the step is run again; `slots`: of its namespace. */
  noteOfRemade(change: Change, slots: Map<string, Slot> | null, again: () => void): void {
    const { current } = this
    if (!current) return
    if (slots && !(slots instanceof TrackedMap && slots.madeIn === this.now)) return this.note(change)
    current.plain.push(change)
    if (slots instanceof TrackedMap && slots.bornAt < this.segment) this.spoilWith(slots.bornAt)
    if (this.run) current.log.add(AGAIN, null, null, again)
  }

  /** A map whose cells can be gone back in, if anybody is going to. */
  map<K, V>(): Map<K, V> {
    return this.records ? new TrackedMap(this) : new Map()
  }

  /** The slots of a namespace that the step under way makes, each time that it is run. */
  slots(): Map<string, Slot> {
    const slots = new TrackedMap<string, Slot>(this, this.now)
    this.comes(slots)
    return slots
  }

  private comes(slots: Map<string, Slot>): void {
    if (this.current && slots instanceof TrackedMap) slots.bornAt = this.current.log.length
  }

  /**
   * The step under way has written to a cell of the map; `first`: for the first time. `isNew`: so it has, or it puts
   * something where it had taken out what stood there.
   */
  wrote<K, V>(map: TrackedMap<K, V>, version: Version<K, V>, first: boolean, isNew: boolean): void {
    const { current } = this
    if (!current) return
    if (this.run) {
      const { log } = current
      if (!isNew && version.logged >= this.segment) log.values[version.logged] = version.value
      else version.logged = log.add(WRITE, map as unknown as AnyMap, version.key, version.value)
    } else version.logged = NOT_WRITTEN
    if (!first) return
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
    this.load(name, used)
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
    this.make({ ns, name, object })
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

  make(made: Made): void {
    const { current, run } = this
    current?.made.push(made)
    if (made.object.t === 'class') this.comes(made.object.ns.slots)
    if (run) current?.log.add(MADE, null, null, made)
  }

  load(name: string, loaded: Loaded): void {
    const { current, run } = this
    current?.loaded.set(name, loaded)
    this.comes(loaded.module.ns.slots)
    if (run) current?.log.add(LOADED, null, name, loaded)
  }

  /** To be called before a field changes of an object that was made together with the namespace. */
  field<T extends object, K extends keyof T & string>(object: T, key: K, ns: Namespace): void {
    if (!this.current) return
    if (ns.born <= this.birth) this.note(new FieldChange(object, key, object[key]))
    else this.changes('namespaces', ns.born)
  }

  /** To be called before anything of a container changes. */
  container(container: Container): void {
    if (!this.current) return
    if (container.born > this.containers) return this.changes('containers', container.born)
    this.changedValues = null
    this.spoil()
    if (this.noted.has(container)) return
    this.noted.add(container)
    this.note(new ContainerChange(container))
  }

  /** To be called before a slot is written to. Tracked maps of slots see to it themselves. */
  slot(ns: Namespace, name: string, deleted: boolean): void {
    if (!this.current || ns.slots instanceof TrackedMap) return
    if (ns.born > this.birth) this.changes('namespaces', ns.born)
    else this.note(new SlotChange(ns, name, deleted))
  }

  /** Something that the step has made changes: that is nobody's business while the run that made it goes on. */
  private changes(kind: keyof Births, born: number): void {
    if (born > this.segmentBirths[kind]) return
    for (const run of this.open) if (run.bornAfter[kind] >= born) run.usable = false
    for (const run of this.current!.runs.values())
      if (run.bornAfter[kind] < born && born <= run.bornUpTo[kind]) run.usable = false
  }

  /** The runs under way that began behind this place in the log can't be had again. */
  private spoil(from = NOT_WRITTEN): void {
    for (let at = this.open.length - 1; at >= 0 && this.open[at]!.start > from; at--)
      this.open[at]!.usable = false
  }

  /** Something that was made at this place changes after the run is over that made it, or before it goes on. */
  private spoilWith(bornAt: number): void {
    this.spoil(bornAt)
    for (const run of this.current!.runs.values())
      if (run.start <= bornAt && bornAt < run.end) run.usable = false
  }

  /** What the step has changed so far of what it found, beside tracked maps; null: too much to be told. */
  private changedSoFar(): readonly unknown[] | null {
    if (this.changed.length > MOST_CHANGED) return null
    this.changedValues ??= this.changed.flatMap(change => [change.holder, change.key, change.value()])
    return this.changedValues
  }

  /**
   * The module's code begins to run, where nothing is unsure and no function is under way; `youngest`: see `begin`. Null: it
   * has been had again, and need not run. `fields`: of the machine.
   */
  openRun(module: Module, unit: CodeUnit, youngest: number, fields: readonly unknown[]): ModuleRun | null {
    const { current, former, touched } = this
    const changed = this.changedSoFar()
    const found = { fields, changed: changed ?? [] }
    const before = former?.runs.get(module)
    if (before && changed && touched && wouldDoTheSame(before, former!.log, unit, found, touched)) {
      doAgain(before, former!.log, this)
      return null
    }
    const { born } = module.ns
    const births = { namespaces: born > this.birth ? born - 1 : youngest, containers: containersMade() }
    const run = new ModuleRun(module, unit, current!.log.length, found, births)
    if (!changed) run.usable = false
    this.enter(run, { namespaces: youngest, containers: births.containers })
    return run
  }

  openAgain(run: ModuleRun): void {
    const { module, unit, found, bornAfter } = run
    const again = new ModuleRun(module, unit, this.current!.log.length, found, bornAfter)
    again.usable = run.usable
    again.bornUpTo = run.bornUpTo
    this.enter(again, this.segmentBirths)
  }

  private enter(run: ModuleRun, births: Births): void {
    this.run?.inner.push(run)
    this.current!.runs.set(run.module, run)
    this.open.push(run)
    this.run = run
    this.segment = run.start
    this.segmentBirths = births
  }

  /** It has ended, or is done again. */
  close(): void {
    const run = this.open.pop()
    if (!run || !this.current) return
    run.end = this.current.log.length
    this.run = this.open.at(-1) ?? null
    this.segment = run.end
  }

  /** The module's code has run; `usable`: to its end, and nothing came of it beside state. */
  closeRun(run: ModuleRun, youngest: number, usable: boolean): void {
    run.usable &&= usable
    run.bornUpTo = { namespaces: youngest, containers: containersMade() }
    this.close()
    this.segmentBirths = run.bornUpTo
  }
}
