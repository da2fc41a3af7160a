/**
 * The values of Python's literals, exact or not at all: strings with every prefix and escape, numbers of
 * every base. Only text goes in here; finding where a literal begins and ends is `lexical.ts`'s.
 *
 * Follows "String and Bytes literals" and "Numeric literals" of the Python reference.
 */

import type { Expr } from './module_code.ts'
import { ownString } from './room.ts'

/** What the letters before a quote say. */
export interface Prefix {
  readonly raw: boolean
  readonly bytes: boolean
  /** `f` or `t`: the text holds expressions in braces. */
  readonly format: 'f' | 't' | null
}

/** A string's value, or why it has none: `opaque` is valid but not known here, `invalid` no Python accepts. */
export type Decoded =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'opaque' }
  | { readonly kind: 'invalid' }

const PREFIXES = new Map<string, Prefix>()
for (const letters of ['', 'u', 'r', 'b', 'br', 'rb', 'f', 'fr', 'rf', 't', 'tr', 'rt']) {
  PREFIXES.set(letters, {
    raw: letters.includes('r'),
    bytes: letters.includes('b'),
    format: letters.includes('f') ? 'f' : letters.includes('t') ? 't' : null,
  })
}

/** The meaning of a string prefix in any case; null where Python knows no such prefix. */
export function stringPrefix(letters: string): Prefix | null {
  return PREFIXES.get(letters) ?? PREFIXES.get(letters.toLowerCase()) ?? null
}

/** Whether the one or two letters of `text` in [start, end) are a string's prefix. */
export function isStringPrefix(text: string, start: number, end: number): boolean {
  return stringPrefix(text.slice(start, end)) !== null
}

const ESCAPES = /\\(?:[0-7]{1,3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|N\{[^}]*\}|[\s\S])/g

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/**
 * The value of the text between a literal's quotes. Line endings become '\n' (Python reads source in
 * universal newlines mode); an unknown escape keeps its backslash, as Python does.
 */
export function decodeString(body: string, prefix: Prefix): Decoded {
  if (prefix.bytes && /[^\x00-\x7f]/.test(body)) return { kind: 'invalid' }
  const source = body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body
  if (prefix.raw || !source.includes('\\')) return { kind: 'value', value: ownString(source) }
  const problems = new Set<'opaque' | 'invalid'>()
  const value = source.replace(ESCAPES, sequence => {
    const rest = sequence.slice(1)
    const simple = SIMPLE_ESCAPES[rest]
    if (simple !== undefined) return simple
    if (/^[0-7]/.test(rest)) {
      const code = Number.parseInt(rest, 8)
      return String.fromCharCode(prefix.bytes ? code & 0xff : code)
    }
    const letter = rest[0]!
    if (letter === 'x' || (!prefix.bytes && (letter === 'u' || letter === 'U'))) {
      const code = rest.length > 1 ? Number.parseInt(rest.slice(1), 16) : Number.NaN
      if (code <= 0x10ffff) return String.fromCodePoint(code)
      problems.add('invalid')
    } else if (letter === 'N' && !prefix.bytes) {
      // The names of Unicode's characters are not known here.
      problems.add(rest.length > 3 ? 'opaque' : 'invalid')
    }
    return sequence
  })
  if (problems.has('invalid')) return { kind: 'invalid' }
  return problems.has('opaque') ? { kind: 'opaque' } : { kind: 'value', value }
}

/** The most decimal digits that `int` takes from text (sys.int_info.default_max_str_digits). */
const MAX_DECIMAL_DIGITS = 4300
/** Beyond this, a literal of another base is not worth the arithmetic. */
const MAX_OTHER_DIGITS = 10_000

const INTEGER = /^(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?0)*|[1-9](?:_?\d)*)$/
const FLOAT = /^(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:[eE][-+]?\d(?:_?\d)*)?$/

/**
 * The value of a numeric literal; null where Python 3 has no such number (`0777`, `10L`, `1__0`).
 * `const` does not tell 1 from 1.0, so a float without a fraction is opaque: `str` and `isinstance` differ.
 */
export function decodeNumber(token: string): Expr | null {
  if (INTEGER.test(token)) return integer(token.replaceAll('_', ''))
  const imaginary = /[jJ]$/.test(token)
  const digits = imaginary ? token.slice(0, -1) : token
  if (!FLOAT.test(digits) || !/^\.?\d/.test(digits)) return null
  if (imaginary) return { e: 'complex' }
  // What is left without point and exponent is an old octal number.
  if (!/[.eE]/.test(digits)) return null
  const value = Number(digits.replaceAll('_', ''))
  if (!Number.isFinite(value) || Number.isInteger(value)) return { e: 'opaque', reads: [] }
  return { e: 'const', value }
}

function integer(digits: string): Expr | null {
  const value = Number(digits)
  if (Number.isSafeInteger(value)) return { e: 'const', value }
  const decimal = /^\d+$/.test(digits)
  if (digits.length > (decimal ? MAX_DECIMAL_DIGITS : MAX_OTHER_DIGITS)) {
    return decimal ? null : { e: 'opaque', reads: [] }
  }
  return { e: 'bigint', value: BigInt(digits).toString() }
}
