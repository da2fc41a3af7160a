/** Definitions of functions and classes, and what their decorators make of them. */
import type { ClassOp, DefOp, Expr } from '../compile/module_code.ts'
import { wrongBases } from './base_order.ts'
import { wrapper } from './behind.ts'
import { callValue } from './call.ts'
import { ancestry, OBJECT } from './classes.ts'
import { type Completion, NORMAL } from './completion.ts'
import { leaveOut } from './effects.ts'
import { evaluate } from './evaluate.ts'
import { bindName, runBlock } from './execute.ts'
import { makeFunction, NO_DEFAULTS } from './functions.ts'
import { leaveOutMetaclass, leaveOutMethod, leaveOutSubclassing } from './implicit_calls.ts'
import { noteRedefinition } from './items/redefinition.ts'
import type { Frame, Machine } from './machine.ts'
import { isMetaOfAbc, noteMetaOfAbc } from './models/abc.ts'
import { classMade } from './models/class_hooks.ts'
import { hasDjango } from './models/django_settings.ts'
import { makesFixtures } from './models/fixtures.ts'
import { GENERIC } from './models/typing.ts'
import { refuse, refuseBase } from './refuse.ts'
import { DefinedClass } from './remade.ts'
import { mayRefuse } from './unseen_raises.ts'
import {
  type Args,
  type Class,
  constant,
  type Func,
  NO_NAMES,
  type Scope,
  UNKNOWN,
  type Value,
} from './values.ts'

/** `def`: decorators, defaults and annotations run, the body does not. */
export function define(m: Machine, op: DefOp, frame: Frame): void {
  const code = { params: op.params, def: op, lambda: null, unit: frame.unit }
  if (frame.restricted) {
    const plain = frame.kind !== 'class' || op.decorators.length === 0
    const fn = plain ? makeFunction(m, frame, op.name, code, NO_DEFAULTS) : UNKNOWN
    return bindName(m, op.name, fn, frame)
  }
  const decorators = evaluateDecorators(m, op.decorators, frame)
  const around = withTypeParameters(m, op.typeParams, frame)
  const isPlain = decorators.every(({ value }) => makesFixtures(value))
  const fn = makeFunction(m, around, op.name, code, undefined, isPlain)
  if (evaluatesAnnotations(m, frame) && op.typeParams.length === 0) {
    for (const p of op.params) if (p.annotation) evaluate(m, p.annotation, frame)
    if (op.returns) evaluate(m, op.returns, frame)
  }
  const value = decorate(m, fn, decorators, frame)
  noteRedefinition(m, op, frame)
  bindName(m, op.name, value, frame)
}

function evaluatesAnnotations(m: Machine, frame: Frame): boolean {
  const [major, minor] = m.environment.version
  return !frame.unit.code.lazyAnnotations && major === 3 && minor < 14
}

interface Decorator {
  readonly expr: Expr
  readonly value: Value
}

function evaluateDecorators(m: Machine, exprs: readonly Expr[], frame: Frame): Decorator[] {
  return exprs.map(expr => {
    standAt(frame, expr)
    return { expr, value: evaluate(m, expr, frame) }
  })
}

function standAt(frame: Frame, expr: Expr): void {
  if ('at' in expr) frame.at = expr.at
}

/**
 * Applies decorators from the innermost outwards, each on its own line. One that isn't known may do anything with
 * the function.
 */
function decorate(m: Machine, object: Func | Class, decorators: readonly Decorator[], frame: Frame): Value {
  let value: Value = object
  for (const { expr, value: decorator } of decorators.toReversed()) {
    standAt(frame, expr)
    const args: Args = { positional: [value], keywords: new Map(), open: false, decorates: true }
    const decorated = callValue(m, decorator, args, null)
    if (decorated.t !== 'unknown') value = decorated
    else if (object.t === 'class') m.heap.openClass(object)
    else value = wrapped(m, object)
  }
  return value
}

/** A function behind a decorator that isn't known: calling it may run the function, or not. */
function wrapped(m: Machine, fn: Func): Value {
  return wrapper(fn, args => {
    leaveOut(m, fn, args)
    m.mayRaise(null)
    return UNKNOWN
  })
}

/** Type parameters stand in a scope of their own around the bases and the body (PEP 695). */
function withTypeParameters(m: Machine, params: readonly string[], frame: Frame): Frame {
  if (params.length === 0) return frame
  const names = m.heap.namespace()
  for (const name of params) m.heap.set(names, name, UNKNOWN)
  const { scope } = frame
  const own: Scope = {
    ...scope,
    kind: 'function',
    names,
    parent: scope,
    globals: NO_NAMES,
    nonlocals: NO_NAMES,
  }
  return { ...frame, scope: own }
}

