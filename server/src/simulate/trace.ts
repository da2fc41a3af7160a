/**
 * What the simulated collection saw: plain data for `rules`, with nothing of the machine's own values in it.
 */
import type { NameQuestion } from '../environment/standard_names.ts'
import type { Span } from '../files/span.ts'
import type { Reached } from './reached.ts'

export interface Trace {
  readonly session: SessionTrace
  /** Markers that code registered, in order. */
  readonly markers: readonly RegisteredMarker[]
  /** In collection order: test files, and directories whose late conftest fails. */
  readonly collectors: readonly CollectorTrace[]
  /** What was noticed on the way, in execution order, duplicates removed. */
  readonly events: readonly TraceEvent[]
  /** Files whose syntax must be judged by an interpreter before this trace is exact. */
  readonly suspects: readonly string[]
  /** Some import went the way it did because pytest is started as it is: see `dependsOnStart`. */
  readonly startMatters: boolean
  /** What an interpreter must say of its standard library before this trace is exact. */
  readonly questions: readonly OpenQuestion[]
  /** The files that were executed or asked for, and which collector leads to which. */
  readonly reached: Reached
  /** The project's modules in the order of their first import, each as it was executed last. */
  readonly modules: readonly LoadedModule[]
  /** `sys.path` as the run left it. */
  readonly path: readonly string[]
}

export interface RegisteredMarker {
  readonly name: string
  /** As given to `addinivalue_line`: "slow: takes minutes". */
  readonly line: string
  /** The call that registers it. */
  readonly span: Span
}

export interface LoadedModule {
  readonly name: string
  readonly file: string
  /** The entry of `sys.path`, or of its package's `__path__`, that served it; null: it was loaded by its place. */
  readonly entry: string | null
  /** The token of the import that asked for it; the start of a file that pytest itself asked for. */
  readonly by: Span
}

export interface OpenQuestion extends NameQuestion {
  /** Asked only inside of `try`: that the name is missing is provided for. */
  readonly guarded: boolean
}

export interface SessionTrace {
  readonly outcome: 'runs' | 'stops' | 'unknown'
  readonly exitCode: number | null
  readonly failure: Failure | null
  readonly reason: string | null
}

export interface CollectorTrace {
  readonly path: string // a test file, or the directory of a late conftest
  readonly outcome: 'collects' | 'fails' | 'skips' | 'unknown'
  /** Why it is unknown or skipped. */
  readonly reason: string | null
  readonly failure: Failure | null
  /** What fails next once `failure` is cured, in order. */
  readonly behind: readonly Failure[]
}

/** A statement that changed the process for all later collectors. */
export interface Writer {
  /** The statement; the start of the collector's file where pytest did it on behalf of that file. */
  readonly span: Span
  /** The test file or conftest that was being imported. */
  readonly collector: string
}

/** A proof: this exception, raised here, leaves the collector. */
export interface Failure {
  /** Last component of the class's name, e.g. 'ModuleNotFoundError'. */
  readonly exception: string
  readonly message: string
  /** The statement or call of the innermost frame in the project: the line that a traceback ends with. */
  readonly span: Span
  /** The token to point at: within `span` or below it (the imported name, the mark). */
  readonly focus: Span
  /** Frames in the project from the collector's own file to `span`, outermost first, `span` included. */
  readonly chain: readonly Span[]
  readonly detail: FailureDetail
  /** What it was raised from (`raise X from e`, or X raised in a handler of e). */
  readonly cause: { readonly exception: string; readonly message: string; readonly span: Span } | null
  /** True while the exception was raised by a statement in third-party code below `span`. */
  readonly foreign: boolean
}

