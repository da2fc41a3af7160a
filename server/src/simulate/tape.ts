/**
 * A pass of the simulation, step by step, so that the next one over files that were edited can go back to the first
 * step that an edit touches, and make again without executing anything whatever comes out as it did: a step whose
 * look at the state would be the same.
 *
 * A step is run again if it read an edited file, or looked into a cell of a tracked map that a step run again left
 * otherwise than before. Where any other cell was left otherwise, all that follows is run.
 *
 * Tracked maps, which hold nearly all of the state, need not go back: each step sees in them what those up to it have
 * written. So steps that are not run cost next to nothing.
 */
import { remember } from '../files/memo.ts'
import { makeAgain, takeBack } from './changes.ts'
import { emptyStretch, type Stretch } from './journal.ts'
import { leftOtherwise, plainCells } from './left_otherwise.ts'
import { Looks } from './looks.ts'
import type { Machine, World } from './machine.ts'
import { isOutput, PlainState } from './plain_state.ts'
import { TrackedMap, WHOLE } from './tracked_map.ts'

interface Taped<S, R> {
  /** What was to be done, before and after. */
  readonly todo: S
  readonly next: S
  readonly result: R
  readonly stretch: Stretch
}

const NOTHING = emptyStretch()

/** The steps of a tape at one moment. */
interface Mark<S, R> {
  readonly steps: readonly (Taped<S, R> | null)[]
  readonly ending: Stretch
  readonly world: World
  readonly differing: ReadonlySet<object> | null
}

export class Tape<S, R> {
  /** By their numbers; null: the step of that number has no more to be done. */
  private readonly steps: (Taped<S, R> | null)[] = []
  /** What was done after the last step. */
  private ending = NOTHING
  /** Of steps beyond the present one: those that have to be run. */
  private readonly stale = new Set<number>()
  private allStale = false
  /** Those that were not run any more when a pass was given up. */
  private readonly owed = new Set<number>()
  /** What has changed beside the state since all steps stood as they were to be. */
  private readonly touched = new Set<unknown>()
  /** What is owed may find another state than before beside tracked maps. */
  private owedAll = false
  /** The step in which the pass ended. */
  private broken: { readonly number: number; readonly stretch: Stretch } | null = null
  private position = 0
  /** The position from which somebody glances at what is beyond it. */
  private glancedFrom: number | null = null
  /** How many steps the last pass has run, or left out. */
  disturbed = 0
  /** Whatever holds other values than when somebody asked last; null: that is not known. */
  private differing: Set<object> | null = null
  /** Who looked into what; made when somebody asks. */
  private readers: Readers | null = null

  /** `machine`: one that records. */
  constructor(readonly machine: Machine) {
    machine.world = this.listening(machine.world)
  }

  /** False: what was done can't be taken back. */
  get canGoBack(): boolean {
    return !this.machine.heap.journal.lost
  }

  /** Goes back to the first step that looked at what has changed, for a pass over `world`. Returns what is to be done. */
  goBack(touched: readonly unknown[], world: World, todo: S): S {
    this.machine.world = this.listening(world)
    this.allStale = false
    this.disturbed = 0
    this.stale.clear()
    for (const number of this.owed) this.stale.add(number)
    // What is owed since a pass that was given up was not run for what had changed by then either.
    if (this.owed.size === 0) {
      this.touched.clear()
      this.owedAll = false
    }
    this.owed.clear()
    for (const look of touched) this.touched.add(look)
    this.readers ??= new Readers(this.steps)
    for (const look of touched)
      for (const number of this.readers.of(this.machine.heap.journal, look)) this.stale.add(number)
    this.takeOutEnding()
    const first = Math.min(this.steps.length + 1, ...this.stale)
    this.takeBackPlain(first)
    this.position = first - 1
    const last = this.steps.slice(0, this.position).findLast(step => step !== null)
    return last ? last.next : todo
  }

  /** Where to come back to with `returnTo`, after passes that are not to be kept. */
  mark(): Mark<S, R> {
    const { ending, differing } = this
    return {
      steps: [...this.steps],
      ending,
      world: this.machine.world,
      differing: differing && new Set(differing),
    }
  }

