/**
 * Strings of all kinds, and strings side by side: constants where the value is known, f-strings with their
 * expressions.
 */
import { isTriple, UNSURE, unformattedEnd } from './lexical.ts'
import { decodeString, type Prefix, stringPrefix } from './literals.ts'
import { type LowerExpression, type Lowering, UNKNOWN } from './lowering.ts'
import type { Expr } from './module_code.ts'
import { NONE, type NodeIndex } from './syntax.ts'

/** One or several literals side by side, as one value in the making. */
interface Pieces {
  readonly parts: (string | Expr)[]
  /** The text of all parts is known and no conversion or format is lost. */
  exact: boolean
  formatted: boolean
  template: boolean
  bytes: boolean
}

/** A `string` or `concatenated_string`. */
export function stringExpression(cx: Lowering, node: NodeIndex, lower: LowerExpression): Expr {
  const { syntax } = cx
  const literals = syntax.isA(node, 'string') ? [node] : syntax.children(node)
  const all: Pieces = { parts: [], exact: true, formatted: false, template: false, bytes: false }
  for (const [i, literal] of literals.entries()) {
    const prefix = prefixOf(cx, literal)
    if (prefix === null || (i > 0 && prefix.bytes !== all.bytes)) {
      cx.fault(node)
      return UNKNOWN
    }
    all.bytes = prefix.bytes
    if (prefix.format) formattedPieces(cx, literal, prefix, all, lower)
    else addText(cx, literal, cx.syntax.text.slice(...content(cx, literal)), prefix, all)
  }
  const reads = all.parts.filter(part => typeof part !== 'string')
  if (all.template) return { e: 'opaque', reads }
  if (all.formatted) return { e: 'fstring', parts: all.parts, exact: all.exact }
  if (!all.exact) return UNKNOWN
  const value = (all.parts[0] ?? '') as string
  return all.bytes ? { e: 'bytes', value } : { e: 'const', value }
}

/** The literal's prefix; null where Python 3 has no such string. */
function prefixOf(cx: Lowering, node: NodeIndex): Prefix | null {
  const letters = /^[a-zA-Z]*(?=['"])/.exec(
    cx.syntax.text.slice(cx.syntax.start[node], cx.syntax.start[node]! + 4),
  )
  return letters === null ? null : stringPrefix(letters[0])
}

/** The stretch of text between the quotes. */
function content(cx: Lowering, node: NodeIndex): [start: number, end: number] {
  const quote = firstQuote(cx, node)
  const width = isTriple(cx.syntax.text, quote) ? 3 : 1
  return [quote + width, cx.syntax.end[node]! - width]
}

function firstQuote(cx: Lowering, node: NodeIndex): number {
  const { text } = cx.syntax
  let quote = cx.syntax.start[node]!
  while (text[quote] !== '"' && text[quote] !== "'") quote++
  return quote
}

function addText(cx: Lowering, node: NodeIndex, text: string, prefix: Prefix, to: Pieces): void {
  const decoded = decodeString(text, prefix)
  if (decoded.kind === 'invalid') cx.fault(node)
  if (decoded.kind !== 'value') {
    to.exact = false
    return
  }
  const last = to.parts.length - 1
  if (typeof to.parts[last] === 'string') to.parts[last] += decoded.value
  else to.parts.push(decoded.value)
}

/** The literal text of an f- or t-string between two fields, where a doubled brace is one brace. */
function addLiteral(
  cx: Lowering,
  node: NodeIndex,
  from: number,
  to: number,
  prefix: Prefix,
  pieces: Pieces,
): void {
  // Decided before escapes are: an escape may stand for a brace.
  const text = cx.syntax.text.slice(from, to).replace(/\{\{|\}\}/g, braces => braces[0]!)
  if (text !== '') addText(cx, node, text, prefix, pieces)
}

function formattedPieces(
  cx: Lowering,
  node: NodeIndex,
  prefix: Prefix,
  to: Pieces,
  lower: LowerExpression,
): void {
  const { syntax } = cx
  to.formatted = true
  if (prefix.format === 't') {
    to.template = true
    cx.suspect(node, 't-string', [3, 14])
  }
  // The literal text is what lies between the fields: tree-sitter has no node for all of it in raw strings.
  const [start, end] = content(cx, node)
  let from = start
  for (const field of syntax.children(node)) {
    if (!syntax.isA(field, 'interpolation')) continue
    addLiteral(cx, node, from, syntax.start[field]!, prefix, to)
    interpolation(cx, field, to, lower)
    from = syntax.end[field]!
  }
  addLiteral(cx, node, from, end, prefix, to)
  if (prefix.format === 'f' && needsNewFormat(cx, node)) cx.suspect(node, 'f-string of PEP 701', [3, 12])
}

/** `{expression=!r:format}`; fields in the format are evaluated as well. */
function interpolation(cx: Lowering, node: NodeIndex, to: Pieces, lower: LowerExpression): void {
  const { syntax } = cx
  const [expression, ...rest] = syntax.children(node)
  if (expression === undefined) return
  to.parts.push(lower(cx, expression))
  if (syntax.token(node, '=') !== NONE) {
    to.exact = false
    cx.suspect(node, 'f-string with =', [3, 8])
  }
  for (const detail of rest) {
    to.exact = false
    if (syntax.isA(detail, 'type_conversion') && !/^![rsa]$/.test(syntax.slice(detail))) cx.fault(detail)
    if (!syntax.isA(detail, 'format_specifier')) continue
    for (const field of syntax.children(detail)) interpolation(cx, field, to, lower)
  }
}

/**
 * Before PEP 701 an f-string was one token that ended at the first matching quote, and its expressions
 * could hold neither a backslash nor a comment.
 */
function needsNewFormat(cx: Lowering, node: NodeIndex): boolean {
  const { syntax } = cx
  const quote = firstQuote(cx, node)
  const oldEnd = unformattedEnd(syntax.text, quote, syntax.end[node]!)
  if (oldEnd === UNSURE || oldEnd !== syntax.end[node]) return true
  return syntax.children(node).some(field => {
    if (!syntax.isA(field, 'interpolation')) return false
    const last = syntax
      .children(field)
      .find(child => /^(type_conversion|format_specifier)$/.test(syntax.kind[child]!))
    const expression = syntax.text.slice(
      syntax.start[field]! + 1,
      last === undefined ? syntax.end[field]! - 1 : syntax.start[last],
    )
    return expression.includes('\\') || expression.replace(/'[^']*'|"[^"]*"/g, '').includes('#')
  })
}
