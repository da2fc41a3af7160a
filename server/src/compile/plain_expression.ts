/**
 * Reads plain expressions straight from the text: names, constants, calls, operators, displays. What is
 * beyond it (f-strings, lambdas, comprehensions, `await`, `yield`, `:=`, anything that looks wrong) is null:
 * then tree-sitter reads the statement. Most import-time code is plain, and this is far cheaper.
 *
 * The result equals what `lower_expression.ts` makes of tree-sitter's tree; a property test holds them together.
 */
import type { CodeBuilder } from './code_builder.ts'
import { suspectUnpackingIndex } from './construct_checks.ts'
import { isTriple, isWordCode, stringEnd, UNSURE } from './lexical.ts'
import { decodeNumber, decodeString, stringPrefix } from './literals.ts'
import type { Expr, Keyword } from './module_code.ts'

/** Words that can't be names. */
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
)

/** Nested deeper than this is rare enough to leave it to tree-sitter. */
const MAX_NESTING = 40

const NUMBER = /(?:0[xXoObB]\w+|(?:\d[\d_]*)?\.?\d?[\d_]*(?:[eE][-+]?\d[\d_]*)?[jJ]?)/y
const WORD = /[A-Za-z_]\w*/y
const NOT_IN = /not[ \t]+in\b/y

/** How tightly a binary operator binds; comparisons, `and`, `or` and `not` have functions of their own. */
const BINDING: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '//': 6,
  '%': 6,
  '@': 6,
  '**': 8,
}
const UNARY_BINDING = 7
const POWER_BINDING = 8

export class PlainExpressions {
  /** Where reading goes on; blanks may come first. */
  protected pos = 0
  /** The end of the last token read. */
  protected tokenEnd = 0
  /** Open brackets: inside, line ends and comments are blanks. */
  private brackets = 0
  private nesting = 0

  constructor(
    protected readonly text: string,
    protected readonly builder: CodeBuilder,
  ) {}

  protected begin(at: number): void {
    this.pos = at
    this.brackets = 0
    this.nesting = 0
  }

  /** The code of the next character that is no blank; `pos` stands at it. */
  protected peek(): number {
    const { text } = this
    for (;;) {
      const code = text.charCodeAt(this.pos)
      if (code === 32 || code === 9 || code === 12 || code === 13) this.pos++
      else if (this.brackets > 0 && code === 10) this.pos++
      else if (this.brackets > 0 && code === 35) {
        const newline = text.indexOf('\n', this.pos)
        this.pos = newline < 0 ? text.length : newline
      } else return code
    }
  }

  /** Takes the character `code` if it comes next. */
  protected take(code: number): boolean {
    if (this.peek() !== code) return false
    this.tokenEnd = ++this.pos
    return true
  }

  protected open(): void {
    this.brackets++
    this.tokenEnd = ++this.pos
  }

  /** Takes the closing bracket `code`. */
  protected close(code: number): boolean {
    if (this.peek() !== code) return false
    this.brackets--
    this.tokenEnd = ++this.pos
    return true
  }

  /** The identifier or keyword at `pos`; '' where there is none or it has letters beyond ASCII. */
  protected word(): string {
    this.peek()
    WORD.lastIndex = this.pos
    const word = WORD.exec(this.text)?.[0] ?? ''
    return this.text.charCodeAt(this.pos + word.length) < 128 || this.pos + word.length >= this.text.length
      ? word
      : ''
  }

  /** Takes `word`, which `word()` returned. */
  protected takeWord(word: string): void {
    this.pos += word.length
    this.tokenEnd = this.pos
  }

  /** Takes the keyword if it comes next. */
  protected takeKeyword(keyword: string): boolean {
    this.peek()
    const { text, pos } = this
    if (!text.startsWith(keyword, pos) || isWordCode(text.charCodeAt(pos + keyword.length))) return false
    this.takeWord(keyword)
    return true
  }

  /** An identifier that is no keyword; null otherwise. */
  protected identifier(): string | null {
    const word = this.word()
    if (word === '' || KEYWORDS.has(word)) return null
    const after = this.text.charCodeAt(this.pos + word.length)
    if (after === 34 || after === 39) return null
    this.takeWord(word)
    return word
  }

  /** One expression or, separated by commas and without brackets, a tuple of them. */
  protected expressions(starred: boolean): Expr | null {
    const first = this.element(starred)
    if (first === null) return null
    if (this.peek() !== 44) return first.e === 'star' ? null : first
    const items = [first]
    while (this.take(44)) {
      const code = this.peek()
      // After a comma that ends the list: line end, comment, '=' or ':'.
      if (Number.isNaN(code) || code === 10 || code === 35 || code === 61 || code === 58 || code === 59) break
      const item = this.element(starred)
      if (item === null) return null
      items.push(item)
    }
    return { e: 'tuple', items }
  }

