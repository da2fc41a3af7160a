/**
 * Reads string literals straight from the text, one or several side by side: constants, and f-strings with
 * their fields. What is beyond it (t-strings, `{x=}`, what only PEP 701 allows) is null, as for `plain_expression.ts`.
 */
import { Code, isTriple, stringEnd, UNSURE, unformattedEnd } from './lexical.ts'
import { decodeString, type Prefix, stringPrefix } from './literals.ts'
import type { Expr } from './module_code.ts'
import { PlainReader } from './plain_reader.ts'

/** The parts of an f-string in the making. */
interface Pieces {
  readonly parts: (string | Expr)[]
  /** No conversion or format is lost. */
  exact: boolean
}

const CONVERSION = /![rsa](?=[:}])/y

export abstract class PlainStrings extends PlainReader {
  /** One expression of any kind that is plain. */
  protected abstract expression(): Expr | null

  /** One literal or several side by side, of one kind; `letters` is the prefix of the first, which comes next. */
  protected string(letters: string): Expr | null {
    let next: string | null = letters
    let bytes: boolean | null = null
    let value = ''
    let pieces: Pieces | null = null
    while (next !== null) {
      const prefix = stringPrefix(next)
      if (prefix === null || prefix.format === 't' || (bytes !== null && bytes !== prefix.bytes)) return null
      const first = bytes === null
      bytes = prefix.bytes
      const quote: number = this.pos + next.length
      const end = stringEnd(this.text, quote, this.text.length)
      if (end === UNSURE) return null
      const width = isTriple(this.text, quote) ? 3 : 1
      if (prefix.format) {
        pieces ??= { parts: first ? [] : [value], exact: true }
        if (unformattedEnd(this.text, quote, end) !== end) return null
        if (!this.formatted(quote + width, end - width, prefix, pieces)) return null
      } else {
        const decoded = decodeString(this.text.slice(quote + width, end - width), prefix)
        if (decoded.kind !== 'value') return null
        if (pieces === null) value += decoded.value
        else addText(pieces, decoded.value)
      }
      this.pos = end
      this.tokenEnd = end
      next = this.nextPrefix()
    }
    if (pieces !== null) return { e: 'fstring', parts: pieces.parts, exact: pieces.exact }
    return bytes ? { e: 'bytes', value } : { e: 'const', value }
  }

  /** The prefix of the string that comes next; null where none does. */
  private nextPrefix(): string | null {
    const code = this.text.charCodeAt(this.startOfNext())
    if (code === Code.quote || code === Code.apostrophe) return ''
    const word = this.word()
    // A keyword may touch a quote: `"a" in"abc"`.
    return word !== '' && this.isPrefix(word) && stringPrefix(word) !== null ? word : null
  }

  /** What stands between the quotes of an f-string, [from, to). */
  private formatted(from: number, to: number, prefix: Prefix, pieces: Pieces): boolean {
    const { text } = this
    let literal = from
    let i = from
    while (i < to) {
      const code = text.charCodeAt(i)
      if (code === Code.backslash) {
        const next = text.charCodeAt(i + 1)
        // A named character has braces of its own.
        if (!prefix.raw && next === Code.letterN) return false
        i += next === Code.openBrace || next === Code.closeBrace ? 1 : 2
      } else if (code !== Code.openBrace && code !== Code.closeBrace) i++
      else if (text.charCodeAt(i + 1) === code) i += 2
      else {
        if (code === Code.closeBrace || !this.literal(literal, i, prefix, pieces)) return false
        i = this.field(i, to, pieces)
        if (i === UNSURE) return false
        literal = i
      }
    }
    return i === to && this.literal(literal, to, prefix, pieces)
  }

  private literal(from: number, to: number, prefix: Prefix, pieces: Pieces): boolean {
    // Decided before escapes are: an escape may stand for a brace.
    const text = this.text.slice(from, to).replace(/\{\{|\}\}/g, braces => braces[0]!)
    if (text === '') return true
    const decoded = decodeString(text, prefix)
    if (decoded.kind !== 'value') return false
    addText(pieces, decoded.value)
    return true
  }

  /** The end of the field whose brace stands at `brace`; its expressions go to `pieces`. */
  private field(brace: number, to: number, pieces: Pieces): number {
    const { text } = this
    this.pos = brace + 1
    const value = this.expression()
    if (value === null || value.e === 'lambda') return UNSURE
    pieces.parts.push(value)
    let i = this.startOfNext()
    if (i >= to || /[\\#\n]/.test(text.slice(brace, i))) return UNSURE
    CONVERSION.lastIndex = i
    if (CONVERSION.test(text)) {
      pieces.exact = false
      i = CONVERSION.lastIndex
    }
    if (text.charCodeAt(i) === Code.colon) {
      pieces.exact = false
      i++
      while (i < to && text.charCodeAt(i) !== Code.closeBrace) {
        const code = text.charCodeAt(i)
        if (code === Code.backslash || code === Code.newline || code === Code.equals) return UNSURE
        if (code === Code.openBrace && text.charCodeAt(i + 1) === code) return UNSURE
        i = code === Code.openBrace ? this.field(i, to, pieces) : i + 1
        if (i === UNSURE) return UNSURE
      }
    }
    return i < to && text.charCodeAt(i) === Code.closeBrace ? i + 1 : UNSURE
  }
}

function addText({ parts }: Pieces, text: string): void {
  const last = parts.length - 1
  if (typeof parts[last] === 'string') parts[last] += text
  else parts.push(text)
}
