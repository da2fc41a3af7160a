/** `config.pluginmanager`: plugins that hooks of conftests and plugins register by hand while pytest starts. */
import { classesOf } from '../effects.ts'
import { loadPlugin, type Plugin } from '../hooks.ts'
import { leaveOutNamed } from '../implicit_calls.ts'
import type { Machine } from '../machine.ts'
import { HARMLESS, NONE, native, type Value } from '../values.ts'
import { argument, textArgument } from './model.ts'

export function pluginManager(m: Machine): Value {
  return native('config.pluginmanager', null, {
    attribute: name => {
      if (name === 'register') return registrar(m)
      return name === 'import_plugin' ? pluginImporter(m) : HARMLESS
    },
  })
}

/** Hooks that run after the collection. */
const LATE_HOOK =
  'runtest|fixture|report_teststatus|assertion|sessionfinish|unconfigure|terminal|exception|internalerror'
const EARLY_HOOK = new RegExp(`^pytest_(?!${LATE_HOOK})`)

/** `config.pluginmanager.register`: a module, or an object whose methods are hooks. */
function registrar(m: Machine): Value {
  return native('config.pluginmanager.register', args => {
    const plugin = argument(args, 0, 'plugin')
    if (plugin && m.plugins) m.plugins.push(...pluginsOf(plugin))
    // Those that stand behind a decorator, or come too late to be called like the others.
    if (plugin) leaveOutNamed(m, plugin, EARLY_HOOK)
    return HARMLESS
  })
}

function pluginsOf(plugin: Value): Plugin[] {
  if (plugin.t === 'module') return plugin.kind === 'project' ? [{ module: plugin, folder: null }] : []
  if (plugin.t !== 'instance' && plugin.t !== 'class') return []
  return classesOf(plugin.t === 'instance' ? plugin.cls : plugin).map(({ name, ns, place }) => ({
    module: {
      t: 'module',
      name,
      file: place?.path ?? null,
      kind: 'project',
      ns,
      path: null,
      state: 'done',
      doubtful: false,
    },
    folder: null,
  }))
}

/** `config.pluginmanager.import_plugin`. */
function pluginImporter(m: Machine): Value {
  return native('config.pluginmanager.import_plugin', args => {
    const name = textArgument(args, 0, 'modname')
    if (name !== null && m.plugins) loadPlugin(m, name, m.plugins, m.here())
    return NONE
  })
}