/** `class`: the body runs. */
export function defineClass(m: Machine, op: ClassOp, frame: Frame): Completion {
  if (op.bases.length > 0 || op.keywords.length > 0) mayRefuse(m.watches)
  const bases: Value[] = []
  const around = withTypeParameters(m, op.typeParams, frame)
  for (const base of op.bases) bases.push(base.e === 'star' ? UNKNOWN : evaluate(m, base, around))
  const decorators = frame.restricted ? [] : evaluateDecorators(m, op.decorators, frame)
  frame.at = op.at
  for (const base of bases) refuseBase(m, base)
  if (op.typeParams.length > 0) bases.push(GENERIC)
  const keywords = op.keywords.map(({ name, value }) => ({ name, value: evaluate(m, value, around) }))
  const ofAbc = keywords.length === 1 && keywords.every(({ name, value }) => isMetaOfAbc(name, value))
  const meta = ofAbc ? undefined : keywords.find(({ name }) => name === 'metaclass')
  const made: Class = {
    t: 'class',
    name: op.name,
    module: frame.scope.module.name,
    bases: bases.length > 0 ? bases : [OBJECT],
    ns: frame.restricted ? m.heap.namespace(true) : m.heap.trackedNamespace(),
    place: m.spanOf(frame.unit, op.nameAt),
    open:
      frame.restricted ||
      (keywords.length > 0 && !ofAbc) ||
      bases.some(base => base.t !== 'class' || base.open),
    native: null,
    ...(meta
      ? { metaclass: made => leaveOutMetaclass(m, meta.value, made), prepares: mayPrepare(meta.value) }
      : {}),
  }
  const isPlain = op.keywords.length === 0 && op.typeParams.length === 0
  const cls = isPlain && !frame.restricted ? comingAgain(m, frame, made) : made
  if (ofAbc) noteMetaOfAbc(cls)
  if (frame.restricted && !hasDjango(m)) {
    bindName(m, op.name, cls, frame)
    return NORMAL
  }
  const scope: Scope = {
    kind: 'class',
    names: cls.ns,
    parent: around.scope.kind === 'function' ? around.scope : around.scope.parent,
    module: frame.scope.module,
    globals: NO_NAMES,
    nonlocals: NO_NAMES,
  }
  // The namespace that a metaclass prepares may hold, or make, any name.
  if ([...ancestry(cls)].some(each => each?.prepares)) m.heap.open(cls.ns)
  m.heap.set(cls.ns, '__module__', constant(cls.module))
  m.heap.set(cls.ns, '__qualname__', constant(cls.name))
  const inner: Frame = {
    unit: frame.unit,
    scope,
    kind: 'class',
    restricted: frame.restricted,
    at: op.at,
    asking: null,
    statement: null,
    exact: frame.exact,
    handling: frame.handling,
  }
  m.frames.push(inner)
  let completion: Completion
  try {
    completion = runBlock(m, op.body, inner)
  } finally {
    m.frames.pop()
  }
  if (!completion.normal) return completion
  if (!cls.open) {
    const wrong = wrongBases(cls.bases, m.environment.version)
    frame.at = op.at
    if (wrong !== null) refuse(m, 'TypeError', wrong)
  }
  runMetaclass(cls)
  leaveOutSubclassing(m, cls)
  for (const { value } of [...cls.ns.slots.values()]) leaveOutMethod(m, value, '__set_name__')
  classMade(m, cls, op, frame)
  const value = decorate(m, cls, decorators, frame)
  noteRedefinition(m, op, frame)
  bindName(m, op.name, value, frame)
  return completion
}

/** The class of before, if the statement that makes it is run again and nobody could tell the two apart. */
function comingAgain(m: Machine, { scope }: Frame, made: Class): Class {
  const { journal } = m.heap
  if (!journal.records || scope.kind === 'function') return made
  const defined = new DefinedClass(journal, made)
  const cls = journal.remade(scope.names, made.name, defined, before => before.insteadOf(defined))
  if (cls !== defined) m.heap.again(cls.ns)
  return cls
}

/** May classes of the metaclass be given a namespace of its own? */
function mayPrepare(metaclass: Value): boolean {
  if (metaclass.t !== 'class') return true
  return [...ancestry(metaclass)].some(each => !each || each.ns.slots.has('__prepare__'))
}

/** The metaclass of the first base that has one known. */
function runMetaclass(cls: Class): void {
  for (const ancestor of ancestry(cls)) if (ancestor?.metaclass) return ancestor.metaclass(cls)
}
