/**
 * The operands of plain expressions, read straight from the text: names, literals, displays, and the calls,
 * attributes and subscripts behind them. Null: not plain.
 */

import { isTarget, suspectUnpackingIndex } from './construct_checks.ts'
import { isWordCode, numberEnd } from './lexical.ts'
import { decodeNumber } from './literals.ts'
import type { CompClause, Expr, Keyword } from './module_code.ts'
import { KEYWORDS } from './plain_reader.ts'
import { PlainStrings } from './plain_string.ts'
import { fitted } from './room.ts'

/** Nested deeper than this is rare enough to leave it to tree-sitter. */
export const MAX_PLAIN_NESTING = 40

const CONSTANTS: ReadonlyMap<string, Expr> = new Map([
  ['None', { e: 'const', value: null }],
  ['True', { e: 'const', value: true }],
  ['False', { e: 'const', value: false }],
])

export abstract class PlainOperands extends PlainStrings {
  /** An expression, or `*expression` where that may stand. */
  protected abstract element(starred: boolean): Expr | null

  /** What stands between `if`s and `or`s: no comprehension's parts hold more without brackets. */
  protected abstract disjunction(): Expr | null

  /** `yield` and its value, where it comes next and may stand; undefined where it does not come. */
  protected abstract yielded(): Expr | null | undefined

  /** May `await` and `yield` stand here without a doubt? */
  protected suspends = false

  /** What `*` and `**` unpack in a display: no comparisons, no words. */
  protected abstract unpacked(): Expr | null

  /** An atom and what stands behind it. */
  protected primary(): Expr | null {
    const start = this.startOfNext()
    if (this.suspends && this.peek() === 'a' && this.takeKeyword('await')) {
      if (++this.nesting > MAX_PLAIN_NESTING) return null
      const of = this.primary()
      this.nesting--
      return of === null ? null : { e: 'await', of }
    }
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
      case '[':
        return this.list()
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

  private parenthesized(): Expr | null {
    const start = this.pos
    this.open()
    if (this.close(')')) return { e: 'tuple', items: [] }
    const yielded = this.yielded()
    if (yielded !== undefined) return yielded !== null && this.close(')') ? yielded : null
    const first = this.peek() === '*' ? this.element(true) : this.condition()
    if (first === null) return null
    if (first.e === 'walrus') return this.close(')') ? first : null
    if (this.atComprehension()) return this.comprehension('generator', null, first, start, ')')
    if (this.peek() !== ',') return first.e !== 'star' && this.close(')') ? first : null
    const items = this.rest(first, ')')
    return items === null ? null : { e: 'tuple', items }
  }

  private list(): Expr | null {
    const start = this.pos
    this.open()
    if (this.close(']')) return { e: 'list', items: [] }
    const first = this.element(true)
    if (first === null) return null
    if (this.atComprehension()) return this.comprehension('list', null, first, start, ']')
    const items = this.rest(first, ']')
    return items === null ? null : { e: 'list', items }
  }

  /** An expression, or `name := expression`, where that may stand without brackets of its own. */
  protected condition(): Expr | null {
    const start = this.startOfNext()
    const first = this.expression()
    if (first?.e !== 'name' || this.tokenEnd - start !== first.id.length) return first
    if (this.peek() !== ':' || this.text[this.pos + 1] !== '=') return first
    this.takeToken(':=')
    const value = this.expression()
    if (value === null) return null
    this.builder.suspect(start, this.tokenEnd, 'assignment expression', [3, 8])
    return { e: 'walrus', name: first.id, value }
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
    return this.close(closer) ? fitted(items) : null
  }

  private atComprehension(): boolean {
    return this.peek() === 'f' && this.word() === 'for'
  }

  /** A comprehension from its first `for` to the closing bracket; `start` is where the opening one stands. */
  private comprehension(
    kind: 'list' | 'set' | 'dict' | 'generator',
    key: Expr | null,
    value: Expr,
    start: number,
    closer: string,
  ): Expr | null {
    if (value.e === 'star' || ++this.nesting > MAX_PLAIN_NESTING) return null
    const clauses: CompClause[] = []
    while (this.takeKeyword('for')) {
      const target = this.targets()
      if (target === null) return null
      const iter = this.disjunction()
      if (iter === null) return null
      const conditions: Expr[] = []
      while (this.takeKeyword('if')) {
        const condition = this.disjunction()
        if (condition === null) return null
        conditions.push(condition)
      }
      clauses.push({ target, iter, conditions })
    }
    this.nesting--
    if (!this.close(closer)) return null
    return { e: 'comp', kind, key, value, clauses, at: this.builder.place(start, this.tokenEnd) }
  }

  /** What a `for` assigns to, and the `in` behind it. */
  protected targets(): Expr | null {
    const items: Expr[] = []
    let comma = false
    do {
      if (comma && this.takeKeyword('in')) return { e: 'tuple', items }
      const star = this.take('*')
      const of = this.unpacked()
      if (of === null) return null
      items.push(star ? { e: 'star', of } : of)
      comma = this.take(',')
    } while (comma)
    const [first] = items
    const target: Expr = items.length === 1 ? first! : { e: 'tuple', items }
    return isTarget(target) && this.takeKeyword('in') ? target : null
  }

  private braces(): Expr | null {
    const start = this.pos
    this.open()
    if (this.close('}')) return { e: 'dict', items: [] }
    if (this.atDoubleStar()) return this.dictionary(null, start)
    const first = this.element(true)
    if (first === null) return null
    if (this.peek() === ':') return first.e === 'star' ? null : this.dictionary(first, start)
    if (this.atComprehension()) return this.comprehension('set', null, first, start, '}')
    const items = this.rest(first, '}')
    return items === null ? null : { e: 'set', items }
  }

  private atDoubleStar(): boolean {
    return this.text.startsWith('**', this.startOfNext())
  }

  /** The items of a dict display from its first ':' or '**' on. */
  private dictionary(firstKey: Expr | null, start: number): Expr | null {
    const items: { key: Expr | null; value: Expr }[] = []
    let key = firstKey
    for (;;) {
      if (key === null) this.takeToken('**')
      else if (!this.take(':')) return null
      const value = key === null ? this.unpacked() : this.expression()
      if (value === null) return null
      if (key !== null && items.length === 0 && this.atComprehension())
        return this.comprehension('dict', key, value, start, '}')
      items.push({ key, value })
      if (!this.take(',') || this.peek() === '}') break
      key = null
      if (this.atDoubleStar()) continue
      key = this.expression()
      if (key === null) return null
    }
    return this.close('}') ? { e: 'dict', items: fitted(items) } : null
  }

  private call(fn: Expr, start: number): Expr | null {
    const args: Expr[] = []
    const keywords: Keyword[] = []
    if (!this.callArguments(args, keywords)) return null
    const at = this.builder.place(start, this.tokenEnd)
    return { e: 'call', fn, args: fitted(args), keywords: fitted(keywords), at }
  }

  /** Arguments from their opening parenthesis to the closing one. */
  protected callArguments(args: Expr[], keywords: Keyword[]): boolean {
    const start = this.pos
    this.open()
    while (!this.close(')')) {
      const name = this.keywordName()
      const value = name === '*' ? this.starred() : this.expression()
      if (value === null) return false
      if (name === '' && args.length + keywords.length === 0 && this.atComprehension()) {
        const generator = this.comprehension('generator', null, value, start, ')')
        if (generator === null) return false
        args.push(generator)
        return true
      }
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
