/**
 * Calls: functions of the project that can matter are run, everything else is left out, and what is left
 * out may have written to whatever it was handed.
 *
 * Which exceptions may leave a called function as a proof is decided here: ImportError and its kin, what
 * pytest itself raises, exits, and what a model proves; any other only if no condition on the way was
 * unknown.
 */

import type { CallExpr, Expr, Parameter } from '../compile/module_code.ts'
import { remember } from '../files/memo.ts'
import { ancestry, exceptionClass, isException, isSubclass, OBJECT } from './classes.ts'
import { type Completion, certainRaise } from './completion.ts'
import { handOver, leaveOut } from './effects.ts'
import { evaluate, stringOf } from './evaluate.ts'
import { runBlock } from './execute.ts'
import { foreseeMethods, leaveOutMethod, leaveOutOperators } from './implicit_calls.ts'
import type { Call, Frame, Machine } from './machine.ts'
import { refuseAbstract } from './models/abc.ts'
import { asksDjango, hasDjango, loseDjango } from './models/django_settings.ts'
import { registerCall } from './models/registries.ts'
import { isModuleClass } from './models/types.ts'
import { refuseArguments, refuseCall, refuseConstruction } from './refuse.ts'
import { mayRefuse } from './unseen_raises.ts'
import {
  type Args,
  type Class,
  constant,
  dictOf,
  type Exc,
  type Func,
  type Instance,
  keyOf,
  NO_NAMES,
  NONE,
  PyRaise,
  type Scope,
  same,
  tuple,
  UNKNOWN,
  type Value,
} from './values.ts'

/** Statements that the outermost call under way may run, all its inner calls included. */
const CALL_BUDGET = 1500
const DEEPEST_CALL = 8

/** Thrown when the budget of the outermost call is spent; its value is then unknown. */
class BudgetSpent extends Error {}

/** Functions of Python that call what they are given, as far as the twin does not know better. */
const CALLERS =
  /^(?:map|filter|sorted|min|max|sort|reduce|partial|starmap|accumulate|groupby|takewhile|dropwhile|defaultdict|Thread|Timer|submit|callback|enter_context|contextmanager|finalize|dumps)$/

/** Built-in functions and methods of containers and strings that do not say by themselves what they refuse. */
const MAY_REFUSE =
  /^(?:(?:list|dict|set|tuple|nsdict|str)\.\w+|(?!hasattr|isinstance|issubclass|callable|print|globals|locals|super|id|dir|getattr|setattr|open|exec|compile|exit|quit|__import__)\w+)$/

export function callValue(m: Machine, fn: Value, args: Args, call: CallExpr | null): Value {
  // What is none of the project's may do anything with an object that it is given.
  if (fn.t !== 'func' && fn.t !== 'bound') for (const value of args.positional) leaveOutOperators(m, value)
  switch (fn.t) {
    case 'native':
      if (MAY_REFUSE.test(fn.name)) mayRefuse(m.watches)
      if (fn.call) return fn.call(args, call)
      break
    case 'class':
      mayRefuse(m.watches)
      if (fn.native) return fn.native(args, call)
      return registering(m, `${fn.module}.${fn.name}`, args, [], () => instantiate(m, fn, args))
    case 'func':
      refuseArguments(m, fn, args)
      return registering(m, `${fn.module.name}.${fn.name}`, args, fn.code.params, () =>
        callFunction(m, fn, args),
      )
    case 'bound': {
      const all = { ...args, positional: [fn.self, ...args.positional] }
      refuseArguments(m, fn.fn, all)
      return callFunction(m, fn.fn, all)
    }
    case 'instance': {
      for (const ancestor of ancestry(fn.cls)) {
        const method = ancestor?.ns.slots.get('__call__')?.value
        if (method?.t === 'func')
          return callFunction(m, method, { ...args, positional: [fn, ...args.positional] })
        if (ancestor === null || method) break
      }
      break
    }
    case 'unknown':
      if (call) noteUnseenCall(m, call)
      if (fn.harmless) {
        m.mayRaise(null)
        handOver(m, args, false, 'standard', call !== null && CALLERS.test(lastName(call.fn)))
        return fn
      }
      break
    default:
      refuseCall(m, fn)
  }
  m.mayRaise(null)
  // A call whose value nobody takes is made for its effect: `apipkg.initpkg(__name__, ...)`.
  const forEffect = call !== null && call === m.frames.at(-1)?.statement
  const isNative = fn.t === 'native'
  handOver(m, args, forEffect, isNative ? 'standard' : 'unseen', isNative)
  return UNKNOWN
}

function lastName(expr: Expr): string {
  return expr.e === 'name' ? expr.id : expr.e === 'attr' ? expr.name : ''
}

