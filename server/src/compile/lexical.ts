/**
 * Python's lexical surface: where a string or a logical line ends, what a letter may be. It reads
 * characters, knows no grammar, and gives up (`UNSURE`) rather than guess.
 *
 * Text is expected with '\n' or '\r\n' line ends (`compile.ts` sees to it).
 */
import { stringPrefix } from './literals.ts'

/** The text can't be followed here: an unterminated string, a bracket without its partner. */
export const UNSURE = -1

/** Characters by their code, for loops that run over every one. */
export const Code = {
  tab: 9,
  newline: 10,
  formFeed: 12,
  carriageReturn: 13,
  space: 32,
  exclamation: 33,
  quote: 34,
  hash: 35,
  apostrophe: 39,
  openParenthesis: 40,
  closeParenthesis: 41,
  star: 42,
  comma: 44,
  dot: 46,
  slash: 47,
  digit0: 48,
  digit9: 57,
  colon: 58,
  semicolon: 59,
  equals: 61,
  at: 64,
  letterN: 78,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  letterA: 97,
  letterZ: 122,
  openBrace: 123,
  closeBrace: 125,
  byteOrderMark: 0xfeff,
} as const

/** What a character may start or end, for the loops that must look at each one. */
export const Char = {
  plain: 0,
  newline: 1,
  quote: 2,
  open: 3,
  close: 4,
  comment: 5,
  backslash: 6,
  /** No Python token begins with it (outside strings and comments). */
  invalid: 7,
} as const

const CLASSES = new Uint8Array(128)
for (let code = 0; code < 32; code++) CLASSES[code] = Char.invalid
CLASSES[127] = Char.invalid
for (const code of [Code.tab, Code.formFeed, Code.carriageReturn]) CLASSES[code] = Char.plain
CLASSES[Code.newline] = Char.newline
for (const [characters, kind] of [
  ['\'"', Char.quote],
  ['([{', Char.open],
  [')]}', Char.close],
  ['#', Char.comment],
  ['\\', Char.backslash],
  ['$?`', Char.invalid],
] as const) {
  for (const character of characters) CLASSES[character.charCodeAt(0)] = kind
}

/** The class of the character at `i`, any script's. */
export function classAt(text: string, i: number): number {
  const code = text.charCodeAt(i)
  return code < 128 ? CLASSES[code]! : foreignClass(text, i, code)
}

/** Identifiers may hold letters of any script; anything else beyond ASCII stands in strings and comments only. */
function foreignClass(text: string, i: number, code: number): number {
  // The second half of a pair was judged with its first.
  if (code >= 0xdc00 && code <= 0xdfff)
    return i > 0 && text.charCodeAt(i - 1) >= 0xd800 ? Char.plain : Char.invalid
  return /[\p{XID_Continue}\p{ID_Continue}]/u.test(String.fromCodePoint(text.codePointAt(i)!))
    ? Char.plain
    : Char.invalid
}

const IDENTIFIER = new Uint8Array(128)
for (let code = 0; code < 128; code++) if (/\w/.test(String.fromCharCode(code))) IDENTIFIER[code] = 1

/** Whether this character continues an identifier or number (letters beyond ASCII count). */
export function isWordCode(code: number): boolean {
  return code < 128 ? IDENTIFIER[code] === 1 : code >= 128
}

/** The end of the word that begins at `i`; `UNSURE` where it holds a character that no word may. */
export function wordEnd(text: string, i: number): number {
  for (;;) {
    const code = text.charCodeAt(i)
    if (code < 128 ? IDENTIFIER[code] === 0 : !(code >= 128)) return i
    if (code >= 128 && foreignClass(text, i, code) !== Char.plain) return UNSURE
    i++
  }
}

/** Space, tab, form feed, and the CR of a CRLF. */
export function isBlankCode(code: number): boolean {
  return code === Code.space || code === Code.tab || code === Code.formFeed || code === Code.carriageReturn
}

/** The first offset at or after `i` that holds no blank. */
export function skipBlanks(text: string, i: number): number {
  while (isBlankCode(text.charCodeAt(i))) i++
  return i
}

/** The offset of the line end (its '\n') at or after `i`, or `end`. */
export function lineEnd(text: string, i: number, end: number): number {
  const newline = text.indexOf('\n', i)
  return newline < 0 || newline > end ? end : newline
}

const NUMBER = /(?:0[xXoObB]\w+|(?:\d[\d_]*)?\.?\d?[\d_]*(?:[eE][-+]?\d[\d_]*)?[jJ]?)/y

/** The end of the number that begins at `i`, with its point, exponent and letters, right or wrong. */
export function numberEnd(text: string, i: number): number {
  let digits = i
  let code = text.charCodeAt(digits)
  while (code >= Code.digit0 && code <= Code.digit9) code = text.charCodeAt(++digits)
  // Most numbers are a few digits.
  if (digits > i && code !== Code.dot && !isWordCode(code)) return digits
  NUMBER.lastIndex = i
  return NUMBER.test(text) ? NUMBER.lastIndex : i
}

/** Where the letters of a string's prefix begin, for the quote at `quote`; `quote` itself without one. */
export function prefixStart(text: string, quote: number): number {
  let i = quote
  while (i > 0 && isWordCode(text.charCodeAt(i - 1))) i--
  return quote - i <= 2 && stringPrefix(text.slice(i, quote)) ? i : quote
}

