/**
 * The order in which Python looks through a class and its bases (C3, "The Python 2.3 Method Resolution Order"), and what
 * it says of bases that have none. Only classes whose ancestors are all known are judged: those that code of the project
 * defined, built-in exceptions and `object`.
 */
import type { Version } from '../environment/environment.ts'
import { EXCEPTIONS, OBJECT } from './classes.ts'
import type { Class, Value } from './values.ts'

/** Why there can be no class with these bases, in Python's words; null where there can be, or nobody knows. */
export function wrongBases(bases: readonly Value[], [major, minor]: Version): string | null {
  const known = bases.filter(base => base.t === 'class')
  const orders = known.map(orderOf)
  if (known.length < bases.length || orders.some(order => order === null)) return null
  const twice = known.find((base, index) => known.indexOf(base) < index)
  if (twice) return `duplicate base class ${twice.name}`
  const merged = merge([...(orders as Class[][]), known])
  if (merged.rest.length === 0) return null
  const heads = [...new Set(merged.rest.map(([head]) => head!.name))].join(', ')
  const newer = major > 3 || minor >= 13
  return `Cannot create a consistent method resolution${newer ? ' ' : '\n'}order (MRO) for bases ${heads}`
}

/** Python's `__mro__`; null where an ancestor is not known, or may have been made in another way. */
function orderOf(cls: Class): Class[] | null {
  if (cls === OBJECT) return [cls]
  const isBuiltIn = EXCEPTIONS.get(cls.name) === cls
  if (!isBuiltIn && (cls.open || cls.place === null || cls.metaclass)) return null
  const bases = cls.bases.filter(base => base.t === 'class')
  const orders = bases.map(orderOf)
  if (bases.length < cls.bases.length || orders.some(order => order === null)) return null
  const merged = merge([...(orders as Class[][]), bases])
  return merged.rest.length > 0 ? null : [cls, ...merged.order]
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
