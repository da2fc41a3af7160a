/**
 * All writes of the machine, with a journal: a branch that may or may not run is executed, taken back, and
 * joined with its alternatives. A name bound on one path only is *maybe* bound; an object written to on a
 * path that may not be taken becomes *open*.
 *
 * Modules loaded in a branch stay loaded (they are marked doubtful by the importer): executing them again
 * for every alternative would cost time without telling more.
 */
import { remember } from '../files/memo.ts'
import { type Completion, combine } from './completion.ts'
import { Journal } from './journal.ts'
import { DefinedClass } from './remade.ts'
import { TrackedMap } from './tracked_map.ts'
import {
  bornBeforeAll,
  type Class,
  type Container,
  type List,
  type Namespace,
  NO_SLOTS,
  type Slot,
  same,
  slotsToWrite,
  UNKNOWN,
  type Value,
} from './values.ts'

interface Branch {
  readonly birth: number
  /** What the names and containers held when the branch began. */
  readonly names: Map<Namespace, Map<string, Slot | undefined>>
  readonly containers: Map<Container, Container['items']>
  readonly opened: Set<Namespace>
  /** Older namespaces that came again in the branch, as good as made in it. */
  readonly again: Set<Namespace>
}

interface Outcome {
  readonly completion: Completion
  readonly names: Map<Namespace, Map<string, Slot | undefined>>
  readonly containers: Map<Container, Container['items']>
  readonly opened: Set<Namespace>
}

export class Heap {
  readonly journal: Journal
  private readonly branches: Branch[] = []
  private watched: { readonly container: Container; readonly changing: () => void } | null = null
  private clock = 0
  private outside = false
  /** Changes whenever some container may have changed. */
  containerVersion = 0
  /** How many writes there were to anything that outlives the call that makes them. */
  lastingWrites = 0

  /** `records`: see `Journal`. */
  constructor(records: boolean) {
    this.journal = new Journal(records)
  }

  /** True while executing something that may not happen. */
  get doubtful(): boolean {
    return this.branches.length > 0
  }

  namespace(open = false): Namespace {
    return { slots: NO_SLOTS, open, born: this.outside ? 0 : ++this.clock, version: 0, local: false }
  }

  /** What is made here belongs to no step: it is older than all of them, whichever asks for it first. */
  outsideOfSteps<T>(make: () => T): T {
    const before = this.outside
    const branches = this.branches.splice(0)
    this.outside = true
    try {
      return this.journal.outsideOfSteps(() => bornBeforeAll(make))
    } finally {
      this.outside = before
      this.branches.push(...branches)
    }
  }

  /** Of a module or class that may come again: who looks for a name in it is noted, if anybody wants to know. */
  trackedNamespace(open = false): Namespace {
    const ns = this.namespace(open)
    if (this.journal.records) ns.slots = this.journal.slots()
    return ns
  }

  /** The namespace of an object of before is in use again. */
  again(ns: Namespace): void {
    for (const branch of this.branches) branch.again.add(ns)
  }

  /** The number of the youngest namespace. */
  get youngest(): number {
    return this.clock
  }

  /** The local names of one call. */
  locals(): Namespace {
    return { ...this.namespace(), local: true }
  }

  set(ns: Namespace, name: string, value: Value): void {
    this.write(ns, name, { value, maybe: false })
  }

  delete(ns: Namespace, name: string): void {
    this.write(ns, name, undefined)
  }

  /** Any name may have been written to. */
  open(ns: Namespace): void {
    if (ns.open) return
    this.lastingWrites++
    this.journal.field(ns, 'open', ns)
    ns.open = true
    // Doubt is never taken back: what was opened on one path stays open.
  }

  /** The class may have any name, and do anything. */
  openClass(cls: Class): void {
    if (!(cls instanceof DefinedClass)) this.journal.field(cls, 'open', cls.ns)
    cls.open = true
  }

  /** Calls `changing` before each change of one container's items from now on. */
  watch(container: Container, changing: () => void): void {
    this.watched = { container, changing }
  }

  /** To be called before each change of a container's items. */
  touch(container: Container): void {
    this.containerVersion++
    this.lastingWrites++
    this.journal.container(container)
    if (container === this.watched?.container) this.watched.changing()
    const branch = this.branches.at(-1)
    if (!branch || branch.containers.has(container)) return
    branch.containers.set(container, copyItems(container))
  }

  /** Something unknown may have changed the container. */
  openContainer(container: Container): void {
    this.journal.container(container)
    container.open = true
    if (container.t === 'list') container.perhaps = null
  }

