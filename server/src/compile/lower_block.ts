/**
 * Blocks and compound statements: `if`, loops, `try`, `with`, `match`. Functions and classes are in
 * `lower_definition.ts`.
 */
import { classDefinition, functionDefinition } from './lower_definition.ts'
import { expression, target } from './lower_expression.ts'
import { casePattern, matchesAll } from './lower_pattern.ts'
import { looseValue, simpleStatement } from './lower_statement.ts'
import { type Lowering, UNKNOWN } from './lowering.ts'
import type { Block, Expr, Handler, MatchCase, Op, WithItem } from './module_code.ts'
import { PLACEHOLDER } from './skeleton.ts'
import { NONE, type NodeIndex } from './syntax.ts'

/** The statements that are `node`'s children: those of a `module` or a `block`. */
export function block(cx: Lowering, node: NodeIndex): Block {
  const ops: Op[] = []
  const { syntax, skeleton } = cx
  cx.nested(
    () => {
      let separated = true
      for (let child = syntax.first(node); child !== NONE; child = syntax.next[child]!) {
        if (syntax.named[child]) {
          if (!separated && !cx.beginsLine(cx.start(child))) cx.fault(child)
          const run = skeleton.runs.get(syntax.start[child]!)
          for (const op of run ?? []) ops.push(op)
          // An error may begin with the placeholder and go on.
          const whole = syntax.end[child]! === syntax.start[child]! + PLACEHOLDER.length
          if (run === undefined || !whole) statement(cx, child, ops)
        }
        separated = !syntax.named[child]
      }
    },
    () => {
      ops.push({ op: 'opaque', at: cx.at(node) })
    },
  )
  return ops
}

function statement(cx: Lowering, node: NodeIndex, ops: Op[]): void {
  const { syntax } = cx
  const lower = COMPOUND[syntax.kind[node]!]
  if (lower === undefined) {
    if (syntax.hasError(node, syntax.after[node]!) || cx.runsOn(cx.start(node), cx.end(node)))
      opaque(cx, node, ops)
    else simpleStatement(cx, node, ops)
  } else if (isBroken(cx, node)) opaque(cx, node, ops)
  else ops.push(lower(cx, node))
}

/** A statement that was not understood. */
function opaque(cx: Lowering, node: NodeIndex, ops: Op[]): void {
  cx.fault(node)
  ops.push({ op: 'opaque', at: cx.at(node) })
}

const COMPOUND: Readonly<Record<string, (cx: Lowering, node: NodeIndex) => Op>> = {
  if_statement: ifStatement,
  for_statement: forStatement,
  while_statement: whileStatement,
  try_statement: tryStatement,
  with_statement: withStatement,
  match_statement: matchStatement,
  function_definition: (cx, node) => functionDefinition(cx, node, [], block),
  class_definition: (cx, node) => classDefinition(cx, node, [], block),
  decorated_definition: decorated,
}

/** Whether the parser failed in what is the statement's own: outside the statements of its blocks. */
function isBroken(cx: Lowering, node: NodeIndex): boolean {
  const { syntax } = cx
  if (!syntax.hasError(node, syntax.after[node]!)) return headerRunsOn(cx, node)
  for (let child = syntax.first(node); child !== NONE; child = syntax.next[child]!) {
    if (syntax.isA(child, 'block') && !syntax.isA(node, 'match_statement')) continue
    const part = /_clause$|_definition$|^block$/.test(syntax.kind[child]!)
    if (part ? isBroken(cx, child) : syntax.hasError(child, syntax.after[child]!)) return true
  }
  return headerRunsOn(cx, node)
}

/** Whether what stands before the colon goes over the end of its logical line. */
function headerRunsOn(cx: Lowering, node: NodeIndex): boolean {
  const colon = cx.syntax.token(node, ':')
  return colon !== NONE && cx.runsOn(cx.start(node), cx.end(colon))
}

/** The block of a statement or clause; that one is missing is seen by the indentation. */
function ownBlock(cx: Lowering, node: NodeIndex): Block {
  const found = cx.syntax.child(node, 'block')
  return found === NONE ? [] : block(cx, found)
}

/** The condition of `if` and `while`, the first thing that is no token. */
function condition(cx: Lowering, node: NodeIndex): Expr {
  const [test] = cx.syntax.children(node)
  return test === undefined ? UNKNOWN : expression(cx, test)
}

