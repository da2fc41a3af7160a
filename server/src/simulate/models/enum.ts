/** enum: `global_enum`, which puts the members of a class into its module. */
import type { Machine } from '../machine.ts'
import { native, UNKNOWN, type Value } from '../values.ts'
import type { Model } from './model.ts'

export const enumModels: readonly Model[] = [{ modules: ['enum'], names: enumNames }]

function enumNames(m: Machine): Record<string, Value> {
  return {
    global_enum: native('enum.global_enum', args => {
      m.heap.open(m.frame.scope.module.ns)
      return args.positional[0] ?? UNKNOWN
    }),
  }
}
