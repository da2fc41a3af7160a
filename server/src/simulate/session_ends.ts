/**
 * How the whole run ends before its time: with an exception that nobody catches on pytest's own way, or at a stop that
 * the plan knows of. Each has its exit code.
 */
import type { Span } from '../files/span.ts'
import type { Stop } from '../pytest/plan.ts'
import { exceptionClass, isSubclass } from './classes.ts'
import type { Machine } from './machine.ts'
import { USAGE_ERROR } from './models/warnings.ts'
import type { Failure, SessionTrace } from './trace.ts'
import { type Exc, PyRaise } from './values.ts'

/** Thrown to end the whole run. */
export class SessionEnds extends Error {
  readonly session: SessionTrace
  /** The collectors had their turn before: what they came to is still told. */
  afterwards = false
  /** Which files had their turn. */
  imported: (path: string) => boolean = () => true
  constructor(session: SessionTrace) {
    super('session ends')
    this.session = session
  }
}

/** A stop that the plan knows of, once the run has come to its phase. */
export function stopFor(m: Machine, phases: readonly Stop['phase'][]): void {
  const stop = m.plan.stops.find(s => phases.includes(s.phase))
  if (!stop) return
  const span = stop.span ?? placeOfNobody(m)
  const failure: Failure = {
    exception: stop.exception,
    message: stop.message,
    span,
    focus: span,
    chain: [span],
    detail: { kind: 'plugin', plugin: stop.subject },
    cause: null,
    foreign: false,
  }
  throw new SessionEnds({ outcome: 'stops', exitCode: stop.exitCode, failure, reason: stop.rule })
}

/** The place of what nobody wrote down. */
export function placeOfNobody(m: Machine): Span {
  return { path: m.plan.inipath ?? m.plan.rootdir, start: 0, end: 0 }
}

/** Runs a part of the start-up; its exception ends the session with the exit code that `code` tells. */
export function guardSession(m: Machine, code: (exc: Exc) => number, run: () => void): void {
  const doubts = m.doubts.length
  const frames = m.frames.length
  try {
    run()
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error
    m.frames.length = frames
    const { exc } = error
    if (m.isHealed(exc)) return
    throw new SessionEnds({ outcome: 'stops', exitCode: code(exc), failure: failureOf(exc), reason: null })
  }
  // What may fail before collection is told for the session, not for the first collector.
  m.doubts.length = doubts
}

/** A hook of a plugin or conftest raised it. */
export function hookExit(exc: Exc): number {
  if (isSystemExit(exc)) return exitStatus(exc)
  return isSubclass(exc.cls, USAGE_ERROR) === true ? 4 : 3
}

/** Is it what `sys.exit` and its kin raise? */
export function isSystemExit(exc: Exc): boolean {
  return isSubclass(exc.cls, exceptionClass('SystemExit')) === true
}

/** The exit code that a SystemExit asks for. */
export function exitStatus(exc: Exc): number {
  return exc.detail.kind === 'exit' ? (exc.detail.code ?? 1) : 1
}

/** An exception as it is told of: plain data. */
export function failureOf(exc: Exc): Failure {
  return {
    exception: exc.cls.name,
    message: exc.message,
    span: exc.span,
    focus: exc.focus,
    chain: exc.chain.length > 0 ? exc.chain : [exc.span],
    detail: exc.detail,
    cause: exc.cause,
    foreign: exc.foreign,
  }
}
