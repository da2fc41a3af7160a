/**
 * Statements in execution order. Blocks with conditions, handlers and loops are in `control`.
 */
import type { Block, Expr, FromOp, ImportOp, Op } from '../compile/module_code.ts'
import { assignedNames } from './assigned_names.ts'
import { deleteAttribute, setAttribute } from './attribute.ts'
import { isOutcome, makeException, spendBudget } from './call.ts'
import { exceptionClass, isException, nativeClass } from './classes.ts'
import { type Completion, certainRaise, combine, leave, NORMAL } from './completion.ts'
import { executeFor, executeIf, executeMatch, executeTry, executeWhile, executeWith } from './control.ts'
import { define, defineClass } from './define.ts'
import { evaluate, evaluateOperand, raiseUndefined } from './evaluate.ts'
import { importName, importStar, loadSubmodule, resolveRelative, viaParents } from './from_import.ts'
import { leaveOutOperators } from './implicit_calls.ts'
import { importModule, pathByHook } from './importer.ts'
import type { Frame, Machine, Unreadable } from './machine.ts'
import { isChangedInPlace, updateInPlace } from './models/containers.ts'
import { binary, deleteItem, elementsOf, setItem } from './operate.ts'
import { fieldsOf, toldBy } from './plain_state.ts'
import { refuseIteration, refuseUnpacking } from './refuse.ts'
import { holdsTheSame } from './remade.ts'
import { isSuspect, raiseUnreadable, refuseEscapes } from './syntax.ts'
import { mayRefuse, watchFor } from './unseen_raises.ts'
import {
  type Args,
  type CodeUnit,
  constant,
  type Exc,
  list,
  type Module,
  NO_NAMES,
  PyRaise,
  type Scope,
  truth,
  UNKNOWN,
  type Value,
} from './values.ts'

/** Executes the body of a module that stands in `sys.modules` already; its exception leaves as PyRaise. */
export function runModule(m: Machine, module: Module, project: boolean): void {
  const unit = m.world.code(module.file!, project)
  if (isUnreadable(unit)) {
    if (project) raiseUnreadable(m, unit)
    return m.heap.open(module.ns)
  }
  const verdict = isSuspect(m, unit.code) ? m.world.syntax(unit.path) : 'fine'
  if (verdict === undefined) m.suspects.add(unit.path)
  else if (verdict !== 'fine') raiseUnreadable(m, verdict)
  if (project) refuseEscapes(m, unit)
  m.noteDependency(unit.path)
  if (project) m.filesRun.add(unit.path)
  const scope: Scope = {
    kind: 'module',
    names: module.ns,
    parent: null,
    module,
    globals: NO_NAMES,
    nonlocals: NO_NAMES,
  }
  const frame: Frame = {
    unit,
    scope,
    kind: 'module',
    restricted: !project,
    at: 0,
    asking: null,
    statement: null,
    exact: true,
    handling: [],
  }
  const completion = runOnce(m, frame, () => runBody(m, frame))
  const raised = certainRaise(completion)
  if (raised) throw new PyRaise(raised)
  if (!completion.normal && completion.exits.length > 1) {
    const words = completion.exits.map(exit => (exit.kind === 'raise' ? exit.exc.cls.name : exit.kind))
    m.doubt(
      `it ends in ${[...new Set(words)].join(' or ')}, depending on a condition that can't be evaluated`,
    )
  }
}

function runBody(m: Machine, frame: Frame): Completion {
  // What may be raised unseen in here is no business of the importer's `try`: only failing imports are.
  m.watches.push(watchFor(false))
  m.frames.push(frame)
  try {
    return runBlock(m, frame.unit.code.ops, frame)
  } finally {
    m.frames.pop()
    const watch = m.watches.pop()!
    for (const failure of watch.imports) m.mayFail(failure)
    for (const skip of watch.skips) m.maySkip(skip)
  }
}

