/**
 * abc: classes that cannot be made for want of methods, as `object.__new__` refuses them. A class counts as abstract
 * only where all that might define the method is known.
 */
import { resolutionOrder } from '../base_order.ts'
import { ancestry, nativeClass, OBJECT, TYPE } from '../classes.ts'
import type { Machine } from '../machine.ts'
import { refuse } from '../refuse.ts'
import { isDefined } from '../remade.ts'
import { type Class, constant, native, UNKNOWN, type Value } from '../values.ts'
import type { Model } from './model.ts'
import { GENERIC, PROTOCOL } from './typing.ts'

const ABC = nativeClass('ABC', 'abc', [OBJECT])
const ABC_META = nativeClass('ABCMeta', 'abc', [TYPE])
const MARK = '__isabstractmethod__'

export const abcModels: readonly Model[] = [
  {
    modules: ['abc'],
    names: m => ({
      ABC,
      ABCMeta: ABC_META,
      abstractmethod: native('abc.abstractmethod', ({ positional: [method] }) => {
        if (method?.t === 'func') m.heap.set(method.attributes, MARK, constant(true))
        return method ?? UNKNOWN
      }),
    }),
  },
]

/** What `metaclass=ABCMeta` was written at. */
const withMeta = new WeakSet<Class>()

/** Is that the one keyword of a class statement that makes a class like any other, but for abstract methods? */
export function isMetaOfAbc(name: string | null, value: Value): boolean {
  return name === 'metaclass' && value === ABC_META
}

/** The class was written with `metaclass=ABCMeta`. */
export function noteMetaOfAbc(cls: Class): void {
  withMeta.add(cls)
}

/** To be called before an instance is made; raises TypeError where the class is abstract (`object_new` in typeobject.c). */
export function refuseAbstract(m: Machine, cls: Class): void {
  const missing = abstractMethods(cls)
  if (missing.length === 0) return
  const [plural, names] = [missing.length > 1 ? 's' : '', missing.toSorted()]
  const [, minor] = m.environment.version
  const message =
    minor >= 12
      ? `Can't instantiate abstract class ${cls.name} without an implementation for abstract method${plural} ${names.map(name => `'${name}'`).join(', ')}`
      : `Can't instantiate abstract class ${cls.name} with abstract method${minor < 9 ? 's' : plural} ${names.join(', ')}`
  refuse(m, 'TypeError', message)
}

/** May a class count as a subclass that does not derive from this one (`register`, `__subclasshook__`)? */
export function takesStrangers(cls: Class): boolean {
  return [...ancestry(cls)].some(it => it === null || it === ABC || it === PROTOCOL || withMeta.has(it))
}

/** Does the class define nothing that its subclasses would have from it? */
export function isBare(cls: Class): boolean {
  return cls === ABC || cls === GENERIC
}

function abstractMethods(cls: Class): string[] {
  const classes = resolutionOrder(cls)
  if (!classes || !takesStrangers(cls)) return []
  // Classes of C make their instances without asking; and tests take the bar away by hand.
  if (
    classes.some(
      it => (!isDefined(it) && !isBare(it) && it !== PROTOCOL) || it.ns.slots.has('__abstractmethods__'),
    )
  )
    return []
  const first = new Map<string, boolean>()
  for (const it of classes)
    for (const [name, { value, maybe }] of it.ns.slots)
      if (!first.has(name)) first.set(name, !maybe && value.t === 'func' && value.attributes.slots.has(MARK))
  return [...first].filter(([, abstract]) => abstract).map(([name]) => name)
}
