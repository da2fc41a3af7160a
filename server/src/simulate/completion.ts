/**
 * How a statement or block can end: going on, or by one of several exits. More than one possibility means
 * that a condition on the way was unknown.
 */
import type { Exc, Value } from './values.ts'

export type Exit =
  | { readonly kind: 'raise'; readonly exc: Exc }
  | { readonly kind: 'return'; readonly value: Value }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }

export interface Completion {
  readonly normal: boolean
  readonly exits: readonly Exit[]
}

export const NORMAL: Completion = { normal: true, exits: [] }

export function leave(exit: Exit): Completion {
  return { normal: false, exits: [exit] }
}

/** The possibilities of several alternatives together. */
export function combine(all: readonly Completion[]): Completion {
  if (all.every(c => c === NORMAL)) return NORMAL
  const exits = all.flatMap(c => c.exits)
  const normal = all.some(c => c.normal)
  return normal && exits.length === 0 ? NORMAL : { normal, exits }
}

/** The exception that ends the block for certain, if one does. */
export function certainRaise(completion: Completion): Exc | null {
  const [exit] = completion.exits
  return !completion.normal && completion.exits.length === 1 && exit!.kind === 'raise' ? exit!.exc : null
}