/** What a rule needs to know beyond the words of the exception. */
export type FailureDetail =
  | {
      readonly kind: 'module-not-found'
      readonly module: string
      /** Directories searched, in order. */
      readonly searched: readonly string[]
      /** Modules of the project that are there, for suggestions. */
      readonly has: readonly string[]
      /** Set for "'x' is not a package": the module that stands in the way. */
      readonly blocker: {
        readonly name: string
        readonly path: string | null
        readonly stub: boolean
        /** The statement that put it there, where one did. */
        readonly by?: Writer | null
      } | null
      /** The statement that changed `sys.path` so that the module is not found, or another of its name is. */
      readonly misled?: Misled | null
      /** Where a finder was added that names the module and that this Python never asks. */
      readonly finder?: Span | null
    }
  | {
      readonly kind: 'missing-symbol'
      readonly module: string
      readonly file: string | null
      readonly name: string
      /** The module was still being executed: the files of the cycle, from it back to it. */
      readonly cycle: readonly string[] | null
      /** Names the module does have, for suggestions. */
      readonly has: readonly string[]
      /** The statement of another collector that put a stand-in in the module's place. */
      readonly by?: Writer | null
      /** Another module of that name would have been found, which has the name. */
      readonly misled?: Misled | null
      /** Is it a module of the standard library? */
      readonly standard?: boolean
    }
  | {
      readonly kind: 'missing-attribute'
      readonly module: string
      readonly name: string
      /** The module's own `__getattr__` raised it. */
      readonly byHook?: boolean
      readonly cycle: boolean
      readonly has: readonly string[]
      /** The statement of another collector that put a stand-in in the module's place. */
      readonly by?: Writer | null
      readonly standard?: boolean
    }
  | { readonly kind: 'relative-import'; readonly reason: 'no parent package' | 'beyond top-level' }
  /** A file of byte code of another Python. */
  | { readonly kind: 'bytecode'; readonly name: string; readonly file: string }
  | { readonly kind: 'syntax' }
  | { readonly kind: 'undefined-name'; readonly name: string }
  | { readonly kind: 'unknown-marker'; readonly name: string }
  | {
      readonly kind: 'duplicate-metric'
      readonly metric: string
      readonly first: Span
      readonly twice: boolean
    }
  /** A name is registered although the registry holds it: a table, or what a project's own function registers. */
  | {
      readonly kind: 'registered-twice'
      readonly what: 'table' | 'name'
      readonly name: string
      readonly first: Span
      readonly twice: boolean
    }
  | { readonly kind: 'file-mismatch'; readonly name: string; readonly first: string; readonly second: string }
  /** Django was asked before it was set up, or for an app that is not installed. */
  | { readonly kind: 'django'; readonly needs: 'settings' | 'registry' | 'app' }
  | { readonly kind: 'warning'; readonly category: string; readonly marker: string | null }
  | { readonly kind: 'exit'; readonly code: number | null }
  | { readonly kind: 'unset-variable'; readonly name: string } // os.environ[name]
  | { readonly kind: 'raised' } // a raise statement, a failed assertion
  | { readonly kind: 'skip-misused' } // pytest.skip at module level without allow_module_level
  | {
      readonly kind: 'parametrize'
      /** The test below its file: 'TestA::test_x'. */
      readonly test: string
      readonly problem: ParametrizeProblem
      /** The argument that it is about. */
      readonly argument: string | null
    }
  /** A class whose tests are lost, under filters that make an error of the warning. */
  | { readonly kind: 'uncollectable-class'; readonly name: string; readonly by: Constructor }
  /** pytest refuses a test, fixture or `pytestmark` while it collects the module. */
  | { readonly kind: 'refused-test'; readonly name: string; readonly problem: RefusedTest }
  | { readonly kind: 'plugin'; readonly plugin: string }
  /** A function of a conftest that is no proper hook. */
  | { readonly kind: 'hook'; readonly hook: string }
  | { readonly kind: 'unknown-marker-selected'; readonly name: string } // in -m, under strict markers
  | { readonly kind: 'misplaced-plugins' } // pytest_plugins in a conftest that is loaded late
  /** pytest's own settings name what can't be had, e.g. a warning category. */
  | { readonly kind: 'configuration'; readonly subject: string }
  | { readonly kind: 'other' }

