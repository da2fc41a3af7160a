/**
 * One collection pass over a Plan: the start-up, then directories and test files in pytest's order on one process.
 * What each collector came to is the result. A pass that is recorded can be gone back in.
 */

import { remember } from '../files/memo.ts'
import { isWithin } from '../files/paths.ts'
import type { CollectNode } from '../pytest/plan.ts'
import { atLeast } from '../pytest/version.ts'
import { exceptionClass, isSubclass } from './classes.ts'
import { refusePending } from './hook_signatures.ts'
import {
  callHook,
  isIgnored,
  isTaken,
  loadConftest,
  loadPlugin,
  offerFiles,
  type Plugin,
  pluginNames,
  pluginsPlace,
} from './hooks.ts'
import { importPath } from './import_modes.ts'
import { collectItems } from './items/collect_items.ts'
import { checkDocstrings } from './items/docstrings.ts'
import { itemList } from './items/item_object.ts'
import type { Machine, World } from './machine.ts'
import { isSkip, SKIPPED } from './models/outcomes.ts'
import { configObject } from './models/pytest.ts'
import { missWarnings, USAGE_ERROR } from './models/warnings.ts'
import { lookForSelections, loseSelections, refuseSelections } from './selections.ts'
import {
  failureOf,
  guardSession,
  hookExit,
  isSystemExit,
  placeOfNobody,
  SessionEnds,
  stopFor,
} from './session_ends.ts'
import { start } from './start.ts'
import { Tape } from './tape.ts'
import type { CollectorTrace, SessionTrace } from './trace.ts'
import { type Exc, PyRaise, UNKNOWN } from './values.ts'

export interface Pass {
  readonly session: SessionTrace
  readonly collectors: readonly CollectorTrace[]
}

/** Before pytest 8 all conftests are loaded by the session's own collector: one that fails fails it. */
class NothingElse extends Error {
  readonly result: CollectorTrace
  constructor(result: CollectorTrace) {
    super('the session can not be collected')
    this.result = result
  }
}

/** Is it thrown for what happens in the run of pytest, and not because nobody wants to know any more? */
function endsPass(error: unknown): boolean {
  return error instanceof SessionEnds || error instanceof NothingElse
}

/** One collector's turn: a test file, or a folder with its conftest. */
interface Step {
  readonly node: CollectNode
  readonly plugins: readonly Plugin[]
  readonly doubtful: string | null
}

/** What is to be done, the first thing first; before all else, without a collector, pytest starts. */
type Steps = { readonly step: Step | null; readonly next: Steps } | null

const START: Steps = { step: null, next: null }

/** What the start comes to beside state. */
interface Begun {
  readonly plugins: readonly Plugin[]
}

export class TooManySteps extends Error {}

const RUNS: SessionTrace = { outcome: 'runs', exitCode: null, failure: null, reason: null }

/** How a pass goes on from where another one is. */
interface Going {
  readonly most: number
  readonly between: () => void
}

const TO_THE_END: Going = { most: Number.POSITIVE_INFINITY, between: () => {} }

/** A pass that can be gone back in. */
export class Recorded {
  readonly tape: Tape<Steps, CollectorTrace | Begun | null>

  constructor(machine: Machine) {
    this.tape = new Tape(machine)
  }

  /** The first pass. */
  collect(): Pass {
    return guardPass(this.tape.machine, collectors => this.goOn(START, collectors))
  }

  /**
   * The next pass, over a world that differs in what was touched, by `Looks` and `Finder.restingOn`, and nothing else; null
   * where it has to be made from the beginning. Throws TooManySteps, and is given up, where more than `most` steps have to be run or left out.
   * `between` is called after each step that was run.
   */
  collectAgain(touched: readonly unknown[], world: World, going: Partial<Going> = {}): Pass | null {
    const { tape } = this
    if (!tape.canGoBack) return null
    const todo = tape.goBack(touched, world, START)
    return guardPass(tape.machine, collectors => this.goOn(todo, collectors, { ...TO_THE_END, ...going }))
  }

  /** What the pass under way would come to if all that has to be run again were not there at all. */
  soFar(): Pass {
    const collectors = this.tape.results.filter(isCollector)
    return { session: { ...RUNS, exitCode: exitCode(collectors) }, collectors }
  }

