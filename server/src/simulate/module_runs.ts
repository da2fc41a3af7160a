/**
 * The execution of modules within a step of a pass that can be gone back in: what each looked for and saw, wrote and made,
 * in its order. A step that is run again, because one of its modules was edited, executes only that one and those that
 * lead to it: of all others it is seen here that they would do what they did, and that is done.
 *
 * A run holds those of the modules that it imports. It can be had again if whatever it saw that it had not written itself
 * is there again, and it neither changed what it found, beside tracked maps, nor was anything that it made changed by
 * others in the step. What calls it, and where from, it can't know: `journal.ts` and `execute.ts` see to it that it doesn't.
 */

import type { Loaded, Made } from './journal.ts'
import { alike } from './left_otherwise.ts'
import type { AnyMap } from './tracked_map.ts'
import type { CodeUnit, Module } from './values.ts'

/** What entries of a log are, beside reads: of these stands there where in the log the cell was written to before. */
export const NOT_WRITTEN = -1
export const WRITE = -2
export const LOOK = -3
export const MADE = -4
export const LOADED = -5
/** Something becomes of an object that comes again. */
export const AGAIN = -6
/** A look at all of a map: `TrackedMap.contents` is its value. */
export const ALL = -7

/** What runs of modules did, one after another, in columns: there are hundreds of entries for each module. */
export class Log {
  readonly kinds: number[] = []
  /** The tracked map of a read or write. */
  readonly maps: (AnyMap | null)[] = []
  readonly keys: unknown[] = []
  readonly values: unknown[] = []

  get length(): number {
    return this.kinds.length
  }

  /** Where it stands. */
  add(kind: number, map: AnyMap | null, key: unknown, value: unknown): number {
    this.maps.push(map)
    this.keys.push(key)
    this.values.push(value)
    return this.kinds.push(kind) - 1
  }
}

/** How much was made so far. */
export interface Births {
  readonly namespaces: number
  readonly containers: number
}

/** What a run has found that is in no tracked map. */
export interface Found {
  /** The machine's fields. */
  readonly fields: readonly unknown[]
  /** What the step had changed before. */
  readonly changed: readonly unknown[]
}

export class ModuleRun {
  /** The entries `start` up to, and without, `end`. */
  end = 0
  readonly inner: ModuleRun[] = []
  usable = true
  bornUpTo: Births

  constructor(
    readonly module: Module,
    readonly unit: CodeUnit,
    readonly start: number,
    readonly found: Found,
    /** What is made later is made by it, or by what it imports. */
    readonly bornAfter: Births,
  ) {
    this.bornUpTo = bornAfter
  }
}

/** Would it do now what it did? `touched`: what has changed of all that is no state of the machine. */
export function wouldDoTheSame(
  run: ModuleRun,
  log: Log,
  unit: CodeUnit,
  found: Found,
  touched: ReadonlySet<unknown>,
): boolean {
  if (!run.usable || run.unit !== unit || !areAlike(run.found, found)) return false
  const { kinds, maps, keys, values } = log
  for (let at = run.start; at < run.end; at++) {
    const kind = kinds[at]!
    if (kind === LOOK && touched.has(keys[at])) return false
    if (kind === ALL && !alike(values[at], maps[at]!.contents())) return false
    if (kind >= NOT_WRITTEN && kind < run.start && !alike(values[at], maps[at]!.peek(keys[at]))) return false
  }
  return true
}

function areAlike(was: Found, is: Found): boolean {
  return alike(was.fields, is.fields) && alike(was.changed, is.changed)
}

/** Who takes down what is done again. */
export interface Doer {
  openAgain(run: ModuleRun): void
  close(): void
  lookOutside(at: unknown): void
  make(made: Made): void
  load(name: string, loaded: Loaded): void
}

/** Does again what the run did. */
export function doAgain(run: ModuleRun, log: Log, doer: Doer): void {
  const { kinds, maps, keys, values } = log
  let next = 0
  doer.openAgain(run)
  for (let at = run.start; at < run.end; at++) {
    const inner = run.inner[next]
    if (inner?.start === at) {
      next++
      doAgain(inner, log, doer)
      at = inner.end - 1
      continue
    }
    const [map, key, value] = [maps[at]!, keys[at], values[at]]
    switch (kinds[at]) {
      case WRITE:
        map.put(key, value)
        break
      case LOOK:
        doer.lookOutside(key)
        break
      case MADE:
        doer.make(value as Made)
        break
      case LOADED:
        doer.load(key as string, value as Loaded)
        break
      case ALL:
        map.keys().next()
        break
      case AGAIN:
        ;(value as () => void)()
        break
      default:
        map.get(key)
    }
  }
  doer.close()
}
