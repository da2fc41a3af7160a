/** `config.pluginmanager`: plugins that hooks of conftests and plugins register by hand while pytest starts. */
import { classesOf } from '../effects.ts'
import { loadPlugin, type Plugin, register } from '../hooks.ts'
import { methodIn } from '../implicit_calls.ts'
import type { Machine } from '../machine.ts'
import { HARMLESS, type Module, NONE, native, type Value } from '../values.ts'
import { argument, textArgument } from './model.ts'

export function pluginManager(m: Machine): Value {
  return native('config.pluginmanager', null, {
    attribute: name => {
      if (name === 'register') return registrar(m)
      return name === 'import_plugin' ? pluginImporter(m) : HARMLESS
    },
  })
}

/** `config.pluginmanager.register`: a module, or an object whose methods are hooks. */
function registrar(m: Machine): Value {
  return native('config.pluginmanager.register', args => {
    const plugin = pluginOf(m, argument(args, 0, 'plugin'))
    if (plugin) {
      m.plugins?.push(plugin)
      register(m, plugin)
    }
    return HARMLESS
  })
}

/** An object counts as the module that has its methods. */
function pluginOf(m: Machine, value: Value | undefined): Plugin | null {
  if (value?.t === 'module') return value.kind === 'project' ? { module: value, folder: null } : null
  if (value?.t !== 'instance' && value?.t !== 'class') return null
  const cls = value.t === 'instance' ? value.cls : value
  if (!cls.place) return null
  const ns = m.heap.namespace(cls.open)
  for (const each of classesOf(cls).toReversed())
    for (const [name, slot] of each.ns.slots)
      m.heap.set(ns, name, (name.startsWith('pytest_') ? methodIn(slot.value) : null) ?? slot.value)
  const { name, place } = cls
  const module: Module = {
    ...{ t: 'module', name, file: place.path, kind: 'project' },
    ...{ ns, path: null, doubtful: false },
  }
  return { module, folder: null }
}

/** `config.pluginmanager.import_plugin`. */
function pluginImporter(m: Machine): Value {
  return native('config.pluginmanager.import_plugin', args => {
    const name = textArgument(args, 0, 'modname')
    if (name !== null && m.plugins) loadPlugin(m, name, m.plugins, m.here())
    return NONE
  })
}
