/** Function objects, of `def` and `lambda`. */
import { evaluate } from './evaluate.ts'
import type { Frame, Machine } from './machine.ts'
import type { Func, FunctionCode, Value } from './values.ts'

/** Makes the function object of a `def` or `lambda`; `defaults`: in place of those that are written. */
export function makeFunction(
  m: Machine,
  frame: Frame,
  name: string,
  code: FunctionCode,
  defaults?: ReadonlyMap<string, Value>,
): Func {
  return {
    t: 'func',
    name,
    code,
    scope: frame.scope,
    module: frame.scope.module,
    defaults: defaults ?? defaultsOf(m, frame, code),
    attributes: m.heap.namespace(),
  }
}

/** Shared by the many that have none. */
export const NO_DEFAULTS: ReadonlyMap<string, Value> = new Map()

function defaultsOf(m: Machine, frame: Frame, { params }: FunctionCode): ReadonlyMap<string, Value> {
  if (!params.some(p => p.default)) return NO_DEFAULTS
  return new Map(params.flatMap(p => (p.default ? [[p.name, evaluate(m, p.default, frame)]] : [])))
}