/** A call that the settings may name: what it does by itself comes first, as its own exception says more. */
function registering(
  m: Machine,
  name: string,
  args: Args,
  params: readonly Parameter[],
  run: () => Value,
): Value {
  const value = run()
  if (m.world.registries.length > 0)
    registerCall(
      m,
      name,
      args,
      params.map(p => p.name),
    )
  return value
}

function instantiate(m: Machine, cls: Class, args: Args): Value {
  if (isException(cls)) return makeException(m, cls, args)
  foreseeMethods(m, cls)
  const instance: Instance = { t: 'instance', cls, attributes: m.heap.namespace(), exception: null }
  if (cls.open) {
    handOver(m, args, false)
    leaveOutPostInit(m, instance)
    m.mayRaise(null)
    return instance
  }
  const ancestors = [...ancestry(cls)]
  // `__new__` comes first, wherever it is inherited from, and may give back anything.
  if (ancestors.some(ancestor => ancestor === null || ancestor.ns.slots.has('__new__'))) {
    handOver(m, args, false)
    return UNKNOWN
  }
  refuseAbstract(m, cls)
  const init = ancestors.map(ancestor => ancestor?.ns.slots.get('__init__')?.value).find(Boolean)
  if (init?.t === 'func') {
    const all = { ...args, positional: [instance, ...args.positional] }
    refuseArguments(m, init, all)
    callFunction(m, init, all)
  } else {
    if (
      !init &&
      ancestors.every(ancestor => ancestor === OBJECT || (ancestor?.native === null && !ancestor.ns.open))
    )
      refuseConstruction(m, cls.name, args)
    handOver(m, init ? { ...args, positional: [instance, ...args.positional] } : args, false)
    leaveOutPostInit(m, instance)
  }
  const [name] = args.positional
  if (!init && name && ancestors.some(ancestor => ancestor && isModuleClass(ancestor)))
    m.heap.set(instance.attributes, '__name__', name)
  return instance
}

/** What the `__init__` of a dataclass, or of attrs, calls at its end. */
function leaveOutPostInit(m: Machine, instance: Instance): void {
  for (const name of ['__post_init__', '__attrs_post_init__']) leaveOutMethod(m, instance, name)
}

/** An exception object that is not raised yet. */
export function makeException(m: Machine, cls: Class, args: Args): Instance {
  const message =
    args.positional.length === 1
      ? (stringOf(args.positional[0]!) ?? '')
      : args.positional.length === 0
        ? ''
        : '(...)'
  const made = m.exception(cls, message, { kind: 'raised' }, { args: args.positional, cause: null })
  const exception = { ...made, fresh: true }
  return { t: 'instance', cls, attributes: m.heap.namespace(), exception }
}

export function callFunction(m: Machine, fn: Func, args: Args): Value {
  const def = fn.code.def
  if (def && (def.async || def.generator)) {
    leaveOut(m, fn, args)
    return UNKNOWN
  }
  const depth = callDepth(m)
  if (depth >= DEEPEST_CALL || !(fn.code.unit.project || asksDjango(m, fn))) {
    leaveOut(m, fn, args)
    m.mayRaise(null)
    return UNKNOWN
  }
  if (depth > 0) return run(m, fn, args)
  const spenders = spendersOf(m)
  const code = def ?? fn.code.lambda
  const before = spenders.get(code) ?? 0
  if (before >= MOST_SPENT) {
    leaveOut(m, fn, args)
    m.mayRaise(null)
    return UNKNOWN
  }
  const [height, watches, budget] = [m.frames.length, m.watches.length, m.callBudget]
  m.callBudget = CALL_BUDGET
  try {
    return run(m, fn, args)
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    spenders.set(code, before + 1)
    m.frames.length = height
    m.watches.length = watches
    leaveOut(m, fn, args)
    m.mayRaise(null)
    return UNKNOWN
  } finally {
    m.callBudget = budget
  }
}

/** How often each function has spent all that a call may, in the module that runs. */
function spendersOf(m: Machine): Map<unknown, number> {
  const module = m.frames.findLast(({ kind }) => kind === 'module')
  return module ? remember(spent, module, () => new Map()) : new Map()
}

const spent = new WeakMap<Frame, Map<unknown, number>>()

/** After so many calls of a function by one module that were not followed to their end, all others are left out at once. */
const MOST_SPENT = 2

/** Calls under way since the innermost import began: each module's calls have a budget of their own. */
function callDepth(m: Machine): number {
  let depth = 0
  for (let i = m.frames.length - 1; i >= 0 && m.frames[i]!.kind !== 'module'; i--)
    if (m.frames[i]!.kind === 'function') depth++
  return depth
}

/** To be called for each statement of a function's frame. */
export function spendBudget(m: Machine): void {
  if (--m.callBudget < 0) throw new BudgetSpent()
}

