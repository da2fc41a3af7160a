/** Simple statements: those that hold no block. */
import { isDeletable, isSingleTarget } from './construct_checks.ts'
import { expression, expressions, target } from './lower_expression.ts'
import { type Lowering, normalName, UNKNOWN } from './lowering.ts'
import type { At, Expr, FromOp, ImportOp, Op } from './module_code.ts'
import { FUTURE_FEATURES, isBareString } from './plain_statement.ts'
import { NONE, type NodeIndex } from './syntax.ts'

/** Puts what the statement does behind `ops`. */
export function simpleStatement(cx: Lowering, node: NodeIndex, ops: Op[]): void {
  const op = simpleOp(cx, node)
  if (op !== null && !isBareString(op)) ops.push(op)
}

function simpleOp(cx: Lowering, node: NodeIndex): Op | null {
  const { syntax } = cx
  switch (syntax.kind[node]) {
    case 'expression_statement':
      return expressionStatement(cx, node)
    case 'import_statement':
      return importStatement(cx, node)
    case 'import_from_statement':
      return fromStatement(cx, node)
    case 'future_import_statement':
      return futureStatement(cx, node)
    case 'return_statement':
      if (cx.scope.kind !== 'function') cx.suspect(node, 'return outside a function', null)
      return { op: 'return', value: onlyValue(cx, node, [3, 8]), at: cx.at(node) }
    case 'delete_statement':
      return deleteStatement(cx, node)
    case 'raise_statement':
      return raiseStatement(cx, node)
    case 'assert_statement': {
      const [test, message, ...more] = expressions(cx, node)
      if (more.length > 0) cx.fault(node)
      return { op: 'assert', test: test ?? UNKNOWN, message: message ?? null, at: cx.at(node) }
    }
    case 'pass_statement':
      return { op: 'pass', at: cx.at(node) }
    case 'break_statement':
    case 'continue_statement': {
      const op = syntax.isA(node, 'break_statement') ? 'break' : 'continue'
      if (!cx.scope.loop) cx.suspect(node, `${op} outside a loop`, null)
      return { op, at: cx.at(node) }
    }
    case 'global_statement':
      return { op: 'global', names: names(cx, node), at: cx.at(node) }
    case 'nonlocal_statement':
      if (cx.scope.kind === 'module') cx.suspect(node, 'nonlocal at module level', null)
      return { op: 'nonlocal', names: names(cx, node), at: cx.at(node) }
    case 'type_alias_statement':
      return typeStatement(cx, node)
    case 'print_statement':
      return printStatement(cx, node)
    default:
      // `exec "..."` of Python 2, and nodes that are errors.
      cx.fault(node)
      return { op: 'opaque', at: cx.at(node) }
  }
}

function names(cx: Lowering, node: NodeIndex): string[] {
  return cx.syntax.children(node).map(child => cx.name(child))
}

/** The statement's one value: an expression, or several as a tuple; starred ones there are new in `since`. */
function onlyValue(cx: Lowering, node: NodeIndex, since: readonly [number, number]): Expr | null {
  const [child] = cx.syntax.children(node)
  return child === undefined ? null : looseValue(cx, child, since)
}

/** A value without brackets around it, where `:=` may not stand bare. */
export function looseValue(cx: Lowering, node: NodeIndex, since: readonly [number, number] | null): Expr {
  const { syntax } = cx
  if (syntax.isA(node, 'named_expression') || syntax.isA(node, 'list_splat')) cx.fault(node)
  if (since !== null && syntax.isA(node, 'expression_list') && syntax.child(node, 'list_splat') !== NONE) {
    cx.suspect(node, 'unpacking without brackets', since)
  }
  return expression(cx, node)
}

function expressionStatement(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  const [child, ...more] = syntax.children(node)
  if (child === undefined) return { op: 'opaque', at: cx.at(node) }
  if (syntax.isA(child, 'assignment')) return assignment(cx, child)
  if (syntax.isA(child, 'augmented_assignment')) return augmented(cx, child)
  if (more.length > 0 || syntax.token(node, ',') !== NONE) {
    return { op: 'expr', value: { e: 'tuple', items: expressions(cx, node) }, at: cx.at(node) }
  }
  return { op: 'expr', value: looseValue(cx, child, null), at: cx.at(node) }
}