/** Runs a module's code, unless the step that is run again has run it before, and it would do the same. */
function runOnce(m: Machine, { unit, scope: { module } }: Frame, body: () => Completion): Completion {
  const { heap } = m
  const { journal } = heap
  if (!journal.notes || heap.doubtful || m.supposing > 0 || m.calls.length > 0 || !unit.project) return body()
  const fields = fieldsOf(m)
  const run = journal.openRun(module, unit, heap.youngest, fields)
  if (!run) return NORMAL
  const told = toldBy(m)
  let completion: Completion | null = null
  try {
    completion = body()
    return completion
  } finally {
    const after = fieldsOf(m)
    const lasting = fields.every((value, i) => value === after[i])
    journal.closeRun(run, heap.youngest, completion === NORMAL && lasting && toldBy(m) === told)
  }
}

export function isUnreadable(unit: CodeUnit | Unreadable): unit is Unreadable {
  return 'exception' in unit
}

/** Runs statements one after another; never throws a PyRaise: it becomes the completion. */
export function runBlock(m: Machine, ops: Block, frame: Frame, from = 0): Completion {
  m.world.breathe?.()
  for (let i = from; i < ops.length; i++) {
    const op = ops[i]!
    const completion = step(m, op, frame)
    if (completion === NORMAL) continue
    if (!completion.normal) return completion
    // Some paths have left already: the rest runs only perhaps.
    const left: Completion = { normal: false, exits: completion.exits }
    return branch(m, frame, [() => runBlock(m, ops, frame, i + 1), () => left])
  }
  return NORMAL
}

/**
 * Runs alternatives of which only one happens. An exception on one of several paths is no proof: it is
 * dropped and remembered, unless it skips or exits, or no path goes on at all.
 */
export function branch(m: Machine, frame: Frame, runs: readonly (() => Completion)[]): Completion {
  frame.exact = false
  const completion = m.heap.alternatives(runs)
  const goesOn = completion.normal || completion.exits.some(exit => exit.kind !== 'raise')
  if (!goesOn) return completion
  const kept = completion.exits.filter(exit => {
    if (exit.kind !== 'raise' || isOutcome(exit.exc.cls)) return true
    m.mayHaveRaised(exit.exc)
    return false
  })
  return combine([{ normal: completion.normal, exits: kept }])
}

/** Runs something that evaluates; a Python exception becomes the completion. */
export function attempt(m: Machine, run: () => void): Completion {
  const height = m.frames.length
  try {
    run()
    return NORMAL
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error
    m.frames.length = height
    return leave({ kind: 'raise', exc: error.exc })
  }
}

function step(m: Machine, op: Op, frame: Frame): Completion {
  frame.at = op.at
  frame.asking = null
  if (frame.kind === 'function') spendBudget(m)
  const height = m.frames.length
  try {
    return execute(m, op, frame)
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error
    m.frames.length = height
    if (!isHealedHere(m, error.exc, op, frame)) return leave({ kind: 'raise', exc: error.exc })
    return op.op === 'return' ? leave({ kind: 'return', value: UNKNOWN }) : NORMAL
  }
}

/** A statement whose failure counts as cured has bound what it would have bound. */
function isHealedHere(m: Machine, exc: Exc, op: Op, frame: Frame): boolean {
  if (!m.isHealed(exc)) return false
  for (const name of assignedNames([op])) bindName(m, name, UNKNOWN, frame)
  return true
}

