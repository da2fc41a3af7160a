/** What pytest does before it collects anything: its path, plugins, initial conftests and hooks, in its order. */
import type { Span } from '../files/span.ts'
import type { PluginLoad } from '../pytest/plan.ts'
import { atLeast } from '../pytest/version.ts'
import { exceptionClass, isSubclass } from './classes.ts'
import { callHook, configure, loadConftest, loadPlugin, type Plugin } from './hooks.ts'
import { importModule } from './importer.ts'
import type { Machine } from './machine.ts'
import { SKIPPED } from './models/outcomes.ts'
import { applyFilters, showAllWarnings, USAGE_ERROR } from './models/warnings.ts'
import { setUpDjango, startDjango } from './pytest_django.ts'
import {
  exitStatus,
  failureOf,
  guardSession,
  hookExit,
  isSystemExit,
  placeOfNobody,
  SessionEnds,
  stopFor,
} from './session_ends.ts'
import { shadowAtStart } from './start_shadow.ts'
import { constant, type Exc, UNKNOWN } from './values.ts'

/** Everything before collection, in pytest's order; the plugins and conftests in force come back. */
export function start(m: Machine): Plugin[] {
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
      exc => pluginExit(m, exc),
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
  // Hooks may register more plugins: those have their turn behind the others.
  m.plugins = plugins
  for (const plugin of plugins) guardSession(m, hookExit, () => configure(m, plugin))
  if (django) guardSession(m, hookExit, () => setUpDjango(m))
  if (!atLeast(version, '8.4')) m.warningFilters = plain
  else if (!atLeast(version, '9.2')) applyConfigured(m)
  m.configured = true
  for (const plugin of plugins)
    guardSession(m, hookExit, () => callHook(m, plugin, 'pytest_sessionstart', { session: UNKNOWN }))
  m.plugins = null
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
  m.heap.journal.container(m.sysPath)
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

/**
 * What pytest imports to start at all may be the project's own code, or not be there: then its faults end everything.
 * Its own modules are only looked into where something is amiss.
 */
function importPytest(m: Machine): void {
  let lacking = false
  for (const name of m.startModules) {
    if (name.includes('.') || OF_NO_DISTRIBUTION.has(name) || m.finder.isStandard(name)) continue
    const spec = m.finder.findTopLevel(name, m.environment.sysPath)
    if (!spec) lacking = true
    else if (spec.file && m.isProject(spec.file)) importModule(m, name, m.start)
  }
  if (!lacking && !lacksBackports(m)) return
  for (const name of m.startModules) if (name.startsWith('_pytest.')) importModule(m, name, m.start)
}

/** In the start set of some environments for other reasons than that pytest asks for them. */
const OF_NO_DISTRIBUTION: ReadonlySet<string> = new Set(['__main__', '_distutils_hack'])

/** Before Python 3.11 pytest needs modules that later ones have built in; which, depends on its version. */
function lacksBackports({ environment, finder, perhapsLoaded }: Machine): boolean {
  if (environment.version[1] > 10) return false
  return [...perhapsLoaded].some(
    name =>
      !name.includes('.') &&
      !OF_NO_DISTRIBUTION.has(name) &&
      !finder.isStandard(name) &&
      finder.findTopLevel(name, environment.sysPath) === null,
  )
}

function placeOf(m: Machine, load: PluginLoad): Span {
  return load.span ?? placeOfNobody(m)
}

/** From 9.2 on a plugin that fails is a fault of its own, and one that nobody has the user's. */
function pluginExit(m: Machine, exc: Exc): number {
  if (isSystemExit(exc)) return exitStatus(exc)
  if (isSubclass(exc.cls, USAGE_ERROR) === true) return 4
  if (!atLeast(m.plan.pytestVersion, '9.2')) return 1
  return exc.plugin === 'absent' ? 4 : 3
}

function conftestExit(m: Machine, exc: Exc): number {
  if (isSystemExit(exc)) return exitStatus(exc)
  if (exc.detail.kind === 'hook') return 1
  if (exc.registering) return isSubclass(exc.cls, USAGE_ERROR) === true ? 4 : 1
  if (exc.plugin) return pluginExit(m, exc)
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
