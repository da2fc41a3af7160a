/**
 * Expressions of a syntax tree, one function for each question: what a node is, what a call is given, what a
 * comprehension loops over. Statements, patterns and the values of literals are others' work.
 */
import { isTarget, parameterFault, suspectParameters, suspectUnpackingIndex } from './construct_checks.ts'
import { decodeNumber } from './literals.ts'
import { binaryOperation, comparison, unionOfTypes, upon } from './lower_operator.ts'
import { stringExpression } from './lower_string.ts'
import { type Lowering, UNKNOWN } from './lowering.ts'
import type { CompClause, Expr, Keyword, Parameter } from './module_code.ts'
import { NONE, type NodeIndex } from './syntax.ts'

const BARE_WALRUS = 'assignment expression without brackets'

export function expression(cx: Lowering, node: NodeIndex): Expr {
  return cx.nested(
    () => expressionOf(cx, node),
    () => UNKNOWN,
  )
}

function expressionOf(cx: Lowering, node: NodeIndex): Expr {
  const { syntax } = cx
  switch (syntax.kind[node]) {
    case 'identifier':
      return { e: 'name', id: cx.name(node), at: cx.at(node) }
    case 'string':
    case 'concatenated_string':
      return stringExpression(cx, node, expression)
    case 'integer':
    case 'float':
      return number(cx, node)
    case 'true':
      return { e: 'const', value: true }
    case 'false':
      return { e: 'const', value: false }
    case 'none':
      return { e: 'const', value: null }
    case 'ellipsis':
      return { e: 'ellipsis' }
    case 'attribute':
    case 'member_type': {
      const [of, name] = pair(cx, node)
      return upon(cx, node, of, expression, (of, at) => ({ e: 'attr', of, name: cx.name(name), at }))
    }
    case 'call':
      return call(cx, node)
    case 'subscript':
    case 'generic_type':
      return subscript(cx, node)
    case 'slice':
    case 'constrained_type':
      return slice(cx, node)
    case 'tuple':
    case 'expression_list':
    case 'pattern_list':
      return { e: 'tuple', items: expressions(cx, node) }
    case 'tuple_pattern':
      return parenthesizedPattern(cx, node)
    case 'list':
    case 'list_pattern':
      return { e: 'list', items: expressions(cx, node) }
    case 'set':
      if (syntax.child(node, 'named_expression') !== NONE) cx.suspect(node, BARE_WALRUS, [3, 9])
      return { e: 'set', items: expressions(cx, node) }
    case 'dictionary':
      return dictionary(cx, node)
    case 'list_splat':
    case 'list_splat_pattern':
    case 'splat_type':
      return { e: 'star', of: inner(cx, node) }
    case 'parenthesized_expression':
      return parenthesized(cx, node)
    case 'type':
    case 'as_pattern_target':
      return inner(cx, node)
    case 'comparison_operator':
      return comparison(cx, node, expression)
    case 'boolean_operator': {
      const [left, right] = pair(cx, node)
      const e = syntax.token(node, 'and') === NONE ? 'or' : 'and'
      return { e, left: expression(cx, left), right: expression(cx, right) }
    }
    case 'not_operator':
      return { e: 'unary', operator: 'not', of: inner(cx, node) }
    case 'unary_operator': {
      const operator = syntax.kind[syntax.first(node)]
      return {
        e: 'unary',
        operator: operator === '-' ? '-' : operator === '+' ? '+' : '~',
        of: inner(cx, node),
      }
    }
    case 'binary_operator':
      return binaryOperation(cx, node, expression)
    case 'union_type':
      return unionOfTypes(cx, node, expression)
    case 'conditional_expression': {
      const [then, test, otherwise] = expressions(cx, node)
      return then && test && otherwise ? { e: 'if', test, then, else: otherwise } : UNKNOWN
    }
    case 'named_expression': {
      const [name, value] = pair(cx, node)
      cx.suspect(node, 'assignment expression', [3, 8])
      return { e: 'walrus', name: cx.name(name), value: expression(cx, value) }
    }
    case 'lambda':
      return lambda(cx, node)
    case 'list_comprehension':
      return comprehension(cx, node, 'list')
    case 'set_comprehension':
      return comprehension(cx, node, 'set')
    case 'dictionary_comprehension':
      return comprehension(cx, node, 'dict')
    case 'generator_expression':
      // It may await even in a function that isn't async: it becomes an asynchronous generator.
      return cx.within({ kind: 'function', loop: false, async: null }, () =>
        comprehension(cx, node, 'generator'),
      )
    case 'await':
    case 'yield':
      return suspension(cx, node)
    default:
      // `a as b` outside `with` and `except`, and whatever else no expression can be.
      cx.fault(node)
      return UNKNOWN
  }
}

/** The expressions among the node's children. */
export function expressions(cx: Lowering, node: NodeIndex): Expr[] {
  return cx.syntax.children(node).map(child => expression(cx, child))
}