function ifStatement(cx: Lowering, node: NodeIndex): Op {
  const clauses = cx.syntax.children(node).filter(child => /_clause$/.test(cx.syntax.kind[child]!))
  return branch(cx, node, clauses)
}

/** `if` or `elif`, with the clauses behind it as its `else`. */
function branch(cx: Lowering, node: NodeIndex, clauses: readonly NodeIndex[]): Op {
  const at = cx.header(node)
  const test = condition(cx, node)
  const then = ownBlock(cx, node)
  const [next, ...rest] = clauses
  if (next === undefined) return { op: 'if', test, then, else: [], at }
  if (!cx.syntax.isA(next, 'elif_clause')) return { op: 'if', test, then, else: ownBlock(cx, next), at }
  const otherwise = cx.nested(
    () => branch(cx, next, rest),
    (): Op => ({ op: 'opaque', at: cx.at(next) }),
  )
  return { op: 'if', test, then, else: [otherwise], at }
}

/** The block of the first clause of this kind; nothing without one. */
function clauseBlock(cx: Lowering, node: NodeIndex, kind: string): Block {
  const clause = cx.syntax.child(node, kind)
  return clause === NONE ? [] : ownBlock(cx, clause)
}

function loopBody(cx: Lowering, node: NodeIndex): Block {
  return cx.within({ ...cx.scope, loop: true }, () => ownBlock(cx, node))
}

/** `async for` and `async with` stand in async functions only. */
function checkAsync(cx: Lowering, node: NodeIndex): void {
  if (cx.scope.async === false && cx.syntax.token(node, 'async') !== NONE) {
    cx.suspectHeader(node, 'async statement outside an async function', null)
  }
}

function forStatement(cx: Lowering, node: NodeIndex): Op {
  const at = cx.header(node)
  checkAsync(cx, node)
  const [left = node, right = node] = cx.syntax.children(node)
  const iter = looseValue(cx, right, [3, 9])
  return {
    op: 'for',
    target: target(cx, left),
    iter,
    body: loopBody(cx, node),
    else: clauseBlock(cx, node, 'else_clause'),
    at,
  }
}

function whileStatement(cx: Lowering, node: NodeIndex): Op {
  const at = cx.header(node)
  const test = condition(cx, node)
  return { op: 'while', test, body: loopBody(cx, node), else: clauseBlock(cx, node, 'else_clause'), at }
}

function tryStatement(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  const at = cx.header(node)
  const body = ownBlock(cx, node)
  const clauses = syntax.children(node).filter(child => syntax.isA(child, 'except_clause'))
  const handlers = clauses.map(clause => handler(cx, clause))
  const stars = clauses.filter(clause => syntax.token(clause, '*') !== NONE)
  if (stars.length > 0) cx.suspectHeader(stars[0]!, 'except*', [3, 11])
  const bare = handlers.findIndex(({ type }) => type === null)
  const finished = syntax.child(node, 'finally_clause') !== NONE
  if (
    (stars.length > 0 && (stars.length < clauses.length || bare >= 0)) ||
    (bare >= 0 && bare < handlers.length - 1) ||
    (handlers.length === 0 && (!finished || syntax.child(node, 'else_clause') !== NONE))
  ) {
    cx.suspectHeader(node, 'error', null)
  }
  const otherwise = clauseBlock(cx, node, 'else_clause')
  const last = clauseBlock(cx, node, 'finally_clause')
  return { op: 'try', body, handlers, else: otherwise, finally: last, star: stars.length > 0, at }
}

function handler(cx: Lowering, node: NodeIndex): Handler {
  const { syntax } = cx
  const at = cx.header(node)
  const values = syntax.children(node).filter(child => !syntax.isA(child, 'block'))
  const [value] = values
  if (value === undefined) return { type: null, name: null, body: ownBlock(cx, node), at }
  if (values.length > 1) {
    const named = values.some(child => syntax.isA(child, 'as_pattern'))
    cx.suspectHeader(node, 'except without brackets', named ? null : [3, 14])
    const items = values.map(child => expression(cx, child))
    return { type: { e: 'tuple', items }, name: null, body: ownBlock(cx, node), at }
  }
  const [type, bound] = asPattern(cx, value)
  if (bound !== null && bound.e !== 'name') cx.fault(node)
  return { type, name: bound?.e === 'name' ? bound.id : null, body: ownBlock(cx, node), at }
}

