/**
 * Reads the literals that Python tools write into generated files: strings, lists, tuples and dicts of them,
 * numbers, True, False and None. No expressions: what is none of these ends the reading.
 */

export type Literal =
  | string
  | number
  | boolean
  | null
  | readonly Literal[]
  | { readonly [key: string]: Literal }

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
}

/** The literal that begins at `offset` (white space before it is skipped); undefined where there is none. */
export function readLiteral(source: string, offset = 0): Literal | undefined {
  return new Reader(source, offset).value()
}

/** No tool nests deeper; a damaged file must not exhaust the stack. */
const DEEPEST = 50

class Reader {
  private readonly source: string
  private at: number
  private depth = 0

  constructor(source: string, at: number) {
    this.source = source
    this.at = at
  }

  value(): Literal | undefined {
    this.skipSpace()
    const next = this.source[this.at]
    if (next === '[' || next === '(') return this.nested(() => this.items(next === '[' ? ']' : ')'))
    if (next === '{') return this.nested(() => this.entries())
    const string = this.match(/[rRuU]?(?:'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")/y)
    if (string !== null) return unquote(string)
    const word = this.match(/[\w.+-]+/y)
    if (word === 'True' || word === 'False') return word === 'True'
    if (word === 'None') return null
    return word !== null && word !== '' && !Number.isNaN(Number(word)) ? Number(word) : undefined
  }

  private nested(read: () => Literal | undefined): Literal | undefined {
    if (this.depth === DEEPEST) return undefined
    this.depth++
    const value = read()
    this.depth--
    return value
  }

  private items(close: string): readonly Literal[] | undefined {
    const items: Literal[] = []
    this.at++
    while (!this.take(close)) {
      const item = this.value()
      if (item === undefined) return undefined
      items.push(item)
      if (!this.take(',') && !this.peek(close)) return undefined
    }
    return items
  }

  private entries(): { readonly [key: string]: Literal } | undefined {
    const entries: [string, Literal][] = []
    this.at++
    while (!this.take('}')) {
      const key = this.value()
      if (typeof key !== 'string' || !this.take(':')) return undefined
      const value = this.value()
      if (value === undefined) return undefined
      entries.push([key, value])
      if (!this.take(',') && !this.peek('}')) return undefined
    }
    return Object.fromEntries(entries)
  }

  private take(sign: string): boolean {
    const found = this.peek(sign)
    if (found) this.at++
    return found
  }

  private peek(sign: string): boolean {
    this.skipSpace()
    return this.source[this.at] === sign
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.source)
    if (!found) return null
    this.at = pattern.lastIndex
    return found[0]
  }

  private skipSpace(): void {
    this.match(/(?:\s|#.*)*/y)
  }
}

function unquote(literal: string): string {
  const start = literal.search(/['"]/)
  const content = literal.slice(start + 1, -1)
  if (/^r/i.test(literal)) return content
  return content.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U(00[\da-fA-F]{6})|([0-7]{1,3})|([\s\S]))/g,
    (whole, x, u, wide, octal, sign) => {
      const hex = x ?? u ?? wide
      if (hex !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff))
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
      return ESCAPES[sign] ?? (/['"\\]/.test(sign) ? sign : whole)
    },
  )
}
