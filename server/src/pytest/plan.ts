/**
 * What pytest would do here, before any code runs: its configuration with the provenance of every value,
 * and the tree it would collect, in its order. `simulate` executes it; nothing in it has been executed.
 */
import type { Span } from '../files/span.ts'

export interface Plan {
  readonly invocation: Invocation
  /** e.g. '9.0.2'. Rules are gated on the exact version, not on the major. */
  readonly pytestVersion: string
  readonly rootdir: string
  readonly inipath: string | null
  readonly confcutdir: string
  /** Every ini key and option that has a value other than the default, by its name. */
  readonly settings: Readonly<Record<string, Setting>>
  readonly importMode: 'prepend' | 'append' | 'importlib'
  readonly considerNamespacePackages: boolean
  /** ini `pythonpath`, absolute, in order: inserted at the front of sys.path. */
  readonly pythonpath: readonly string[]
  /** Unknown marks are errors (already by version: addopts' --strict-markers has no effect on 9.0). */
  readonly strictMarkers: boolean
  readonly strictConfig: boolean
  /** Markers known before any project code runs: built-in, ini, and plugins by measured tables. */
  readonly markers: readonly Marker[]
  /** Names the plugin whose markers are not known; a mark is then never called unknown. Empty: all known. */
  readonly markersOpen: readonly string[]
  /** The marker names in each `-m` that counts, which is the last one given; empty where pytest can't read it. */
  readonly selectedMarkers: readonly { readonly names: readonly string[]; readonly span: Span | null }[]
  /**
   * Warning filters: those of PYTHONWARNINGS (origin 'environment'), pytest's own (origin 'default'), then in
   * the order of the files and options. The last that matches wins.
   */
  readonly filterwarnings: readonly Setting[]
  /** Options that pytest and its plugins know, by destination and by name, with values from addopts and the command line. */
  readonly options: Readonly<Record<string, OptionValue>>
  /** sys.argv as pytest's process would have it. */
  readonly argv: readonly string[]
  /** Plugin modules imported before the first conftest, in pytest's order. */
  readonly plugins: readonly PluginLoad[]
  /** What pytest-django does before the first conftest; null where it is not loaded. */
  readonly django: DjangoStart | null
  readonly noConftest: boolean
  /** Conftests loaded before collection, in load order. */
  readonly initialConftests: readonly string[]
  /** What collection starts from, in order, with all that may be collected below. */
  readonly roots: readonly CollectNode[]
  /** Arguments that name something within a file (`test_a.py::TestA::test_x`), in their order. */
  readonly selections: readonly Selection[]
  readonly pythonFunctions: readonly string[]
  readonly pythonClasses: readonly string[]
  readonly doctestModules: boolean
  /** What stops the run for certain before any code runs, in the order pytest would find it. */
  readonly stops: readonly Stop[]
  /** Configuration warnings (unknown key, testpaths that match nothing, ...). */
  readonly warnings: readonly ConfigWarning[]
  readonly unknown: readonly string[]
}

export interface Invocation {
  readonly kind: 'pytest' | 'python -m pytest'
  /** Why this one: "tox.ini runs it", "no sign of either: the default". */
  readonly because: string
  readonly cwd: string
  /** Command-line arguments after pytest, as given by the user. */
  readonly args: readonly string[]
  /** The variables that pytest and Python read: PYTEST_ADDOPTS, PYTEST_PLUGINS, PYTHONPATH, DJANGO_SETTINGS_MODULE... */
  readonly env: Readonly<Record<string, string>>
}

export interface Setting {
  readonly value: string
  /** Where it was written; null for the command line, the environment and defaults. */
  readonly span: Span | null
  readonly origin: 'file' | 'command line' | 'environment' | 'default'
}

export interface OptionValue {
  readonly value: string | boolean | number | null | readonly string[]
}

export interface Marker {
  readonly name: string
  /** The registered line, e.g. "slow: takes minutes". */
  readonly line: string
  readonly from: string // 'pytest', 'pytest.ini', 'plugin pytest-asyncio', 'conftest'
}

export interface PluginLoad {
  readonly module: string
  readonly how: '-p' | 'entry point' | 'PYTEST_PLUGINS'
  readonly span: Span | null
  readonly distribution: string | null
  /** The entry point's or option's name as pytest shows it. */
  readonly name: string
}

export interface DjangoStart {
  /** The folder with `manage.py` that goes to the front of `sys.path`, absolute; null: none was found. */
  readonly project: string | null
  /** What is said of it where the settings can't be imported. */
  readonly outcome: string
  /** The settings module to load at once, with the place that names it; null: none. */
  readonly settings: { readonly module: string; readonly span: Span | null } | null
  /** The settings are a class of django-configurations. */
  readonly configuration: boolean
}

export type CollectNode =
  | {
      readonly kind: 'directory'
      readonly path: string
      /** conftest.py in it, if it is loaded when the directory is collected (initial ones were before). */
      readonly conftest: string | null
      readonly package: boolean // has __init__.py
      readonly children: readonly CollectNode[]
    }
  | {
      readonly kind: 'module'
      readonly path: string
      /** Named on the command line: ignores do not apply. */
      readonly explicit: boolean
      /** Collected for its doctests only (--doctest-modules and not matching python_files). */
      readonly doctestOnly: boolean
    }

export interface Selection {
  readonly path: string
  /** Classes and function, outermost first; at least one. */
  readonly parts: readonly string[]
}

export interface Stop {
  readonly exitCode: number
  readonly exception: string // 'UsageError', 'ImportError', ...
  readonly message: string
  readonly span: Span | null
  readonly rule: string
  readonly subject: string
  /** Before or after what else could stop it: 'config' < 'plugins' < 'conftests' < 'options' < 'collection'. */
  readonly phase: StopPhase
}

export type StopPhase = 'config' | 'plugins' | 'conftests' | 'options' | 'collection' | 'after collection'

export interface ConfigWarning {
  readonly rule: string
  readonly message: string
  readonly span: Span | null
  readonly subject: string
}
