/**
 * What a real `pytest --collect-only` pass was seen to do, as plain data: the counterpart of `Trace`.
 * Paths are those of files/paths.ts: absolute, '/' on every platform.
 */

export interface Observation {
  readonly end: ProcessEnd
  /** null where the run ended before the probe was loaded. */
  readonly python: string | null
  readonly pytest: string | null
  readonly rootdir: string | null
  /** In the order of collection. A path may have several: a module and its classes. */
  readonly collectors: readonly ObservedCollector[]
  /** What ended the run other than errors in single collectors; null where nothing did. */
  readonly stop: ObservedStop | null
  readonly warnings: readonly ObservedWarning[]
  /** The last of standard error, for people. */
  readonly stderr: string
  readonly milliseconds: number
}

export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'died'; readonly signal: string }
  | { readonly kind: 'timed out' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'not started'; readonly reason: string }

export interface ObservedCollector {
  readonly nodeid: string
  readonly path: string
  readonly kind: 'session' | 'directory' | 'module' | 'class' | 'file'
  /** `aborts`: it ended the whole run (SystemExit); `unfinished`: the process ended while it was imported. */
  readonly outcome: 'collects' | 'fails' | 'skips' | 'aborts' | 'unfinished'
  /** Why it was skipped, or another plugin's words for a failure without an exception. */
  readonly reason: string | null
  /** Tests found in the file, before deselection; 0 for anything but a file. */
  readonly items: number
  readonly exceptions: readonly ObservedException[]
}

/** One exception of a chain; the first is what pytest was shown, the others are what it came from. */
export interface ObservedException {
  /** The class's own name, without its module. */
  readonly type: string
  readonly message: string
  readonly link: 'shown' | 'cause' | 'context'
  /** Outermost first, without frames of pytest and of Python's import machinery. */
  readonly frames: readonly ObservedFrame[]
}

export interface ObservedFrame {
  readonly path: string
  readonly line: number
  /** Last line of the statement, for a simple one of several lines; else the same as `line`. */
  readonly until: number
  /** Function, '<module>', or '' for the place of a syntax error. */
  readonly name: string
  /** False in the standard library, in installed packages and in code made of text. */
  readonly project: boolean
}

export interface ObservedStop {
  /** `start`: before any conftest; `session`: pytest gave up while or after collecting. */
  readonly phase: 'start' | 'conftests' | 'session' | 'internal' | 'interrupt'
  readonly exceptions: readonly ObservedException[]
}

export interface ObservedWarning {
  readonly category: string
  readonly message: string
  readonly path: string
  readonly line: number
}
