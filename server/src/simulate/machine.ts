/**
 * The state of the one simulated process, and the words in which it speaks: frames, `sys.path`,
 * `sys.modules`, exceptions raised, doubts and events noted. What statements, calls and imports *do* to it
 * stands in the files beside this one; this one executes nothing.
 */
import type { At, Expr } from '../compile/module_code.ts'
import type { Environment } from '../environment/environment.ts'
import { isPassing } from '../environment/passing_variables.ts'
import type { NameQuestion, NameVerdict } from '../environment/standard_names.ts'
import type { FileSystem } from '../files/file_system.ts'
import { LineIndex } from '../files/lines.ts'
import { remember } from '../files/memo.ts'
import { isAbsolute, isWithin, join, relative } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { Plan } from '../pytest/plan.ts'
import { atLeast } from '../pytest/version.ts'
import { exceptionClass, isSubclass } from './classes.ts'
import { Finder } from './finder.ts'
import { Heap } from './heap.ts'
import type { Plugin } from './hooks.ts'
import { Leaks } from './leaks.ts'
import { isSkip } from './models/outcomes.ts'
import type { RegisteringFunction } from './models/registries.ts'
import { ModuleTable } from './module_table.ts'
import type { FailureDetail, OpenQuestion, RegisteredMarker, TraceEvent } from './trace.ts'
import { TrackedSet } from './tracked_map.ts'
import type { Doubt, PossibleFailure, Watch } from './unseen_raises.ts'
import {
  type Class,
  type CodeUnit,
  constant,
  type Dict,
  dictOf,
  type Exc,
  type Func,
  isString,
  keyOf,
  type List,
  list,
  type Module,
  PyRaise,
  type Scope,
  UNKNOWN,
  type Value,
} from './values.ts'

/** A file that can't become code: unreadable, undecodable, or refused by the interpreter's compile(). */
export interface Unreadable {
  readonly path: string
  readonly exception: string
  readonly message: string
  readonly span: Span
}

/** What the machine is given: everything outside it, as pure look-ups. */
export interface World {
  readonly fs: FileSystem
  readonly environment: Environment
  readonly plan: Plan
  /** Folders whose code is the project's and is executed in full. */
  readonly projectRoots: readonly string[]
  /** Compiled text of a file; `Unreadable` where it has none. Never throws. */
  readonly code: (path: string, project: boolean) => CodeUnit | Unreadable
  /** Compiles text that code executes by itself, as if it stood in `path`. */
  readonly compile: (text: string, path: string) => CodeUnit
  /** Code of a function's body, compiled on demand. */
  readonly body: (unit: CodeUnit, body: number) => CodeUnit
  /** Does a third-party file reach, through import statements alone, anything that is absent? */
  readonly text: (path: string) => string | null
  /** The verdict of an interpreter on a suspected file; undefined where it wasn't asked yet. */
  readonly syntax: (path: string) => Unreadable | 'fine' | undefined
  /** The environment's variables; `exact`: what is not among them is not set where pytest will run. */
  readonly variables: { readonly values: Readonly<Record<string, string>>; readonly exact: boolean }
  /** An interpreter's answer on its standard library; undefined where it wasn't asked yet. */
  readonly standardName: (question: NameQuestion) => NameVerdict | undefined
  /** Functions that raise when they are called twice with one name, as the settings tell. */
  readonly registries: readonly RegisteringFunction[]
  /** Failures to be passed over as if cured: see `siteOf`. */
  readonly healed: Pick<ReadonlySet<string>, 'has' | 'size'>
  /** Called now and then: may do something else in between, or throw to give the simulation up. */
  readonly breathe?: () => void
  /** Top-level modules that are taken to be installed although they are not. */
  readonly installed: Pick<ReadonlySet<string>, 'has'>
}

