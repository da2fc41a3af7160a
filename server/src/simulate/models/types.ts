/** types: modules made by hand. */
import { nativeClass, OBJECT } from '../classes.ts'
import type { Machine } from '../machine.ts'
import { constant, type Module, NONE, type Value } from '../values.ts'
import { type Model, textArgument } from './model.ts'

export const typesModels: readonly Model[] = [{ modules: ['types'], names: typesNames }]

function typesNames(m: Machine): Record<string, Value> {
  return {
    ModuleType: nativeClass('module', 'builtins', [OBJECT], args => {
      const module: Module = {
        t: 'module',
        name: textArgument(args, 0, 'name') ?? '',
        file: null,
        kind: 'stub',
        ns: m.heap.namespace(),
        path: null,
        state: 'done',
        doubtful: false,
      }
      m.heap.set(module.ns, '__name__', constant(module.name))
      m.heap.set(module.ns, '__doc__', NONE)
      return module
    }),
  }
}
