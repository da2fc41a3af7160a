/**
 * The order in which Python looks through a class and its bases (C3, "The Python 2.3 Method Resolution Order"), and what
 * it says of bases that have none.
 */
import type { Version } from '../environment/environment.ts'
import { remember } from '../files/memo.ts'
import { EXCEPTIONS, OBJECT } from './classes.ts'
import { isDefined } from './remade.ts'
import type { Class, Value } from './values.ts'

/** Why there can be no class with these bases, in Python's words; null where there can be, or nobody knows. */
export function wrongBases(bases: readonly Value[], [major, minor]: Version): string | null {
  const classes = bases.filter(base => base.t === 'class')
  const orders = classes.map(orderOf)
  if (classes.length < bases.length || orders.some(order => order === null)) return null
  const twice = classes.find((base, index) => classes.indexOf(base) < index)
  if (twice) return `duplicate base class ${twice.name}`
  const merged = merge([...(orders as Class[][]), classes])
  if (merged.rest.length === 0) return null
  const heads = [...new Set(merged.rest.map(([head]) => head!.name))].join(', ')
  const newer = major > 3 || minor >= 13
  return `Cannot create a consistent method resolution${newer ? ' ' : '\n'}order (MRO) for bases ${heads}`
}

/**
 * The class and its bases but `object`, in the order in which names are looked up; null where one of them isn't known for
 * certain.
 */
export function resolutionOrder(cls: Class): readonly Class[] | null {
  const order = linear(cls)?.filter(each => each !== OBJECT) ?? null
  return order?.every(each => !each.open && (!isDefined(each) || !each.ns.open)) ? order : null
}

/** The same for a base whose class statement is judged: code of the project, a built-in exception or `object` itself. */
function orderOf(cls: Class): readonly Class[] | null {
  const order = linear(cls)
  const isJudged = (each: Class) =>
    each === OBJECT ||
    EXCEPTIONS.get(each.name) === each ||
    (!each.open && isDefined(each) && !each.metaclass)
  return order?.every(isJudged) ? order : null
}

const known = new WeakMap<Class, readonly Class[] | null>()

/** Python's `__mro__`; null where a base is no known class, or there is no order. */
function linear(cls: Class): readonly Class[] | null {
  return remember(known, cls, () => {
    const bases = cls.bases.filter(base => base.t === 'class')
    const orders = bases.map(linear)
    if (bases.length < cls.bases.length || orders.some(order => order === null)) return null
    const merged = merge([...(orders as Class[][]), bases])
    return merged.rest.length > 0 ? null : [cls, ...merged.order]
  })
}

/** `rest`: what is left of the lists where no head may come next. */
function merge(lists: readonly (readonly Class[])[]): {
  readonly order: readonly Class[]
  readonly rest: readonly (readonly Class[])[]
} {
  const order: Class[] = []
  let rest = lists.filter(list => list.length > 0)
  while (rest.length > 0) {
    const next = rest.map(([head]) => head!).find(head => !rest.some(list => list.indexOf(head) > 0))
    if (!next) break
    order.push(next)
    rest = rest.map(list => (list[0] === next ? list.slice(1) : list)).filter(list => list.length > 0)
  }
  return { order, rest }
}
