/**
 * What plugins may do with the items of a module: their hooks may collect in another way, and their fixtures may
 * ask for what no fixture of the project asks for. Installed plugins are judged by their text. Asked only where a
 * failure is to be proved: nothing in here costs anything while all is well.
 */
import { remember } from '../../files/memo.ts'
import { escapeRegExp } from '../../files/words.ts'
import { filesOfPlugin, moduleFile, type Places } from '../../pytest/plugin_facts.ts'
import { bodyText } from '../body_words.ts'
import { isBuiltIn, type Plugin, pluginNames } from '../hooks.ts'
import type { Machine } from '../machine.ts'
import type { Value } from '../values.ts'

/** The texts of the installed plugins in force; null where one of them is not found. */
type Installed = readonly string[] | null

const known = new WeakMap<Machine, Map<string, Installed>>()

/**
 * May a hook of a plugin in force, or of the test module itself (`own`: its `pytest_generate_tests`), make other
 * items than pytest's own collection would, or none?
 */
export function collectsDifferently(
  m: Machine,
  plugins: readonly Plugin[],
  own: readonly (Value | undefined)[],
): boolean {
  const texts = installed(m, plugins)
  if (texts === null || plugins.some(({ module }) => module.ns.open)) return true
  if (own.some(hook => hook && !leavesItemsAlone(hook))) return true
  const hooks = plugins.flatMap(({ module }) => HOOKS.flatMap(name => module.ns.slots.get(name)?.value ?? []))
  return hooks.some(hook => !leavesItemsAlone(hook)) || texts.some(text => !textLeavesItemsAlone(text))
}

/** May a plugin in force have the hook? */
export function mayHaveHook(m: Machine, plugins: readonly Plugin[], hook: string): boolean {
  const texts = installed(m, plugins)
  return (
    texts === null ||
    texts.some(text => text.includes(hook)) ||
    plugins.some(({ module }) => module.ns.slots.has(hook))
  )
}

const HOOKS = [
  'pytest_generate_tests',
  'pytest_pycollect_makeitem',
  'pytest_pycollect_makemodule',
  'pytest_make_parametrize_id',
]

function leavesItemsAlone(hook: Value): boolean {
  return hook.t === 'func' && bodyLeavesItemsAlone(hook.name, bodyText(hook))
}

function textLeavesItemsAlone(text: string): boolean {
  if (!/pytest_(?:generate_tests|pycollect_make|make_parametrize_id)/.test(text)) return true
  const hooks = text.matchAll(
    /(?:@[^\n]*wrapper\s*=\s*True[^\n]*\n\s*)?def (pytest_generate_tests|pytest_make_parametrize_id|pytest_pycollect_make\w+)\b[\s\S]*?(?=\n[^\s)]|$(?![\s\S]))/g,
  )
  for (const [hook, name] of hooks)
    if (!hook.startsWith('@') && !bodyLeavesItemsAlone(name!, hook)) return false
  return true
}

/**
 * A hook that parametrizes what is not parametrized yet, or hands functions on to the usual collection, takes
 * nothing away, and one that raises lets the module fail by itself; one that edits marks, calls or names, that skips or gives
 * back something else may.
 */
function bodyLeavesItemsAlone(name: string, body: string): boolean {
  if (name === 'pytest_pycollect_makemodule' || name === 'pytest_make_parametrize_id') return false
  if (name === 'pytest_generate_tests')
    return !/own_markers|pytestmark|_calls|(?<!\bmark\.)\bskip\b|fixturenames\s*(?:\.(?!append|extend|insert)\w+\(|\+=|\[[^\]]*\]\s*=)/.test(
      body,
    )
  return [...body.matchAll(/\breturn\b[ \t]*([^\n]*)/g)].every(([, value]) =>
    /^(?:None|list\(collector\._genfunctions\(.*)?$/.test(value!.trim()),
  )
}

/** May an argument of that name be a fixture of an installed plugin, or be asked for by one, or by its hook? */
export function asksForArgument(m: Machine, plugins: readonly Plugin[], name: string): boolean {
  const texts = installed(m, plugins)
  if (texts === null) return true
  const word = escapeRegExp(name)
  // A word in quotes is an argument only where fixtures are spoken of.
  const literal = new RegExp(
    `(?:fixture|argname)[^]{0,300}?["']${word}["']|["']${word}["'][^]{0,300}?(?:fixture|argname)`,
    'i',
  )
  const parameter = new RegExp(
    `fixture\\b[^\\n]*\\n(?:\\s*@[^\\n]*\\n)*\\s*(?:async )?def (?:\\w+\\([^)]*\\b)?${word}\\b`,
  )
  return [...texts, ...autouseTexts(m)].some(text => literal.test(text) || parameter.test(text))
}

const autouse = new WeakMap<Machine, Map<'', readonly string[]>>()

/** Installed modules with automatic fixtures, which a test module or conftest may have imported. */
function autouseTexts(m: Machine): readonly string[] {
  const made = remember(autouse, m, () => m.map<'', readonly string[]>())
  return remember(made, '', () =>
    [...m.modules.values()].flatMap(module => {
      if (module?.t !== 'module' || module.kind !== 'foreign' || !module.file) return []
      const text = m.world.text(module.file)
      return text?.includes('autouse') ? [text] : []
    }),
  )
}

function installed(m: Machine, plugins: readonly Plugin[]): Installed {
  const named = plugins.map(({ module }) => pluginNames(m, module))
  if (named.includes(null)) return null
  const modules = [...m.plan.plugins.map(load => load.module), ...named.flatMap(names => names!)]
  return remember(
    remember(known, m, () => m.map<string, Installed>()),
    modules.join(' '),
    () => read(m, modules),
  )
}

function read(m: Machine, modules: readonly string[]): Installed {
  const places: Places = {
    fs: m.world.fs,
    environment: m.environment,
    pytestVersion: m.plan.pytestVersion,
    searchPath: [...m.searchPath(), ...m.environment.sysPath],
  }
  const texts: string[] = []
  for (const module of modules) {
    if (isBuiltIn(module)) continue
    const loaded = m.modules.get(module)
    const file = loaded?.t === 'module' && loaded.file ? loaded.file : moduleFile(places, module)
    if (file === null) return null
    for (const path of filesOfPlugin(places, file)) texts.push(m.world.text(path) ?? '')
  }
  return texts
}
