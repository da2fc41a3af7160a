/**
 * The operands of plain expressions, read straight from the text: names, literals, displays, and the calls,
 * attributes and subscripts behind them. Null: not plain.
 */
import { suspectUnpackingIndex } from './construct_checks.ts'
import { isTriple, isWordCode, numberEnd, stringEnd, UNSURE } from './lexical.ts'
import { decodeNumber, decodeString, stringPrefix } from './literals.ts'
import type { Expr, Keyword } from './module_code.ts'
import { KEYWORDS, PlainReader } from './plain_reader.ts'

/** Nested deeper than this is rare enough to leave it to tree-sitter. */
export const MAX_PLAIN_NESTING = 40

const CONSTANTS: ReadonlyMap<string, Expr> = new Map([
  ['None', { e: 'const', value: null }],
  ['True', { e: 'const', value: true }],
  ['False', { e: 'const', value: false }],
])

export abstract class PlainOperands extends PlainReader {
  /** One expression of any kind that is plain. */
  protected abstract expression(): Expr | null

  /** An expression, or `*expression` where that may stand. */
  protected abstract element(starred: boolean): Expr | null

  /** What `*` and `**` unpack in a display: no comparisons, no words. */
  protected abstract unpacked(): Expr | null

  /** An atom and what stands behind it. */
  protected primary(): Expr | null {
    const start = this.startOfNext()
    let value = this.atom()
    for (let links = 0; value !== null; links++) {
      const next = this.peek()
      if (next !== '.' && next !== '(' && next !== '[') return value
      if (links > MAX_PLAIN_NESTING) return null
      if (next === '.') {
        this.pos++
        const name: string | null = this.identifier()
        value =
          name === null ? null : { e: 'attr', of: value, name, at: this.builder.place(start, this.tokenEnd) }
      } else value = next === '(' ? this.call(value, start) : this.subscript(value, start)
    }
    return null
  }

  private atom(): Expr | null {
    const next = this.peek()
    switch (next) {
      case '"':
      case "'":
        return this.string('')
      case '(':
        return this.parenthesized()
      case '[': {
        const items = this.listItems()
        return items === null ? null : { e: 'list', items }
      }
      case '{':
        return this.braces()
      case '.':
        if (!this.text.startsWith('...', this.pos)) return this.number()
        this.takeToken('...')
        return { e: 'ellipsis' }
    }
    return next !== undefined && next >= '0' && next <= '9' ? this.number() : this.named()
  }

  /** What begins with a letter: a name, a constant, a string with a prefix. */
  private named(): Expr | null {
    const word = this.word()
    if (word === '') return null
    if (this.isPrefix(word)) return this.string(word)
    const constant = CONSTANTS.get(word)
    if (constant === undefined && KEYWORDS.has(word)) return null
    const start = this.pos
    this.takeToken(word)
    return constant ?? { e: 'name', id: word, at: this.builder.place(start, this.tokenEnd) }
  }

  private number(): Expr | null {
    const token = this.text.slice(this.pos, numberEnd(this.text, this.pos))
    const value = decodeNumber(token)
    if (value === null || isWordCode(this.text.charCodeAt(this.pos + token.length))) return null
    this.takeToken(token)
    return value
  }

  /** One string literal or several side by side, of one kind; f- and t-strings are not plain. */
  private string(firstPrefix: string): Expr | null {
    let letters: string | null = firstPrefix
    let bytes: boolean | null = null
    let value = ''
    while (letters !== null) {
      const prefix = stringPrefix(letters)
      if (prefix === null || prefix.format || (bytes !== null && bytes !== prefix.bytes)) return null
      bytes = prefix.bytes
      const quote: number = this.pos + letters.length
      const end = stringEnd(this.text, quote, this.text.length)
      if (end === UNSURE) return null
      const width = isTriple(this.text, quote) ? 3 : 1
      const decoded = decodeString(this.text.slice(quote + width, end - width), prefix)
      if (decoded.kind !== 'value') return null
      value += decoded.value
      this.pos = end
      this.tokenEnd = end
      letters = this.nextPrefix()
    }
    return bytes ? { e: 'bytes', value } : { e: 'const', value }
  }

  /** The prefix of the string that comes next; null where none does. */
  private nextPrefix(): string | null {
    const word = this.word()
    // A keyword may touch a quote: `"a" in"abc"`.
    return this.isPrefix(word) && stringPrefix(word) !== null ? word : null
  }

  private parenthesized(): Expr | null {
    this.open()
    if (this.close(')')) return { e: 'tuple', items: [] }
    const first = this.element(true)
    if (first === null) return null
    if (this.peek() !== ',') return first.e !== 'star' && this.close(')') ? first : null
    const items = this.rest(first, ')')
    return items === null ? null : { e: 'tuple', items }
  }

