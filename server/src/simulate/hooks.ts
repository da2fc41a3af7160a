/**
 * conftest files and the project's own plugins: loading them, and running the hooks that decide what is
 * collected, which marks are known and which options exist.
 */
import { dirname, isWithin, join } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import { matchesGlob } from '../pytest/glob.ts'
import { DJANGO_PLUGIN } from '../pytest/start_django.ts'
import { atLeast } from '../pytest/version.ts'
import { bodyText } from './body_words.ts'
import { callFunction } from './call.ts'
import { exceptionClass, isSubclass, nativeClass } from './classes.ts'
import { CONFIGURES_DJANGO, leaveOut } from './effects.ts'
import { stringOf } from './evaluate.ts'
import { verifyHooks } from './hook_signatures.ts'
import { importConftest } from './import_modes.ts'
import { importModule } from './importer.ts'
import type { Machine } from './machine.ts'
import { loseDjango } from './models/django_settings.ts'
import { FAILED } from './models/outcomes.ts'
import { configObject, parserObject } from './models/pytest.ts'
import { USAGE_ERROR } from './models/warnings.ts'
import { elementsOf, pathText } from './operate.ts'
import { type Exc, isNone, isString, type Module, PyRaise, truth, UNKNOWN, type Value } from './values.ts'

/** A loaded conftest or plugin module of the project. */
export interface Plugin {
  readonly module: Module
  /** The folder it is in force for; null for plugins, which are in force everywhere. */
  readonly folder: string | null
}

/** Calls one hook of a plugin with the arguments that it asks for by name. */
export function callHook(
  m: Machine,
  plugin: Plugin,
  name: string,
  given: Readonly<Record<string, Value>>,
): Value | null {
  const hook = plugin.module.ns.slots.get(name)?.value
  if (hook?.t !== 'func') return null
  const keywords = new Map<string, Value>()
  for (const p of hook.code.params) {
    if (p.kind === 'args' || p.kind === 'kwargs') continue
    keywords.set(p.name, given[p.name] ?? UNKNOWN)
  }
  return callFunction(m, hook, { positional: [], keywords, open: false })
}

/** Hooks that may run before the last test file is imported, and that nothing here calls. */
const NOT_CALLED =
  /^pytest_(?:addhooks|cmdline_main|cmdline_parse|load_initial_conftests|plugin_registered|report_header|collection|collect_\w+|collectstart|collectreport|itemcollected|make_collect_report|pycollect_make\w+)$/

/** `pytest_addoption` is called when a plugin is registered, before the command line is parsed. */
export function register(m: Machine, plugin: Plugin): void {
  for (const [name, { value }] of plugin.module.ns.slots) {
    const runs = value.t === 'func' && !NOT_CALLED.test(name)
    if (!name.startsWith('pytest_') || runs) continue
    if (value.t === 'func') leaveOut(m, value, { positional: [], keywords: new Map(), open: true })
    const text = value.t === 'func' ? bodyText(value) : (m.world.text(plugin.module.file!) ?? '')
    if ((value.t === 'func' || value.t === 'native') && CONFIGURES_DJANGO.test(text)) loseDjango(m)
  }
  try {
    callHook(m, plugin, 'pytest_addoption', { parser: parserObject(m), pluginmanager: UNKNOWN })
  } catch (error) {
    throw error instanceof PyRaise ? new PyRaise({ ...error.exc, registering: true }) : error
  }
}

export function configure(m: Machine, plugin: Plugin): void {
  callHook(m, plugin, 'pytest_configure', { config: configObject(m) })
}

/**
 * `pytest_plugins` of a module: names to load; null where they aren't known. Raises what pytest says of a value
 * that is no sequence (`_get_plugin_specs_as_list`).
 */
export function pluginNames(m: Machine, module: Module): readonly string[] | null {
  const slot = module.ns.slots.get('pytest_plugins')
  if (!slot) return []
  if (slot.maybe) return null
  const { value } = slot
  if (value.t === 'const' && value.v === null) return []
  if (isString(value))
    return value.v
      .split(',')
      .map(name => name.trim())
      .filter(Boolean)
  if (value.t === 'const' || value.t === 'dict' || value.t === 'set') {
    const place = pluginsPlace(m, module.file!)
    const message = `Plugins may be specified as a sequence or a ','-separated string of plugin names. Got: ${stringOf(value) ?? '...'}`
    const detail = { kind: 'configuration' as const, subject: 'pytest_plugins' }
    m.throwUnlessHealed(m.exception(USAGE_ERROR, message, detail, { span: place, focus: place }))
    return null
  }
  const elements = elementsOf(value)
  return elements?.every(isString) ? elements.map(e => e.v as string) : null
}