  private goOn(from: Steps, collectors: CollectorTrace[], going = TO_THE_END): void {
    const { tape } = this
    try {
      this.run(from, collectors, going)
    } catch (error) {
      if (endsPass(error)) tape.endHere()
      else tape.giveUp()
      throw error
    }
  }

  private run(from: Steps, collectors: CollectorTrace[], { most, between }: Going): void {
    const { tape } = this
    for (let todo = from; todo !== null; ) {
      const { step, next } = todo
      const before = tape.disturbed
      todo = tape.step(todo, former => {
        if (tape.disturbed > most) throw new TooManySteps()
        const { result, children } = step ? take(tape.machine, step) : begin(tape.machine)
        return { result, next: beginsWith(former, children, next) ? former : inOrder(children, next) }
      })
      if (tape.disturbed > before) between()
    }
    collectors.push(...tape.results.filter(isCollector))
    const begun = tape.results.find(result => result !== null && 'plugins' in result)
    tape.end(() => afterCollection(tape.machine, begun?.plugins ?? [], collectors))
  }
}

export function collect(m: Machine): Pass {
  return guardPass(m, collectors => {
    const { result, children: first } = begin(m)
    for (let todo = inOrder(first, null); todo?.step; ) {
      const { result, children } = take(m, todo.step)
      if (result) collectors.push(result)
      todo = inOrder(children, todo.next)
    }
    afterCollection(m, result.plugins, collectors)
  })
}

function begin(m: Machine): { readonly result: Begun; readonly children: readonly Step[] } {
  m.toStart()
  const plugins = start(m)
  const { roots, pytestVersion } = m.plan
  if (!atLeast(pytestVersion, '8.0')) for (const root of roots) loadEarly(m, root, plugins)
  return { result: { plugins }, children: roots.map(node => ({ node, plugins, doubtful: null })) }
}

function isCollector(result: CollectorTrace | Begun | null): result is CollectorTrace {
  return result !== null && 'outcome' in result
}

function inOrder(steps: readonly Step[], next: Steps): Steps {
  return steps.reduceRight((behind: Steps, step) => ({ step, next: behind }), next)
}

/** Is it these steps and then `next`? */
function beginsWith(all: Steps | undefined, steps: readonly Step[], next: Steps): all is Steps {
  let rest = all
  for (const step of steps) {
    if (!rest?.step || !isSame(rest.step, step)) return false
    rest = rest.next
  }
  return rest === next
}

function isSame(a: Step, b: Step): boolean {
  return (
    a.node === b.node &&
    a.doubtful === b.doubtful &&
    a.plugins.length === b.plugins.length &&
    a.plugins.every(
      ({ module, folder }, i) => module === b.plugins[i]!.module && folder === b.plugins[i]!.folder,
    )
  )
}

/** Runs a pass; `run` adds what the collectors came to, in their order. */
function guardPass(m: Machine, run: (collectors: CollectorTrace[]) => void): Pass {
  const collectors: CollectorTrace[] = []
  try {
    run(collectors)
    return { session: { ...RUNS, exitCode: exitCode(collectors) }, collectors }
  } catch (error) {
    if (error instanceof SessionEnds)
      return {
        session: error.session,
        collectors: error.afterwards ? collectors.filter(({ path }) => error.imported(path)) : [],
      }
    if (error instanceof NothingElse)
      return { session: { ...RUNS, exitCode: 2 }, collectors: [{ ...error.result, path: m.plan.rootdir }] }
    throw error
  }
}

function afterCollection(
  m: Machine,
  plugins: readonly Plugin[],
  collectors: readonly CollectorTrace[],
): void {
  m.start = placeOfNobody(m)
  try {
    refuseSelections(m)
    guardSession(m, hookExit, () => refusePending(m))
    modifyItems(m, plugins, collectors)
    noteSelectedMarkers(m)
    stopFor(m, ['collection', 'after collection'])
  } catch (error) {
    if (error instanceof SessionEnds) error.afterwards = true
    throw error
  }
}