function execute(m: Machine, op: Op, frame: Frame): Completion {
  switch (op.op) {
    case 'import':
      executeImport(m, op, frame)
      return NORMAL
    case 'from':
      executeFrom(m, op, frame)
      return NORMAL
    case 'expr':
      frame.statement = op.value
      evaluate(m, op.value, frame)
      frame.statement = null
      return NORMAL
    case 'assign': {
      const [target, ...others] = op.targets
      const made = evaluate(m, op.value, frame)
      const value = others.length > 0 ? made : comingAgain(m, target!, op.value, made, frame)
      frame.at = op.at
      for (const target of op.targets) assign(m, target, value, frame)
      return NORMAL
    }
    case 'annotated': {
      const [major, minor] = m.environment.version
      const evaluated =
        frame.kind !== 'function' && !frame.unit.code.lazyAnnotations && major === 3 && minor < 14
      if (evaluated && !frame.restricted) evaluate(m, op.annotation, frame)
      if (op.value) {
        const made = evaluate(m, op.value, frame)
        assign(m, op.target, comingAgain(m, op.target, op.value, made, frame), frame)
      }
      return NORMAL
    }
    case 'augment':
      augment(m, op, frame)
      return NORMAL
    case 'delete':
      if (op.targets.some(target => target.e !== 'name')) mayRefuse(m.watches)
      for (const target of op.targets) remove(m, target, frame)
      return NORMAL
    case 'if':
      return executeIf(m, op, frame)
    case 'for':
      return executeFor(m, op, frame)
    case 'while':
      return executeWhile(m, op, frame)
    case 'try':
      return executeTry(m, op, frame)
    case 'with':
      return executeWith(m, op, frame)
    case 'match':
      return executeMatch(m, op, frame)
    case 'def':
      define(m, op, frame)
      return NORMAL
    case 'class':
      return defineClass(m, op, frame)
    case 'return':
      return leave({ kind: 'return', value: op.value ? evaluate(m, op.value, frame) : constant(null) })
    case 'raise': {
      const exc = raised(m, op, frame)
      return m.isHealed(exc) ? afterCuredRaise(m, frame) : leave({ kind: 'raise', exc })
    }
    case 'assert':
      return assertion(m, op, frame)
    case 'global':
      frame.scope.globals = new Set([...frame.scope.globals, ...op.names])
      return NORMAL
    case 'nonlocal':
      frame.scope.nonlocals = new Set([...frame.scope.nonlocals, ...op.names])
      return NORMAL
    case 'type':
      bindName(m, op.name, UNKNOWN, frame)
      return NORMAL
    case 'break':
    case 'continue':
      return leave({ kind: op.op })
    case 'pass':
      return NORMAL
    case 'opaque':
      m.heap.open(frame.scope.names)
      return NORMAL
  }
}

/** Cured, the statement would not have been come to: what the code would have done instead is unknown. */
function afterCuredRaise(m: Machine, frame: Frame): Completion {
  if (frame.kind === 'function') return leave({ kind: 'return', value: UNKNOWN })
  m.heap.open(frame.scope.module.ns)
  return NORMAL
}

function executeImport(m: Machine, op: ImportOp, frame: Frame): void {
  for (const name of op.names) {
    const focus = m.spanOf(frame.unit, name.at)
    const top = name.module.split('.')[0]!
    if (op.lazy) {
      bindName(m, name.as ?? top, UNKNOWN, frame)
      continue
    }
    frame.asking = focus
    const leaf = importModule(m, name.module, focus)
    // `sys.modules` may hold 'a.b' and not 'a': the statement asks for both.
    const first = importModule(m, top, focus)
    if (name.as === null) bindName(m, top, first, frame)
    else bindName(m, name.as, viaParents(m, name.module, first, leaf, focus), frame)
  }
}

function executeFrom(m: Machine, op: FromOp, frame: Frame): void {
  const bindAll = (value: Value) => {
    if (op.names === '*') m.heap.open(frame.scope.names)
    else for (const name of op.names) bindName(m, name.as ?? name.name, value, frame)
  }
  if (op.lazy) return bindAll(UNKNOWN)
  const focus = m.spanOf(frame.unit, op.moduleAt)
  const name = resolveRelative(m, frame.scope.module, op.level, op.module, focus)
  if (name === null) return bindAll(UNKNOWN)
  frame.asking = focus
  const module = importModule(m, name, focus)
  if (module.t === 'module') pathByHook(m, module)
  if (op.names === '*') return importStar(m, module, focus)
  if (op.names.length > 1)
    for (const wanted of op.names) {
      frame.asking = m.spanOf(frame.unit, wanted.at)
      loadSubmodule(m, module, wanted.name, frame.asking)
    }
  const circle = { broken: false }
  for (const wanted of op.names) {
    const at = m.spanOf(frame.unit, wanted.at)
    frame.asking = at
    bindName(m, wanted.as ?? wanted.name, importName(m, module, wanted.name, at, circle), frame)
  }
}

