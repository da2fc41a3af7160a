/**
 * Expressions: from an `Expr` to a Value in the present frame. A Python exception leaves as `PyRaise`.
 * Operators on values are in `operate`, attributes in `attribute`, calls in `call`.
 */
import type { At, CallExpr, CompClause, Expr } from '../compile/module_code.ts'
import type { Span } from '../files/span.ts'
import { assignedNames, walrusNames } from './assigned_names.ts'
import { getAttribute } from './attribute.ts'
import { callValue } from './call.ts'
import { exceptionClass, isException } from './classes.ts'
import { NORMAL } from './completion.ts'
import { assign, attempt, bindName } from './execute.ts'
import { makeFunction } from './functions.ts'
import { leaveOutOperators } from './implicit_calls.ts'
import type { Frame, Machine } from './machine.ts'
import { builtin } from './models/builtins.ts'
import { asksDjango } from './models/django_settings.ts'
import { binary, compare, elementsOf, getItem, slice, unary } from './operate.ts'
import { boundByLibrary } from './unseen_names.ts'
import { mayRefuse } from './unseen_raises.ts'
import {
  type Args,
  constant,
  dictOf,
  HARMLESS,
  isString,
  keyOf,
  likewise,
  list,
  NO_NAMES,
  type Scope,
  same,
  setOf,
  truth,
  tuple,
  UNKNOWN,
  UNSET,
  type Value,
} from './values.ts'

/** A comprehension over more elements than this is not computed. */
const LONGEST_COMPREHENSION = 500

export function evaluate(m: Machine, expr: Expr, frame: Frame): Value {
  switch (expr.e) {
    case 'const':
      return constant(expr.value)
    case 'bytes':
      return { t: 'bytes', v: expr.value }
    case 'bigint':
      return constant(BigInt(expr.value))
    case 'complex':
    case 'ellipsis':
      return HARMLESS
    case 'name':
      return readName(m, expr.id, frame, m.spanOf(frame.unit, expr.at))
    case 'attr': {
      const of = evaluate(m, expr.of, frame)
      frame.at = expr.at
      return getAttribute(m, of, expr.name, tailOf(m, frame, expr))
    }
    case 'call':
      return evaluateCall(m, expr, frame)
    case 'sub': {
      const of = evaluate(m, expr.of, frame)
      const index = evaluate(m, expr.index, frame)
      return standingAt(frame, expr.at, () => getItem(m, of, index))
    }
    case 'slice': {
      const part = (e: Expr | null) => (e ? evaluate(m, e, frame) : constant(null))
      return slice(part(expr.from), part(expr.to), part(expr.step))
    }
    case 'tuple': {
      const items = evaluateItems(m, expr.items, frame)
      return items ? tuple(items) : UNKNOWN
    }
    case 'list': {
      const items = evaluateItems(m, expr.items, frame)
      return list(items ?? [], items === null)
    }
    case 'set':
      mayRefuse(m.watches)
      return makeSet(evaluateItems(m, expr.items, frame))
    case 'dict':
      if (expr.items.some(({ key }) => key?.e !== 'const')) mayRefuse(m.watches)
      return evaluateDict(m, expr.items, frame)
    case 'star':
      evaluate(m, expr.of, frame)
      return UNKNOWN
    case 'compare':
      return evaluateCompare(m, expr, frame)
    case 'and':
    case 'or': {
      const left = evaluateOperand(m, expr.left, frame)
      const known = truth(left)
      if (known !== null) return known === (expr.e === 'and') ? evaluate(m, expr.right, frame) : left
      return perhaps(m, frame, expr.right, left)
    }
    case 'unary':
      if (expr.operator !== 'not') mayRefuse(m.watches)
      return unary(expr.operator, evaluateOperand(m, expr.of, frame))
    case 'binary': {
      const left = evaluateOperand(m, expr.left, frame)
      const right = evaluateOperand(m, expr.right, frame)
      if (expr.operator !== '+' || !areStrings(left, right)) mayRefuse(m.watches)
      return standingAt(frame, expr.at, () => binary(m, expr.operator, left, right))
    }
    case 'if': {
      const known = truth(evaluateOperand(m, expr.test, frame))
      if (known !== null) return evaluate(m, known ? expr.then : expr.else, frame)
      return perhaps(m, frame, expr.then, perhaps(m, frame, expr.else, UNKNOWN))
    }
    case 'fstring':
      return evaluateFString(m, expr, frame)
    case 'lambda':
      return makeFunction(m, frame, '<lambda>', {
        params: expr.params,
        def: null,
        lambda: expr.body,
        unit: frame.unit,
      })
    case 'comp':
      return evaluateComprehension(m, expr, frame)
    case 'walrus': {
      const value = evaluate(m, expr.value, frame)
      bindName(m, expr.name, value, frame.home ? { ...frame, scope: frame.home } : frame)
      return value
    }
    case 'await':
    case 'yield':
      if (expr.of) evaluate(m, expr.of, frame)
      return UNKNOWN
    case 'opaque':
      for (const read of expr.reads) evaluate(m, read, frame)
      return UNKNOWN
  }
}

