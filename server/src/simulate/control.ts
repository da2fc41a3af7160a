/**
 * Conditions, loops, handlers and context managers: one way where the condition is known, both ways where
 * it isn't.
 */

import type { Block, Handler, MatchCase, Op, Pattern, TryOp } from '../compile/module_code.ts'
import { assignedNames } from './assigned_names.ts'
import { exceptionClass, isSubclass } from './classes.ts'
import { type Completion, certainRaise, combine, type Exit, leave, NORMAL } from './completion.ts'
import { evaluate, evaluateOperand } from './evaluate.ts'
import { assign, attempt, bindName, branch, runBlock } from './execute.ts'
import type { Frame, Machine } from './machine.ts'
import { enterContext } from './models/contexts.ts'
import { compare, elementsOf } from './operate.ts'
import { refuseIteration } from './refuse.ts'
import { mayRefuse, type Watch, watchFor } from './unseen_raises.ts'
import {
  type Class,
  type Exc,
  type Instance,
  type Slot,
  truth,
  UNKNOWN,
  UNSET,
  type Value,
} from './values.ts'

/** A loop that runs longer than this is taken as unknown. */
const MOST_ROUNDS = 2000

/** Each of these is a fork of its own within the one before. */
const MOST_DOUBTFUL_ROUNDS = 50

export function executeIf(m: Machine, op: Extract<Op, { op: 'if' }>, frame: Frame): Completion {
  const test = evaluateOperand(m, op.test, frame)
  const known = truth(test)
  if (known !== null) return runBlock(m, known ? op.then : op.else, frame)
  if (test !== UNSET) return branchIf(m, op, frame)
  m.supposing++
  try {
    return branchIf(m, op, frame)
  } finally {
    m.supposing--
  }
}

function branchIf(m: Machine, op: Extract<Op, { op: 'if' }>, frame: Frame): Completion {
  return branch(m, frame, [() => runBlock(m, op.then, frame), () => runBlock(m, op.else, frame)])
}

export function executeFor(m: Machine, op: Extract<Op, { op: 'for' }>, frame: Frame): Completion {
  const iterable = evaluateOperand(m, op.iter, frame, /^__iter__$/)
  refuseIteration(m, iterable)
  const elements = elementsOf(iterable)
  const unknown = () => perhapsLoop(m, op.body, op.else, frame, () => assign(m, op.target, UNKNOWN, frame))
  if (elements === null || elements.length > MOST_ROUNDS) return unknown()
  const copy = [...elements]
  let doubtful = 0
  const round = (i: number): Completion => {
    for (; i < copy.length; i++) {
      const entered = attempt(m, () => assign(m, op.target, copy[i]!, frame))
      const completion = entered === NORMAL ? runBlock(m, op.body, frame) : entered
      const next = afterRound(completion)
      if (next === 'go on') continue
      if (next === 'break') return NORMAL
      if (next) return next
      const rest = i + 1
      const isMany = ++doubtful > MOST_DOUBTFUL_ROUNDS
      return perhapsGoOn(m, frame, completion, () => (isMany ? unknown() : round(rest)))
    }
    return runBlock(m, op.else, frame)
  }
  return round(0)
}

export function executeWhile(m: Machine, op: Extract<Op, { op: 'while' }>, frame: Frame): Completion {
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    const known = truth(evaluateOperand(m, op.test, frame))
    if (known === false) return runBlock(m, op.else, frame)
    if (known === null) break
    const completion = runBlock(m, op.body, frame)
    const next = afterRound(completion)
    if (next === 'go on') continue
    if (next === 'break') return NORMAL
    if (next) return next
    break
  }
  return perhapsLoop(m, op.body, op.else, frame, () => undefined)
}

/** What a round's certain end means for the loop; null where several ends are possible. */
function afterRound(completion: Completion): 'go on' | 'break' | Completion | null {
  if (completion === NORMAL) return 'go on'
  if (completion.normal || completion.exits.length > 1) return null
  const [exit] = completion.exits
  if (exit!.kind === 'continue') return 'go on'
  return exit!.kind === 'break' ? 'break' : completion
}

function perhapsGoOn(m: Machine, frame: Frame, completion: Completion, rest: () => Completion): Completion {
  const leaving = completion.exits.filter(exit => exit.kind !== 'continue' && exit.kind !== 'break')
  const ends = completion.exits.some(exit => exit.kind === 'break')
  const goesOn = completion.normal || completion.exits.some(exit => exit.kind === 'continue')
  const runs: (() => Completion)[] = []
  if (goesOn) runs.push(rest)
  if (ends || leaving.length > 0) runs.push(() => combine([{ normal: ends, exits: leaving }]))
  return branch(m, frame, runs)
}

