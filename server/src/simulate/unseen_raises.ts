/** What may have been raised unseen, so far as somebody further out can catch it. Who notes it is `machine.ts`. */
import type { Span } from '../files/span.ts'
import { exceptionClass } from './classes.ts'
import type { Class, Exc } from './values.ts'

/** Of the body of a `try`, or of a module. */
export interface Watch {
  /** It stands for a `try` with handlers, not for the body of a module. */
  readonly guards: boolean
  any: boolean
  readonly classes: Set<Class>
  /** Imports that may fail: a doubt if nothing catches them. */
  readonly imports: PossibleFailure[]
  /** Ways in which the test file may be skipped: what fails behind them is a doubt if nothing catches them. */
  readonly skips: Exc[]
}

export function watchFor(guards: boolean): Watch {
  return { guards, any: false, classes: new Set(), imports: [], skips: [] }
}

/** What Python's own types and statements raise where they refuse what they are given. */
const REFUSALS = [
  'TypeError',
  'ValueError',
  'AttributeError',
  'LookupError',
  'ArithmeticError',
  'RuntimeError',
].map(exceptionClass)

/** Inside a `try` with handlers: something is done that Python may refuse, and whether it does is not followed. */
export function mayRefuse(watches: readonly Watch[]): void {
  const watch = watches.at(-1)
  if (watch?.guards) for (const cls of REFUSALS) watch.classes.add(cls)
}

export interface PossibleFailure {
  readonly exc: Exc
  /** Why it isn't certain. */
  readonly reason: string
}

/** What keeps us from a verdict. */
export interface Doubt {
  readonly reason: string
  readonly span: Span
}