  returnTo({ steps, ending, world, differing }: Mark<S, R>): void {
    if (this.ending === ending) return
    this.takeOutEnding()
    let same = 0
    while (same < this.steps.length && this.steps[same] === steps[same]) same++
    this.takeBackPlain(same + 1)
    for (let at = same; at < Math.max(this.steps.length, steps.length); at++) {
      const [former, step] = [this.steps[at], steps[at]]
      if (former && former !== step) takeOut(former.stretch)
      if (step && step !== former) {
        putIn(step.stretch)
        this.readers?.add(at + 1, step.stretch)
      }
      if (step) makeAgain(step.stretch.plain)
    }
    this.steps.splice(same, this.steps.length, ...steps.slice(same))
    putIn(ending)
    makeAgain(ending.plain)
    this.ending = ending
    this.owed.clear()
    this.position = steps.length
    this.machine.world = world
    this.differing = differing && new Set(differing)
  }

  /** Which maps may hold other values at the end of the pass than when this was asked last; null: any may. */
  differingNow(): ReadonlySet<object> | null {
    const { differing } = this
    this.differing = new Set()
    return differing
  }

  /** In the middle of a pass: calls `look` with those steps beyond the present one that need not be run, as if they were through. */
  glance<T>(look: () => T): T {
    const { position } = this
    const left = this.steps.slice(position)
    for (const step of left) if (step) makeAgain(step.stretch.plain)
    this.position = this.steps.length
    this.glancedFrom = position
    try {
      return look()
    } finally {
      this.glancedFrom = null
      this.position = position
      for (const step of left.reverse()) if (step) takeBack(step.stretch.plain)
    }
  }

  /** How much those steps have done, roughly, that look at this and would be run again at once; `mark`: as it was then. */
  effort(looks: readonly unknown[], mark: Mark<S, R> | null = null): number {
    const steps = mark?.steps ?? this.steps
    const { journal } = this.machine.heap
    this.readers ??= new Readers(this.steps)
    const numbers = new Set(looks.flatMap(look => [...this.readers!.of(journal, look, steps)]))
    return [...numbers].reduce((sum, number) => sum + 1 + (steps[number - 1]?.stretch.tracked.size ?? 0), 0)
  }

  /** How many steps there are. */
  get length(): number {
    return this.steps.length
  }

  /** The results of the steps so far. */
  get results(): readonly R[] {
    const results: R[] = []
    for (let at = 0; at < this.position; at++) {
      const step = this.steps[at]
      const waits =
        this.glancedFrom !== null && at >= this.glancedFrom && (this.allStale || this.stale.has(at + 1))
      if (step && !waits) results.push(step.result)
    }
    return results
  }

  /**
   * One step: made again if it would come out as before, else run, with what was to be done after it before, if it was
   * ever run. Returns what is to be done then: what is another object leads another way.
   */
  step(todo: S, run: (former: S | undefined) => { readonly result: R; readonly next: S }): S {
    const number = this.placeOf(todo)
    this.position = number
    const before = this.steps[number - 1]
    if (before && !this.allStale && !this.stale.has(number)) {
      makeAgain(before.stretch.plain)
      return before.next
    }
    this.disturbed++
    const left = cellsAfter(before?.stretch ?? NOTHING)
    if (before) takeOut(before.stretch)
    const { done, stretch } = this.record(number, () => run(before?.next), before?.stretch)
    this.steps[number - 1] = { todo, ...done, stretch }
    this.readers?.add(number, stretch)
    if (before || number < this.steps.length)
      this.compare(number, [before?.stretch ?? NOTHING, left], [stretch, plainCells(stretch)])
    else this.differing = null
    return done.next
  }

  /** The number of the step that does it. Those before it that are not to be done any more leave their places to others. */
  private placeOf(todo: S): number {
    const next = this.position + 1
    let known = next
    while (known <= this.steps.length && this.steps[known - 1]?.todo !== todo) known++
    if (known <= this.steps.length) {
      for (let number = next; number < known; number++) this.leaveOut(number)
      return known
    }
    if (this.steps[next - 1]) this.cut(next)
    return next
  }

  /** A step that is not to be done any more; what it changed beside tracked maps is taken back already. */
  private leaveOut(number: number): void {
    const gone = this.steps[number - 1]
    if (!gone) return
    this.disturbed++
    const left = cellsAfter(gone.stretch)
    takeOut(gone.stretch)
    this.steps[number - 1] = null
    this.compare(number, [gone.stretch, left], [NOTHING, new Map()])
  }

  /** What is done after the last step: always run. */
  end(run: () => void): void {
    this.cut(this.position + 1)
    this.ending = this.record(this.position + 1, run).stretch
    this.letEndingDiffer()
  }

  /** To be called when a step, or what is done after the last, has thrown what ends the pass: nothing comes behind it. */
  endHere(): void {
    const { broken } = this
    if (!broken) return
    this.cut(broken.number)
    this.ending = broken.stretch
    this.letEndingDiffer()
    this.broken = null
  }

