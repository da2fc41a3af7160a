/** inspect: frames of those who call, by which their modules can be written to. */
import { openCallers } from '../effects.ts'
import { native, UNKNOWN, type Value } from '../values.ts'
import type { Model } from './model.ts'
import { frameAbove } from './sys.ts'

export const inspectModels: readonly Model[] = [
  {
    modules: ['inspect'],
    names: m => {
      const frames = (name: string): Value =>
        native(`inspect.${name}`, () => {
          openCallers(m)
          return UNKNOWN
        })
      return {
        currentframe: native('inspect.currentframe', () => frameAbove(m, m.frames, 0)),
        stack: frames('stack'),
        trace: frames('trace'),
      }
    },
  },
]
