/** C3, the order of a class and its bases ("The Python 2.3 Method Resolution Order"). Who may be asked for it is others' business. */
import { remember } from '../files/memo.ts'
import type { Class } from './values.ts'

const known = new WeakMap<Class, readonly Class[] | null>()

/** Python's `__mro__`; null where a base is no known class, or there is no order. */
export function linear(cls: Class): readonly Class[] | null {
  return remember(known, cls, () => {
    const bases = cls.bases.filter(base => base.t === 'class')
    const orders = bases.map(linear)
    if (bases.length < cls.bases.length || orders.some(order => order === null)) return null
    const merged = merge([...(orders as Class[][]), bases])
    return merged.rest.length > 0 ? null : [cls, ...merged.order]
  })
}

/** `rest`: what is left of the lists where no head may come next. */
export function merge(lists: readonly (readonly Class[])[]): {
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
