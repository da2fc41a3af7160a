/**
 * super(): the method of the bases that comes next, where the order of the bases is known; else what any method of that
 * name may have done to the object.
 */

import { resolutionOrder } from '../base_order.ts'
import { functionBehind } from '../behind.ts'
import { classesOf, handOver, leaveOut } from '../effects.ts'
import type { Machine } from '../machine.ts'
import { type Args, type Class, type Func, HARMLESS, native, UNKNOWN, type Value } from '../values.ts'

/** What `super()` and `super(cls, self)` give in the method that is being called. */
export function superObject(m: Machine, args: Args): Value {
  const fn = m.calls.at(-1)?.fn ?? null
  const frame = m.frames.findLast(({ kind }) => kind === 'function')
  const first = fn?.code.params[0]?.name
  const self =
    args.positional[1] ?? (first === undefined ? undefined : frame?.scope.names.slots.get(first)?.value)
  const [start] = args.positional
  if (self?.t !== 'instance' && self?.t !== 'class') return HARMLESS
  return {
    ...native('super', null),
    attribute: name => attributeOf(m, self, start?.t === 'class' ? start : null, fn, name),
  }
}

function attributeOf(
  m: Machine,
  self: Extract<Value, { t: 'instance' | 'class' }>,
  start: Class | null,
  fn: Func | null,
  name: string,
): Value {
  const cls = self.t === 'instance' ? self.cls : self
  const order = resolutionOrder(cls)
  const at = order?.findIndex(it => it === start || (!start && holds(it, fn))) ?? -1
  if (order && at >= 0 && self.t === 'instance') {
    const rest = order.slice(at + 1)
    const next = rest.map(it => it.ns.slots.get(name)).find(Boolean)
    if (next?.value.t === 'func' && !next.maybe) return { t: 'bound', self, fn: next.value }
    if (next && next.value.t !== 'func' && next.value.t !== 'native') return next.maybe ? UNKNOWN : next.value
    if (!next && rest.every(({ place }) => place)) return HARMLESS
  }
  // It may be a property, which is no function.
  const found = classesOf(cls).map(it => it.ns.slots.get(name)?.value)
  const behind = found.flatMap(value => (value && functionBehind(value)) ?? [])
  for (const method of behind)
    if (method !== fn) leaveOut(m, method, { positional: [self], keywords: new Map(), open: true })
  if (behind.length > 0) return UNKNOWN
  return native(`super.${name}`, ({ positional, keywords, open }) => {
    const all: Args = { positional: [self, ...positional], keywords, open }
    for (const method of found) if (method?.t === 'func' && method !== fn) leaveOut(m, method, all)
    m.mayRaise(null)
    handOver(m, all, false)
    return UNKNOWN
  })
}

function holds(cls: Class, fn: Func | null): boolean {
  return [...cls.ns.slots.values()].some(
    ({ value }) => value === fn || (value && functionBehind(value) === fn && fn !== null),
  )
}
