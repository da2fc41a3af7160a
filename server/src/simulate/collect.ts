/**
 * One collection pass over a Plan: plugins, initial conftests, hooks, then directories and test files in
 * pytest's order on one process. What each collector came to is the result.
 */

import { remember } from '../files/memo.ts'
import { isWithin } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { CollectNode, PluginLoad, Stop } from '../pytest/plan.ts'
import { atLeast } from '../pytest/version.ts'
import { exceptionClass, isSubclass } from './classes.ts'
import { refusePending, verifyHooks } from './hook_signatures.ts'
import {
  callHook,
  configure,
  isIgnored,
  isTaken,
  loadPlugin,
  type Plugin,
  pluginNames,
  pluginsPlace,
  refuseLatePlugins,
  register,
} from './hooks.ts'
import { importConftest, importPath } from './import_modes.ts'
import { importModule } from './importer.ts'
import { collectItems } from './items/collect_items.ts'
import type { Machine } from './machine.ts'
import { SKIPPED } from './models/outcomes.ts'
import { configObject } from './models/pytest.ts'
import { SKIP_TEST } from './models/unittest.ts'
import { applyFilters, missWarnings, showAllWarnings, USAGE_ERROR } from './models/warnings.ts'
import { setUpDjango, startDjango } from './pytest_django.ts'
import { shadowAtStart } from './start_shadow.ts'
import type { CollectorTrace, Failure, SessionTrace } from './trace.ts'
import { constant, type Exc, list, PyRaise, UNKNOWN } from './values.ts'

export interface Pass {
  readonly session: SessionTrace
  readonly collectors: readonly CollectorTrace[]
}

/** Thrown to end the whole run. */
class SessionEnds extends Error {
  readonly session: SessionTrace
  /** The collectors had their turn before: what they came to is still told. */
  afterwards = false
  constructor(session: SessionTrace) {
    super('session ends')
    this.session = session
  }
}

/** Before pytest 8 all conftests are loaded by the session's own collector: one that fails fails it. */
class NothingElse extends Error {
  readonly result: CollectorTrace
  constructor(result: CollectorTrace) {
    super('the session can not be collected')
    this.result = result
  }
}

export function collect(m: Machine): Pass {
  const collectors: CollectorTrace[] = []
  const runs: SessionTrace = { outcome: 'runs', exitCode: null, failure: null, reason: null }
  try {
    const plugins = start(m)
    if (!atLeast(m.plan.pytestVersion, '8.0')) for (const root of m.plan.roots) loadEarly(m, root, plugins)
    for (const root of m.plan.roots) collectNode(m, root, plugins, collectors, null)
    afterCollection(m, plugins, collectors)
    return { session: { ...runs, exitCode: exitCode(collectors) }, collectors }
  } catch (error) {
    if (error instanceof SessionEnds)
      return { session: error.session, collectors: error.afterwards ? collectors : [] }
    if (error instanceof NothingElse)
      return { session: { ...runs, exitCode: 2 }, collectors: [{ ...error.result, path: m.plan.rootdir }] }
    throw error
  }
}

function afterCollection(
  m: Machine,
  plugins: readonly Plugin[],
  collectors: readonly CollectorTrace[],
): void {
  try {
    guardSession(m, hookExit, () => refusePending(m))
    modifyItems(m, plugins, collectors)
    noteSelectedMarkers(m)
    stopFor(m, ['collection', 'after collection'])
  } catch (error) {
    if (error instanceof SessionEnds) error.afterwards = true
    throw error
  }
}