/** The end of the string (of any kind) whose first quote stands at `quote`, or `UNSURE`. */
export function stringEnd(text: string, quote: number, end: number): number {
  if (!isWordCode(text.charCodeAt(quote - 1))) return unformattedEnd(text, quote, end)
  const start = prefixStart(text, quote)
  const prefix = start === quote ? null : stringPrefix(text.slice(start, quote))
  return prefix?.format ? formattedEnd(text, quote, end, prefix.raw, 0) : unformattedEnd(text, quote, end)
}

/** The end of the string whose first quote stands at `quote`, by its quotes alone: braces mean nothing. */
export function unformattedEnd(text: string, quote: number, end: number): number {
  return isTriple(text, quote) ? tripleEnd(text, quote, end) : singleEnd(text, quote, end)
}

export function isTriple(text: string, quote: number): boolean {
  const code = text.charCodeAt(quote)
  return text.charCodeAt(quote + 1) === code && text.charCodeAt(quote + 2) === code
}

/** A backslash hides the next character from the search for the closing quote, in raw strings too. */
function afterBackslash(text: string, i: number): number {
  return text.charCodeAt(i + 1) === Code.carriageReturn && text.charCodeAt(i + 2) === Code.newline
    ? i + 3
    : i + 2
}

function singleEnd(text: string, quote: number, end: number): number {
  const close = text.charCodeAt(quote)
  let i = quote + 1
  while (i < end) {
    const code = text.charCodeAt(i)
    if (code === close) return i + 1
    if (code === Code.newline) return UNSURE
    i = code === Code.backslash ? afterBackslash(text, i) : i + 1
  }
  return UNSURE
}

function tripleEnd(text: string, quote: number, end: number): number {
  const close = text.slice(quote, quote + 3)
  const first = quote + 3
  let from = first
  for (;;) {
    const found = text.indexOf(close, from)
    if (found < 0 || found + 3 > end) return UNSURE
    let backslash = found
    while (backslash > first && text.charCodeAt(backslash - 1) === Code.backslash) backslash--
    if ((found - backslash) % 2 === 0) return found + 3
    from = found + 1
  }
}

/** f-strings inside f-strings deeper than this are nobody's work. */
const MAX_FORMAT_NESTING = 50

/** The end of an f- or t-string by the rules of Python 3.12 (PEP 701), which older text satisfies as well. */
function formattedEnd(text: string, quote: number, end: number, raw: boolean, nesting: number): number {
  if (nesting > MAX_FORMAT_NESTING) return UNSURE
  const triple = isTriple(text, quote)
  const close = text.charCodeAt(quote)
  let i = quote + (triple ? 3 : 1)
  while (i < end) {
    const code = text.charCodeAt(i)
    if (code === close && (!triple || isTriple(text, i))) return i + (triple ? 3 : 1)
    if (code === Code.newline && !triple) return UNSURE
    if (code === Code.backslash) {
      i =
        text.charCodeAt(i + 1) === Code.openBrace || text.charCodeAt(i + 1) === Code.closeBrace
          ? i + 1
          : afterBackslash(text, i)
      // \N{NAME}: the braces belong to the escape.
      if (!raw && text.charCodeAt(i - 1) === Code.letterN && text.charCodeAt(i) === Code.openBrace) {
        const brace = text.indexOf('}', i)
        if (brace < 0) return UNSURE
        i = brace + 1
      }
    } else if (code === Code.openBrace) {
      if (text.charCodeAt(i + 1) === Code.openBrace) i += 2
      else {
        i = fieldEnd(text, i, end, triple ? text.slice(quote, quote + 3) : text[quote]!, nesting)
        if (i === UNSURE) return UNSURE
      }
    } else if (code === Code.closeBrace) {
      // Alone it is a SyntaxError.
      if (text.charCodeAt(i + 1) !== Code.closeBrace) return UNSURE
      i += 2
    } else i++
  }
  return UNSURE
}

/** A field without an expression is a SyntaxError. */
const NO_EXPRESSION = /^ ?[}:!]/

/** The end of a replacement field `{expression!r:format}` whose brace stands at `brace`. */
function fieldEnd(text: string, brace: number, end: number, close: string, nesting: number): number {
  if (nesting > MAX_FORMAT_NESTING || NO_EXPRESSION.test(text.slice(brace + 1, brace + 3))) return UNSURE
  let depth = 0
  let i = brace + 1
  while (i < end) {
    const code = text.charCodeAt(i)
    switch (classAt(text, i)) {
      case Char.quote: {
        const start = prefixStart(text, i)
        const prefix = stringPrefix(text.slice(start, i))
        if (prefix?.format) i = formattedEnd(text, i, end, prefix.raw, nesting + 1)
        else i = stringEnd(text, i, end)
        if (i === UNSURE) return UNSURE
        continue
      }
      case Char.open:
        depth++
        break
      case Char.close:
        if (depth === 0) return code === Code.closeBrace ? i + 1 : UNSURE
        depth--
        break
      case Char.comment:
        i = lineEnd(text, i, end)
        continue
      case Char.invalid:
        return UNSURE
      default:
        if (code === Code.colon && depth === 0) return formatEnd(text, i + 1, end, close, nesting)
    }
    i++
  }
  return UNSURE
}

/** The end of the field whose format specification begins at `i`; fields may stand in it again. */
function formatEnd(text: string, i: number, end: number, close: string, nesting: number): number {
  while (i < end) {
    const code = text.charCodeAt(i)
    if (code === Code.closeBrace) return i + 1
    if (code === Code.openBrace) {
      i = fieldEnd(text, i, end, close, nesting + 1)
      if (i === UNSURE) return UNSURE
      continue
    }
    if ((code === Code.newline && close.length === 1) || text.startsWith(close, i)) return UNSURE
    i++
  }
  return UNSURE
}