export interface Frame {
  readonly unit: CodeUnit
  readonly scope: Scope
  readonly kind: 'module' | 'class' | 'function' | 'comprehension'
  /** Of a comprehension: the scope around it, in which `:=` binds. */
  readonly home?: Scope
  /** Third-party code: no calls, no class bodies, no name checks. */
  readonly restricted: boolean
  /** The statement or call being executed. */
  at: At
  /** The token of the import under way. */
  asking: Span | null
  /** The expression statement being executed: its value goes nowhere. */
  statement: Expr | null
  /** The context of the `with` that begins. */
  entering?: Expr
  /** False once a condition of this call was unknown: its later exceptions are no proof. */
  exact: boolean
  /** The exception being handled, innermost last. */
  readonly handling: Exc[]
}

/** A call under way. */
export interface Call {
  readonly fn: Func
  /** `keyOf` of what it was called with; null where that is not known exactly. */
  readonly key: string | null
  /** `Heap.lastingWrites` when it began. */
  readonly writes: number
  /** The call in it that takes the most frames of Python's stack. */
  deepest: Span | null
}

/** What all of the machine's state is made of, before anything else of it is. */
class Memory {
  constructor(readonly heap: Heap) {}

  /** A map whose changes can be taken back. */
  map<K, V>(): Map<K, V> {
    return this.heap.journal.map()
  }
}

export class Machine extends Memory {
  world: World
  readonly finder: Finder
  readonly environment: Environment
  readonly plan: Plan
  readonly frames: Frame[] = []
  readonly watches: Watch[] = []
  readonly calls: Call[] = []
  readonly sysPath: List
  /** The entry of `sysPath` that `python -m` adds. */
  startEntry: Value | null = null
  startMatters = false
  /** The working folder; null where it isn't known. */
  cwd: string | null
  /** Who wrote to `sysPath` and `modules` by hand. */
  readonly leaks: Leaks
  readonly modules = new ModuleTable(this.heap.journal)
  /** What has become of modules that were executed; all others are done. */
  readonly states = this.map<Module, 'executing' | 'done' | 'failed'>()
  /** For each namespace the path above it, sys.path or its parent's, that its own was made of. */
  readonly pathsAbove = this.map<Module, readonly string[]>()
  /** The project's modules as they were executed at last, where they were asked for, and what served them. */
  readonly importedAt = this.map<
    string,
    { readonly module: Module; readonly span: Span; readonly entry: string | null }
  >()
  /** By the place of a file of the project the names under which it was executed, and those with more than one. */
  readonly namesOf = this.map<string, readonly string[]>()
  readonly executedTwice = new TrackedSet<string>(this.heap.journal)
  /** Loaded at start for certain, or perhaps, without being simulated. */
  readonly startModules: ReadonlySet<string>
  readonly perhapsLoaded: ReadonlySet<string>
  /** A finder that project code put on sys.meta_path may serve anything. */
  metaPathOpen = false
  /** Finders that project code put there and that this Python never asks. */
  readonly ignoredFinders: { readonly name: string; readonly text: string; readonly span: Span }[] = []
  /** The plugins so far, while pytest starts: hooks may register more of them. */
  plugins: Plugin[] | null = null
  /** Top-level names below which unknown keys were written to sys.modules. */
  readonly openPrefixes = new TrackedSet<string>(this.heap.journal)
  /** The project's files that were executed, also those whose module is no longer in `modules`. */
  readonly filesRun = new TrackedSet<string>(this.heap.journal)
  /** Files that ran `exec` or `eval` on text that isn't known; conftests among them speak for all. */
  readonly executors = new TrackedSet<string>(this.heap.journal)
  readonly markers = new TrackedSet<string>(this.heap.journal)
  /** Those of them that code registered. */
  readonly registeredMarkers: RegisteredMarker[] = []
  /** Unregistered marks that are an error here and may have been asked for: a condition that isn't known leads there. */
  readonly perhapsRefused: Exc[] = []
  /** Functions of conftests that are named like hooks and are none that pytest declares; see hook_signatures. */
  readonly pendingHooks: { readonly name: string; readonly exc: Exc }[] = []
  /** Node ids that give nothing, with the collector that pytest names; see selections. */
  readonly notFound = this.map<string, string | null>()
  /** The names of the marks of tests that are collected for certain, each combination once; see items/item_object. */
  readonly itemMarks = this.map<string, readonly string[]>()
  /** Names of the marks that were asked for, registered or not. */
  readonly marksMet = new TrackedSet<string>(this.heap.journal)
  /** Marks are checked only once the mark plugin was configured. */
  configured = false
  markersOpen: boolean
  readonly events: TraceEvent[] = []
  readonly suspects = new TrackedSet<string>(this.heap.journal)
  /** What only an interpreter can tell of its standard library, by `questionKey`. */
  readonly questions = this.map<string, OpenQuestion>()
  /** Which project file imports which, for import closures. */
  readonly dependencies = this.map<string, TrackedSet<string>>()
  /** The sets in it, also those that no step has put there yet: the same ones when it puts them there again. */
  private readonly dependenciesOf = new Map<string, TrackedSet<string>>()
  /** By the entries of such a set: whose it is. */
  readonly dependents = new Map<object, string>()
  /** What pytest itself is at, while no file's code runs: a test file, a conftest, the place that names a plugin. */
  start: Span
  /** How often functions were left out, by file and body. */
  readonly leftOut = this.map<string, number>()
  /** Code that was not run may have imported modules: submodules may be bound that nobody was seen to import. */
  unseenImports = false
  /** How many calls went into code that is not run. */
  unseenCalls = 0
  /** `os.environ`. Ask `variable` in variables.ts. */
  readonly variables: Dict
  /** Modules that took themselves out of `sys.modules`, with `unseenCalls` at that moment. */
  readonly vanished = this.map<string, number>()
  /** What made a verdict on the present collector impossible. */
  doubts: Doubt[] = []
  /** What may have skipped it before it came to its end: no failure behind that is a proof. */
  skips: Doubt[] = []
  /** Statements left for the outermost call under way. */
  callBudget = 0
  importDepth = 0
  /** Depth of branches taken both ways only because a variable of the environment is not set here. */
  supposing = 0
  /** Warning filters in force, last match first; see models/warnings. */
  warningFilters: {
    readonly action: string
    readonly category: Class | null
    readonly message: string
    readonly module: string
  }[] = []
  /** What hooks have added to the ini value of that name; null: nobody knows what. */
  addedFilters: readonly (string | null)[] = []
  /** conftest hooks and options gathered so far; see collect. */
  readonly optionDefaults = this.map<string, Value>()
  /** Names of options that project code added, behind the group that they are in. */
  readonly optionNames = this.map<string, true>()

