/**
 * A pass of the simulation, step by step, so that the next one over files that were edited can go back to the first
 * step that an edit touches, and make again without executing anything whatever comes out as it did: a step whose
 * look at the state would be the same.
 *
 * A step is run again if it read an edited file, or looked into a cell of a tracked map that a step run again left
 * otherwise than before. Where any other cell was left otherwise, all that follows is run.
 *
 * Tracked maps, which hold nearly all of the state, stay where they are when the tape goes back: one is moved when a step
 * that is run again looks into it. So steps that are neither run nor looked into cost next to nothing.
 */
import { remember } from '../files/memo.ts'
import { makeAgain, takeBack } from './changes.ts'
import { type AnyMap, type Group, type Stretch, TrackedMap, WHOLE } from './journal.ts'
import type { Machine, World } from './machine.ts'
import { isOutput, PlainState } from './plain_state.ts'
import { same, type Value } from './values.ts'

interface Taped<S, R> {
  /** What was to be done, before and after. */
  readonly todo: S
  readonly next: S
  readonly result: R
  readonly stretch: Stretch
}

const NOTHING: Stretch = { plain: [], tracked: new Map(), reads: new Map(), loaded: new Map() }

/** The steps of a tape at one moment. */
interface Mark<S, R> {
  readonly steps: readonly Taped<S, R>[]
  readonly ending: Stretch
  readonly world: World
}

/**
 * What a step looks at beside the state of the machine: files, whether a failure counts as cured, whether any does. What
 * the finder looks at is the finder's own business.
 */
export const Looks = {
  file: (path: string): string => path,
  /** What is in a folder. */
  folder: (path: string): string => `in: ${path}`,
  cure: (site: string): string => `cured: ${site}`,
  installed: (module: string): string => `installed: ${module}`,
  anyCure: 'cured: any',
} as const

export class Tape<S, R> {
  private readonly steps: Taped<S, R>[] = []
  private beginning: Stretch | null = null
  /** What was done after the last step. */
  private ending = NOTHING
  /** Of steps beyond the present one: those that have to be run. */
  private readonly stale = new Set<number>()
  private allStale = false
  /** Those that were not run any more when a pass was given up. */
  private readonly owed = new Set<number>()
  /** The step in which the pass ended. */
  private broken: { readonly number: number; readonly stretch: Stretch } | null = null
  private position = 0
  /** Who looked into what; made when somebody asks. */
  private readers: Readers | null = null
  /** The maps that stand before some step that is on the tape. */
  private readonly behind = new Set<AnyMap>()

  constructor(readonly machine: Machine) {
    machine.world = this.listening(machine.world)
  }

  /** Can the next pass begin behind the start? `touched`: what has changed, by `Looks` and `Finder.restingOn`. */
  canGoBack(touched: readonly unknown[]): boolean {
    if (this.machine.heap.journal.lost || !this.beginning) return false
    return !this.looksAt(this.beginning, touched)
  }

  /** Everything before the first step. */
  start<T>(run: () => T): T {
    const { journal, youngest } = this.machine.heap
    const { reads } = journal.begin(youngest)
    try {
      return run()
    } finally {
      journal.end()
      // It is never taken back: what matters is what it looked at beside the state.
      this.beginning = {
        ...NOTHING,
        reads: new Map([[journal, reads.get(journal) ?? new Set()]]),
      }
    }
  }

  /** Goes back to the first step that looked at what has changed, for a pass over `world`. Returns what is to be done. */
  goBack(touched: readonly unknown[], world: World, todo: S): S {
    this.machine.world = this.listening(world)
    this.allStale = false
    this.stale.clear()
    for (const number of this.owed) this.stale.add(number)
    this.owed.clear()
    for (const [index, { stretch }] of this.steps.entries())
      if (this.looksAt(stretch, touched)) this.stale.add(index + 1)
    this.takeOutEnding()
    const first = Math.min(this.steps.length + 1, ...this.stale)
    this.takeBackPlain(first)
    this.position = first - 1
    return this.position === 0 ? todo : this.steps[this.position - 1]!.next
  }

