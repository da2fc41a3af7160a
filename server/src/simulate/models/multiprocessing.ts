/** multiprocessing: the start method of a process is set once (`DefaultContext.set_start_method`). */

import { remember } from '../../files/memo.ts'
import { exceptionClass } from '../classes.ts'
import type { Machine } from '../machine.ts'
import { NONE, native, truth, type Value } from '../values.ts'
import { argument, type Model } from './model.ts'

export const multiprocessingModels: readonly Model[] = [
  {
    modules: ['multiprocessing'],
    names: m => ({ set_start_method: setStartMethod(m) }),
  },
]

/** Was the method set for certain? */
const set = new WeakMap<Machine, { certainly: boolean }>()

function setStartMethod(m: Machine): Value {
  return native('multiprocessing.set_start_method', args => {
    const state = remember(set, m, () => ({ certainly: false }))
    m.heap.journal.lose()
    const force = argument(args, 1, 'force')
    const forced = args.open ? null : force ? truth(force) : false
    if (forced !== false) {
      state.certainly &&= forced === null ? false : argument(args, 0, 'method')?.t === 'const'
      return NONE
    }
    if (state.certainly) m.raise('RuntimeError', 'context has already been set', { kind: 'other' })
    if (m.heap.doubtful) m.mayRaise(exceptionClass('RuntimeError'))
    else state.certainly = true
    return NONE
  })
}