  /** To be called when it threw anything else: the tape is as before the pass, but for the steps that are through. */
  giveUp(): void {
    const { broken } = this
    const number = broken?.number ?? this.position + 1
    if (broken) {
      takeOut(broken.stretch)
      takeBack(broken.stretch.plain)
    }
    this.broken = null
    const left = this.steps.slice(number - 1)
    if (broken && left[0]) putIn(left[0].stretch)
    this.owedAll ||= this.allStale
    // One that had nothing to do before, and whose number is free, is owed as well.
    if (broken && left.length > 0) this.owed.add(number)
    for (const at of left.keys()) if (this.allStale || this.stale.has(number + at)) this.owed.add(number + at)
    for (const step of left) if (step) makeAgain(step.stretch.plain)
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
    const stretch = journal.begin(
      number,
      youngest,
      again,
      this.allStale || this.owedAll ? null : this.touched,
    )
    try {
      return { done: run(), stretch }
    } catch (error) {
      this.broken = { number, stretch }
      throw error
    } finally {
      stretch.plain.push(...plain.changes())
      journal.end()
    }
  }

  /** Forgets the steps from this one on; what they changed beside tracked maps is taken back already. */
  private cut(number: number): void {
    for (const step of this.steps.slice(number - 1)) {
      if (!step) continue
      this.disturbed++
      takeOut(step.stretch)
    }
    if (this.steps.length < number) return
    this.steps.length = number - 1
    this.differing = null
  }

  private letEndingDiffer(): void {
    for (const map of this.ending.tracked.keys()) this.differing?.add(map)
  }

  private takeOutEnding(): void {
    takeOut(this.ending)
    takeBack(this.ending.plain)
    this.letEndingDiffer()
    this.ending = NOTHING
  }

  private takeBackPlain(first: number): void {
    for (let number = this.steps.length; number >= first; number--) {
      const step = this.steps[number - 1]
      if (step) takeBack(step.stretch.plain)
    }
  }

  /** Which later steps may go another way, now that this one left other values? */
  private compare(number: number, was: Left, is: Left): void {
    leftOtherwise(number, was, is, (holder, key) => this.letDiffer(number, holder, key))
  }

  private letDiffer(after: number, holder: object, key: unknown): void {
    this.differing?.add(holder)
    if (holder instanceof TrackedMap) {
      this.readers ??= new Readers(this.steps)
      for (const number of this.readers.of(holder, key)) if (number > after) this.stale.add(number)
    } else if (!isOutput(this.machine, holder)) this.allStale = true
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

/**
 * The steps by what they looked into, and those that once did: whether a step still does it is seen when somebody asks, as
 * steps that are run again look into the same as a rule.
 */
class Readers {
  private readonly known = new WeakMap<object, Map<unknown, Set<number>>>()
  private readonly added = new WeakSet<Stretch>()

  constructor(private readonly steps: readonly ({ readonly stretch: Stretch } | null)[]) {
    for (const [index, step] of steps.entries()) if (step) this.add(index + 1, step.stretch)
  }

  add(number: number, stretch: Stretch): void {
    if (this.added.has(stretch)) return
    this.added.add(stretch)
    for (const [holder, keys] of stretch.reads) {
      const cells = remember(this.known, holder, () => new Map())
      for (const key of keys.keys()) remember(cells, key, () => new Set()).add(number)
    }
  }

  /** In no order; some more than once. `steps`: those of another moment. */
  *of(holder: object, key: unknown, steps = this.steps): Generator<number> {
    const cells = this.known.get(holder)
    if (!cells) return
    for (const each of key === WHOLE ? cells.keys() : [key, WHOLE])
      for (const number of cells.get(each) ?? [])
        if (steps[number - 1]?.stretch.reads.get(holder)?.has(each)) yield number
  }
}

/** What a step has left: its stretch, and the plain cells of it. */
type Left = Parameters<typeof leftOtherwise>[1]

/** Of a stretch that was taken back but for tracked maps: it is made again, for a moment. */
function cellsAfter(stretch: Stretch): Left[1] {
  makeAgain(stretch.plain)
  const cells = plainCells(stretch)
  takeBack(stretch.plain)
  return cells
}

/** Has tracked maps forget what a stretch wrote to them. */
function takeOut({ tracked }: Stretch): void {
  for (const [map, versions] of tracked) map.takeOut(versions)
}

function putIn({ tracked }: Stretch): void {
  for (const [map, versions] of tracked) map.putIn(versions)
}