/** The first expression among the node's children. */
function inner(cx: Lowering, node: NodeIndex): Expr {
  const [child] = cx.syntax.children(node)
  return child === undefined ? UNKNOWN : expression(cx, child)
}

/** The first and last child; a broken node stands in for itself. */
function pair(cx: Lowering, node: NodeIndex): [NodeIndex, NodeIndex] {
  const children = cx.syntax.children(node)
  return [children[0] ?? node + 1, children.at(-1) ?? node + 1]
}

/** What may stand left of '='; anything else is a fault and stays as it is. */
export function target(cx: Lowering, node: NodeIndex): Expr {
  const value = expression(cx, node)
  if (!isTarget(value)) cx.fault(node)
  return value
}

/** `(a)` is a name in brackets, `(a,)` a tuple. */
function parenthesizedPattern(cx: Lowering, node: NodeIndex): Expr {
  const items = expressions(cx, node)
  const [first] = items
  return items.length === 1 && first && cx.syntax.token(node, ',') === NONE ? first : { e: 'tuple', items }
}

function parenthesized(cx: Lowering, node: NodeIndex): Expr {
  const value = inner(cx, node)
  if (value.e === 'star') cx.fault(node)
  return value
}

function number(cx: Lowering, node: NodeIndex): Expr {
  const value = decodeNumber(cx.syntax.slice(node))
  if (value === null) cx.fault(node)
  return value ?? UNKNOWN
}

function dictionary(cx: Lowering, node: NodeIndex): Expr {
  const items = cx.syntax.children(node).map(child => {
    if (!cx.syntax.isA(child, 'pair')) return { key: null, value: inner(cx, child) }
    const [key, value] = pair(cx, child)
    return { key: expression(cx, key), value: expression(cx, value) }
  })
  return { e: 'dict', items }
}

function call(cx: Lowering, node: NodeIndex): Expr {
  const [callee, given] = pair(cx, node)
  return upon(cx, node, callee, expression, (fn, at) => {
    const generator = cx.syntax.isA(given, 'generator_expression')
    const { args, keywords } = generator
      ? { args: [expression(cx, given)], keywords: [] }
      : callArguments(cx, given)
    return { e: 'call', fn, args, keywords, at }
  })
}

/** What stands between the brackets of a call or behind a class's name. */
export function callArguments(cx: Lowering, node: NodeIndex): { args: Expr[]; keywords: Keyword[] } {
  const { syntax } = cx
  const args: Expr[] = []
  const keywords: Keyword[] = []
  const names = new Set<string>()
  for (const child of syntax.children(node)) {
    const kind = syntax.kind[child]
    if (kind === 'keyword_argument') {
      const [nameNode, value] = pair(cx, child)
      const name = cx.name(nameNode)
      if (names.has(name) || syntax.isA(value, 'named_expression')) cx.fault(child)
      names.add(name)
      keywords.push({ name, value: expression(cx, value) })
    } else if (kind === 'dictionary_splat') keywords.push({ name: null, value: inner(cx, child) })
    else {
      const unpacked = kind === 'list_splat'
      if (keywords.some(({ name }) => name === null || !unpacked)) cx.fault(child)
      args.push(expression(cx, child))
    }
  }
  return { args, keywords }
}

/** `a[...]`; in annotations the grammar has nodes of its own for it. */
function subscript(cx: Lowering, node: NodeIndex): Expr {
  const { syntax } = cx
  const [ofNode, ...rest] = syntax.children(node)
  if (ofNode === undefined) return UNKNOWN
  const list = syntax.isA(node, 'generic_type') ? rest[0] : node
  if (list === undefined) return UNKNOWN
  const indexes = list === node ? rest : syntax.children(list)
  return upon(cx, node, ofNode, expression, (of, at) => {
    if (syntax.child(list, 'named_expression') !== NONE) cx.suspect(node, BARE_WALRUS, [3, 10])
    const items = indexes.map(index => expression(cx, index))
    const [first] = items
    const tuple = items.length !== 1 || first?.e === 'star' || syntax.token(list, ',') !== NONE
    const index: Expr = tuple || first === undefined ? { e: 'tuple', items } : first
    suspectUnpackingIndex(cx.builder, index, cx.start(node), cx.end(node))
    return { e: 'sub', of, index, at }
  })
}

function slice(cx: Lowering, node: NodeIndex): Expr {
  const { syntax } = cx
  const bounds: [Expr | null, Expr | null, Expr | null] = [null, null, null]
  let place = 0
  for (let child = syntax.first(node); child !== NONE; child = syntax.next[child]!) {
    if (!syntax.named[child]) place++
    else if (place < 3) bounds[place] = expression(cx, child)
  }
  return { e: 'slice', from: bounds[0], to: bounds[1], step: bounds[2] }
}