  private listItems(): Expr[] | null {
    this.open()
    if (this.close(']')) return []
    const first = this.element(true)
    return first === null ? null : this.rest(first, ']')
  }

  /** The items after the first, up to and with the closing bracket. */
  private rest(first: Expr, closer: string): Expr[] | null {
    const items = [first]
    while (this.take(',')) {
      if (this.peek() === closer) break
      const item = this.element(true)
      if (item === null) return null
      items.push(item)
    }
    return this.close(closer) ? items : null
  }

  private braces(): Expr | null {
    this.open()
    if (this.close('}')) return { e: 'dict', items: [] }
    if (this.atDoubleStar()) return this.dictionary(null)
    const first = this.element(true)
    if (first === null) return null
    if (this.peek() === ':') return first.e === 'star' ? null : this.dictionary(first)
    const items = this.rest(first, '}')
    return items === null ? null : { e: 'set', items }
  }

  private atDoubleStar(): boolean {
    return this.text.startsWith('**', this.startOfNext())
  }

  /** The items of a dict display from its first ':' or '**' on. */
  private dictionary(firstKey: Expr | null): Expr | null {
    const items: { key: Expr | null; value: Expr }[] = []
    let key = firstKey
    for (;;) {
      if (key === null) this.takeToken('**')
      else if (!this.take(':')) return null
      const value = key === null ? this.unpacked() : this.expression()
      if (value === null) return null
      items.push({ key, value })
      if (!this.take(',') || this.peek() === '}') break
      key = null
      if (this.atDoubleStar()) continue
      key = this.expression()
      if (key === null) return null
    }
    return this.close('}') ? { e: 'dict', items } : null
  }

  private call(fn: Expr, start: number): Expr | null {
    const args: Expr[] = []
    const keywords: Keyword[] = []
    if (!this.callArguments(args, keywords)) return null
    return { e: 'call', fn, args, keywords, at: this.builder.place(start, this.tokenEnd) }
  }

  /** Arguments from their opening parenthesis to the closing one. */
  private callArguments(args: Expr[], keywords: Keyword[]): boolean {
    this.open()
    while (!this.close(')')) {
      const name = this.keywordName()
      const value = name === '*' ? this.starred() : this.expression()
      if (value === null) return false
      if (name === '' || name === '*') {
        // Positional arguments behind keywords are wrong, or rare (`f(a=1, *b)`).
        if (keywords.length > 0) return false
        args.push(value)
      } else {
        if (name !== '**' && keywords.some(other => other.name === name)) return false
        keywords.push({ name: name === '**' ? null : name, value })
      }
      if (!this.take(',') && this.peek() !== ')') return false
    }
    return true
  }

  /** Takes what stands before an argument's value: `name=`, '*' or '**'; '' where nothing does. */
  private keywordName(): string {
    if (this.take('*')) {
      if (this.text[this.pos] !== '*') return '*'
      this.pos++
      return '**'
    }
    const word = this.word()
    if (word === '') return ''
    let i = this.pos + word.length
    while (this.text[i] === ' ') i++
    if (this.text[i] !== '=' || this.text[i + 1] === '=' || KEYWORDS.has(word)) return ''
    this.pos = i + 1
    return word
  }

  private starred(): Expr | null {
    const of = this.expression()
    return of === null ? null : { e: 'star', of }
  }

  private subscript(of: Expr, start: number): Expr | null {
    this.open()
    const items: Expr[] = []
    let comma = false
    while (this.peek() !== ']') {
      const item = this.index()
      if (item === null) return null
      items.push(item)
      comma = this.take(',')
      if (!comma) break
    }
    const [first] = items
    if (first === undefined || !this.close(']')) return null
    const index: Expr = items.length === 1 && !comma && first.e !== 'star' ? first : { e: 'tuple', items }
    suspectUnpackingIndex(this.builder, index, start, this.tokenEnd)
    return { e: 'sub', of, index, at: this.builder.place(start, this.tokenEnd) }
  }

  /** One index or slice. */
  private index(): Expr | null {
    let from: Expr | null = null
    if (this.peek() !== ':') {
      from = this.element(true)
      if (from === null || this.peek() !== ':') return from
    }
    const bounds: [Expr | null, Expr | null] = [null, null]
    for (let i = 0; i < 2 && this.take(':'); i++) {
      const next = this.peek()
      if (next === ':' || next === ',' || next === ']') continue
      const bound = this.expression()
      if (bound === null) return null
      bounds[i] = bound
    }
    return { e: 'slice', from, to: bounds[0], step: bounds[1] }
  }
}