/**
 * What is wrong with a parametrization: its call, values against names, an argument nobody takes, one that has a
 * default, one parametrized twice, ids, ids that are alike, `indirect`, the scope, the name 'request', no values, what
 * `pytest.param` is given for marks.
 */
export type ParametrizeProblem =
  | 'call'
  | 'counts'
  | 'unused'
  | 'default'
  | 'duplicate'
  | 'ids'
  | 'alike'
  | 'indirect'
  | 'scope'
  | 'reserved'
  | 'empty'
  | 'marks'
export type Constructor = '__init__' | '__new__'
export type RefusedTest = 'yields' | 'pytestmark' | 'fixture scope' | 'docstring'
/** An edit of `sys.path` that decided which module an import gets. */
export interface Misled {
  readonly by: Writer
  /** The file that would have served; null where it is not known. */
  readonly meant: string | null
}
export type TraceEvent =
  /** A class that looks like tests and has a constructor: pytest warns and collects nothing of it. */
  | {
      readonly event: 'uncollectable-class'
      readonly name: string
      readonly by: Constructor
      readonly span: Span
    }
  /** A second definition of one name in one scope: the first one is never run. */
  | { readonly event: 'duplicate-test'; readonly name: string; readonly span: Span; readonly first: Span }
  /** One file is executed under several names, in the order of their import. */
  | {
      readonly event: 'imported-twice'
      readonly file: string
      readonly names: readonly { readonly name: string; readonly span: Span }[]
      /** Classes that it defines. */
      readonly classes: readonly string[]
      /** It binds lists, dictionaries or objects at module level. */
      readonly state: boolean
    }
  /** A finder without `find_spec` goes on `sys.meta_path` of a Python that asks for nothing else. */
  | { readonly event: 'ignored-finder'; readonly name: string; readonly span: Span }
  /** A project file imports byte code of the project whose source is gone. */
  | { readonly event: 'bytecode'; readonly name: string; readonly file: string; readonly span: Span }
  /** A test file imports what it gets only because another collector's file was imported before it. */
  | {
      readonly event: 'leaning'
      /** namesake: another folder's file of that name is in `sys.modules`, and not the one that was meant. */
      readonly kind: 'stub' | 'path' | 'namesake'
      readonly name: string
      /** The entry of `sys.path` that served it, where one did. */
      readonly entry: string | null
      readonly by: Writer
      /** The file that was meant, of a namesake. */
      readonly meant: string | null
      readonly collector: string
      readonly span: Span
      /** Collected alone the import fails, or gets another module. */
      readonly alone: 'fails' | 'differs'
    }
  /** A mark not registered, under settings that only warn. */
  | { readonly event: 'unknown-marker'; readonly name: string; readonly span: Span; readonly strict: boolean }
  /** A name in `-m` that nobody registers and no mark met so far has; the registered ones. */
  | {
      readonly event: 'unknown-marker-selected'
      readonly name: string
      readonly span: Span
      readonly registered: readonly string[]
    }
  /** A metric registered at import in a registry that outlives the module. */
  | {
      readonly event: 'metric'
      readonly name: string
      readonly kind: string
      readonly span: Span
      readonly module: string
    }
  /** An import that served a project file although a regular package or module of the same name lost. */
  | {
      readonly event: 'shadowed'
      readonly name: string
      readonly by: string
      readonly hidden: string
      readonly hiddenKind: 'standard library' | 'installed' | 'project'
      readonly span: Span
    }
  /** `foo.py` beside `foo/__init__.py`, met while resolving. */
  | {
      readonly event: 'collision'
      readonly name: string
      readonly package: string
      readonly module: string
      readonly span: Span
    }
  /** An import failed and the project's code caught it. */
  | { readonly event: 'caught-import'; readonly module: string; readonly span: Span }
  /** Something that could not be evaluated and made a verdict impossible. */
  | { readonly event: 'doubt'; readonly reason: string; readonly span: Span }
