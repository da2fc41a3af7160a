/** The order in which Python looks through a class and its bases, where that is certain, and what it says of bases that have none. */
import type { Version } from '../environment/environment.ts'
import { EXCEPTIONS, OBJECT } from './classes.ts'
import { linear, merge } from './linear_order.ts'
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
