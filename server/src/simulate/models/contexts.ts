/** Context managers: what `with` binds, and which exceptions the block's end swallows. */
import { isSubclass, nativeClass, OBJECT } from '../classes.ts'
import type { Machine } from '../machine.ts'
import { elementsOf } from '../operate.ts'
import { type Class, type Exc, type Instance, native, UNKNOWN, type Value } from '../values.ts'
import type { Model } from './model.ts'

export interface Context {
  readonly target: Value
  /** null: not known. */
  readonly swallows: (exc: Exc) => boolean | null
  readonly exit: () => void
}

const made = new WeakMap<Instance, (m: Machine) => Context>()

export const contextModels: readonly Model[] = [
  {
    modules: ['contextlib'],
    names: m => ({
      suppress: native('contextlib.suppress', args =>
        contextObject(m, 'suppress', () => swallowing(args.positional)),
      ),
      nullcontext: native('contextlib.nullcontext', args =>
        contextObject(m, 'nullcontext', () => ({
          target: args.positional[0] ?? UNKNOWN,
          swallows: () => false,
          exit: () => undefined,
        })),
      ),
      // What was entered into one may swallow what it likes.
      ExitStack: native('contextlib.ExitStack', () =>
        contextObject(m, 'ExitStack', () => ({
          target: UNKNOWN,
          swallows: () => null,
          exit: () => undefined,
        })),
      ),
    }),
  },
]

/** An object whose `with` block behaves as `enter` says. */
export function contextObject(m: Machine, name: string, enter: (m: Machine) => Context): Value {
  const cls: Class = { ...nativeClass(name, 'contextlib', [OBJECT]), open: true }
  const instance: Instance = { t: 'instance', cls, attributes: m.heap.namespace(), exception: null }
  made.set(instance, enter)
  return instance
}

/** A context that swallows these classes (suppress, pytest.raises). */
export function swallowing(types: readonly Value[]): Context {
  const classes = types.flatMap(type => (type.t === 'class' ? [type] : (elementsOf(type) ?? [UNKNOWN])))
  return {
    target: UNKNOWN,
    swallows: exc => {
      const answers = classes.map(cls => (cls.t === 'class' ? isSubclass(exc.cls, cls) : null))
      return answers.includes(true) ? true : answers.includes(null) ? null : false
    },
    exit: () => undefined,
  }
}

/** Enters a `with` item. Managers of the standard library let exceptions through, others may not. */
export function enterContext(m: Machine, value: Value): Context {
  const enter = value.t === 'instance' ? made.get(value) : undefined
  if (enter) return enter(m)
  // An open file gives itself.
  const passes = (value.t === 'unknown' && value.harmless) || (value.t === 'native' && value.name === 'file')
  return { target: passes ? value : UNKNOWN, swallows: () => (passes ? false : null), exit: () => undefined }
}