/** A loop of unknown length: its body may run or not; what it assigns is unknown from the second round on. */
function perhapsLoop(m: Machine, body: Block, otherwise: Block, frame: Frame, enter: () => void): Completion {
  const once = (): Completion => {
    for (const name of assignedNames(body)) {
      const slot = frame.scope.names.slots.get(name)
      if (slot) m.heap.set(frame.scope.names, name, UNKNOWN)
    }
    const entered = attempt(m, enter)
    const completion = entered === NORMAL ? runBlock(m, body, frame) : entered
    const exits = completion.exits.filter(exit => exit.kind !== 'break' && exit.kind !== 'continue')
    const loops = completion.normal || exits.length < completion.exits.length
    return combine([{ normal: loops, exits }])
  }
  const completion = branch(m, frame, [once, () => NORMAL])
  if (otherwise.length === 0) return completion
  return combine([completion, branch(m, frame, [() => runBlock(m, otherwise, frame), () => NORMAL])])
}

export function executeTry(m: Machine, op: TryOp, frame: Frame): Completion {
  const before = new Map<string, Slot | undefined>()
  if (op.handlers.length > 0)
    for (const name of assignedNames(op.body)) before.set(name, frame.scope.names.slots.get(name))
  const watch = watchFor(op.handlers.length > 0)
  m.watches.push(watch)
  const body = runBlock(m, op.body, frame)
  m.watches.splice(m.watches.lastIndexOf(watch))
  const caught = handled(m, op, frame, body, watch, before)
  if (op.finally.length === 0) return caught
  const last = runBlock(m, op.finally, frame)
  if (last === NORMAL) return caught
  return last.normal ? combine([caught, last]) : last
}

function handled(
  m: Machine,
  op: TryOp,
  frame: Frame,
  body: Completion,
  watch: Watch,
  before: ReadonlyMap<string, Slot | undefined>,
): Completion {
  const raised = certainRaise(body)
  const runs: (() => Completion)[] = []
  if (raised) runs.push(...handlersOf(m, op, frame, raised))
  else runs.push(() => afterBody(m, op, frame, body))
  const possible = op.handlers.filter(handler => mayCatch(m, handler, frame, watch))
  const first = raised ? certainHandler(m, op, frame, raised) : null
  for (const handler of possible) {
    if (handler === first) continue
    runs.push(() => {
      demote(m, frame, before)
      return runHandler(m, handler, frame, null)
    })
  }
  passOn(m, op, frame, watch)
  return runs.length === 1 ? runs[0]!() : branch(m, frame, runs)
}

function afterBody(m: Machine, op: TryOp, frame: Frame, body: Completion): Completion {
  const alternatives: Completion[] = []
  if (body.normal) alternatives.push(op.else.length > 0 ? runBlock(m, op.else, frame) : NORMAL)
  const kept: Exit[] = []
  for (const exit of body.exits) {
    if (exit.kind !== 'raise') kept.push(exit)
    else {
      const runs = handlersOf(m, op, frame, exit.exc)
      alternatives.push(branch(m, frame, [...runs, () => NORMAL]))
    }
  }
  return combine([...alternatives, { normal: false, exits: kept }])
}

/** The ways in which this exception may be handled; the last is going on upwards, if that is possible. */
function handlersOf(m: Machine, op: TryOp, frame: Frame, exc: Exc): (() => Completion)[] {
  const runs: (() => Completion)[] = []
  for (const handler of op.handlers) {
    // Which of its exceptions a group holds is not known, and each handler takes its own.
    const matches = op.star && isGroup(exc.cls) ? null : catches(m, handler, frame, exc.cls)
    if (matches === false) continue
    runs.push(() => runHandler(m, handler, frame, exc))
    if (matches) return runs
  }
  runs.push(() => leave({ kind: 'raise', exc }))
  return runs
}

function certainHandler(m: Machine, op: TryOp, frame: Frame, exc: Exc): Handler | null {
  return op.handlers.find(handler => catches(m, handler, frame, exc.cls) !== false) ?? null
}

function isGroup(cls: Class): boolean {
  return isSubclass(cls, exceptionClass('BaseExceptionGroup')) !== false
}

function runHandler(m: Machine, handler: Handler, frame: Frame, exc: Exc | null): Completion {
  if (handler.name) {
    const value: Value = exc ? caughtObject(m, exc) : UNKNOWN
    bindName(m, handler.name, value, frame)
  }
  if (exc) frame.handling.push(exc)
  const completion = runBlock(m, handler.body, frame)
  if (exc) frame.handling.pop()
  if (handler.name) m.heap.delete(frame.scope.names, handler.name)
  return completion
}

function caughtObject(m: Machine, exc: Exc): Instance {
  return { t: 'instance', cls: exc.cls, attributes: m.heap.namespace(), exception: exc }
}

/** Does the handler's type catch this class? null: not known. */
function catches(m: Machine, handler: Handler, frame: Frame, cls: Class): boolean | null {
  if (handler.type === null) return true
  let answer: boolean | null = null
  const completion = attempt(m, () => {
    answer = catchesValue(evaluate(m, handler.type!, frame), cls)
  })
  return completion === NORMAL ? answer : null
}

