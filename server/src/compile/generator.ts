/** Tells from its text whether a function is a generator: whether it holds a `yield` of its own. */
import { Char, classAt, isWordCode, lineEnd, prefixStart, stringEnd, UNSURE } from './lexical.ts'
import { stringPrefix } from './literals.ts'
import { Indentation, LogicalLine } from './logical_line.ts'

const NESTED = /(?:async[ \t\f]+)?(?:def|class)\b/y

/** `text` from `start` to `end` is a function's body; null: a parser has to tell (a `yield` near a lambda). */
export function ownsYield(text: string, start: number, end: number): boolean | null {
  const line = new LogicalLine(text, end)
  const indentation = new Indentation(text, false)
  /** The column of the function or class whose body is being passed over. */
  let nested = -1
  let i = start
  while (i < end) {
    const first = indentation.measure(i)
    const code = text.charCodeAt(first)
    if (code === 10 || code === 35) {
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
