/**
 * Methods that Python calls by itself: operators, conditions, iterations and built-in functions those of an object, a
 * `class` statement those of a metaclass. They are not run; what they may have done is unknown, see `effects.ts`.
 */
import { functionBehind } from './behind.ts'
import { bodyWords } from './body_words.ts'
import { classesOf, foresee, leaveOut, slotOf } from './effects.ts'
import type { Machine } from './machine.ts'
import type { Class, Func, Value } from './values.ts'

/** Objects in a container whose methods are looked for. */
const MOST_HELD = 20

/** What operators and built-in functions do not call. */
const NO_OPERATOR =
  /^__(?:new|init|init_subclass|post_init|call|(?:get|set|del)attr|getattribute|get|set|delete|set_name|class_getitem|mro_entries|prepare|instancecheck|subclasscheck|del|dir|sizeof|copy|deepcopy|reduce|reduce_ex|getstate|setstate)__$/

/** A method of the object is called by its name. */
export function leaveOutMethod(m: Machine, value: Value, name: string): void {
  const method = value.t === 'instance' ? slotOf(value.cls, name)?.value : undefined
  if (method?.t === 'func') leaveOut(m, method, { positional: [value], keywords: new Map(), open: true })
}

/** Something is done with the value that may call methods of it, an operator, say. `surely`: the names of those it calls. */
export function leaveOutOperators(m: Machine, value: Value, surely: RegExp | null = null): void {
  if (value.t === 'list' || value.t === 'tuple' || value.t === 'set')
    for (const held of [...value.items.values()].slice(0, MOST_HELD))
      if (held.t === 'instance') leaveOutOperators(m, held)
  if (value.t !== 'instance') return
  const methods = new Map<string, Func>()
  for (const { ns } of classesOf(value.cls))
    for (const [name, { value: method }] of ns.slots)
      if (method.t === 'func' && /^__\w+__$/.test(name) && !NO_OPERATOR.test(name) && !methods.has(name))
        methods.set(name, method)
  for (const [name, method] of methods)
    if (surely?.test(name) || showsChange(method))
      leaveOut(m, method, { positional: [value], keywords: new Map(), open: true })
}

/** Does the body itself write to something that outlives it, or call a function of its module? Operators rarely do. */
function showsChange(fn: Func): boolean {
  const { attributes, rebinds, changes, words } = bodyWords(fn)
  const { slots } = fn.module.ns
  return (
    attributes.length + rebinds.length > 0 ||
    changes ||
    words.some(word => slots.get(word)?.value.t === 'func')
  )
}

/** `__init_subclass__` of the bases. */
export function leaveOutSubclassing(m: Machine, cls: Class): void {
  for (const base of cls.bases) {
    if (base.t !== 'class') continue
    for (const { ns } of classesOf(base)) {
      const method = methodIn(ns.slots.get('__init_subclass__')?.value)
      if (method) leaveOut(m, method, { positional: [cls], keywords: new Map(), open: true })
    }
  }
}

/** The methods of a metaclass that make a class. */
export function leaveOutMetaclass(m: Machine, metaclass: Value, made: Class): void {
  if (metaclass.t !== 'class') return
  foreseeMethods(m, metaclass)
  for (const { ns } of classesOf(metaclass))
    for (const name of ['__prepare__', '__new__', '__init__']) {
      const method = methodIn(ns.slots.get(name)?.value)
      if (method) leaveOut(m, method, { positional: [made], keywords: new Map(), open: true })
    }
}

/** Once there is an object of the class, its methods may have changed where modules come from. */
export function foreseeMethods(m: Machine, cls: Class): void {
  const methods = classesOf(cls).flatMap(({ ns }) =>
    [...ns.slots].flatMap(([name, { value }]) => (/^_.*_$/.test(name) ? (methodIn(value) ?? []) : [])),
  )
  foresee(m, methods)
}

/** Somebody has the function, and may call it. */
export function foreseeCall(m: Machine, value: Value | undefined): void {
  if (value?.t === 'func') foresee(m, [value])
}

/** A function, or the one behind a decorator like `staticmethod`. */
export function methodIn(value: Value | undefined): Func | null {
  return value?.t === 'func' ? value : value ? functionBehind(value) : null
}
