/**
 * Escapes in strings that Python knows no meaning of (`"\d"`): it keeps the backslash and warns, once for each, while it
 * compiles. Only the text outside of f-strings' fields is looked at; where the text can't be followed, nothing is said.
 */
import { Code, lineEnd, prefixStart, stringEnd } from './lexical.ts'
import { stringPrefix } from './literals.ts'

export interface StrangeEscape {
  /** Of the string it stands in, with prefix and quotes. */
  readonly start: number
  readonly end: number
  /** The character behind the backslash. */
  readonly character: string
}

/** The first such escape of a text; null where there is none. */
export function strangeEscape(text: string): StrangeEscape | null {
  // Most texts have none that could be one, in whatever string.
  if (!STRANGE.test(text)) return null
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i)
    if (code === Code.hash) i = lineEnd(text, i, text.length)
    else if (code === Code.quote || code === Code.apostrophe) {
      const end = stringEnd(text, i, text.length)
      if (end < 0) return null
      const start = prefixStart(text, i)
      const character = strangeIn(text.slice(i, end), text.slice(start, i))
      if (character !== null) return { start, end, character }
      i = end
    } else i++
  }
  return null
}

const STRANGE = /\\[^\n\r\\'"abfnrtvx0-7]/
const OF_TEXT = /^[\n\r\\'"abfnrtvx0-7NuU]/
const OF_BYTES = /^[\n\r\\'"abfnrtvx0-7]/

function strangeIn(quoted: string, letters: string): string | null {
  const prefix = stringPrefix(letters)
  if (!prefix || prefix.raw || !quoted.includes('\\')) return null
  // What stands in a field is code, with strings of its own.
  if (prefix.format && /\{[^{}]*["'\\]/.test(quoted.slice(1, -1))) return null
  const known = prefix.bytes ? OF_BYTES : OF_TEXT
  for (let i = quoted.indexOf('\\'); i >= 0; i = quoted.indexOf('\\', i + 2)) {
    const behind = quoted.slice(i + 1)
    if (!known.test(behind)) return String.fromCodePoint(behind.codePointAt(0)!)
  }
  return null
}