function assignment(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  const type = syntax.child(node, 'type')
  if (type !== NONE) return annotated(cx, node, type)
  const targets: Expr[] = []
  let value = node
  while (syntax.isA(value, 'assignment') && syntax.child(value, 'type') === NONE) {
    const children = syntax.children(value)
    targets.push(target(cx, children[0] ?? value))
    value = children.at(-1) ?? value
  }
  if (/assignment$/.test(syntax.kind[value]!)) {
    cx.fault(value)
    return { op: 'opaque', at: cx.at(node) }
  }
  return { op: 'assign', targets, value: looseValue(cx, value, null), at: cx.at(node) }
}

function annotated(cx: Lowering, node: NodeIndex, type: NodeIndex): Op {
  const { syntax } = cx
  const [left] = syntax.children(node)
  const target = expression(cx, left ?? node)
  if (!isSingleTarget(target)) cx.fault(node)
  const annotation = expression(cx, type)
  const right = syntax.next[type]! === NONE ? NONE : syntax.children(node).at(-1)!
  if (right !== NONE && /assignment$/.test(syntax.kind[right]!)) cx.fault(right)
  if (right !== NONE && syntax.isA(right, 'expression_list')) {
    cx.suspect(right, 'annotated assignment of a tuple without brackets', [3, 8])
  }
  const value = right === NONE ? null : looseValue(cx, right, null)
  return { op: 'annotated', target, annotation, value, at: cx.at(node) }
}

function augmented(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  const children = syntax.children(node)
  const target = expression(cx, children[0] ?? node)
  if (!isSingleTarget(target)) cx.fault(node)
  const right = children.at(-1) ?? node
  if (/assignment$/.test(syntax.kind[right]!)) cx.fault(right)
  const operator = syntax.kind[syntax.next[children[0] ?? node]!]!.slice(0, -1)
  return { op: 'augment', target, operator, value: looseValue(cx, right, null), at: cx.at(node) }
}

interface Imported {
  readonly name: string
  readonly as: string | null
  readonly at: At
}

/** The names of an import, each with its alias and its place. */
function imported(cx: Lowering, nodes: readonly NodeIndex[]): Imported[] {
  const { syntax } = cx
  return nodes.map(node => {
    const [nameNode, alias] = syntax.isA(node, 'aliased_import') ? syntax.children(node) : [node]
    const name = dotted(cx, nameNode ?? node)
    return { name, as: alias === undefined ? null : cx.name(alias), at: cx.at(nameNode ?? node) }
  })
}