/** `pytest_plugins` in a conftest that is loaded after configuration is refused, unless under --pyargs. */
export function refuseLatePlugins(m: Machine, module: Module, conftest: string): void {
  const slot = module.ns.slots.get('pytest_plugins')
  if (!slot || !m.configured || m.plan.options.pyargs?.value === true) return
  if (slot.maybe) return m.doubt('this conftest may define pytest_plugins, which pytest refuses here')
  const place = pluginsPlace(m, conftest)
  const message = `Defining 'pytest_plugins' in a non-top-level conftest is no longer supported:\nIt affects the entire test suite instead of just below the conftest as expected.\n  ${conftest}\nPlease move it to a top level conftest file at the rootdir:\n  ${m.plan.confcutdir}`
  const detail = { kind: 'misplaced-plugins' as const }
  m.throwUnlessHealed(m.exception(FAILED, message, detail, { span: place, focus: place }))
}

/**
 * Loads a plugin by its import name and what it names in turn; modules of the project get their hooks. An
 * ImportError is raised again in pytest's words, at the place that named the plugin; of an entry point it is left as it
 * is, as `load_setuptools_entrypoints` leaves it.
 */
export function loadPlugin(
  m: Machine,
  name: string,
  into: Plugin[],
  place: Span,
  how: 'entry point' | 'name' = 'name',
): void {
  if (isBuiltIn(name)) return
  m.start = place
  const module = how === 'name' ? importPlugin(m, name, place) : importEntryPoint(m, name, place)
  if (module?.kind === 'foreign') noteEffects(m, module)
  if (module?.kind !== 'project' || into.some(plugin => plugin.module === module)) return
  const plugin: Plugin = { module, folder: null }
  into.push(plugin)
  register(m, plugin)
  for (const more of pluginNames(m, module) ?? []) loadPlugin(m, more, into, pluginsPlace(m, module.file!))
}

/**
 * Hooks of a library's plugin are not run. What its text shows of them counts: variables set under names that
 * only a run knows (from an ini file, say), and Django being set up. pytest-django's own hooks are modelled.
 */
