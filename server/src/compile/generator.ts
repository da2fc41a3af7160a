/** Whether a function is a generator: whether its body holds a `yield` of its own. */
import { Char, Code, classAt, isWordCode, lineEnd, prefixStart, stringEnd, UNSURE } from './lexical.ts'
import { stringPrefix } from './literals.ts'
import { Indentation, LogicalLine } from './logical_line.ts'
import { withTree } from './parser.ts'
import { type NodeIndex, Syntax } from './syntax.ts'

const NESTED = /(?:async[ \t\f]+)?(?:def|class)\b/y

/** `text` from `start` to `end` is the body. */
export function isGenerator(text: string, start: number, end: number): boolean {
  return (
    readYield(text, start, end) ??
    withTree(text.slice(start, end), tree => {
      const syntax = new Syntax(text.slice(start, end), tree)
      return holdsYield(syntax, 0)
    }) ??
    false
  )
}

/** Whether a `yield` stands below the node that belongs to no function or class there. */
export function holdsYield(syntax: Syntax, body: NodeIndex): boolean {
  const end = syntax.after[body]!
  let node = body
  while (node < end) {
    const kind = syntax.named[node] ? syntax.kind[node]! : ''
    if (kind === 'yield') return true
    node = /^(function_definition|class_definition|lambda)$/.test(kind) ? syntax.after[node]! : node + 1
  }
  return false
}

/** As `isGenerator`, by the words alone; null: a parser has to tell (a `yield` near a lambda). */
function readYield(text: string, start: number, end: number): boolean | null {
  const line = new LogicalLine(text, end)
  const indentation = new Indentation(text, false)
  /** The column of the function or class whose body is being passed over. */
  let nested = -1
  let i = start
  while (i < end) {
    const first = indentation.measure(i)
    const code = text.charCodeAt(first)
    if (code === Code.newline || code === Code.hash) {
      i = lineEnd(text, first, end) + 1
      continue
    }
    if (!line.read(first)) return null
    i = line.end + 1
    if (nested >= 0 && indentation.column > nested) continue
    NESTED.lastIndex = first
    nested = NESTED.test(text) ? indentation.column : -1
    const verdict = yieldsIn(text, first, line.end)
    // A header's defaults and decorators run in the outer function: too rare to follow.
    if (nested >= 0 ? verdict !== false : verdict === null) return null
    if (verdict) return true
  }
  return false
}

/** Whether the logical line from `start` to `end` holds the keyword `yield`; null if in doubt whose it is. */
function yieldsIn(text: string, start: number, end: number): boolean | null {
  const found = text.indexOf('yield', start)
  if (found < 0 || found >= end) return false
  let lambda = false
  let i = start
  while (i < end) {
    const kind = classAt(text, i)
    if (kind === Char.quote) {
      const close = stringEnd(text, i, end)
      if (close === UNSURE) return null
      const formatted = stringPrefix(text.slice(prefixStart(text, i), i))?.format
      if (formatted && text.slice(i, close).includes('yield')) return null
      i = close
    } else if (kind === Char.comment) i = lineEnd(text, i, end)
    else if (isWordCode(text.charCodeAt(i))) {
      const from = i
      while (i < end && isWordCode(text.charCodeAt(i))) i++
      const word = text.slice(from, i)
      if (word === 'yield') return lambda ? null : true
      if (word === 'lambda') lambda = true
    } else i++
  }
  return false
}