/** `pytest_collection_modifyitems` gets the items. */
function modifyItems(m: Machine, plugins: readonly Plugin[], collectors: readonly CollectorTrace[]): void {
  if (!collectors.some(c => c.outcome === 'collects' && /\bdef test/.test(m.world.text(c.path) ?? ''))) return
  const before = m.perhapsRefused.length
  for (const plugin of plugins) {
    const items = itemList(m)
    guardSession(m, hookExit, () =>
      callHook(m, plugin, 'pytest_collection_modifyitems', {
        session: UNKNOWN,
        config: configObject(m),
        items,
      }),
    )
  }
  const refused = m.perhapsRefused[before]
  if (!refused) return
  const name = markerIn(refused)
  m.events.push({ event: 'unknown-marker', name, span: refused.focus, strict: false })
  throw new SessionEnds({
    outcome: 'unknown',
    exitCode: null,
    failure: null,
    reason: `whether an item is given the mark '${name}', which is not registered, depends on a condition that can't be evaluated`,
  })
}

function markerIn({ detail }: Exc): string {
  if (detail.kind === 'unknown-marker') return detail.name
  return detail.kind === 'warning' ? (detail.marker ?? '') : ''
}

/**
 * Names in `-m` that nobody registers. pytest selects nothing by them and keeps silent; from 9.2 on it refuses
 * them where markers are strict. A mark that is used unregistered is told of where it is used.
 */
function noteSelectedMarkers(m: Machine): void {
  if (m.markersOpen) return
  for (const { names, span } of m.plan.selectedMarkers) {
    const unknown = names.filter(name => !m.markers.has(name))
    const place = span ?? placeOfNobody(m)
    if (unknown.length > 0 && m.plan.strictMarkers && atLeast(m.plan.pytestVersion, '9.2')) {
      const message = `Unknown marker(s) in '-m' expression: ${unknown.join(', ')}. Use 'pytest --markers' to see available markers.`
      guardSession(
        m,
        () => 4,
        () => {
          const detail = { kind: 'unknown-marker-selected' as const, name: unknown[0]! }
          throw new PyRaise(m.exception(USAGE_ERROR, message, detail, { span: place, focus: place }))
        },
      )
    }
    for (const name of unknown.filter(name => !m.marksMet.has(name)))
      m.events.push({ event: 'unknown-marker-selected', name, span: place, registered: [...m.markers] })
  }
}

function exitCode(collectors: readonly CollectorTrace[]): number {
  if (collectors.some(c => c.outcome === 'fails')) return 2
  return collectors.some(c => c.outcome === 'collects' || c.outcome === 'unknown') ? 0 : 5
}

/** What conftests of folders were loaded before the first test file: see `loadEarly`. */
const loadedEarly = new WeakMap<Machine, Map<string, readonly Plugin[]>>()

/**
 * Up to pytest 7 the session lists all files before it imports the first, and loads the conftest of every folder
 * on its way; of a package only where there are folders in it.
 */
function loadEarly(m: Machine, node: CollectNode, plugins: readonly Plugin[]): void {
  if (node.kind === 'module' || isIgnored(m, node.path, plugins) !== false) return
  const inForce = [...plugins]
  const { conftest } = node
  if (conftest && !m.plan.noConftest && (!node.package || node.children.some(c => c.kind === 'directory'))) {
    const result = observe(m, node.path, null, () => loadConftest(m, conftest, inForce))
    if (result.outcome === 'fails') throw new NothingElse(result)
    if (result.outcome !== 'collects') return
    remember(loadedEarly, m, () => m.map<string, readonly Plugin[]>()).set(
      conftest,
      inForce.slice(plugins.length),
    )
  }
  if (!node.package) {
    const result = observe(m, node.path, null, () => offerFiles(m, node.path, inForce))
    if (result.outcome === 'fails') throw new NothingElse(result)
  }
  for (const child of node.children) loadEarly(m, child, inForce)
}