function noteEffects(m: Machine, module: Module): void {
  if (m.plan.django && module.name === DJANGO_PLUGIN) return
  const text = (module.file && m.world.text(module.file)) || ''
  if (/environ(?:\[|\.(?:update|setdefault)\()(?!\s*["'])|putenv|dotenv/.test(text))
    m.heap.openContainer(m.variables)
  if (/settings\.configure\(|django\.setup\(|DJANGO_SETTINGS_MODULE/.test(text)) loseDjango(m)
}

function importEntryPoint(m: Machine, name: string, place: Span): Module | null {
  const value = importModule(m, name, place)
  return value.t === 'module' ? value : null
}

/** `PytestPluginManager.import_plugin`. Before 9.2 any ImportError is told in its words. */
function importPlugin(m: Machine, name: string, place: Span): Module | null {
  try {
    return importEntryPoint(m, name, place)
  } catch (error) {
    if (!(error instanceof PyRaise) || isSubclass(error.exc.cls, exceptionClass('Exception')) !== true)
      throw error
    const { exc } = error
    const plugin = isItself(exc, name) ? 'absent' : 'fails'
    if (isSubclass(exc.cls, exceptionClass('ImportError')) !== true) throw new PyRaise({ ...exc, plugin })
    const late = atLeast(m.plan.pytestVersion, '9.2')
    const cls = late ? SINCE_9_2[plugin] : exceptionClass('ImportError')
    const how = late && plugin === 'fails' ? 'while loading' : 'importing'
    const message = `Error ${how} plugin "${name}": ${exc.message}`
    const detail = { kind: 'plugin', plugin: name } as const
    const raised = m.exception(cls, message, detail, { span: place, focus: place, cause: exc })
    const named: Exc = { ...raised, plugin }
    // What fails inside a module of the project is mended there.
    const { span, focus, chain } = exc
    const inside = !exc.foreign && m.isProject(span.path) && plugin === 'fails'
    m.throwUnlessHealed(inside ? { ...named, span, focus, chain, detail: exc.detail } : named)
    return null
  }
}

const SINCE_9_2 = {
  absent: USAGE_ERROR,
  fails: nativeClass('PluginImportFailure', '_pytest.config', [exceptionClass('Exception')]),
}

/** Is it the plugin's own module, or a package of it, that is missing? */
function isItself({ detail }: Exc, plugin: string): boolean {
  return (
    detail.kind === 'module-not-found' && (plugin === detail.module || plugin.startsWith(`${detail.module}.`))
  )
}

/** Where a file assigns `pytest_plugins`. */
export function pluginsPlace(m: Machine, path: string): Span {
  const start = m.world.text(path)?.search(/(?<=^[ \t]*)pytest_plugins\b/m) ?? -1
  return start < 0 ? { path, start: 0, end: 0 } : { path, start, end: start + 'pytest_plugins'.length }
}

/** Is it one of pytest's own plugins? */
export function isBuiltIn(plugin: string): boolean {
  return BUILT_IN.has(plugin)
}

/** pytest's own plugins that `-p` and `pytest_plugins` name without a package. */
const BUILT_IN = new Set(
  'mark main runner fixtures helpconfig python terminal debugging unittest capture skipping legacypath tmpdir monkeypatch recwarn pastebin nose assertion junitxml doctest cacheprovider setuponly setupplan stepwise warnings logging reports python_path unraisableexception threadexception faulthandler pytester pytester_assertions freeze_support subtests'.split(
    ' ',
  ),
)

/**
 * Is the path left out by `collect_ignore`, `collect_ignore_glob` or a `pytest_ignore_collect` hook?
 * null where that can't be told. The nearest conftest that defines a list wins, as in pytest.
 */
export function isIgnored(m: Machine, path: string, plugins: readonly Plugin[]): boolean | null {
  const inForce = inForceAt(path, plugins)
  const nearestFirst = inForce.filter(p => p.folder !== null)
  const paths = nearest(nearestFirst, 'collect_ignore')
  if (paths) {
    const { value, plugin } = paths
    const elements = listed(value)
    const perhaps = perhapsListed(value)
    if (!elements || !perhaps) return null
    const [sure, unsure] = [elements, perhaps].map(some => some.map(e => pathText(e, plugin.folder!)))
    if (sure!.includes(path)) return true
    if ([...sure!, ...unsure!].includes(null) || unsure!.includes(path)) return null
  }
  const globs = nearest(nearestFirst, 'collect_ignore_glob')
  if (globs) {
    const elements = listed(globs.value)
    const perhaps = perhapsListed(globs.value)
    if (!elements || !perhaps) return null
    const matches = (e: Value) => (isString(e) ? matchesGlob(path, join(globs.plugin.folder!, e.v)) : null)
    if (elements.some(e => matches(e) === true)) return true
    if (elements.some(e => matches(e) === null) || perhaps.some(e => matches(e) !== false)) return null
  }
  return ignoredByHook(m, path, inForce)
}

/** May a `pytest_pycollect_makemodule` hook take the file, so that it is imported in another way or not at all? */
export function isTaken(m: Machine, path: string, plugins: readonly Plugin[]): boolean {
  return inForceAt(path, plugins).some(plugin => {
    if (!plugin.module.ns.slots.has('pytest_pycollect_makemodule')) return false
    const module = callHook(m, plugin, 'pytest_pycollect_makemodule', { module_path: { t: 'path', path } })
    return !module || !isNone(module)
  })
}

/**
 * `pytest_collect_file` of conftests and plugins is asked about every file of a folder before the first of them is
 * imported; what a hook raises is the folder's error. With `--ignore` it isn't known which files it is asked about.
 */
export function offerFiles(m: Machine, folder: string, plugins: readonly Plugin[]): void {
  const { options } = m.plan
  const inForce = inForceAt(join(folder, '-'), plugins).filter(({ module }) =>
    module.ns.slots.has(COLLECT_FILE),
  )
  if (inForce.length === 0 || options.ignore?.value || options.ignore_glob?.value) return
  for (const { name, kind } of m.world.fs.list(folder) ?? []) {
    const path = join(folder, name)
    if (kind !== 'file' || isIgnored(m, path, plugins) !== false) continue
    const given = { file_path: { t: 'path' as const, path }, path: UNKNOWN, parent: UNKNOWN }
    for (const plugin of inForce) callHook(m, plugin, COLLECT_FILE, given)
  }
}

const COLLECT_FILE = 'pytest_collect_file'

/** Conftests that are in force for a path, the nearest first, and then plugins. */
function inForceAt(path: string, plugins: readonly Plugin[]): Plugin[] {
  const folder = dirname(path)
  const conftests = plugins.filter(p => p.folder !== null && isWithin(folder, p.folder))
  return [
    ...conftests.toSorted((a, b) => b.folder!.length - a.folder!.length),
    ...plugins.filter(p => p.folder === null),
  ]
}

function listed(value: Value): readonly Value[] | null {
  return value.t === 'list' ? value.items : elementsOf(value)
}

/** What the list may hold besides; null where that may be anything. */
function perhapsListed(value: Value): readonly Value[] | null {
  return value.t === 'list' && value.open ? value.perhaps : []
}

function nearest(plugins: readonly Plugin[], name: string): { value: Value; plugin: Plugin } | null {
  for (const plugin of plugins) {
    const slot = plugin.module.ns.slots.get(name)
    if (slot) return { value: slot.maybe ? UNKNOWN : slot.value, plugin }
  }
  return null
}

function ignoredByHook(m: Machine, path: string, plugins: readonly Plugin[]): boolean | null {
  let unknown = false
  for (const plugin of plugins) {
    const hook = plugin.module.ns.slots.get('pytest_ignore_collect')?.value
    if (!hook) continue
    const answer = hook.t === 'func' ? answerOf(m, plugin, path) : null
    if (answer === true) return true
    if (answer === false) return false
    if (answer === null) unknown = true
  }
  return unknown ? null : false
}

/** True or false decide; undefined (None) asks the next one. */
function answerOf(m: Machine, plugin: Plugin, path: string): boolean | null | undefined {
  const value = callHook(m, plugin, 'pytest_ignore_collect', {
    collection_path: { t: 'path', path },
    path: UNKNOWN,
    config: configObject(m),
  })
  if (value === null) return null
  if (isNone(value)) return undefined
  return truth(value)
}

/** Loads a conftest and the plugins that it names, as one more of `plugins`. */
export function loadConftest(m: Machine, path: string, plugins: Plugin[]): void {
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
