/** Function objects, of `def` and `lambda`. */
import { evaluate } from './evaluate.ts'
import type { Frame, Machine } from './machine.ts'
import { DefinedFunction } from './remade.ts'
import type { Func, FunctionCode, Value } from './values.ts'

/**
 * Makes the function object of a `def` or `lambda`; `defaults`: in place of those that are written. `mayComeAgain` false:
 * more than its text and defaults makes it what it is.
 */
export function makeFunction(
  m: Machine,
  frame: Frame,
  name: string,
  code: FunctionCode,
  defaults?: ReadonlyMap<string, Value>,
  mayComeAgain = true,
): Func {
  const { scope } = frame
  const { journal } = m.heap
  const made: Func = {
    t: 'func',
    name,
    code,
    scope,
    module: scope.module,
    defaults: defaults ?? defaultsOf(m, frame, code),
    attributes: m.heap.namespace(),
  }
  if (!mayComeAgain || !journal.records || scope.kind === 'function' || !code.unit.project) return made
  const defined = new DefinedFunction(journal, made)
  const fn = journal.remade(scope.names, name, defined, before => before.insteadOf(defined))
  if (fn !== defined) m.heap.again(fn.attributes)
  return fn
}

/** Shared by the many that have none. */
export const NO_DEFAULTS: ReadonlyMap<string, Value> = new Map()

function defaultsOf(m: Machine, frame: Frame, { params }: FunctionCode): ReadonlyMap<string, Value> {
  if (!params.some(p => p.default)) return NO_DEFAULTS
  return new Map(params.flatMap(p => (p.default ? [[p.name, evaluate(m, p.default, frame)]] : [])))
}