  /** An expression, or `*expression` where that may stand. */
  private element(starred: boolean): Expr | null {
    if (!starred || this.peek() !== 42) return this.expression()
    if (this.text.charCodeAt(this.pos + 1) === 42) return null
    this.pos++
    const of = this.binary(1)
    return of === null ? null : { e: 'star', of }
  }

  /** `then if test else otherwise`, or what binds tighter. */
  protected expression(): Expr | null {
    if (++this.nesting > MAX_NESTING) return null
    const value = this.conditional()
    this.nesting--
    return value
  }

  private conditional(): Expr | null {
    const then = this.disjunction()
    if (then === null || this.peek() !== 105 || !this.takeKeyword('if')) return then
    const test = this.disjunction()
    if (test === null || !this.takeKeyword('else')) return null
    const otherwise = this.expression()
    return otherwise === null ? null : { e: 'if', test, then, else: otherwise }
  }

  private disjunction(): Expr | null {
    let left = this.conjunction()
    for (let terms = 0; left !== null && this.peek() === 111 && this.takeKeyword('or'); terms++) {
      const right = this.conjunction()
      left = right === null || terms > MAX_NESTING ? null : { e: 'or', left, right }
    }
    return left
  }

  private conjunction(): Expr | null {
    let left = this.negation()
    for (let terms = 0; left !== null && this.peek() === 97 && this.takeKeyword('and'); terms++) {
      const right = this.negation()
      left = right === null || terms > MAX_NESTING ? null : { e: 'and', left, right }
    }
    return left
  }

  private negation(): Expr | null {
    if (this.peek() !== 110 || !this.takeKeyword('not')) return this.comparison()
    if (++this.nesting > MAX_NESTING) return null
    const of = this.negation()
    this.nesting--
    return of === null ? null : { e: 'unary', operator: 'not', of }
  }

  private comparison(): Expr | null {
    const start = this.startOfNext()
    const left = this.binary(1)
    if (left === null) return null
    let operator = this.comparisonOperator()
    if (operator === null) return left
    const ops: string[] = []
    const rights: Expr[] = []
    for (; operator !== null; operator = this.comparisonOperator()) {
      const right = this.binary(1)
      if (right === null) return null
      ops.push(operator)
      rights.push(right)
    }
    return { e: 'compare', left, ops, rights, at: this.builder.place(start, this.tokenEnd) }
  }

  private comparisonOperator(): string | null {
    const code = this.peek()
    const { text, pos } = this
    const next = text.charCodeAt(pos + 1)
    switch (code) {
      case 60: // <
      case 62: // >
      case 61: // =
      case 33: // !
        if (next !== 61 && (code === 61 || code === 33)) return null
        this.pos += next === 61 ? 2 : 1
        return text.slice(pos, this.pos)
      case 105: // i
        if (this.takeKeyword('in')) return 'in'
        if (!this.takeKeyword('is')) return null
        return this.takeKeyword('not') ? 'is not' : 'is'
      case 110: // n
        NOT_IN.lastIndex = pos
        if (!NOT_IN.test(text)) return null
        this.pos = NOT_IN.lastIndex
        return 'not in'
      default:
        return null
    }
  }

  protected startOfNext(): number {
    this.peek()
    return this.pos
  }

  /** Binary operators that bind at least as tightly as `binding`. */
  private binary(binding: number): Expr | null {
    const start = this.startOfNext()
    let left = this.unary()
    for (let terms = 0; left !== null; terms++) {
      const operator = this.binaryOperator()
      if (operator === '') return left
      const own = BINDING[operator]!
      if (own < binding) return left
      if (terms > MAX_NESTING) return null
      this.pos += operator.length
      // ** groups to the right, and its right side may begin with a sign.
      const right: Expr | null = this.binary(own === POWER_BINDING ? UNARY_BINDING : own + 1)
      if (right === null) return null
      left = { e: 'binary', operator, left, right, at: this.builder.place(start, this.tokenEnd) }
    }
    return null
  }