/** Whatever `run` raises, it raises at this place. */
function standingAt(frame: Frame, at: At, run: () => Value): Value {
  const before = frame.at
  frame.at = at
  const value = run()
  frame.at = before
  return value
}

/** Evaluates something that may not be evaluated at all; the result is known only if both agree. */
function perhaps(m: Machine, frame: Frame, expr: Expr, otherwise: Value): Value {
  frame.exact = false
  let value: Value = UNKNOWN
  const completion = m.heap.alternatives([
    () =>
      attempt(m, () => {
        value = evaluate(m, expr, frame)
      }),
    () => NORMAL,
  ])
  for (const exit of completion.exits) if (exit.kind === 'raise') m.mayHaveRaised(exit.exc)
  if (otherwise === UNSET) return UNSET
  return same(value, otherwise) ? value : UNKNOWN
}

/** The span of NAME in `x.y.NAME`. */
function tailOf(m: Machine, frame: Frame, expr: Extract<Expr, { e: 'attr' }>): Span {
  const whole = m.spanOf(frame.unit, expr.at)
  return { path: whole.path, start: whole.end - expr.name.length, end: whole.end }
}

/** Names that the compiler makes, where the code around calls for them: methods, annotations, type parameters, classes. */
const BOUND_BY_PYTHON = new Set([
  '__annotations__',
  '__class__',
  '__classdict__',
  '__firstlineno__',
  '__static_attributes__',
  '__type_params__',
])

function readName(m: Machine, name: string, frame: Frame, span: Span): Value {
  const found = lookUpName(m, name, frame)
  if (found !== undefined) return found
  if (BOUND_BY_PYTHON.has(name) || boundByLibrary(m, frame.scope.module, name)) return UNKNOWN
  if (frame.restricted || m.heap.doubtful) {
    if (!frame.restricted) m.mayRaise(exceptionClass('NameError'))
    return UNKNOWN
  }
  return raiseUndefined(m, name, span, isLocal(frame, name))
}

/** Does the function bind the name itself, wherever in its body? */
function isLocal({ kind, unit }: Frame, name: string): boolean {
  return kind === 'function' && assignedNames(unit.code.ops).includes(name)
}

/** NameError for a name that nothing binds, at `span`; UnboundLocalError for one that the function has yet to bind. */
export function raiseUndefined(m: Machine, name: string, span: Span, local = false): Value {
  const [major, minor] = m.environment.version
  const unbound =
    major > 3 || minor >= 11
      ? `cannot access local variable '${name}' where it is not associated with a value`
      : `local variable '${name}' referenced before assignment`
  const exc = m.exception(
    exceptionClass(local ? 'UnboundLocalError' : 'NameError'),
    local ? unbound : `name '${name}' is not defined`,
    { kind: 'undefined-name', name },
    { focus: span, span }, // a traceback tells the line of the name, not that of its statement
  )
  return m.throwUnlessHealed(exc)
}

/** Locals, enclosing functions, globals, built-ins; undefined where no such name is bound for certain. */
export function lookUpName(m: Machine, name: string, frame: Frame): Value | undefined {
  let scope: Scope | null = frame.scope
  let open = false
  if (scope.globals.has(name)) scope = null
  for (; scope && scope.kind !== 'module'; scope = scope.parent) {
    const slot = scope.names.slots.get(name)
    if (slot) {
      if (!slot.maybe) return slot.value
      m.mayRaise(exceptionClass('NameError'))
      return slot.value
    }
    open ||= scope.names.open
  }
  const globals = frame.scope.module.ns
  const slot = globals.slots.get(name)
  if (slot) {
    if (slot.maybe) m.mayRaise(exceptionClass('NameError'))
    return slot.value
  }
  const served = builtin(m, name)
  if (served) return served
  const added = boundInBuiltins(m, name)
  if (added) return added
  return open || globals.open ? UNKNOWN : undefined
}

/** What code bound in the module `builtins`, which every module sees. */
function boundInBuiltins(m: Machine, name: string): Value | undefined {
  const builtins = m.modules.get('builtins')
  const slot = builtins?.t === 'module' ? builtins.ns.slots.get(name) : undefined
  if (slot?.maybe) m.mayRaise(exceptionClass('NameError'))
  return slot?.value
}