  /** `records`: is its pass kept, to be gone back in? */
  constructor(
    world: World,
    start: { always: ReadonlySet<string>; sometimes: ReadonlySet<string> },
    records: boolean,
  ) {
    super(new Heap(records))
    this.world = world
    this.environment = world.environment
    this.plan = world.plan
    this.finder = new Finder(world.fs, world.environment, at => this.heap.journal.lookOutside(at))
    this.startModules = start.always
    this.perhapsLoaded = start.sometimes
    this.markersOpen = world.plan.markersOpen.length > 0
    this.sysPath = list([])
    this.cwd = world.plan.invocation.cwd
    this.variables = variablesAtStart(world)
    this.leaks = new Leaks(this)
    this.start = startOf(world)
    this.modules.set('__main__', UNKNOWN)
    for (const marker of world.plan.markers) this.markers.add(marker.name)
  }

  /** Before anything happens: what each step sets for itself is as it was in the beginning. */
  toStart(): void {
    this.start = startOf(this.world)
    this.doubts = []
    this.skips = []
    this.frames.length = 0
    this.watches.length = 0
  }

  get frame(): Frame {
    return this.frames.at(-1)!
  }

  private pathCache: {
    readonly version: number
    readonly items: readonly Value[]
    readonly cwd: string | null
    readonly path: readonly string[]
  } | null = null

  /**
   * The search path as absolute folders: path finders look from the working folder, and `__file__` tells so.
   * Entries that are no strings are skipped by Python too.
   */
  searchPath(): readonly string[] {
    const { items } = this.sysPath
    const { containerVersion } = this.heap
    const { cwd } = this
    if (
      this.pathCache?.version !== containerVersion ||
      this.pathCache.items !== items ||
      this.pathCache.cwd !== cwd
    ) {
      const known = items.filter(isString).filter(({ v }) => cwd !== null || isAbsolute(v))
      const path = known.map(({ v }) => join(cwd ?? '', v))
      this.pathCache = { version: containerVersion, items, cwd, path }
    }
    return this.pathCache.path
  }