/** `pytest_collection_modifyitems` gets the items; of them it is known only that there are some. */
function modifyItems(m: Machine, plugins: readonly Plugin[], collectors: readonly CollectorTrace[]): void {
  if (!collectors.some(c => c.outcome === 'collects' && /\bdef test/.test(m.world.text(c.path) ?? ''))) return
  const before = m.perhapsRefused.length
  for (const plugin of plugins) {
    const items = list([UNKNOWN])
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

/** Everything before collection, in pytest's order; the plugins and conftests in force come back. */
function start(m: Machine): Plugin[] {
  initialSysPath(m)
  stopForShadow(m)
  guardSession(
    m,
    () => 1,
    () => importPytest(m),
  )
  stopFor(m, ['config'])
  const version = m.plan.pytestVersion
  applyFilters(m, 'python')
  const plain = m.warningFilters
  if (atLeast(version, '9.2')) applyConfigured(m)
  const plugins: Plugin[] = []
  for (const load of m.plan.plugins) {
    guardSession(
      m,
      exc => pluginExit(m, exc, load.how),
      () =>
        loadPlugin(
          m,
          load.module,
          plugins,
          placeOf(m, load),
          load.how === 'entry point' ? 'entry point' : 'name',
        ),
    )
  }
  stopFor(m, ['plugins'])
  m.warningFilters = plain
  applyConfigured(m)
  const { django } = m.plan
  if (django) guardSession(m, startExit, () => startDjango(m, django))
  for (const path of m.plan.noConftest ? [] : m.plan.initialConftests) {
    guardSession(
      m,
      exc => conftestExit(m, exc),
      () => loadConftest(m, path, plugins),
    )
  }
  stopFor(m, ['conftests', 'options'])
  m.warningFilters = plain
  // The filters stay in force from here to the end of the run: from 9.2 on before the hooks, from 8.4 on behind.
  if (atLeast(version, '9.2')) applyConfigured(m)
  else if (!atLeast(version, '8.4')) showAllWarnings(m)
  for (const plugin of plugins) guardSession(m, hookExit, () => configure(m, plugin))
  if (django) guardSession(m, hookExit, () => setUpDjango(m))
  if (!atLeast(version, '8.4')) m.warningFilters = plain
  else if (!atLeast(version, '9.2')) applyConfigured(m)
  m.configured = true
  for (const plugin of plugins)
    guardSession(m, hookExit, () => callHook(m, plugin, 'pytest_sessionstart', { session: UNKNOWN }))
  applyConfigured(m)
  return plugins
}

/** Enters one of pytest's contexts that catch warnings. */
function applyConfigured(m: Machine): void {
  guardSession(m, filterExit, () => applyFilters(m, 'all'))
}

function initialSysPath(m: Machine): void {
  const { invocation, pythonpath } = m.plan
  const entries = [...m.environment.sysPath]
  const safe = Boolean(invocation.env.PYTHONSAFEPATH)
  m.startEntry = invocation.kind === 'python -m pytest' && !safe ? constant(invocation.cwd) : null
  const started = m.startEntry ? [m.startEntry] : []
  m.sysPath.items = [...pythonpath.map(constant), ...started, ...entries.map(constant)]
}

/** A file in the place of a standard module that pytest needs: the run ends at once, or nothing can be said. */
function stopForShadow(m: Machine): void {
  const shadow = shadowAtStart(m)
  if (!shadow || (shadow.failure && m.isHealed(shadow.failure))) return
  const { name, file, failure } = shadow
  throw new SessionEnds(
    failure
      ? { outcome: 'stops', exitCode: 1, failure: failureOf(failure), reason: null }
      : {
          outcome: 'unknown',
          exitCode: null,
          failure: null,
          reason: `pytest itself gets ${file} for '${name}'`,
        },
  )
}

/** What pytest imports to start at all may be the project's own code: then its faults end everything. */
function importPytest(m: Machine): void {
  for (const name of m.startModules) {
    if (name.includes('.') || m.finder.isStandard(name)) continue
    const spec = m.finder.findTopLevel(name, m.environment.sysPath)
    if (spec?.file && m.isProject(spec.file)) importModule(m, name, m.start)
  }
}

/** A stop that the plan knows of, once the run has come to its phase. */
function stopFor(m: Machine, phases: readonly Stop['phase'][]): void {
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

function placeOf(m: Machine, load: PluginLoad): Span {
  return load.span ?? placeOfNobody(m)
}

/** The place of what nobody wrote down. */
function placeOfNobody(m: Machine): Span {
  return { path: m.plan.inipath ?? m.plan.rootdir, start: 0, end: 0 }
}

/** Runs a part of the start-up; its exception ends the session with the exit code that `code` tells. */
function guardSession(m: Machine, code: (exc: Exc) => number, run: () => void): void {
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

function pluginExit(m: Machine, exc: Exc, how: PluginLoad['how']): number {
  if (isSystemExit(exc)) return exitStatus(exc)
  if (isSubclass(exc.cls, USAGE_ERROR) === true) return 4
  if (!atLeast(m.plan.pytestVersion, '9.2')) return 1
  return how !== 'entry point' && isOfPlugin(exc) ? 4 : 3
}

function isOfPlugin({ detail, plugin }: Exc): boolean {
  return detail.kind === 'plugin' || plugin === true
}

function conftestExit(m: Machine, exc: Exc): number {
  if (isSystemExit(exc)) return exitStatus(exc)
  if (exc.detail.kind === 'hook') return 1
  if (isOfPlugin(exc)) return pluginExit(m, exc, '-p')
  return isSubclass(exc.cls, SKIPPED) === true || isSubclass(exc.cls, exceptionClass('Exception')) === false
    ? 1
    : 4
}

/** A filter whose category can't be had: a usage error, or a warning that other filters raise. */
function filterExit(exc: Exc): number {
  return isSubclass(exc.cls, USAGE_ERROR) === true ? 4 : 1
}

/** Hooks before the first conftest: nobody stands between them and the interpreter. */
function startExit(exc: Exc): number {
  return hookExit(exc) === 3 ? 1 : hookExit(exc)
}

function hookExit(exc: Exc): number {
  if (isSystemExit(exc)) return exitStatus(exc)
  return isSubclass(exc.cls, USAGE_ERROR) === true ? 4 : 3
}

function isSystemExit(exc: Exc): boolean {
  return isSubclass(exc.cls, exceptionClass('SystemExit')) === true
}

function exitStatus(exc: Exc): number {
  return exc.detail.kind === 'exit' ? (exc.detail.code ?? 1) : 1
}

function loadConftest(m: Machine, path: string, plugins: Plugin[]): void {
  const module = importConftest(m, path)
  if (!module) return
  refuseLatePlugins(m, module, path)
  const folder = path.slice(0, path.lastIndexOf('/'))
  const plugin: Plugin = { module, folder }
  verifyHooks(m, module)
  plugins.push(plugin)
  const named = pluginNames(m, module)
  for (const name of named ?? []) loadPlugin(m, name, plugins, pluginsPlace(m, path))
  register(m, plugin)
  if (m.configured) configure(m, plugin)
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
    remember(loadedEarly, m, () => new Map()).set(conftest, inForce.slice(plugins.length))
  }
  for (const child of node.children) loadEarly(m, child, inForce)
}

function collectNode(
  m: Machine,
  node: CollectNode,
  plugins: readonly Plugin[],
  out: CollectorTrace[],
  doubtful: string | null,
): void {
  if (node.kind === 'module') {
    const ignored = node.explicit ? false : isIgnored(m, node.path, plugins)
    if (ignored === true) return
    const taken = isTaken(m, node.path, plugins)
      ? 'a conftest makes the module in a way of its own'
      : doubtful
    const doubt = ignored === null ? 'a conftest may leave this file out' : taken
    out.push(collectFile(m, node, plugins, doubt))
    guardSession(
      m,
      () => 1,
      () => missWarnings(m),
    )
    return
  }
  const ignored = isIgnored(m, node.path, plugins)
  if (ignored === true) return
  const doubt = ignored === null ? 'a conftest may leave this folder out' : doubtful
  const inForce = [...plugins]
  const early = node.conftest ? loadedEarly.get(m)?.get(node.conftest) : undefined
  if (early) inForce.push(...early)
  else if (node.conftest && !m.plan.noConftest) {
    const conftest = node.conftest
    const result = observe(m, node.path, doubt, () => loadConftest(m, conftest, inForce))
    if (result.outcome === 'fails' || result.outcome === 'skips') {
      if (result.outcome === 'fails' && !atLeast(m.plan.pytestVersion, '8.0')) throw new NothingElse(result)
      out.push(result)
      return
    }
  }
  for (const child of node.children) collectNode(m, child, inForce, out, doubt)
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
      if (module.t !== 'module' || node.doctestOnly) return
      for (const name of pluginNames(m, module) ?? []) loadPlugin(m, name, [], pluginsPlace(m, path))
      const inForce = plugins.filter(({ folder }) => folder === null || isWithin(path, folder))
      collectItems(m, module, path, inForce)
    } catch (error) {
      const lenient = node.doctestOnly && m.plan.options.doctest_ignore_import_errors?.value === true
      if (
        !lenient ||
        !(error instanceof PyRaise) ||
        isSubclass(error.exc.cls, exceptionClass('ImportError')) !== true
      )
        throw error
    }
  })
}

/** Runs one collector's import and tells what came of it. */
function observe(m: Machine, path: string, doubt: string | null, run: () => void): CollectorTrace {
  m.doubts = []
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
  return { ...nothing, outcome: 'fails', failure: failureOf(exc) }
}

function isSkip(exc: Exc): boolean {
  if (isSubclass(exc.cls, SKIP_TEST) === true) return true
  return isSubclass(exc.cls, SKIPPED) === true && exc.detail.kind !== 'skip-misused'
}

function failureOf(exc: Exc): Failure {
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
