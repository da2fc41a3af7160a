/** What `mock.patch` and `MonkeyPatch.setattr` have put something else in the place of: from then on nobody knows what is there. */
import { setAttribute } from '../attribute.ts'
import type { Machine } from '../machine.ts'
import { isString, UNKNOWN, type Value } from '../values.ts'

/**
 * `target`: an object whose attribute `name` is patched, or all of it as a dotted name. Returns what puts back what was
 * there, as far as that is known.
 */
export function losePatched(m: Machine, target: Value | undefined, name: Value | undefined): () => void {
  const [owner, attribute] = isString(target)
    ? [loadedUnder(m, headOf(target.v)), target.v.slice(headOf(target.v).length + 1)]
    : [target, isString(name) ? name.v : '']
  if (!owner || attribute === '') return () => undefined
  const ns = owner.t === 'module' || owner.t === 'class' ? owner.ns : null
  const before = ns?.slots.get(attribute)
  setAttribute(m, owner, attribute, UNKNOWN)
  return () => {
    if (!ns || m.heap.doubtful) return
    if (!before) m.heap.delete(ns, attribute)
    else if (!before.maybe) m.heap.set(ns, attribute, before.value)
  }
}

function headOf(dotted: string): string {
  return dotted.slice(0, Math.max(0, dotted.lastIndexOf('.')))
}

/** A module, or what is below one. What is not loaded yet is loaded as it is. */
function loadedUnder(m: Machine, dotted: string): Value | null {
  const module = m.modules.get(dotted)
  if (module) return module
  const head = headOf(dotted)
  const owner = head === '' ? null : loadedUnder(m, head)
  return owner?.t === 'module' || owner?.t === 'class'
    ? (owner.ns.slots.get(dotted.slice(head.length + 1))?.value ?? null)
    : null
}