function evaluateItems(m: Machine, items: readonly Expr[], frame: Frame): Value[] | null {
  const out: Value[] = []
  let known = true
  for (const item of items) {
    if (item.e !== 'star') out.push(evaluate(m, item, frame))
    else {
      const more = elementsOf(evaluateOperand(m, item.of, frame))
      if (more) out.push(...more)
      else known = false
    }
  }
  return known ? out : null
}

/** A set of the items; open where they, or one of them, are unknown. */
export function makeSet(items: readonly Value[] | null, frozen = false): Value {
  const made = setOf(new Map(), items === null, frozen)
  for (const item of items ?? []) {
    const key = keyOf(item)
    if (key === null) made.open = true
    else made.items.set(key, item)
  }
  return made
}

function evaluateDict(m: Machine, items: readonly { key: Expr | null; value: Expr }[], frame: Frame): Value {
  const dict = dictOf()
  for (const { key, value } of items) {
    if (key === null) {
      const more = evaluate(m, value, frame)
      if (more.t === 'dict') {
        for (const [k, entry] of more.items) dict.items.set(k, entry)
        dict.open ||= more.open
      } else dict.open = true
      continue
    }
    const keyValue = evaluate(m, key, frame)
    const valueValue = evaluate(m, value, frame)
    const k = keyOf(keyValue)
    if (k === null) dict.open = true
    else dict.items.set(k, { key: keyValue, value: valueValue })
  }
  return dict
}

/** The value of what an operator, a condition or an iteration is about to use. `surely`: see `leaveOutOperators`. */
export function evaluateOperand(m: Machine, expr: Expr, frame: Frame, surely: RegExp | null = null): Value {
  const value = evaluate(m, expr, frame)
  leaveOutOperators(m, value, surely)
  return value
}

const NEVER_REFUSED = new Set(['is', 'is not', '==', '!='])

function areStrings(left: Value, right: Value): boolean {
  return isString(left) && isString(right)
}

function evaluateCompare(m: Machine, expr: Extract<Expr, { e: 'compare' }>, frame: Frame): Value {
  let left = evaluate(m, expr.left, frame)
  let result: Value = constant(true)
  for (const [i, operator] of expr.ops.entries()) {
    const right = evaluate(m, expr.rights[i]!, frame)
    if (!operator.startsWith('is')) for (const value of [left, right]) leaveOutOperators(m, value)
    const answer = compare(operator, left, right)
    if (!NEVER_REFUSED.has(operator)) mayRefuse(m.watches)
    if (answer === false) return constant(false)
    const unset = left === UNSET || right === UNSET || (right.t === 'native' && right.name === 'os.environ')
    if (answer === null) result = unset ? UNSET : HARMLESS
    left = right
  }
  return result
}

function evaluateFString(m: Machine, expr: Extract<Expr, { e: 'fstring' }>, frame: Frame): Value {
  let text: string | null = expr.exact ? '' : null
  for (const part of expr.parts) {
    if (typeof part === 'string') {
      if (text !== null) text += part
      continue
    }
    const value = evaluateOperand(m, part, frame)
    if (!expr.exact) mayRefuse(m.watches)
    const shown = stringOf(value)
    text = text === null || shown === null ? null : text + shown
  }
  return text === null ? HARMLESS : constant(text)
}

/** Python's str() of a value; null where it isn't known. */
export function stringOf(value: Value): string | null {
  if (value.t === 'path') return value.path
  if (value.t === 'instance' && value.exception) return value.exception.message
  if (value.t !== 'const') return null
  if (value.v === null) return 'None'
  if (value.v === true) return 'True'
  if (value.v === false) return 'False'
  return typeof value.v === 'number' && !Number.isInteger(value.v) ? null : String(value.v)
}

function evaluateCall(m: Machine, expr: CallExpr, frame: Frame): Value {
  const fn = evaluate(m, expr.fn, frame)
  const runs =
    fn.t === 'native' || (fn.t === 'class' && isException(fn)) || (fn.t === 'func' && asksDjango(m, fn))
  if (frame.restricted && !runs) {
    m.mayRaise(null)
    return UNKNOWN
  }
  const args = evaluateArguments(m, expr, frame, runsThrough(fn))
  return standingAt(frame, expr.at, () => callValue(m, fn, args, expr))
}

/** Built-ins that run a generator to its end, or to an answer, before anything else happens. */
const RUNS_THROUGH = new Set('all any dict frozenset list max min set sorted sum tuple'.split(' '))

function runsThrough(fn: Value): boolean {
  if (fn.t === 'class') return fn.module === 'builtins' && RUNS_THROUGH.has(fn.name)
  return fn.t === 'native' && RUNS_THROUGH.has(fn.name)
}