  /** The binary operator at `pos`, not taken; '' where there is none or it is part of an assignment. */
  private binaryOperator(): string {
    const code = this.peek()
    const next = this.text.charCodeAt(this.pos + 1)
    switch (code) {
      case 42: // *
      case 47: // /
      case 60: // <
      case 62: {
        const doubled = next === code
        if (!doubled && (code === 60 || code === 62)) return ''
        const length = doubled ? 2 : 1
        if (this.text.charCodeAt(this.pos + length) === 61) return ''
        return this.text.slice(this.pos, this.pos + length)
      }
      case 43: // +
      case 45: // -
      case 37: // %
      case 64: // @
      case 38: // &
      case 124: // |
      case 94: // ^
        if (next === 61 || (code === 45 && next === 62)) return ''
        return this.text[this.pos]!
      default:
        return ''
    }
  }

  private unary(): Expr | null {
    const code = this.peek()
    if (code !== 45 && code !== 43 && code !== 126) return this.primary()
    this.pos++
    if (++this.nesting > MAX_NESTING) return null
    const of = this.binary(UNARY_BINDING)
    this.nesting--
    return of === null ? null : { e: 'unary', operator: code === 45 ? '-' : code === 43 ? '+' : '~', of }
  }

  private primary(): Expr | null {
    const start = this.startOfNext()
    let value = this.atom()
    for (let links = 0; value !== null; links++) {
      const code = this.peek()
      if (code !== 46 && code !== 40 && code !== 91) return value
      if (links > MAX_NESTING) return null
      if (code === 46) {
        this.pos++
        const name: string | null = this.identifier()
        value =
          name === null ? null : { e: 'attr', of: value, name, at: this.builder.place(start, this.tokenEnd) }
      } else value = code === 40 ? this.call(value, start) : this.subscript(value, start)
    }
    return null
  }

  private atom(): Expr | null {
    const code = this.peek()
    const { text, pos } = this
    switch (code) {
      case 34:
      case 39:
        return this.string('')
      case 40:
        return this.parenthesized()
      case 91: {
        const items = this.display(93)
        return items === null ? null : { e: 'list', items }
      }
      case 123:
        return this.braces()
      case 46:
        if (text.startsWith('...', pos)) {
          this.pos += 3
          this.tokenEnd = this.pos
          return { e: 'ellipsis' }
        }
        return this.number()
    }
    if (code >= 48 && code <= 57) return this.number()
    const word = this.word()
    if (word === '') return null
    const after = text.charCodeAt(pos + word.length)
    if (after === 34 || after === 39) return this.string(word)
    if (!KEYWORDS.has(word)) {
      this.takeWord(word)
      return { e: 'name', id: word, at: this.builder.place(pos, this.pos) }
    }
    if (word !== 'None' && word !== 'True' && word !== 'False') return null
    this.takeWord(word)
    return { e: 'const', value: word === 'None' ? null : word === 'True' }
  }

  private number(): Expr | null {
    NUMBER.lastIndex = this.pos
    const token = NUMBER.exec(this.text)?.[0] ?? ''
    const value = decodeNumber(token)
    const after = this.text.charCodeAt(this.pos + token.length)
    if (value === null || isWordCode(after)) return null
    this.takeWord(token)
    return value
  }

  /** One string literal or several side by side, with equal kinds; f- and t-strings are not plain. */
  private string(firstPrefix: string): Expr | null {
    let letters = firstPrefix
    let bytes: boolean | null = null
    let whole = ''
    for (;;) {
      const prefix = stringPrefix(letters)
      if (prefix === null || prefix.format || (bytes !== null && bytes !== prefix.bytes)) return null
      bytes = prefix.bytes
      const quote = this.pos + letters.length
      const end = stringEnd(this.text, quote, this.text.length)
      if (end === UNSURE) return null
      const width = isTriple(this.text, quote) ? 3 : 1
      const decoded = decodeString(this.text.slice(quote + width, end - width), prefix)
      if (decoded.kind !== 'value') return null
      whole += decoded.value
      this.pos = end
      this.tokenEnd = end
      const code = this.peek()
      if (code === 34 || code === 39) letters = ''
      else {
        letters = this.word()
        const after = this.text.charCodeAt(this.pos + letters.length)
        if (letters === '' || (after !== 34 && after !== 39)) break
        // A keyword may touch a quote: `"a" in"abc"`.
        if (stringPrefix(letters) === null) break
      }
    }
    return bytes ? { e: 'bytes', value: whole } : { e: 'const', value: whole }
  }

  private parenthesized(): Expr | null {
    this.open()
    if (this.close(41)) return { e: 'tuple', items: [] }
    const first = this.element(true)
    if (first === null) return null
    if (this.peek() !== 44) return first.e !== 'star' && this.close(41) ? first : null
    const items = this.rest(first, 41)
    return items === null ? null : { e: 'tuple', items }
  }