export function bindName(m: Machine, name: string, value: Value, frame: Frame): void {
  const { scope } = frame
  if (scope.globals.has(name)) return m.heap.set(scope.module.ns, name, value)
  if (scope.nonlocals.has(name)) {
    for (let outer = scope.parent; outer; outer = outer.parent)
      if (outer.names.slots.has(name)) return m.heap.set(outer.names, name, value)
  }
  m.heap.set(scope.names, name, value)
}

/** What a display gives that nobody but the name holds: in a statement that is run again the container of before, if it is alike. */
function comingAgain(m: Machine, target: Expr, source: Expr, made: Value, frame: Frame): Value {
  const { scope, restricted } = frame
  const isDisplay = source.e === 'list' || source.e === 'dict' || source.e === 'set'
  if (!isDisplay || target.e !== 'name' || restricted || scope.kind === 'function') return made
  if (made.t !== 'list' && made.t !== 'dict' && made.t !== 'set') return made
  return m.heap.journal.remade(scope.names, target.id, made, before => holdsTheSame(before, made))
}

/** Assigns to a name, attribute, subscript, or a tuple or list of those with at most one star. */
export function assign(m: Machine, target: Expr, value: Value, frame: Frame): void {
  switch (target.e) {
    case 'name':
      return bindName(m, target.id, value, frame)
    case 'attr':
    case 'sub': {
      const { at } = frame
      const object = evaluate(m, target.of, frame)
      const index = target.e === 'sub' ? evaluate(m, target.index, frame) : null
      // What the write leads to is told of the statement, not of the last part of its target.
      frame.at = at
      mayRefuse(m.watches)
      if (target.e === 'attr') setAttribute(m, object, target.name, value)
      else if (index) setItem(m, object, index, value)
      return
    }
    case 'star':
      return assign(m, target.of, value, frame)
    case 'tuple':
    case 'list': {
      leaveOutOperators(m, value)
      const elements = elementsOf(value)
      const star = target.items.findIndex(item => item.e === 'star')
      const fits =
        elements &&
        (star < 0 ? elements.length === target.items.length : elements.length >= target.items.length - 1)
      if (!fits) {
        if (elements) refuseUnpacking(m, target.items.length, elements.length, star >= 0)
        else refuseIteration(m, value, true)
        for (const item of target.items) assign(m, item, UNKNOWN, frame)
        return
      }
      const extra = elements.length - target.items.length
      for (const [i, item] of target.items.entries()) {
        if (item.e === 'star') assign(m, item.of, list(elements.slice(i, i + extra + 1)), frame)
        else assign(m, item, elements[star >= 0 && i > star ? i + extra : i]!, frame)
      }
      return
    }
    default:
  }
}

function augment(m: Machine, op: Extract<Op, { op: 'augment' }>, frame: Frame): void {
  const before = evaluateOperand(m, op.target, frame)
  const more = evaluateOperand(m, op.value, frame)
  frame.at = op.at
  if (before.t === 'list' && op.operator === '+') {
    // In place: everyone who holds this list sees it.
    const elements = elementsOf(more)
    m.heap.touch(before)
    if (elements) before.items.push(...elements)
    else m.heap.openContainer(before)
    return assign(m, op.target, before, frame)
  }
  if (before.t === 'set' && op.operator === '|' && more.t === 'set') {
    m.heap.touch(before)
    for (const [key, item] of more.items) before.items.set(key, item)
    if (more.open) m.heap.openContainer(before)
    return
  }
  if (isChangedInPlace(before)) {
    updateInPlace(m, before, op.operator, more)
    return assign(m, op.target, before, frame)
  }
  assign(m, op.target, binary(m, op.operator, before, more), frame)
}