function lambda(cx: Lowering, node: NodeIndex): Expr {
  const { syntax } = cx
  const list = syntax.child(node, 'lambda_parameters')
  const params = list === NONE ? [] : parameters(cx, list)
  const [, bodyNode] = pair(cx, node)
  if (syntax.isA(bodyNode, 'named_expression')) cx.fault(bodyNode)
  const body = cx.within({ kind: 'function', loop: false, async: false }, () => expression(cx, bodyNode))
  return { e: 'lambda', params, body, at: cx.at(node) }
}

/** The parameters of a function or lambda. */
export function parameters(cx: Lowering, node: NodeIndex): Parameter[] {
  const { syntax } = cx
  const params: Parameter[] = []
  /** A '*' or '*args' was seen; 'bare': and no name behind it yet. */
  let star: 'none' | 'bare' | 'done' = 'none'
  for (const child of syntax.children(node)) {
    const last = params.at(-1)
    if (last?.kind === 'kwargs') cx.fault(child)
    if (syntax.isA(child, 'positional_separator')) {
      if (star !== 'none' || last === undefined || last.kind === 'positional') cx.fault(child)
      for (const [i, param] of params.entries()) params[i] = { ...param, kind: 'positional' }
    } else if (syntax.isA(child, 'keyword_separator')) {
      if (star !== 'none') cx.fault(child)
      star = 'bare'
    } else {
      const param = parameter(cx, child, star === 'none' ? 'normal' : 'keyword')
      if (param === null) continue
      if ((param.kind === 'args' && star !== 'none') || (param.kind === 'kwargs' && star === 'bare'))
        cx.fault(child)
      if (param.kind !== 'normal') star = 'done'
      params.push(param)
    }
  }
  if (star === 'bare' || parameterFault(params) !== null) cx.fault(node)
  suspectParameters(cx.builder, params, cx.start(node), cx.end(node))
  return params
}

function parameter(cx: Lowering, node: NodeIndex, kind: 'normal' | 'keyword'): Parameter | null {
  const { syntax } = cx
  const children = syntax.children(node)
  const nameNode = syntax.isA(node, 'identifier') || /_pattern$/.test(syntax.kind[node]!) ? node : children[0]
  if (nameNode === undefined) return null
  const typeNode = children.find(child => syntax.isA(child, 'type'))
  const annotation = typeNode === undefined ? null : expression(cx, typeNode)
  const valueNode = /default_parameter$/.test(syntax.kind[node]!) ? children.at(-1) : undefined
  const value = valueNode === undefined ? null : expression(cx, valueNode)
  if (syntax.isA(nameNode, 'identifier')) return { name: cx.name(nameNode), kind, default: value, annotation }
  const starred = { list_splat_pattern: 'args', dictionary_splat_pattern: 'kwargs' } as const
  const starKind = starred[syntax.kind[nameNode] as keyof typeof starred]
  const [name] = syntax.children(nameNode)
  // Python 2 took tuples as parameters, and no Python takes `*a.b`.
  if (starKind === undefined || name === undefined || !syntax.isA(name, 'identifier')) {
    cx.fault(node)
    return null
  }
  return { name: cx.name(name), kind: starKind, default: null, annotation }
}

function comprehension(cx: Lowering, node: NodeIndex, kind: 'list' | 'set' | 'dict' | 'generator'): Expr {
  const { syntax } = cx
  const [body, ...parts] = syntax.children(node)
  if (body === undefined) return UNKNOWN
  const [keyNode, valueNode] = kind === 'dict' ? pair(cx, body) : [NONE, body]
  const key = keyNode === NONE ? null : expression(cx, keyNode)
  const value = expression(cx, valueNode)
  if (kind === 'set' && syntax.isA(valueNode, 'named_expression')) cx.suspect(node, BARE_WALRUS, [3, 9])
  if (value.e === 'star') cx.suspect(node, 'unpacking in a comprehension', [3, 15])
  const clauses: (CompClause & { conditions: Expr[] })[] = []
  for (const part of parts) {
    if (syntax.isA(part, 'if_clause')) {
      clauses.at(-1)?.conditions.push(inner(cx, part))
      continue
    }
    const [left, right, ...more] = syntax.children(part)
    if (left === undefined || right === undefined) continue
    // Python 2 looped over `1, 2` without brackets.
    if (more.length > 0) cx.fault(part)
    clauses.push({ target: target(cx, left), iter: expression(cx, right), conditions: [] })
  }
  return { e: 'comp', kind, key, value, clauses, at: cx.at(node) }
}

function suspension(cx: Lowering, node: NodeIndex): Expr {
  const word = cx.syntax.isA(node, 'await') ? 'await' : 'yield'
  if (cx.scope.kind !== 'function') cx.suspect(node, `${word} outside a function`, null)
  else if (
    word === 'await' ? cx.scope.async === false : cx.scope.async && cx.syntax.token(node, 'from') !== NONE
  ) {
    cx.fault(node)
  }
  const [of] = cx.syntax.children(node)
  return { e: word, of: of === undefined ? null : expression(cx, of) }
}
