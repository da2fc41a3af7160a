/**
 * One Python interpreter and what is installed for it, as plain data: what `simulate` resolves imports
 * against. Made by reading files (`discover.ts`, `site.ts`, ...) and, where trusted, confirmed by a probe.
 */

export type Version = readonly [major: number, minor: number, micro: number]

export interface Environment {
  /** The interpreter; null where none was found: then the standard-library tables stand in for it. */
  readonly executable: string | null
  /** Which rule of the search chose it, for people: "VIRTUAL_ENV", ".venv beside pyproject.toml". */
  readonly chosenBecause: string
  /** Interpreters that were looked at and not taken, each with the reason. */
  readonly rejected: readonly { readonly path: string; readonly reason: string }[]
  readonly version: Version
  readonly implementation: 'cpython' | 'pypy' | 'other'
  readonly platform: 'linux' | 'darwin' | 'win32' | 'other'
  readonly prefix: string // of the virtual environment, else of the installation; '' if unknown
  readonly basePrefix: string
  /** sys.path at start-up without the script's or working directory: PYTHONPATH, library, site, .pth lines. */
  readonly sysPath: readonly string[]
  /** Directories of the standard library within sysPath (zip, lib/pythonX.Y, lib-dynload). */
  readonly stdlib: readonly string[]
  readonly sitePackages: readonly string[]
  /** Names importable with no file: sys.builtin_module_names and the frozen ones that can't be shadowed. */
  readonly builtinModules: readonly string[]
  /** Importable top-level names of the standard library here (tables where no library folder was found). */
  readonly stdlibNames: readonly string[]
  /** False where `stdlibNames` comes from tables that list other platforms' modules too. */
  readonly stdlibExact: boolean
  /** e.g. '.cpython-311-x86_64-linux-gnu.so', '.abi3.so', '.so': in the order Python tries them. */
  readonly extensionSuffixes: readonly string[]
  readonly distributions: readonly Distribution[]
  /** setuptools' finders: they stand on sys.meta_path behind the path finder. */
  readonly editableFinders: readonly EditableFinder[]
  /** Packages that `-nspkg.pth` lines put into sys.modules before anything runs: name -> __path__. */
  readonly namespacePth: Readonly<Record<string, readonly string[]>>
  /** `.pth` lines that run code not understood, so that sys.path or finders may hold more. */
  readonly opaquePth: readonly string[]
  /** distutils is served by setuptools (`distutils-precedence.pth`), without anyone importing setuptools. */
  readonly distutilsShim: boolean
  /** Version of the pytest that is importable; null where it isn't installed (or nothing is known). */
  readonly pytestVersion: string | null
  /** Entry points of group pytest11 in pytest's load order. */
  readonly pytestPlugins: readonly PluginEntryPoint[]
  /** Sentences for people: what could not be known. */
  readonly unknown: readonly string[]
}

export interface Distribution {
  readonly name: string // as in METADATA
  readonly version: string
  readonly path: string // of the .dist-info or .egg-info
  /** Top-level import names by RECORD or top_level.txt; null where neither says. */
  readonly topLevel: readonly string[] | null
  readonly requires: readonly string[] // Requires-Dist lines, unparsed
  readonly editable: boolean
}

export interface EditableFinder {
  readonly mapping: Readonly<Record<string, string>> // dotted name -> directory or file stem
  readonly namespaces: Readonly<Record<string, readonly string[]>>
}

export interface PluginEntryPoint {
  readonly distribution: string
  readonly version: string
  readonly name: string // left of '=' : what `-p no:NAME` blocks
  readonly module: string
}
