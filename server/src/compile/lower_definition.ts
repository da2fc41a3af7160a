/** Functions and classes: what of them runs at import, and where the rest of a function stands. */
import { suspectDecorator } from './construct_checks.ts'
import { holdsYield } from './generator.ts'
import { callArguments, expression, parameters } from './lower_expression.ts'
import type { Lowering } from './lowering.ts'
import { UNKNOWN } from './lowering.ts'
import type { Block, ClassOp, DefOp, Expr } from './module_code.ts'
import { NONE, type NodeIndex } from './syntax.ts'

/** How a block is lowered: handed in, for blocks hold definitions again. */
export type LowerBlock = (cx: Lowering, node: NodeIndex) => Block

/** A `function_definition` behind its `decorator` nodes. */
export function functionDefinition(
  cx: Lowering,
  node: NodeIndex,
  decoratorNodes: readonly NodeIndex[],
  lowerBlock: LowerBlock,
): DefOp {
  const { syntax } = cx
  const at = cx.header(node)
  const nameNode = syntax.child(node, 'identifier')
  const decorators = decoratorExpressions(cx, decoratorNodes)
  const typeParams = typeParameters(cx, node)
  const list = syntax.child(node, 'parameters')
  const params = list === NONE ? [] : parameters(cx, list)
  const returnNode = syntax.child(node, 'type')
  const returns = returnNode === NONE ? null : expression(cx, returnNode)
  if (returns?.e === 'star') cx.fault(returnNode)
  const { body, generator } = functionBody(cx, node, lowerBlock)
  return {
    op: 'def',
    name: nameNode === NONE ? '' : cx.name(nameNode),
    decorators,
    params,
    returns,
    body,
    async: syntax.token(node, 'async') !== NONE,
    generator,
    typeParams,
    at,
    nameAt: cx.at(nameNode === NONE ? node : nameNode),
  }
}

function functionBody(
  cx: Lowering,
  node: NodeIndex,
  lowerBlock: LowerBlock,
): Pick<DefOp, 'body' | 'generator'> {
  const { builder, skeleton, syntax } = cx
  const cut = skeleton.cuts.get(cx.start(node))
  if (cut !== undefined) return cut
  const body = syntax.child(node, 'block')
  if (body === NONE || syntax.first(body) === NONE) {
    const end = cx.end(node)
    return { body: builder.body(end, end), generator: false }
  }
  const index = builder.body(bodyStart(cx, body), bodyEnd(cx, body))
  // The body is not part of the code, but what it holds may keep the file from compiling.
  const mark = builder.mark()
  const { lazyAnnotations } = builder
  const async = syntax.token(node, 'async') !== NONE
  cx.within({ kind: 'function', loop: false, async }, () => lowerBlock(cx, body))
  builder.resetCode(mark)
  builder.lazyAnnotations = lazyAnnotations
  return { body: index, generator: holdsYield(syntax, body) }
}

/** The beginning of the line of the first statement; the statement itself if it shares the header's line. */
function bodyStart(cx: Lowering, body: NodeIndex): number {
  const first = cx.start(cx.syntax.first(body))
  let start = first
  while (start > 0 && ' \t\f'.includes(cx.source[start - 1]!)) start--
  return start === 0 || cx.source[start - 1] === '\n' ? start : first
}

/** Behind the last token. */
function bodyEnd(cx: Lowering, body: NodeIndex): number {
  const { syntax } = cx
  let last = syntax.after[body]! - 1
  while (last > body && syntax.start[last] === syntax.end[last]) last--
  return cx.end(last)
}

/** A `class_definition` behind its `decorator` nodes. */
export function classDefinition(
  cx: Lowering,
  node: NodeIndex,
  decoratorNodes: readonly NodeIndex[],
  lowerBlock: LowerBlock,
): ClassOp {
  const { syntax } = cx
  const at = cx.header(node)
  const nameNode = syntax.child(node, 'identifier')
  const decorators = decoratorExpressions(cx, decoratorNodes)
  const typeParams = typeParameters(cx, node)
  const list = syntax.child(node, 'argument_list')
  const { args: bases, keywords } = list === NONE ? { args: [], keywords: [] } : callArguments(cx, list)
  const blockNode = syntax.child(node, 'block')
  const body =
    blockNode === NONE
      ? []
      : cx.within({ kind: 'class', loop: false, async: false }, () => lowerBlock(cx, blockNode))
  return {
    op: 'class',
    name: nameNode === NONE ? '' : cx.name(nameNode),
    decorators,
    bases,
    keywords,
    body,
    typeParams,
    at,
    nameAt: cx.at(nameNode === NONE ? node : nameNode),
  }
}

function decoratorExpressions(cx: Lowering, nodes: readonly NodeIndex[]): Expr[] {
  return nodes.map(node => {
    const [child] = cx.syntax.children(node)
    if (child === undefined) return UNKNOWN
    const value = expression(cx, child)
    suspectDecorator(cx.builder, value, cx.start(child), cx.end(child))
    return value
  })
}

/** The names in `[T: bound, *Ts, **P]`. */
function typeParameters(cx: Lowering, node: NodeIndex): string[] {
  const { syntax } = cx
  const list = syntax.child(node, 'type_parameter')
  if (list === NONE) return []
  cx.suspect(list, 'type parameters', [3, 12])
  return syntax.children(list).flatMap(parameter => {
    // The name is the first identifier of `T`, `T: bound` and `*T` alike.
    for (let inner = parameter; inner < syntax.after[parameter]!; inner++) {
      if (syntax.isA(inner, 'identifier')) return [cx.name(inner)]
    }
    return []
  })
}