  /** May there be other entries on the search path than `searchPath` tells? */
  get isPathOpen(): boolean {
    const { items, open } = this.sysPath
    return (
      open ||
      items.some(entry => entry.t === 'unknown') ||
      (this.cwd === null && items.some(entry => isString(entry) && !isAbsolute(entry.v)))
    )
  }

  private readonly projectFiles = new Map<string, boolean>()

  isProject(path: string): boolean {
    const known = this.projectFiles.get(path)
    if (known !== undefined) return known
    const answer = this.liesInProject(path)
    this.projectFiles.set(path, answer)
    return answer
  }

  private liesInProject(path: string): boolean {
    if (this.environment.sitePackages.some(site => isWithin(path, site))) return false
    if (this.environment.stdlib.some(lib => isWithin(path, lib))) return false
    if (this.environment.prefix && isWithin(path, this.environment.prefix)) return false
    return this.world.projectRoots.some(root => isWithin(path, root))
  }

  spanOf(unit: CodeUnit, at: At): Span {
    const places = unit.code.places
    return { path: unit.path, start: places[2 * at] ?? 0, end: places[2 * at + 1] ?? 0 }
  }

  /** Where the innermost project frame stands; without any, the file whose import pytest asked for. */
  here(): Span {
    const frame = this.frames.findLast(f => f.unit.project)
    return frame ? this.spanOf(frame.unit, frame.at) : this.start
  }

  /** The token of the import by which the project's innermost frame went into a library. */
  private focusHere(): Span {
    const frame = this.frames.findLast(f => f.unit.project)
    return frame?.asking ?? this.here()
  }

  /** Project frames from the outermost to the innermost. */
  chain(): Span[] {
    const spans = this.frames.filter(f => f.unit.project).map(f => this.spanOf(f.unit, f.at))
    if (spans.length === 0) return [this.start]
    return spans.filter(
      (span, i) => i === 0 || span.path !== spans[i - 1]!.path || span.start !== spans[i - 1]!.start,
    )
  }

  /** May an exception raised now be told as a proof, as far as the calls under way go? */
  get exact(): boolean {
    for (let i = this.frames.length - 1; i >= 0; i--) {
      const frame = this.frames[i]!
      if (frame.kind === 'module') return true
      if (!frame.exact) return false
    }
    return true
  }

  exception(
    cls: Class,
    message: string,
    detail: FailureDetail,
    more: { focus?: Span; args?: readonly Value[]; span?: Span; cause?: Exc | null } = {},
  ): Exc {
    const innermost = this.frames.at(-1)
    const handled = innermost?.handling.at(-1)
    const cause = more.cause === undefined ? (handled ?? null) : more.cause
    const span = more.span ?? this.here()
    const foreign = innermost !== undefined && !innermost.unit.project
    return {
      cls,
      message,
      args: more.args ?? [constant(message)],
      span,
      focus: foreign ? this.focusHere() : (more.focus ?? span),
      chain: withLast(this.chain(), more.span),
      detail,
      cause: cause ? { exception: cause.cls.name, message: cause.message, span: cause.span } : null,
      foreign,
      exact: this.exact,
    }
  }

  /** Raises a Python exception of a built-in class. */
  raise(name: string, message: string, detail: FailureDetail, focus?: Span): never {
    throw new PyRaise(this.exception(exceptionClass(name), message, detail, focus ? { focus } : {}))
  }

  /** Is this failure to be passed over because it counts as cured? */
  isHealed(exc: Exc): boolean {
    return this.world.healed.has(siteOf(exc))
  }

  /** Raises, unless the failure counts as cured: then the value is unknown and execution goes on. */
  throwUnlessHealed(exc: Exc): Value {
    if (this.isHealed(exc)) return UNKNOWN
    throw new PyRaise(exc)
  }

