/**
 * Functions that the settings name as raising when they are called twice with one name: a project's own
 * factories, or those of a library that has no model. Functions of the project run as well; those of others are
 * known by nothing but this table.
 */
import { remember } from '../../files/memo.ts'
import type { Span } from '../../files/span.ts'
import { EXCEPTIONS, nativeClass } from '../classes.ts'
import type { Machine } from '../machine.ts'
import {
  type Args,
  type Class,
  constant,
  type Dict,
  dictOf,
  isString,
  keyOf,
  native,
  PyRaise,
  UNKNOWN,
  type Value,
} from '../values.ts'
import { callSpan } from './model.ts'

/** One entry of the table; a parameter is its position from 0 or its name. */
export interface RegisteringFunction {
  /** Module and name: 'app.metrics.counter'. */
  readonly function: string
  readonly name: number | string
  /** The parameter that says in which registry; null: there is one for the whole process. */
  readonly registry: number | string | null
  /** The class of the exception: a built-in one, or module and name. */
  readonly raises: string
}

/** The functions of the table that a module that is not the project's holds. */
export function tableNames(m: Machine, module: string): Record<string, Value> {
  const names: Record<string, Value> = {}
  for (const entry of m.world.registries) {
    const dot = entry.function.lastIndexOf('.')
    if (entry.function.slice(0, dot) !== module) continue
    names[entry.function.slice(dot + 1)] = native(entry.function, args => {
      register(m, entry, args, [])
      return UNKNOWN
    })
  }
  return names
}

/** To be called after a call of a function or class of the project: raises where the table says so. */
export function registerCall(m: Machine, name: string, args: Args, parameters: readonly string[]): void {
  const entry = m.world.registries.find(it => it.function === name)
  if (entry) register(m, entry, args, parameters)
}

/** Names that were registered, by registry, in dicts of the machine: branches open them. */
const taken = new WeakMap<Machine, Map<string, Dict>>()
/** Where a name was registered first. */
const places = new WeakMap<Dict, Map<string, Span>>()

function register(m: Machine, entry: RegisteringFunction, args: Args, parameters: readonly string[]): void {
  const cls = raisedClass(entry.raises)
  const name = args.open ? undefined : argumentAt(args, entry.name, parameters)
  const registry = entry.registry === null ? null : argumentAt(args, entry.registry, parameters)
  const key = registry ? keyOf(registry) : ''
  if (!isString(name) || (key === null && registry?.t !== 'instance')) return m.mayRaise(cls)
  // `registry=None`, written down, is how one says that nothing is to be registered.
  if (registry?.t === 'const' && registry.v === null) return
  const tables = remember(taken, m, () => m.map<string, Dict>())
  const table = remember(tables, `${entry.raises}\0${key ?? identity(registry!)}`, () => dictOf())
  const span = callSpan(m)
  const firsts = remember(places, table, () => m.map<string, Span>())
  if (!table.items.has(`s:${name.v}`)) {
    m.heap.touch(table)
    table.items.set(`s:${name.v}`, { key: constant(name.v), value: UNKNOWN })
    firsts.set(name.v, span)
    return
  }
  if (table.open) return m.mayRaise(cls)
  const first = firsts.get(name.v)!
  const twice = first.path === span.path && first.start === span.start
  const detail = { kind: 'registered-twice' as const, what: 'name' as const, name: name.v, first, twice }
  const exc = m.exception(cls, `'${name.v}' is registered already`, detail, { focus: span })
  if (!m.isHealed(exc)) throw new PyRaise(exc)
}

const identities = new WeakMap<object, number>()
let nextIdentity = 1

function identity(value: Value): string {
  return `#${remember(identities, value, () => nextIdentity++)}`
}

/** A parameter's argument; undefined where it isn't given. */
function argumentAt(args: Args, which: number | string, parameters: readonly string[]): Value | undefined {
  const position = typeof which === 'number' ? which : parameters.indexOf(which)
  const name = typeof which === 'string' ? which : parameters[which]
  return (name === undefined ? undefined : args.keywords.get(name)) ?? args.positional[position]
}

const classes = new Map<string, Class>()

function raisedClass(name: string): Class {
  const builtin = EXCEPTIONS.get(name)
  if (builtin) return builtin
  const dot = name.lastIndexOf('.')
  return remember(classes, name, () =>
    nativeClass(name.slice(dot + 1), name.slice(0, Math.max(0, dot)), [UNKNOWN]),
  )
}