  /** Where to come back to with `returnTo`, after passes that are not to be kept. */
  mark(): Mark<S, R> {
    return { steps: [...this.steps], ending: this.ending, world: this.machine.world }
  }

  returnTo({ steps, ending, world }: Mark<S, R>): void {
    if (this.ending === ending) return
    this.takeOutEnding()
    let same = 0
    while (same < this.steps.length && this.steps[same] === steps[same]) same++
    this.takeBackPlain(same + 1)
    const others = steps.slice(same)
    this.takeOut(
      this.steps.slice(same).filter((step, at) => step !== others[at]),
      same,
    )
    this.putIn(
      others.filter((step, at) => step !== this.steps[same + at]),
      same,
    )
    for (let at = same; at < Math.max(this.steps.length, steps.length); at++) {
      const [former, step] = [this.steps[at], steps[at]]
      if (former === step) continue
      if (former) this.readers?.remove(at + 1, former.stretch)
      if (step) this.readers?.add(at + 1, step.stretch)
    }
    this.steps.splice(same, this.steps.length, ...others)
    for (const { stretch } of others) makeAgain(stretch.plain)
    this.catchUp()
    this.putIn([{ stretch: ending }], steps.length)
    this.catchUp()
    makeAgain(ending.plain)
    this.ending = ending
    this.owed.clear()
    this.position = steps.length
    this.machine.world = world
  }

  /** The results of the steps so far. */
  get results(): readonly R[] {
    return this.steps.slice(0, this.position).map(({ result }) => result)
  }

  /** One step: made again if it would come out as before, else run. Returns what is to be done then. */
  step(todo: S, run: () => { readonly result: R; readonly next: S }): S {
    const number = ++this.position
    if (this.steps[number - 1]?.todo !== todo) this.cut(number)
    const before = this.steps[number - 1]
    if (before && !this.allStale && !this.stale.has(number)) {
      makeAgain(before.stretch.plain)
      return before.next
    }
    if (before) this.takeOut([before], number - 1)
    const left = before && valuesAfter(before.stretch)
    const { done, stretch } = this.record(number, run, before?.stretch)
    this.steps[number - 1] = { todo, ...done, stretch }
    if (before) this.readers?.remove(number, before.stretch)
    this.readers?.add(number, stretch)
    if (left) this.compare(number, left, valuesOf(stretch))
    return done.next
  }

  /** What is done after the last step: always run. */
  end(run: () => void): void {
    this.cut(this.position + 1)
    this.catchUp()
    this.ending = this.record(this.position + 1, run).stretch
  }

  /** To be called when a step, or what is done after the last, has thrown what ends the pass: nothing comes behind it. */
  endHere(): void {
    const { broken } = this
    if (!broken) return
    this.cut(broken.number)
    this.catchUp()
    this.file(broken)
    this.ending = broken.stretch
    this.broken = null
  }

  /** To be called when it threw anything else: the tape is as before the pass, but for the steps that are through. */
  giveUp(): void {
    const { broken } = this
    if (!broken) return
    const { number, stretch } = broken
    for (const { changes } of stretch.tracked.values()) takeBack(changes)
    takeBack(stretch.plain)
    this.broken = null
    const left = this.steps.slice(number - 1)
    if (left.length > 0) this.owed.add(number)
    for (const at of left.keys()) if (this.allStale || this.stale.has(number + at)) this.owed.add(number + at)
    this.putIn(left.slice(0, 1), number - 1)
    for (const step of left) makeAgain(step.stretch.plain)
    this.catchUp()
    this.position = this.steps.length
  }

