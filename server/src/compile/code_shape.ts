/**
 * Is a value of unknown origin a `ModuleCode`, in every part and with every index within its table? What comes from
 * another machine may be anything; the simulation takes compiled code at its word.
 */
import type { Expr, ModuleCode, Op, Pattern } from './module_code.ts'

/** How far the indices of one module may go. */
interface Limits {
  readonly places: number
  readonly bodies: number
}

type Check = (value: unknown, limits: Limits) => boolean

export function isModuleCode(value: unknown): value is ModuleCode {
  try {
    if (!isRecord(value) || !Array.isArray(value.places) || !Array.isArray(value.bodies)) return false
    return moduleCode(value, { places: value.places.length >> 1, bodies: value.bodies.length })
  } catch (error) {
    if (error instanceof RangeError) return false // It is nested without bounds.
    throw error
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const text: Check = value => typeof value === 'string'
const flag: Check = value => typeof value === 'boolean'
const count: Check = value => Number.isSafeInteger(value) && (value as number) >= 0
const at: Check = (value, { places }) => count(value, NO_LIMITS) && (value as number) < places
const body: Check = (value, { bodies }) => count(value, NO_LIMITS) && (value as number) < bodies
const constant: Check = value => value === null || ['string', 'number', 'boolean'].includes(typeof value)
const NO_LIMITS: Limits = { places: 0, bodies: 0 }

function maybe(check: Check): Check {
  return (value, limits) => value === null || check(value, limits)
}

function list(check: Check): Check {
  return (value, limits) => Array.isArray(value) && value.every(each => check(each, limits))
}

function one(...words: readonly unknown[]): Check {
  return value => words.includes(value)
}

function either(first: Check, second: Check): Check {
  return (value, limits) => first(value, limits) || second(value, limits)
}

/** Exactly these fields. */
function record(fields: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(fields)
  return (value, limits) =>
    isRecord(value) &&
    Object.keys(value).length === checks.length &&
    checks.every(([name, check]) => Object.hasOwn(value, name) && check(value[name], limits))
}

/** One of several kinds, by the field that says which. */
function kinds<Kind extends string>(
  tag: string,
  table: Readonly<Record<Kind, Record<string, Check>>>,
): Check {
  const checks = new Map(
    Object.entries<Record<string, Check>>(table).map(([kind, fields]) => [
      kind,
      record({ [tag]: one(kind), ...fields }),
    ]),
  )
  return (value, limits) => isRecord(value) && (checks.get(value[tag] as string)?.(value, limits) ?? false)
}

const expr: Check = (value, limits) => expressions(value, limits)
const block: Check = list((value, limits) => operations(value, limits))
const pattern: Check = (value, limits) => patterns(value, limits)

const parameter = record({
  name: text,
  kind: one('positional', 'normal', 'args', 'keyword', 'kwargs'),
  default: maybe(expr),
  annotation: maybe(expr),
})
const keyword = record({ name: maybe(text), value: expr })
const clause = record({ target: expr, iter: expr, conditions: list(expr) })
const bound = { as: maybe(text), at }
const handler = record({ type: maybe(expr), name: maybe(text), body: block, at })

const items = { items: list(expr) }
const sides = { left: expr, right: expr }

const expressions = kinds<Expr['e']>('e', {
  const: { value: constant },
  bytes: { value: text },
  bigint: { value: text },
  complex: {},
  ellipsis: {},
  name: { id: text, at },
  attr: { of: expr, name: text, at },
  call: { fn: expr, args: list(expr), keywords: list(keyword), at },
  sub: { of: expr, index: expr, at },
  slice: { from: maybe(expr), to: maybe(expr), step: maybe(expr) },
  tuple: items,
  list: items,
  set: items,
  dict: { items: list(record({ key: maybe(expr), value: expr })) },
  star: { of: expr },
  compare: { left: expr, ops: list(text), rights: list(expr), at },
  and: sides,
  or: sides,
  unary: { operator: one('not', '-', '+', '~'), of: expr },
  binary: { operator: text, ...sides, at },
  // biome-ignore lint/suspicious/noThenProperty: it is called so in compiled code
  if: { test: expr, then: expr, else: expr },
  fstring: { parts: list(either(text, expr)), exact: flag },
  lambda: { params: list(parameter), body: expr, at },
  comp: {
    kind: one('list', 'set', 'dict', 'generator'),
    key: maybe(expr),
    value: expr,
    clauses: list(clause),
    at,
  },
  walrus: { name: text, value: expr },
  await: { of: maybe(expr) },
  yield: { of: maybe(expr) },
  opaque: { reads: list(expr) },
})

const patterns = kinds<Pattern['p']>('p', {
  value: { value: expr },
  capture: { name: maybe(text) },
  or: { items: list(pattern) },
  as: { pattern, name: text },
  other: { binds: list(text), class: maybe(expr) },
})

const definition = { name: text, decorators: list(expr), typeParams: list(text), at, nameAt: at }

const operations = kinds<Op['op']>('op', {
  import: { names: list(record({ module: text, ...bound })), lazy: flag, at },
  from: {
    level: count,
    module: text,
    names: either(one('*'), list(record({ name: text, ...bound }))),
    lazy: flag,
    moduleAt: at,
    at,
  },
  assign: { targets: list(expr), value: expr, at },
  annotated: { target: expr, annotation: expr, value: maybe(expr), at },
  augment: { target: expr, operator: text, value: expr, at },
  delete: { targets: list(expr), at },
  expr: { value: expr, at },
  // biome-ignore lint/suspicious/noThenProperty: it is called so in compiled code
  if: { test: expr, then: block, else: block, at },
  for: { target: expr, iter: expr, body: block, else: block, at },
  while: { test: expr, body: block, else: block, at },
  try: { body: block, handlers: list(handler), else: block, finally: block, star: flag, at },
  with: { items: list(record({ context: expr, target: maybe(expr) })), body: block, at },
  match: {
    subject: expr,
    cases: list(record({ pattern, guard: maybe(expr), body: block })),
    at,
  },
  def: {
    ...definition,
    params: list(parameter),
    returns: maybe(expr),
    body,
    async: flag,
    generator: flag,
  },
  class: { ...definition, bases: list(expr), keywords: list(keyword), body: block },
  return: { value: maybe(expr), at },
  raise: { value: maybe(expr), cause: maybe(expr), at },
  assert: { test: expr, message: maybe(expr), at },
  global: { names: list(text), at },
  nonlocal: { names: list(text), at },
  type: { name: text, at },
  break: { at },
  continue: { at },
  pass: { at },
  opaque: { at },
})

const moduleCode = record({
  ops: block,
  places: list(count),
  bodies: list(record({ start: count, end: count })),
  suspects: list(
    record({
      at,
      what: text,
      since: maybe(value => Array.isArray(value) && value.length === 2 && list(count)(value, NO_LIMITS)),
    }),
  ),
  lazyAnnotations: flag,
})
