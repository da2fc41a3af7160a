/** The patterns of `case` (PEP 634): values exactly, captures by name, the rest by what it binds. */
import { expression } from './lower_expression.ts'
import type { Lowering } from './lowering.ts'
import { normalName, UNKNOWN } from './lowering.ts'
import type { Expr, Pattern } from './module_code.ts'
import { NONE, type NodeIndex } from './syntax.ts'

/** The pattern of a `case_clause`: several side by side are a sequence without brackets. */
export function casePattern(cx: Lowering, clause: NodeIndex): Pattern {
  const { syntax } = cx
  const patterns = syntax.children(clause).filter(child => syntax.isA(child, 'case_pattern'))
  const [first] = patterns
  const open = patterns.length !== 1 || first === undefined || syntax.token(clause, ',') !== NONE
  return open ? others(cx, patterns, null) : pattern(cx, first)
}

function pattern(cx: Lowering, node: NodeIndex): Pattern {
  return cx.nested(
    () => patternOf(cx, node),
    () => others(cx, [], null),
  )
}

function patternOf(cx: Lowering, node: NodeIndex): Pattern {
  const { syntax } = cx
  const children = syntax.children(node)
  switch (syntax.kind[node]) {
    case 'case_pattern':
      return wrapped(cx, node)
    case 'as_pattern': {
      const [of, name] = children
      if (of === undefined || name === undefined) break
      return { p: 'as', pattern: pattern(cx, of), name: cx.name(name) }
    }
    case 'union_pattern': {
      const items = alternatives(cx, node)
      if (items.slice(0, -1).some(matchesAll)) cx.fault(node)
      return { p: 'or', items }
    }
    case 'dotted_name':
      return name(cx, node)
    case 'tuple_pattern': {
      const [only] = children
      // Brackets around one pattern only group.
      if (
        children.length === 1 &&
        only !== undefined &&
        syntax.token(node, ',') === NONE &&
        !isSplat(cx, only)
      ) {
        return pattern(cx, only)
      }
      return others(cx, children, null)
    }
    case 'list_pattern':
    case 'dict_pattern':
    case 'keyword_pattern':
      return others(cx, children, null)
    case 'class_pattern': {
      const [cls, ...rest] = children
      return others(cx, rest, cls === undefined ? null : dottedName(cx, cls))
    }
    case 'splat_pattern': {
      const [bound] = children
      const binds = bound === undefined || syntax.slice(bound) === '_' ? [] : [cx.name(bound)]
      return { p: 'other', binds, class: null }
    }
    case 'complex_pattern':
      return { p: 'value', value: { e: 'complex' } }
  }
  return { p: 'value', value: expression(cx, node) }
}

/** A `case_pattern` holds one pattern, or `_`, or a number behind a sign that is a token of its own. */
function wrapped(cx: Lowering, node: NodeIndex): Pattern {
  const { syntax } = cx
  const [child] = syntax.children(node)
  if (child === undefined) return { p: 'capture', name: null }
  return syntax.token(node, '-') === NONE ? pattern(cx, child) : { p: 'value', value: negative(cx, child) }
}

/** The items of `a | b`, where the signs of numbers and `_` are tokens among them. */
function alternatives(cx: Lowering, node: NodeIndex): Pattern[] {
  const { syntax } = cx
  const items: Pattern[] = []
  let sign = false
  for (let child = syntax.first(node); child !== NONE; child = syntax.next[child]!) {
    if (syntax.named[child]) {
      items.push(sign ? { p: 'value', value: negative(cx, child) } : pattern(cx, child))
      sign = false
    } else if (syntax.kind[child] === '-') sign = true
    else if (syntax.kind[child] === '_') items.push({ p: 'capture', name: null })
  }
  return items
}

function negative(cx: Lowering, node: NodeIndex): Expr {
  return { e: 'unary', operator: '-', of: expression(cx, node) }
}

function name(cx: Lowering, node: NodeIndex): Pattern {
  const value = dottedName(cx, node)
  if (value.e !== 'name') return { p: 'value', value }
  return { p: 'capture', name: value.id === '_' ? null : value.id }
}

/** A dotted name as the attribute accesses that it is. */
function dottedName(cx: Lowering, node: NodeIndex): Expr {
  const { skeleton, syntax } = cx
  const start = cx.start(node)
  let value: Expr = UNKNOWN
  for (const part of syntax.slice(node).matchAll(/[\w\u0080-\uffff]+/g)) {
    const end = skeleton.map.end(syntax.start[node]! + part.index + part[0].length)
    const at = cx.builder.place(start, end)
    const id = normalName(part[0])
    value = value === UNKNOWN ? { e: 'name', id, at } : { e: 'attr', of: value, name: id, at }
  }
  return value
}

/** Whether the pattern matches whatever it is given. */
export function matchesAll(of: Pattern): boolean {
  if (of.p === 'as') return matchesAll(of.pattern)
  return of.p === 'or' ? of.items.some(matchesAll) : of.p === 'capture'
}

function others(cx: Lowering, nodes: readonly NodeIndex[], cls: Expr | null): Pattern {
  return { p: 'other', binds: nodes.flatMap(node => bindings(cx, node)), class: cls }
}

/** The names that the pattern at `node` binds, in order. */
function bindings(cx: Lowering, node: NodeIndex): string[] {
  // The word before '=' in a class pattern and the keys of a mapping are no patterns.
  if (cx.syntax.isA(node, 'identifier')) return []
  const names: string[] = []
  const collect = (found: Pattern): void => {
    if (found.p === 'capture' && found.name !== null) names.push(found.name)
    else if (found.p === 'as') {
      collect(found.pattern)
      names.push(found.name)
    } else if (found.p === 'or') for (const item of found.items.slice(0, 1)) collect(item)
    if (found.p === 'other') names.push(...found.binds)
  }
  const mark = cx.builder.mark()
  collect(pattern(cx, node))
  cx.builder.resetCode(mark)
  return names
}

function isSplat(cx: Lowering, node: NodeIndex): boolean {
  const [child] = cx.syntax.children(node)
  return child !== undefined && cx.syntax.isA(child, 'splat_pattern')
}