  /** Something that can't be known keeps us from a verdict on the present collector. */
  doubt(reason: string, span: Span = this.here()): void {
    this.doubts.push(this.doubtAt(reason, span))
  }

  private doubtAt(reason: string, span: Span): Doubt {
    const text = this.world.text(span.path)
    const line = text === null ? '' : `:${new LineIndex(text).position(span.start).line}`
    return { reason: `${reason} (${relative(this.plan.rootdir, span.path)}${line})`, span }
  }

  /** An unknown call, attribute or subscript: inside a `try` it may have raised. Null class: anything. */
  mayRaise(cls: Class | null): void {
    const watch = this.watches.at(-1)
    if (!watch) return
    if (cls) watch.classes.add(cls)
    else watch.any = true
  }

  /** An exception on a path that may not be taken. In a library that works for others it says nothing. */
  mayHaveRaised(exc: Exc): void {
    const { detail } = exc
    if (detail.kind === 'unknown-marker' || (detail.kind === 'warning' && detail.marker !== null))
      this.perhapsRefused.push(exc)
    if (isSkip(exc) && this.supposing === 0) this.maySkip(exc)
    if (isSubclass(exc.cls, exceptionClass('ImportError')) && this.supposing === 0 && !exc.foreign)
      this.mayFail({ exc, reason: "a condition that can't be evaluated leads there" })
    else this.mayRaise(exc.cls)
  }

  /** An import that may fail: a doubt about the collector, if no handler further out catches it. */
  mayFail(failure: PossibleFailure): void {
    const watch = this.watches.at(-1)
    if (watch) watch.imports.push(failure)
    else this.doubt(`${failure.exc.message}: ${failure.reason}`, failure.exc.span)
  }

  /** Further on, the file may have been skipped already, if no handler further out catches that. */
  maySkip(exc: Exc): void {
    const watch = this.watches.at(-1)
    if (watch) watch.skips.push(exc)
    else this.skips.push(this.doubtAt('it may be skipped before it fails', exc.span))
  }

  /** The file that is executing depends on `file`. */
  noteDependency(file: string): void {
    const importer = this.frames.findLast(f => f.unit.project)?.unit.path ?? this.start.path
    if (importer === file) return
    const files = remember(this.dependenciesOf, importer, () => {
      const made = new TrackedSet<string>(this.heap.journal)
      this.dependents.set(made.entries, importer)
      return made
    })
    if (!this.dependencies.has(importer)) this.dependencies.set(importer, files)
    files.add(file)
  }

  note(event: TraceEvent): void {
    if (!this.heap.doubtful) this.events.push(event)
  }

  /** Is a module of this name perhaps in `sys.modules` although the machine never put it there? */
  perhapsInModules(name: string): boolean {
    return this.perhapsLoaded.has(name) || this.openPrefixes.has('*') || this.openPrefixes.has(topLevel(name))
  }
}

function startOf({ plan }: World): Span {
  return { path: plan.inipath ?? plan.rootdir, start: 0, end: 0 }
}

/** The environment at start. From 8.2 on pytest sets PYTEST_VERSION before anything is imported. */
function variablesAtStart({ variables, plan, environment }: World): Dict {
  const dict = dictOf()
  const values = atLeast(plan.pytestVersion, '8.2')
    ? { ...variables.values, PYTEST_VERSION: plan.pytestVersion }
    : variables.values
  for (const [name, value] of Object.entries(values)) {
    const key = constant(environment.platform === 'win32' ? name.toUpperCase() : name)
    dict.items.set(keyOf(key)!, { key, value: isPassing(name) ? UNKNOWN : constant(value) })
  }
  return dict
}

function withLast(chain: readonly Span[], last: Span | undefined): readonly Span[] {
  const end = chain.at(-1)
  return !last || (end?.path === last.path && end.start === last.start) ? chain : [...chain, last]
}

/** Identity of a failure for curing it: the statement and what was wanted there. */
export function siteOf(exc: { readonly focus: Span; readonly message: string }): string {
  return `${exc.focus.path}:${exc.focus.start}:${exc.message}`
}

export function topLevel(name: string): string {
  const dot = name.indexOf('.')
  return dot < 0 ? name : name.slice(0, dot)
}