/** `a as b`, or `a` alone. */
function asPattern(cx: Lowering, node: NodeIndex): [value: Expr, bound: Expr | null] {
  const { syntax } = cx
  const children = syntax.children(node)
  const [value = node, bound = node] = children
  if (syntax.isA(node, 'as_pattern')) return [expression(cx, value), target(cx, bound)]
  const last = children.at(-1)
  // Tree-sitter takes `a if b else c as d` for `a if b else (c as d)`.
  if (syntax.isA(node, 'conditional_expression') && last !== undefined && syntax.isA(last, 'as_pattern')) {
    const [then = UNKNOWN, test = UNKNOWN] = children.slice(0, 2).map(child => expression(cx, child))
    const [otherwise, outer] = asPattern(cx, last)
    return [{ e: 'if', test, then, else: otherwise }, outer]
  }
  return [expression(cx, node), null]
}

function withStatement(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  const at = cx.header(node)
  checkAsync(cx, node)
  const clause = syntax.child(node, 'with_clause')
  const items = clause === NONE ? [] : withItems(cx, clause)
  return { op: 'with', items, body: ownBlock(cx, node), at }
}

const BRACKETED_ITEMS = 'with items in brackets'

function withItems(cx: Lowering, clause: NodeIndex): WithItem[] {
  const { syntax } = cx
  const nodes = syntax.children(clause).map(item => syntax.children(item)[0] ?? item)
  const bracketed = syntax.token(clause, '(') !== NONE
  if (bracketed && nodes.some(node => syntax.isA(node, 'as_pattern')))
    cx.suspect(clause, BRACKETED_ITEMS, [3, 9])
  const loose = nodes.some(node => syntax.isA(node, 'named_expression') || syntax.isA(node, 'list_splat'))
  // What no item can be makes the brackets a tuple's.
  if (bracketed && loose) {
    const items = nodes.map(node => expression(cx, node))
    return [{ context: { e: 'tuple', items }, target: null }]
  }
  return nodes.map(node => {
    // `(a as b)` comes as an expression in brackets.
    const [only = node] = syntax.isA(node, 'parenthesized_expression') ? syntax.children(node) : [node]
    const named = syntax.isA(only, 'as_pattern')
    if (named && only !== node && nodes.length > 1) cx.fault(node)
    if (named && only !== node) cx.suspect(node, BRACKETED_ITEMS, [3, 9])
    const [context, target] = asPattern(cx, named ? only : node)
    return { context, target }
  })
}

function matchStatement(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  const at = cx.header(node)
  cx.suspectHeader(node, 'match statement', [3, 10])
  const body = syntax.child(node, 'block')
  const subjects = syntax.children(node).filter(child => child !== body)
  const values = subjects.map(child => expression(cx, child))
  const [first = UNKNOWN] = values
  const tuple = values.length !== 1 || syntax.token(node, ',') !== NONE
  const cases = body === NONE ? [] : syntax.children(body).map(clause => matchCase(cx, clause))
  if (cases.length === 0) cx.suspectHeader(node, 'error', null)
  for (const { pattern, guard } of cases.slice(0, -1)) {
    // Nothing behind a case that always matches can be reached: CPython refuses that.
    if (guard === null && matchesAll(pattern)) cx.suspectHeader(node, 'error', null)
  }
  return { op: 'match', subject: tuple ? { e: 'tuple', items: values } : first, cases, at }
}

function matchCase(cx: Lowering, node: NodeIndex): MatchCase {
  const { syntax } = cx
  const pattern = casePattern(cx, node)
  const guardNode = syntax.child(node, 'if_clause')
  const guard = guardNode === NONE ? null : condition(cx, guardNode)
  return { pattern, guard, body: ownBlock(cx, node) }
}

function decorated(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  const children = syntax.children(node)
  const decorators = children.filter(child => syntax.isA(child, 'decorator'))
  const definition = children.at(-1)!
  return syntax.isA(definition, 'class_definition')
    ? classDefinition(cx, definition, decorators, block)
    : functionDefinition(cx, definition, decorators, block)
}
