/** Operators between expressions: what binds to what, where tree-sitter's grammar has another idea of it. */
import { type LowerExpression, type Lowering, MAX_NESTING, UNKNOWN } from './lowering.ts'
import type { At, Expr } from './module_code.ts'
import { NONE, type NodeIndex } from './syntax.ts'

/** Tree-sitter binds `^` tighter than `&`, and groups `|` among types to the right: Python's way is this. */
const BINDING: Readonly<Record<string, number>> = { '|': 1, '^': 2, '&': 3 }
const TYPES: ReadonlySet<string> = new Set('|')
const BITS: ReadonlySet<string> = new Set('&^')

/** A `binary_operator`. */
export function binaryOperation(cx: Lowering, node: NodeIndex, lower: LowerExpression): Expr {
  const { syntax } = cx
  const [left = node, right = node] = syntax.children(node)
  const operator = syntax.kind[syntax.next[left]!] ?? ''
  if (BITS.has(operator)) return regrouped(cx, node, BITS, lower)
  return upon(cx, node, left, lower, (left, at) => ({
    e: 'binary',
    operator,
    left,
    right: lower(cx, right),
    at,
  }))
}

/** A `union_type`: `a | b` among types. */
export function unionOfTypes(cx: Lowering, node: NodeIndex, lower: LowerExpression): Expr {
  return regrouped(cx, node, TYPES, lower)
}

/**
 * What `make` builds upon the operand that `node` begins with, covering `node`. Where a display could still
 * become a target, tree-sitter reads `[*a.b]` as `(*a).b`: the star belongs outside.
 */
export function upon(
  cx: Lowering,
  node: NodeIndex,
  operand: NodeIndex,
  lower: LowerExpression,
  make: (of: Expr, at: At) => Expr,
): Expr {
  const value = lower(cx, operand)
  if (value.e !== 'star') return make(value, cx.at(node))
  let star = operand
  while (cx.syntax.first(star) !== NONE) star = cx.syntax.first(star)
  const starred = cx.syntax.next[star]!
  return { e: 'star', of: make(value.of, cx.between(starred === NONE ? node : starred, node)) }
}

/** A chain of these operators, with the most binding ones joined first, each kind from the left. */
function regrouped(cx: Lowering, node: NodeIndex, links: ReadonlySet<string>, lower: LowerExpression): Expr {
  const { operands, operators } = chain(cx, node, links)
  if (operands.length > MAX_NESTING) return UNKNOWN
  let taken = 0
  const group = (binding: number): Expr => {
    const first = operands[taken++]!
    let left = lower(cx, first)
    for (;;) {
      const operator = operators[taken - 1]
      const own = operator === undefined ? 0 : BINDING[operator]!
      if (operator === undefined || own < binding) return left
      const right = group(own + 1)
      left = { e: 'binary', operator, left, right, at: cx.between(first, operands[taken - 1]!) }
    }
  }
  return group(1)
}

/** The operands and operators of a chain in the order of the text, however they are grouped. */
function chain(cx: Lowering, node: NodeIndex, links: ReadonlySet<string>) {
  const { syntax } = cx
  const operands: NodeIndex[] = []
  const operators: string[] = []
  const pending = [node]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const parts = linked(cx, next, links)
    if (parts.length > 0) pending.push(...parts.reverse())
    else if (syntax.named[next]) operands.push(next)
    else operators.push(syntax.kind[next]!)
  }
  return { operands, operators }
}

/** Left side, operator and right side, if the node is a link of the chain; its child, if it only wraps one. */
function linked(cx: Lowering, node: NodeIndex, links: ReadonlySet<string>): NodeIndex[] {
  const { syntax } = cx
  const left = syntax.first(node)
  if (left === NONE) return []
  const operator = syntax.next[left]!
  if (syntax.isA(node, 'type') && operator === NONE) return linked(cx, left, links)
  const joins = syntax.isA(node, 'binary_operator') || syntax.isA(node, 'union_type')
  if (!joins || operator === NONE || !links.has(syntax.kind[operator]!)) return []
  return [left, operator, syntax.next[operator]!]
}

/** A `comparison_operator`: one node for the whole chain of comparisons. */
export function comparison(cx: Lowering, node: NodeIndex, lower: LowerExpression): Expr {
  const { syntax } = cx
  const [left, ...rights] = syntax.children(node).map(child => lower(cx, child))
  const ops: string[] = []
  for (let child = syntax.first(node); child !== NONE; child = syntax.next[child]!) {
    if (syntax.named[child]) continue
    const operator = syntax.kind[child]!
    if (operator === '<>') cx.fault(node)
    ops.push(operator === '<>' ? '!=' : operator)
  }
  return left ? { e: 'compare', left, ops, rights, at: cx.at(node) } : UNKNOWN
}