function catchesValue(type: Value, cls: Class): boolean | null {
  if (type.t === 'class') return isSubclass(cls, type)
  const types = elementsOf(type)
  if (!types) return null
  const answers = types.map(one => catchesValue(one, cls))
  return answers.includes(true) ? true : answers.includes(null) ? null : false
}

/** Could something that the body may have raised unseen end in this handler? */
function mayCatch(m: Machine, handler: Handler, frame: Frame, watch: Watch): boolean {
  if (watch.any) return true
  return [...watch.classes, ...watch.imports.map(({ exc }) => exc.cls)].some(
    cls => catches(m, handler, frame, cls) !== false || mayBeBelow(m, handler, frame, cls),
  )
}

/** LookupError may be raised stands for KeyError too: a handler for a subclass is possible as well. */
function mayBeBelow(m: Machine, handler: Handler, frame: Frame, cls: Class): boolean {
  if (handler.type === null) return true
  let below = false
  attempt(m, () => {
    const type = evaluate(m, handler.type!, frame)
    below = (elementsOf(type) ?? [type]).some(one => one.t === 'class' && isSubclass(one, cls) === true)
  })
  return below
}

/** What no handler here catches for certain may still be caught further out. */
function passOn(m: Machine, op: TryOp, frame: Frame, watch: Watch): void {
  const passes = (cls: Class) => !op.handlers.some(handler => catches(m, handler, frame, cls) === true)
  for (const skip of watch.skips) if (passes(skip.cls)) m.maySkip(skip)
  const everything = op.handlers.some(
    handler => catches(m, handler, frame, exceptionClass('Exception')) === true,
  )
  if (everything) return
  if (watch.any) m.mayRaise(null)
  for (const cls of watch.classes) if (passes(cls)) m.mayRaise(cls)
  for (const failure of watch.imports) if (passes(failure.exc.cls)) m.mayFail(failure)
}

/** The body was left at an unknown point: what it bound is bound perhaps. */
function demote(m: Machine, frame: Frame, before: ReadonlyMap<string, Slot | undefined>): void {
  const { names } = frame.scope
  m.heap.alternatives([
    () => {
      for (const [name, slot] of before) {
        if (slot) m.heap.set(names, name, slot.value)
        else m.heap.delete(names, name)
      }
      return NORMAL
    },
    () => NORMAL,
  ])
}

export function executeWith(m: Machine, op: Extract<Op, { op: 'with' }>, frame: Frame): Completion {
  mayRefuse(m.watches)
  const contexts = []
  for (const item of op.items) {
    frame.entering = item.context
    const value = evaluateOperand(m, item.context, frame, /^__a?(?:enter|exit)__$/)
    const context = enterContext(m, value)
    contexts.push(context)
    if (item.target) assign(m, item.target, context.target, frame)
  }
  let completion = runBlock(m, op.body, frame)
  for (const context of contexts.reverse()) {
    const raised = certainRaise(completion)
    const swallows = raised ? context.swallows(raised) : false
    context.exit()
    if (!raised) continue
    if (swallows === true) completion = NORMAL
    else if (swallows === null) {
      m.mayHaveRaised(raised)
      completion = NORMAL
    }
  }
  return completion
}

export function executeMatch(m: Machine, op: Extract<Op, { op: 'match' }>, frame: Frame): Completion {
  const subject = evaluate(m, op.subject, frame)
  const from = (i: number): Completion => {
    const candidate = op.cases[i]
    if (!candidate) return NORMAL
    const answer = matches(m, candidate, subject, frame)
    if (answer === true) return runBlock(m, candidate.body, frame)
    if (answer === false) return from(i + 1)
    return branch(m, frame, [() => runBlock(m, candidate.body, frame), () => from(i + 1)])
  }
  return from(0)
}

function matches(m: Machine, candidate: MatchCase, subject: Value, frame: Frame): boolean | null {
  const answer = matchesPattern(m, candidate.pattern, subject, frame)
  if (answer !== true || !candidate.guard) return answer
  return truth(evaluate(m, candidate.guard, frame))
}

function matchesPattern(m: Machine, pattern: Pattern, subject: Value, frame: Frame): boolean | null {
  switch (pattern.p) {
    case 'value':
      return compare('==', subject, evaluate(m, pattern.value, frame))
    case 'capture':
      if (pattern.name) bindName(m, pattern.name, subject, frame)
      return true
    case 'as': {
      const answer = matchesPattern(m, pattern.pattern, subject, frame)
      bindName(m, pattern.name, subject, frame)
      return answer
    }
    case 'or': {
      const answers = pattern.items.map(item => matchesPattern(m, item, subject, frame))
      return answers.includes(true) ? true : answers.includes(null) ? null : false
    }
    case 'other':
      for (const name of pattern.binds) bindName(m, name, UNKNOWN, frame)
      return null
  }
}
