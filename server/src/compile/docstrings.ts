/** The string that begins a module, class or function: its docstring, which is no operation. */
import { Code, isBlankCode, lineEnd, stringEnd } from './lexical.ts'
import { decodeString, stringPrefix } from './literals.ts'

export interface Docstring {
  readonly value: string
  /** With prefix and quotes. */
  readonly start: number
  readonly end: number
}

/** The docstring of what begins at `from` in a text; null where there is none, or none that is one literal alone. */
export function docstringAt(text: string, from: number): Docstring | null {
  const start = firstToken(text, from)
  const letters = /^[rRuU]?/.exec(text.slice(start, start + 1))![0]
  const quote = start + letters.length
  const code = text.charCodeAt(quote)
  if (code !== Code.quote && code !== Code.apostrophe) return null
  const end = stringEnd(text, quote, text.length)
  if (end < 0 || !/^[ \t\f]*(?:[;#\r\n]|$)/.test(text.slice(end, end + 200))) return null
  const width = text.startsWith(text[quote]!.repeat(3), quote) ? 3 : 1
  const decoded = decodeString(text.slice(quote + width, end - width), stringPrefix(letters)!)
  return decoded.kind === 'value' ? { value: decoded.value, start, end } : null
}

function firstToken(text: string, from: number): number {
  let i = from
  for (;;) {
    const code = text.charCodeAt(i)
    if (isBlankCode(code) || code === Code.newline || code === Code.byteOrderMark) i++
    else if (code === Code.hash) i = lineEnd(text, i, text.length)
    else return i
  }
}