  /**
   * Runs each alternative from the present state and leaves the join of those that go on. An alternative
   * that ends in an exception leaves nothing behind, for execution does not go on from there.
   */
  alternatives(runs: readonly (() => Completion)[]): Completion {
    const outcomes = runs.map(run => this.attempt(run))
    const going = outcomes.filter(
      o => o.completion.normal || o.completion.exits.some(e => e.kind !== 'raise'),
    )
    this.join(going)
    return combine(outcomes.map(o => o.completion))
  }

  private attempt(run: () => Completion): Outcome {
    const branch: Branch = {
      birth: ++this.clock,
      names: new Map(),
      containers: new Map(),
      opened: new Set(),
      again: new Set(),
    }
    this.branches.push(branch)
    let completion: Completion
    try {
      completion = run()
    } finally {
      this.branches.pop()
    }
    const names: Outcome['names'] = new Map()
    for (const [ns, before] of branch.names) {
      const after = new Map<string, Slot | undefined>()
      for (const [name, slot] of before) {
        after.set(name, ns.slots.get(name))
        this.restore(ns, name, slot)
      }
      names.set(ns, after)
    }
    const containers: Outcome['containers'] = new Map()
    for (const [container, items] of branch.containers) {
      this.containerVersion++
      containers.set(container, container.items)
      container.items = items as never
    }
    return { completion, names, containers, opened: branch.opened }
  }

  private join(outcomes: readonly Outcome[]): void {
    const names = new Map<Namespace, Set<string>>()
    const containers = new Set<Container>()
    for (const outcome of outcomes) {
      for (const [ns, slots] of outcome.names) {
        const all = names.get(ns) ?? new Set()
        for (const name of slots.keys()) all.add(name)
        names.set(ns, all)
      }
      for (const container of outcome.containers.keys()) containers.add(container)
    }
    for (const [ns, all] of names) {
      for (const name of all) {
        const slots = outcomes.map(o => {
          const written = o.names.get(ns)
          return written?.has(name) ? written.get(name) : ns.slots.get(name)
        })
        this.write(ns, name, joinSlots(slots))
      }
    }
    for (const container of containers) {
      this.touch(container)
      const only = outcomes.length === 1 ? outcomes[0]!.containers.get(container) : undefined
      if (only) container.items = only as never
      else if (container.t === 'list') joinLists(container, outcomes)
      else container.open = true
    }
  }

  private write(ns: Namespace, name: string, slot: Slot | undefined): void {
    if (!ns.local) this.lastingWrites++
    const branch = this.branches.at(-1)
    if (branch && ns.born < branch.birth && !branch.again.has(ns)) {
      const before = remember(branch.names, ns, () => new Map<string, Slot | undefined>())
      if (!before.has(name)) before.set(name, ns.slots.get(name))
    }
    this.restore(ns, name, slot)
  }

  private restore(ns: Namespace, name: string, slot: Slot | undefined): void {
    if (slot?.value !== heldBy(ns, name)?.value) ns.version++
    this.journal.slot(ns, name, slot === undefined)
    if (slot) slotsToWrite(ns).set(name, slot)
    else ns.slots.delete(name)
  }
}

/** What stands under a name, for one who is going to write there: nobody is noted as having looked. */
function heldBy({ slots }: Namespace, name: string): Slot | undefined {
  return slots instanceof TrackedMap ? slots.peek(name) : slots.get(name)
}

/** A list that the alternatives only appended to is known but for whether the additions are there. */
function joinLists(container: List, outcomes: readonly Outcome[]): void {
  const before = container.open ? container.perhaps : []
  const base = container.items
  const additions = outcomes.map(outcome => {
    const items = (outcome.containers.get(container) ?? base) as Value[]
    return items.length >= base.length && base.every((item, i) => items[i] === item)
      ? items.slice(base.length)
      : null
  })
  const appendedOnly = before !== null && additions.every(added => added !== null)
  container.perhaps = appendedOnly ? [...before, ...additions.flatMap(added => added ?? [])] : null
  container.open = true
}

function copyItems(container: Container): Container['items'] {
  if (container.t === 'list') return [...container.items]
  return new Map(container.items as Map<string, never>)
}

function joinSlots(slots: readonly (Slot | undefined)[]): Slot | undefined {
  const bound = slots.filter(slot => slot !== undefined)
  if (bound.length === 0) return undefined
  const first = bound[0]!.value
  return {
    value: bound.every(slot => same(slot.value, first)) ? first : UNKNOWN,
    maybe: bound.length < slots.length || bound.some(slot => slot.maybe),
  }
}