  /** Runs a step. */
  private record<T>(
    number: number,
    run: () => T,
    again?: Stretch,
  ): { readonly done: T; readonly stretch: Stretch } {
    const { machine } = this
    const { journal, youngest } = machine.heap
    const plain = PlainState.of(machine)
    const fetch =
      this.steps.length < number && this.behind.size === 0
        ? null
        : (map: AnyMap) => this.move(map, number - 1)
    const stretch = journal.begin(youngest, again, fetch)
    try {
      return { done: run(), stretch }
    } catch (error) {
      this.broken = { number, stretch }
      throw error
    } finally {
      stretch.plain.push(...plain.changes())
      journal.end()
      if (!this.broken) this.file({ number, stretch })
    }
  }

  /** Has the maps that a stretch has changed know of it. */
  private file({ number, stretch }: { readonly number: number; readonly stretch: Stretch }): void {
    for (const [map, group] of stretch.tracked) {
      group.number = number
      map.groups.splice(map.made++, 0, group)
      this.noteBehind(map)
    }
  }

  /** Forgets the steps from this one on; what they changed beside tracked maps is taken back already. */
  private cut(number: number): void {
    if (this.steps.length < number) return
    const gone = this.steps.slice(number - 1)
    this.takeOut(gone, number - 1)
    for (const [at, { stretch }] of gone.entries()) this.readers?.remove(number + at, stretch)
    this.steps.length = number - 1
  }

  /** Moves the maps that these steps changed to before them, `stretch`, and lets the maps forget the steps. */
  private takeOut(steps: readonly { readonly stretch: Stretch }[], stretch: number): void {
    const gone = new Map<AnyMap, Set<Group>>()
    for (const { tracked } of steps.map(step => step.stretch))
      for (const [map, group] of tracked) remember(gone, map, () => new Set()).add(group)
    for (const [map, groups] of gone) {
      this.move(map, stretch)
      const kept = map.groups.filter(group => !groups.has(group))
      map.groups.splice(map.made, map.groups.length, ...kept.slice(map.made))
      if (map.made === map.groups.length) this.behind.delete(map)
    }
  }

  /** Moves the maps that these steps, which are behind `stretch`, changed to there, and has them know of the steps. */
  private putIn(steps: readonly { readonly stretch: Stretch }[], stretch: number): void {
    for (const { tracked } of steps.map(step => step.stretch))
      for (const [map, group] of tracked) {
        map.moveTo(stretch)
        const next = map.groups.findIndex(({ number }, at) => at >= map.made && number > group.number)
        map.groups.splice(next < 0 ? map.groups.length : next, 0, group)
        this.noteBehind(map)
      }
  }

  private takeOutEnding(): void {
    this.takeOut([{ stretch: this.ending }], this.steps.length)
    takeBack(this.ending.plain)
    this.ending = NOTHING
  }

  private takeBackPlain(first: number): void {
    for (let step = this.steps.length; step >= first; step--) takeBack(this.steps[step - 1]!.stretch.plain)
  }

  private move(map: AnyMap, stretch: number): void {
    map.moveTo(stretch)
    this.noteBehind(map)
  }

  private noteBehind(map: AnyMap): void {
    if (map.made < map.groups.length) this.behind.add(map)
  }

  /** Moves all maps to the last step there is. */
  private catchUp(): void {
    for (const map of this.behind) map.moveTo(Number.POSITIVE_INFINITY)
    this.behind.clear()
  }

  /** Which later steps may go another way, now that this one left other values? */
  private compare(number: number, before: Values, after: Values): void {
    for (const [holder, cells] of before) {
      const others = after.get(holder)
      for (const [key, was] of cells) this.compareCell(number, holder, key, was, others?.get(key))
    }
    for (const [holder, cells] of after) {
      const others = before.get(holder)
      for (const [key, is] of cells)
        if (!others?.has(key)) this.compareCell(number, holder, key, undefined, is)
    }
  }

  private compareCell(number: number, holder: object, key: unknown, was?: Cell, is?: Cell): void {
    // What only one of the two has changed the other has left as it was.
    if (alike((was ?? is)![was ? 'value' : 'former'], (is ?? was)![is ? 'value' : 'former'])) return
    if (holder instanceof TrackedMap) this.makeStale(number, holder, key)
    else if (!isOutput(this.machine, holder)) this.allStale = true
  }