/** A function's own names are compiled in another way; what is bound there is not asked. */
function removeName(m: Machine, { id, at }: Extract<Expr, { e: 'name' }>, frame: Frame): void {
  const { scope } = frame
  const ns = scope.globals.has(id) ? scope.module.ns : scope.names
  const bound = ns.slots.get(id)
  if (bound && !bound.maybe) m.heap.delete(ns, id)
  else if (
    bound ||
    ns.open ||
    m.heap.doubtful ||
    frame.restricted ||
    ns !== scope.module.ns ||
    id.startsWith('__')
  ) {
    m.heap.delete(ns, id)
    m.mayRaise(exceptionClass('NameError'))
  } else raiseUndefined(m, id, m.spanOf(frame.unit, at))
}

function remove(m: Machine, target: Expr, frame: Frame): void {
  switch (target.e) {
    case 'name': {
      removeName(m, target, frame)
      return
    }
    case 'attr':
      return deleteAttribute(m, evaluate(m, target.of, frame), target.name)
    case 'sub':
      return deleteItem(m, evaluate(m, target.of, frame), evaluate(m, target.index, frame))
    case 'tuple':
    case 'list':
      for (const item of target.items) remove(m, item, frame)
      return
    default:
  }
}

function raised(m: Machine, op: Extract<Op, { op: 'raise' }>, frame: Frame): Exc {
  const span = m.spanOf(frame.unit, op.at)
  if (op.value === null) {
    const again = frame.handling.at(-1)
    return (
      again ??
      m.exception(exceptionClass('RuntimeError'), 'No active exception to reraise', { kind: 'raised' })
    )
  }
  const value = evaluate(m, op.value, frame)
  const from = op.cause ? evaluate(m, op.cause, frame) : null
  const cause = from?.t === 'instance' ? from.exception : from ? null : undefined
  frame.at = op.at
  if (value.t === 'instance' && value.exception) {
    const known = value.exception
    // A caught exception raised again keeps its first place; a new one gets this one.
    if (!known.fresh) return known
    return m.exception(known.cls, known.message, { kind: 'raised' }, { args: known.args, cause, focus: span })
  }
  if (value.t === 'class' && isException(value)) {
    const empty: Args = { positional: [], keywords: new Map(), open: false }
    const made = makeException(m, value, empty).exception!
    return m.exception(made.cls, '', { kind: 'raised' }, { args: [], cause, focus: span })
  }
  const cls =
    value.t === 'instance'
      ? value.cls
      : value.t === 'class'
        ? value
        : nativeClass(nameOf(op.value), '', [UNKNOWN])
  return m.exception(cls, '', { kind: 'raised' }, { args: [], cause, focus: span })
}

/** How an exception class that isn't known is written: 'X' of `raise a.X(...)`. */
function nameOf(expr: Expr): string {
  if (expr.e === 'call') return nameOf(expr.fn)
  return expr.e === 'name' ? expr.id : expr.e === 'attr' ? expr.name : 'Exception'
}

function assertion(m: Machine, op: Extract<Op, { op: 'assert' }>, frame: Frame): Completion {
  if (frame.restricted) return NORMAL
  const holds = truth(evaluateOperand(m, op.test, frame))
  if (holds === null) m.mayRaise(exceptionClass('AssertionError'))
  if (holds !== false) return NORMAL
  const message = op.message ? evaluate(m, op.message, frame) : null
  const words = message?.t === 'const' && typeof message.v === 'string' ? message.v : ''
  const focus = m.spanOf(frame.unit, op.at)
  return leave({
    kind: 'raise',
    exc: m.exception(exceptionClass('AssertionError'), words, { kind: 'raised' }, { focus }),
  })
}