  /** The items of a bracketed display that opens at `pos`. */
  private display(closer: number): Expr[] | null {
    this.open()
    if (this.close(closer)) return []
    const first = this.element(true)
    return first === null ? null : this.rest(first, closer)
  }

  /** The items after the first, up to and with the closing bracket. */
  private rest(first: Expr, closer: number): Expr[] | null {
    const items = [first]
    while (this.take(44)) {
      if (this.peek() === closer) break
      const item = this.element(true)
      if (item === null) return null
      items.push(item)
    }
    return this.close(closer) ? items : null
  }

  private braces(): Expr | null {
    this.open()
    if (this.close(125)) return { e: 'dict', items: [] }
    if (!this.atDoubleStar()) {
      const first = this.element(true)
      if (first === null) return null
      if (this.peek() !== 58) {
        const items = this.rest(first, 125)
        return items === null ? null : { e: 'set', items }
      }
      return first.e === 'star' ? null : this.dictionary(first)
    }
    return this.dictionary(null)
  }

  private atDoubleStar(): boolean {
    return this.peek() === 42 && this.text.charCodeAt(this.pos + 1) === 42
  }

  /** The items of a dict display from its first ':' or '**' on. */
  private dictionary(firstKey: Expr | null): Expr | null {
    const items: { key: Expr | null; value: Expr }[] = []
    let key = firstKey
    for (;;) {
      if (key === null) this.pos += 2
      else if (!this.take(58)) return null
      const value = key === null ? this.binary(1) : this.expression()
      if (value === null) return null
      items.push({ key, value })
      if (!this.take(44) || this.peek() === 125) break
      key = null
      if (!this.atDoubleStar()) {
        key = this.expression()
        if (key === null) return null
      }
    }
    return this.close(125) ? { e: 'dict', items } : null
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
    while (!this.close(41)) {
      if (this.atDoubleStar()) {
        this.pos += 2
        const value = this.expression()
        if (value === null) return false
        keywords.push({ name: null, value })
      } else {
        const name = this.keywordName()
        if (name !== null) {
          const value = this.expression()
          if (value === null || keywords.some(other => other.name === name)) return false
          keywords.push({ name, value })
        } else {
          const arg = this.argument()
          if (arg === null) return false
          // Positional arguments after keywords are wrong, or rare (`f(a=1, *b)`).
          if (keywords.length > 0) return false
          args.push(arg)
        }
      }
      if (!this.take(44) && this.peek() !== 41) return false
    }
    return true
  }

  private argument(): Expr | null {
    if (this.peek() !== 42) return this.expression()
    this.pos++
    const of = this.expression()
    return of === null ? null : { e: 'star', of }
  }

  /** Takes `name=` if that comes next. */
  private keywordName(): string | null {
    const back = this.pos
    const word = this.word()
    if (word === '') return null
    let i = this.pos + word.length
    while (this.text.charCodeAt(i) === 32) i++
    if (this.text.charCodeAt(i) !== 61 || this.text.charCodeAt(i + 1) === 61 || KEYWORDS.has(word)) {
      this.pos = back
      return null
    }
    this.pos = i + 1
    return word
  }

  private subscript(of: Expr, start: number): Expr | null {
    this.open()
    const items: Expr[] = []
    let comma = false
    while (this.peek() !== 93) {
      const item = this.index()
      if (item === null) return null
      items.push(item)
      comma = this.take(44)
      if (!comma) break
    }
    const first = items[0]
    if (first === undefined || !this.close(93)) return null
    const index: Expr = items.length === 1 && !comma && first.e !== 'star' ? first : { e: 'tuple', items }
    suspectUnpackingIndex(this.builder, index, start, this.tokenEnd)
    return { e: 'sub', of, index, at: this.builder.place(start, this.tokenEnd) }
  }

  /** One index or slice. */
  private index(): Expr | null {
    if (this.peek() === 42) return this.element(true)
    let from: Expr | null = null
    if (this.peek() !== 58) {
      from = this.expression()
      if (from === null || this.peek() !== 58) return from
    }
    const bounds: (Expr | null)[] = [from]
    while (bounds.length < 3 && this.take(58)) {
      const code = this.peek()
      let bound: Expr | null = null
      if (code !== 58 && code !== 44 && code !== 93) {
        bound = this.expression()
        if (bound === null) return null
      }
      bounds.push(bound)
    }
    return { e: 'slice', from: bounds[0] ?? null, to: bounds[1] ?? null, step: bounds[2] ?? null }
  }
}