/** A dotted name without the blanks, comments and line ends that may stand in it. */
function dotted(cx: Lowering, node: NodeIndex): string {
  const text = cx.syntax.slice(node)
  return normalName(/^[\w.]*$/.test(text) ? text : text.replace(/#.*|\\\r?\n|\s/g, ''))
}

/** Whether `lazy` stood before the import (PEP 810), and the place of the statement with it. */
function laziness(cx: Lowering, node: NodeIndex): { readonly lazy: boolean; readonly at: At } {
  const lazy = cx.skeleton.lazy.get(cx.start(node))
  if (lazy === undefined) return { lazy: false, at: cx.at(node) }
  cx.builder.suspect(lazy, cx.end(node), 'lazy import', [3, 15])
  const star = cx.syntax.child(node, 'wildcard_import') !== NONE
  if (star || cx.scope.kind !== 'module' || cx.syntax.isA(node, 'future_import_statement')) cx.fault(node)
  return { lazy: true, at: cx.builder.place(lazy, cx.end(node)) }
}

function importStatement(cx: Lowering, node: NodeIndex): ImportOp {
  const { syntax } = cx
  if (endsWithComma(cx, node)) cx.fault(node)
  const names = imported(cx, syntax.children(node)).map(({ name, as, at }) => ({ module: name, as, at }))
  return { op: 'import', names, ...laziness(cx, node) }
}

function fromStatement(cx: Lowering, node: NodeIndex): FromOp {
  const { syntax } = cx
  const [moduleNode = node, ...rest] = syntax.children(node)
  const text = dotted(cx, moduleNode)
  const module = text.replace(/^\.+/, '')
  const star = syntax.child(node, 'wildcard_import') !== NONE
  if (star && cx.scope.kind !== 'module') cx.suspect(node, 'star import inside a function or class', null)
  const { lazy, at } = laziness(cx, node)
  return {
    op: 'from',
    level: text.length - module.length,
    module,
    names: star ? '*' : importedNames(cx, node, rest),
    lazy,
    moduleAt: cx.at(moduleNode),
    at,
  }
}

/** The names of `from ... import`: none is dotted, and without brackets no comma follows the last. */
function importedNames(cx: Lowering, statement: NodeIndex, nodes: readonly NodeIndex[]): Imported[] {
  const names = imported(cx, nodes)
  if (endsWithComma(cx, statement)) cx.fault(statement)
  for (const [i, { name }] of names.entries()) if (name.includes('.')) cx.fault(nodes[i]!)
  return names
}

function endsWithComma(cx: Lowering, node: NodeIndex): boolean {
  return cx.syntax.kind[cx.syntax.after[node]! - 1] === ','
}

/** Future statements name known features; that they stand first is seen to elsewhere. */
function futureStatement(cx: Lowering, node: NodeIndex): FromOp {
  const { syntax } = cx
  const names = importedNames(cx, node, syntax.children(node))
  if (names.some(({ name }) => !FUTURE_FEATURES.has(name))) cx.suspect(node, 'unknown future feature', null)
  if (names.some(({ name }) => name === 'annotations')) cx.builder.lazyAnnotations = true
  const word = syntax.token(node, '__future__')
  const moduleAt = cx.at(word === NONE ? node : word)
  const { lazy, at } = laziness(cx, node)
  return { op: 'from', level: 0, module: '__future__', names, lazy, moduleAt, at }
}

function deleteStatement(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  const [child] = syntax.children(node)
  const list = child !== undefined && syntax.isA(child, 'expression_list') ? child : node
  const targets = expressions(cx, list)
  if (!targets.every(isDeletable)) cx.fault(node)
  return { op: 'delete', targets, at: cx.at(node) }
}

function raiseStatement(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  const [valueNode, causeNode] = syntax.children(node)
  if (valueNode === undefined) return { op: 'raise', value: null, cause: null, at: cx.at(node) }
  // Python 2: `raise E, "text"`.
  if (syntax.isA(valueNode, 'expression_list')) cx.fault(node)
  const value = looseValue(cx, valueNode, null)
  return {
    op: 'raise',
    value,
    cause: causeNode === undefined ? null : expression(cx, causeNode),
    at: cx.at(node),
  }
}

/** `type X = ...`. Its value is lazy, and so are its parameters. */
function typeStatement(cx: Lowering, node: NodeIndex): Op {
  const { syntax } = cx
  let name = syntax.children(node)[0] ?? node
  while (syntax.isA(name, 'type') || syntax.isA(name, 'generic_type')) {
    const [child] = syntax.children(name)
    if (child === undefined) break
    name = child
  }
  // Behind a ';' tree-sitter takes `type(x).y = z` for one as well.
  if (!syntax.isA(name, 'identifier')) return { op: 'opaque', at: cx.at(node) }
  cx.suspect(node, 'type statement', [3, 12])
  return { op: 'type', name: cx.name(name), at: cx.at(node) }
}

/** Of Python 2, but for `print >>file, x` behind a ';', a shift that compiles and can't be carried out. */
function printStatement(cx: Lowering, node: NodeIndex): Op {
  if (cx.syntax.child(node, 'chevron') === NONE) cx.suspect(node, 'print statement', null)
  return { op: 'opaque', at: cx.at(node) }
}
