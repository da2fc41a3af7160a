/**
 * What a real `pytest --collect-only` pass was seen to do, as plain data: the counterpart of `Trace`.
 * Paths are those of files/paths.ts: absolute, '/' on every platform. Times are seconds if not said otherwise.
 */

export interface Observation {
  readonly end: ProcessEnd
  /** null where the run ended before the probe was loaded. */
  readonly python: string | null
  readonly pytest: string | null
  readonly rootdir: string | null
  readonly inipath: string | null
  /** Plugins of distributions, and modules that `-p` or the project named. */
  readonly plugins: readonly ObservedPlugin[]
  /** In the order of collection. A path may have several: a module and its classes. */
  readonly collectors: readonly ObservedCollector[]
  /** What ended the run other than errors in single collectors; null where nothing did. */
  readonly stop: ObservedStop | null
  readonly warnings: readonly ObservedWarning[]
  /** As they happened, also those that somebody caught. */
  readonly failedImports: readonly FailedImport[]
  readonly modules: readonly ModuleTime[]
  /** The last of standard error, for people. */
  readonly stderr: string
  readonly milliseconds: number
}

export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'died'; readonly signal: string }
  | { readonly kind: 'timed out' }
  /** It took more memory, or printed more, than it may; `bytes` is the limit. */
  | { readonly kind: 'over limit'; readonly what: 'memory' | 'output'; readonly bytes: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'not started'; readonly reason: string }

/** True where the run was ended by us: what it did not come to says nothing. */
export function endedByUs({ kind }: ProcessEnd): boolean {
  return kind !== 'exited' && kind !== 'died'
}

export interface ObservedPlugin {
  readonly name: string
  readonly distribution: string | null
  readonly version: string | null
}

export interface ObservedCollector {
  readonly nodeid: string
  readonly path: string
  readonly kind: 'session' | 'directory' | 'module' | 'class' | 'file'
  /** `aborts`: it ended the whole run (SystemExit); `unfinished`: the process ended while it was imported. */
  readonly outcome: 'collects' | 'fails' | 'skips' | 'aborts' | 'unfinished'
  /** Why it was skipped, or another plugin's words for a failure without an exception. */
  readonly reason: string | null
  /** Tests found in it, before deselection, those of its classes included. */
  readonly items: number
  readonly seconds: number
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
  /** The line's text without indentation; '' where it is not at hand. */
  readonly source: string
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

export interface FailedImport {
  readonly module: string
  /** Who imports it; null: pytest itself. */
  readonly path: string | null
  readonly line: number | null
  readonly type: string
  readonly message: string
  /** It failed with the exception of an import inside of it. */
  readonly again: boolean
  /** The test file that was being imported; null: none was, but a plugin or a conftest. */
  readonly collector: string | null
  /** Unix time. */
  readonly at: number
}

export interface ModuleTime {
  readonly name: string
  readonly self: number
  /** With all that it imported itself. */
  readonly cumulative: number
  /** The test file whose import needed it first and so paid for it; null: a plugin or a conftest did. */
  readonly collector: string | null
}
