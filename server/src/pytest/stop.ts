/** Makers of `Stop`: what ends a run, in the words of pytest. When which of them applies is not said here. */
import type { Span } from '../files/span.ts'
import type { Stop, StopPhase } from './plan.ts'
import { atLeast } from './version.ts'

export interface StopPlace {
  readonly phase: StopPhase
  readonly span: Span | null
  /** What the stop is about, for people and fingerprints: an option, a key, a file's name. */
  readonly subject: string
  readonly rule?: string
}

/** pytest prints `ERROR: {message}` and ends with exit code 4. */
export function usageError(message: string, place: StopPlace): Stop {
  return { exitCode: 4, exception: 'UsageError', message, rule: 'invalid-configuration', ...place }
}

/** An exception that nobody catches: a traceback and exit code 1. */
export function traceback(exception: string, message: string, place: StopPlace): Stop {
  return { exitCode: 1, exception, message, rule: 'invalid-configuration', ...place }
}

/** An exception once the session has begun: `INTERNALERROR>` and exit code 3. */
export function internalError(exception: string, message: string, place: StopPlace): Stop {
  return { exitCode: 3, exception, message, rule: 'invalid-configuration', ...place }
}

/**
 * A setting that cannot be converted to its type: from 9.2 on a usage error, before that the exception
 * itself, which ends the process or, once the session has begun, shows as an internal error.
 */
export function badValue(version: string, fault: ValueFault, place: StopPlace, inSession: boolean): Stop {
  if (atLeast(version, '9.2')) return usageError(fault.message, place)
  return (inSession ? internalError : traceback)(fault.exception, fault.message, place)
}

export interface ValueFault {
  readonly exception: 'TypeError' | 'ValueError'
  readonly message: string
}