/** `eagerly`: a generator among them is run through at once. */
export function evaluateArguments(
  m: Machine,
  expr: Pick<CallExpr, 'args' | 'keywords'>,
  frame: Frame,
  eagerly = false,
): Args {
  const positional: Value[] = []
  const keywords = new Map<string, Value>()
  let open = false
  for (const arg of expr.args) {
    if (arg.e !== 'star') {
      positional.push(
        eagerly && arg.e === 'comp' ? evaluateComprehension(m, arg, frame, true) : evaluate(m, arg, frame),
      )
      continue
    }
    const more = elementsOf(evaluateOperand(m, arg.of, frame))
    if (more) positional.push(...more)
    else open = true
  }
  for (const { name, value } of expr.keywords) {
    const given = evaluate(m, value, frame)
    if (name !== null) keywords.set(name, given)
    else if (given.t === 'dict' && !given.open) {
      for (const entry of given.items.values())
        if (entry.key.t === 'const' && typeof entry.key.v === 'string') keywords.set(entry.key.v, entry.value)
    } else open = true
  }
  return { positional, keywords, open }
}

/** Computed element by element where everything that it iterates over is known; else open. */
/**
 * A generator expression gives a list as well. Its first source is looked at now, and the rest when somebody asks: what it
 * raises is a proof only if that is at once.
 */
function evaluateComprehension(
  m: Machine,
  expr: Extract<Expr, { e: 'comp' }>,
  frame: Frame,
  eagerly = expr.kind !== 'generator',
): Value {
  const scope: Scope = {
    kind: 'function',
    names: m.heap.namespace(),
    parent: frame.scope.kind === 'class' ? frame.scope.parent : frame.scope,
    module: frame.scope.module,
    globals: NO_NAMES,
    nonlocals: NO_NAMES,
  }
  const first = evaluate(m, expr.clauses[0]!.iter, frame)
  const inner: Frame = { ...frame, scope, kind: 'comprehension', home: frame.home ?? frame.scope }
  const out: { key: Value; value: Value }[] = []
  m.frames.push(inner)
  let known = false
  const run = (): void => {
    known = iterate(m, expr.clauses, 0, first, inner, () => {
      const key = expr.key ? evaluate(m, expr.key, inner) : UNKNOWN
      out.push({ key, value: evaluate(m, expr.value, inner) })
    })
  }
  try {
    if (eagerly) run()
    else for (const exit of attempt(m, run).exits) if (exit.kind === 'raise') m.mayHaveRaised(exit.exc)
  } finally {
    m.frames.pop()
  }
  if (!known) bindPerhaps(m, walrusNames(expr), inner)
  const values = out.map(entry => entry.value)
  if (expr.kind === 'set') return likewise(makeSet(known ? values : null), first)
  if (expr.kind === 'dict') {
    const dict = dictOf(new Map(), !known)
    for (const entry of known ? out : []) {
      const k = keyOf(entry.key)
      if (k === null) dict.open = true
      else dict.items.set(k, entry)
    }
    return likewise(dict, first)
  }
  const made = likewise(list(known ? values : [], !known), first)
  if (expr.kind === 'generator') generators.add(made)
  return made
}

/** What a part that was not followed to its end binds by `:=`. */
function bindPerhaps(m: Machine, names: readonly string[], { home, ...frame }: Frame): void {
  if (names.length === 0 || !home) return
  m.heap.alternatives([
    () => {
      for (const name of names) bindName(m, name, UNKNOWN, { ...frame, scope: home })
      return NORMAL
    },
    () => NORMAL,
  ])
}

const generators = new WeakSet<Value>()

/** Is the list of a generator expression, which Python can iterate over once and not ask for its length? */
export function isGenerator(value: Value): boolean {
  return generators.has(value)
}

function iterate(
  m: Machine,
  clauses: readonly CompClause[],
  depth: number,
  source: Value,
  frame: Frame,
  body: () => void,
): boolean {
  const clause = clauses[depth]
  leaveOutOperators(m, source)
  const elements = elementsOf(source)
  if (!clause || elements === null || elements.length > LONGEST_COMPREHENSION) return false
  for (const element of elements) {
    assign(m, clause.target, element, frame)
    let passes = true
    for (const condition of clause.conditions) {
      const answer = truth(evaluate(m, condition, frame))
      if (answer === null) return false
      passes &&= answer
      if (!passes) break
    }
    if (!passes) continue
    if (depth + 1 === clauses.length) body()
    else if (!iterate(m, clauses, depth + 1, evaluate(m, clauses[depth + 1]!.iter, frame), frame, body))
      return false
  }
  return true
}