  private makeStale(after: number, holder: object, key: unknown): void {
    this.readers ??= Readers.of(this.steps)
    for (const number of this.readers.of(holder, key)) if (number > after) this.stale.add(number)
  }

  private looksAt({ reads }: Stretch, touched: readonly unknown[]): boolean {
    const looks = reads.get(this.machine.heap.journal)
    return looks !== undefined && touched.some(look => looks.has(look))
  }

  /** The world, with an ear for the files that are read. */
  private listening(world: World): World {
    const { journal } = this.machine.heap
    const note = (look: string): void => journal.lookOutside(look)
    const { fs, installed } = world
    return {
      ...world,
      fs: {
        stat: path => {
          note(Looks.file(path))
          return fs.stat(path)
        },
        read: path => {
          note(Looks.file(path))
          return fs.read(path)
        },
        list: path => {
          note(Looks.folder(path))
          return fs.list(path)
        },
        realpath: path => fs.realpath(path),
        problems: () => fs.problems(),
      },
      installed: {
        has: module => {
          note(Looks.installed(module))
          return installed.has(module)
        },
      },
      code: (path, project) => {
        note(Looks.file(path))
        return world.code(path, project)
      },
      text: path => {
        note(Looks.file(path))
        return world.text(path)
      },
      body: (unit, body) => {
        note(Looks.file(unit.path))
        return world.body(unit, body)
      },
      healed: {
        has: site => {
          note(Looks.cure(site))
          return world.healed.has(site)
        },
        get size() {
          note(Looks.anyCure)
          return world.healed.size
        },
      },
    }
  }
}

/** The steps by what they looked into. */
class Readers {
  private readonly known = new Map<object, Map<unknown, Set<number>>>()

  static of(steps: readonly { readonly stretch: Stretch }[]): Readers {
    const readers = new Readers()
    for (const [index, { stretch }] of steps.entries()) readers.add(index + 1, stretch)
    return readers
  }

  add(step: number, { reads }: Stretch): void {
    for (const [holder, keys] of reads) {
      const cells = remember(this.known, holder, () => new Map())
      for (const key of keys) remember(cells, key, () => new Set()).add(step)
    }
  }

  remove(step: number, { reads }: Stretch): void {
    for (const [holder, keys] of reads) {
      const cells = this.known.get(holder)
      for (const key of keys) {
        const steps = cells?.get(key)
        steps?.delete(step)
        if (steps?.size === 0) cells!.delete(key)
      }
      if (cells?.size === 0) this.known.delete(holder)
    }
  }

  /** In no order; some more than once. */
  *of(holder: object, key: unknown): Generator<number> {
    const cells = this.known.get(holder)
    if (!cells) return
    for (const each of key === WHOLE ? cells.keys() : [key, WHOLE]) yield* cells.get(each) ?? []
  }
}

/** What a cell holds after some changes, and held before. */
interface Cell {
  readonly value: unknown
  readonly former: unknown
}

type Values = Map<object, Map<unknown, Cell>>

function valuesOf({ plain, tracked }: Stretch): Values {
  const values: Values = new Map()
  for (const changes of [plain, ...[...tracked.values()].map(group => group.changes)])
    for (const change of changes) {
      const cells = remember(values, change.holder, () => new Map())
      // The first change of a cell knows what it held before.
      if (!cells.has(change.key)) cells.set(change.key, { value: change.value(), former: change.former() })
    }
  return values
}

/** What a step that was taken back had left: for that it is made again, for a moment. */
function valuesAfter(stretch: Stretch): Values {
  const all = [stretch.plain, ...[...stretch.tracked.values()].map(group => group.changes)]
  for (const changes of all) makeAgain(changes)
  const values = valuesOf(stretch)
  for (const changes of all) takeBack(changes)
  return values
}

/** Would nobody see a difference between the two, be it values of the machine or plain data about them? */
function alike(a: unknown, b: unknown): boolean {
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