function run(m: Machine, fn: Func, args: Args): Value {
  const scope: Scope = {
    kind: 'function',
    names: m.heap.locals(),
    parent: fn.scope.kind === 'function' ? fn.scope : fn.scope.kind === 'class' ? fn.scope.parent : null,
    module: fn.module,
    globals: NO_NAMES,
    nonlocals: NO_NAMES,
  }
  bindParameters(m, fn, args, scope)
  const { def, lambda, unit } = fn.code
  const body = def ? m.world.body(unit, def.body) : unit
  const frame: Frame = {
    unit: body,
    scope,
    kind: 'function',
    restricted: false,
    at: 0,
    asking: null,
    statement: null,
    exact: true,
    handling: [],
  }
  m.calls.push(enter(m, fn, args))
  m.frames.push(frame)
  let completion: Completion
  try {
    if (lambda) return evaluate(m, lambda, { ...frame, unit })
    completion = runBlock(m, body.code.ops, frame)
  } finally {
    m.frames.pop()
    m.calls.pop()
  }
  const raised = certainRaise(completion)
  if (raised) {
    if (mayLeave(raised) && (unit.project || !raised.foreign || raised.detail.kind === 'django'))
      throw new PyRaise(raised)
    m.mayRaise(raised.cls)
    return UNKNOWN
  }
  let value: Value | null = completion.normal ? NONE : null
  for (const exit of completion.exits) {
    if (exit.kind === 'raise') m.mayHaveRaised(exit.exc)
    else if (exit.kind === 'return') value = value === null || same(value, exit.value) ? exit.value : UNKNOWN
  }
  return value ?? UNKNOWN
}

/**
 * The call that begins. The same one under way already, with nothing written since, will come to itself again
 * and again: Python's stack runs out, and first where a call in between needs the most of it.
 */
function enter(m: Machine, fn: Func, args: Args): Call {
  const key = args.open ? null : keyOf(tuple([...args.positional, ...args.keywords.values()]))
  const call: Call = { fn, key, writes: m.heap.lastingWrites, deepest: null }
  const same = m.calls.find(
    it =>
      it.fn.code.def === fn.code.def &&
      it.fn.scope === fn.scope &&
      it.key === key &&
      it.writes === call.writes,
  )
  if (key !== null && same && fn.code.def && m.exact && !m.heap.doubtful) {
    const span = same.deepest ?? m.here()
    const message = 'maximum recursion depth exceeded'
    throw new PyRaise(
      m.exception(exceptionClass('RecursionError'), message, { kind: 'other' }, { span, focus: span }),
    )
  }
  return call
}

const PROVEN = new Set<string>([
  'module-not-found',
  'missing-symbol',
  'relative-import',
  'syntax',
  'unknown-marker',
  'duplicate-metric',
  'django',
  'registered-twice',
  'warning',
  'exit',
  'skip-misused',
])

function mayLeave(exc: Exc): boolean {
  if (exc.exact || PROVEN.has(exc.detail.kind)) return true
  return isSubclass(exc.cls, exceptionClass('ImportError')) === true || isOutcome(exc.cls)
}

/** Skips, failures and exits of pytest and unittest: BaseExceptions that no ordinary code raises. */
export function isOutcome(cls: Class): boolean {
  return isSubclass(cls, exceptionClass('Exception')) === false
}

function bindParameters(m: Machine, fn: Func, args: Args, scope: Scope): void {
  const set = (name: string, value: Value) => m.heap.set(scope.names, name, value)
  const positional = [...args.positional]
  const keywords = new Map(args.keywords)
  for (const p of fn.code.params) {
    if (p.kind === 'args') set(p.name, args.open ? UNKNOWN : tuple(positional.splice(0)))
    else if (p.kind === 'kwargs') set(p.name, args.open ? UNKNOWN : keywordDict(keywords))
    else set(p.name, takeArgument(fn, p, positional, keywords, args.open))
  }
}

function takeArgument(
  fn: Func,
  p: Parameter,
  positional: Value[],
  keywords: Map<string, Value>,
  open: boolean,
): Value {
  if (p.kind !== 'keyword' && positional.length > 0) return positional.shift()!
  const named = keywords.get(p.name)
  if (named && p.kind !== 'positional') {
    keywords.delete(p.name)
    return named
  }
  return open ? UNKNOWN : (fn.defaults.get(p.name) ?? UNKNOWN)
}

function keywordDict(keywords: ReadonlyMap<string, Value>): Value {
  const items = new Map(
    [...keywords].map(([name, value]) => [`s:${name}`, { key: constant(name) as Value, value }]),
  )
  return dictOf(items)
}

/** A call of code that was never seen: its name alone tells whether it may set something up. */
function noteUnseenCall(m: Machine, { fn }: CallExpr): void {
  const name = fn.e === 'name' ? fn.id : fn.e === 'attr' ? fn.name : ''
  if (/(?:load|read).*env/i.test(name)) m.heap.openContainer(m.variables)
  if (/setup|configure|execute_from|call_command/i.test(name) && hasDjango(m)) loseDjango(m)
}