/** What a collector comes to, and what it gives to be collected; null: there is nothing to be told of it. */
function take(
  m: Machine,
  { node, plugins, doubtful }: Step,
): { readonly result: CollectorTrace | null; readonly children: readonly Step[] } {
  const nothing = { result: null, children: [] }
  m.start = { path: node.path, start: 0, end: 0 }
  if (node.kind === 'module') {
    const ignored = node.explicit ? false : isIgnored(m, node.path, plugins)
    if (ignored === true) return nothing
    const taken = isTaken(m, node.path, plugins)
      ? 'a conftest makes the module in a way of its own'
      : doubtful
    const doubt = ignored === null ? 'a conftest may leave this file out' : taken
    const result = collectFile(m, node, plugins, doubt)
    loseSelections(m, result)
    guardSession(
      m,
      () => 1,
      () => missWarnings(m),
    )
    return { result, children: [] }
  }
  const ignored = isIgnored(m, node.path, plugins)
  if (ignored === true) return nothing
  const doubt = ignored === null ? 'a conftest may leave this folder out' : doubtful
  const inForce = [...plugins]
  const early = node.conftest ? loadedEarly.get(m)?.get(node.conftest) : undefined
  if (early) inForce.push(...early)
  else if (node.conftest && !m.plan.noConftest) {
    const conftest = node.conftest
    const result = observe(m, node.path, doubt, () => loadConftest(m, conftest, inForce))
    if (result.outcome === 'fails' || result.outcome === 'skips') {
      if (result.outcome === 'fails' && !atLeast(m.plan.pytestVersion, '8.0')) throw new NothingElse(result)
      return { result, children: [] }
    }
  }
  if (atLeast(m.plan.pytestVersion, '8.0')) {
    const result = observe(m, node.path, doubt, () => offerFiles(m, node.path, inForce))
    if (result.outcome === 'fails' || result.outcome === 'skips') return { result, children: [] }
  }
  return {
    result: null,
    children: node.children.map(child => ({ node: child, plugins: inForce, doubtful: doubt })),
  }
}

function collectFile(
  m: Machine,
  node: Extract<CollectNode, { kind: 'module' }>,
  plugins: readonly Plugin[],
  doubt: string | null,
): CollectorTrace {
  const { path } = node
  return observe(m, path, doubt, () => {
    try {
      const module = importPath(m, path)
      if (module.t !== 'module') return
      if (m.plan.doctestModules) checkDocstrings(m, module, path)
      if (node.doctestOnly) return
      for (const name of pluginNames(m, module) ?? []) loadPlugin(m, name, [], pluginsPlace(m, path))
      const inForce = plugins.filter(({ folder }) => folder === null || isWithin(path, folder))
      collectItems(m, module, path, inForce)
      lookForSelections(m, module, path, inForce)
    } catch (error) {
      const lenient = node.doctestOnly && m.plan.options.doctest_ignore_import_errors?.value === true
      if (
        !lenient ||
        !(error instanceof PyRaise) ||
        isSubclass(error.exc.cls, exceptionClass('ImportError')) !== true
      )
        throw error
      const reason = `unable to import module PosixPath('${path}')`
      throw new PyRaise(m.exception(SKIPPED, reason, { kind: 'other' }))
    }
  })
}

/** Runs one collector's import and tells what came of it. */
function observe(m: Machine, path: string, doubt: string | null, run: () => void): CollectorTrace {
  m.doubts = []
  m.skips = []
  m.frames.length = 0
  m.watches.length = 0
  let exc: Exc | null = null
  try {
    run()
  } catch (error) {
    // Our own stack is the one thing that runs out on code nested without bounds.
    if (error instanceof RangeError)
      m.doubt('the code is nested too deeply to be followed', { path, start: 0, end: 0 })
    else if (error instanceof PyRaise) exc = error.exc
    else throw error
  }
  const nothing = { path, reason: null, failure: null, behind: [] }
  if (exc === null) {
    const [first] = m.doubts
    return first
      ? { ...nothing, outcome: 'unknown', reason: first.reason }
      : { ...nothing, outcome: 'collects' }
  }
  if (isSkip(exc)) return { ...nothing, outcome: 'skips', reason: exc.message }
  if (m.isHealed(exc)) return { ...nothing, outcome: 'collects' }
  const interrupt = isSubclass(exc.cls, exceptionClass('KeyboardInterrupt')) === true
  if ((isSystemExit(exc) || interrupt) && atLeast(m.plan.pytestVersion, '8.1'))
    throw new SessionEnds({
      outcome: 'stops',
      exitCode: interrupt ? 2 : 3,
      failure: failureOf(exc),
      reason: null,
    })
  if (doubt) return { ...nothing, outcome: 'unknown', reason: doubt }
  const [skip] = m.skips
  if (skip) return { ...nothing, outcome: 'unknown', reason: skip.reason }
  return { ...nothing, outcome: 'fails', failure: failureOf(exc) }
}
