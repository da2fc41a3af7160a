/**
 * A quick look at the order of tokens in a line: operands and operators have to take turns. It is no parser.
 * What it finds odd is nearly always wrong, what it lets pass may be wrong still: it is for the lines that
 * nobody else reads, to pick out those that somebody should.
 */
import {
  Char,
  Code,
  classAt,
  isBlankCode,
  isWordCode,
  lineEnd,
  numberEnd,
  stringEnd,
  UNSURE,
} from './lexical.ts'
import { stringPrefix } from './literals.ts'

/** What may come next, by what came last. */
type State =
  /** An operand has to: after an operator, or a keyword that wants one. */
  | 'operator'
  /** No operand may: one is complete. */
  | 'operand'
  /** As `operand`, but for another string beside it. */
  | 'string'
  /** A name has to: after a dot. */
  | 'dot'
  /** Anything: at a beginning, after a comma, a colon, an opening bracket, a word that may be a keyword. */
  | 'free'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Keywords that begin a statement or a clause, and stand nowhere else. */
const STARTERS = words(
  'assert break class continue def del elif except finally global nonlocal pass raise return try while with',
)
/** Keywords that want an operand behind them. */
const HUNGRY = words('and as assert await del elif global if import in is nonlocal not or while with')
/** The other keywords that are no operands. */
const JOINTS = words('async class def else except finally for from lambda raise return try yield')
/** They may be keywords at the beginning of a statement. */
const SOFT = words('case lazy match print type')
/** Statements in which '/', '*' and ':' have uses of their own. */
const DEFINING = words('async class def from import type')

const operators = (text: string): ReadonlySet<number> => new Set([...text].map(one => one.charCodeAt(0)))
/** They may begin an operand. */
const UNARY = operators('-+~*')
/** They may go on an operator: '**=', '->', '<='. */
const TAIL = operators('=*/<>')
const LONGEST_OPERATOR = 3

/** The offset of a token of the logical line [start, end) that hardly can stand there; `UNSURE`: none. */
export function oddToken(text: string, start: number, end: number): number {
  return new TokenOrder(text, start, end).run()
}

class TokenOrder {
  private state: State = 'free'
  private i: number
  /** The first word of the statement. */
  private first = ''
  /** The last token that is neither word nor string. */
  private last = 0
  private lambda = false
  private readonly brackets: number[] = []

  constructor(
    private readonly text: string,
    start: number,
    private readonly end: number,
  ) {
    this.i = start
  }

  run(): number {
    const { text, end } = this
    while (this.i < end) {
      const at = this.i
      const code = text.charCodeAt(at)
      if (isBlankCode(code) || code === Code.newline || code === Code.backslash) this.i++
      else if (code === Code.hash) this.i = lineEnd(text, at, end)
      else if (!(isWordCode(code) ? this.word(at, code) : this.mark(at, code))) return at
    }
    return this.state === 'dot' || (this.state === 'operator' && this.last !== Code.star) ? end - 1 : UNSURE
  }

  private get complete(): boolean {
    return this.state === 'operand' || this.state === 'string'
  }

  /** A keyword, a name, a number, or the prefix of a string. */
  private word(at: number, code: number): boolean {
    const { text, end } = this
    let i = at + 1
    while (isWordCode(text.charCodeAt(i))) i++
    const word = text.slice(at, i)
    this.i = i
    if (i < end && classAt(text, i) === Char.quote && stringPrefix(word) !== null) return this.string(i)
    const begins = this.first === ''
    if (begins) this.first = word
    if (STARTERS.has(word) && (this.complete || this.brackets.length > 0)) return false
    if (HUNGRY.has(word) || JOINTS.has(word)) {
      if (this.state === 'dot') return word === 'import'
      if (word === 'lambda') this.lambda = true
      this.last = 0
      this.state = HUNGRY.has(word) ? 'operator' : 'free'
      return true
    }
    if (this.complete) return false
    if (code <= Code.digit9) this.i = Math.min(numberEnd(text, at), end)
    this.state = begins && SOFT.has(word) ? 'free' : 'operand'
    return true
  }

  private string(quote: number): boolean {
    if (this.state === 'operand' || this.state === 'dot') return false
    this.i = stringEnd(this.text, quote, this.end)
    this.state = 'string'
    return this.i !== UNSURE
  }

  /** Anything but words: a string, a bracket, punctuation, an operator. */
  private mark(at: number, code: number): boolean {
    const kind = classAt(this.text, at)
    if (kind === Char.quote) return this.string(at)
    this.i = at + 1
    const before = this.last
    this.last = code
    if (kind === Char.open) {
      this.brackets.push(code)
      const follows = this.state !== 'dot' && !(this.complete && code === Code.openBrace)
      this.state = 'free'
      return follows
    }
    if (kind === Char.close) {
      this.brackets.pop()
      const { state } = this
      this.state = 'operand'
      return (
        state !== 'dot' &&
        (state !== 'operator' || (this.isSpecial() && (before === Code.star || before === Code.slash)))
      )
    }
    switch (code) {
      case Code.dot:
        return this.dot(at)
      case Code.comma: {
        const { state } = this
        this.state = 'free'
        if (state === 'dot' || (state === 'operator' && !this.isSpecial())) return false
        return state !== 'free' || (before !== Code.comma && before !== Code.openParenthesis)
      }
      case Code.colon:
        return this.colon()
      case Code.semicolon:
        this.first = ''
        this.state = 'free'
        return true
      case Code.equals:
        return this.equals(before)
      default:
        return this.operator(code)
    }
  }

  /** Are the meanings of a definition's header or a lambda's parameters possible here? */
  private isSpecial(): boolean {
    return this.lambda || DEFINING.has(this.first)
  }

  private dot(at: number): boolean {
    const { text } = this
    if (text.startsWith('...', at)) {
      this.i = at + 3
      const fits = !this.complete
      this.state = this.first === 'from' ? 'free' : 'operand'
      return fits
    }
    const complete = this.complete || SOFT.has(this.first)
    const next = text.charCodeAt(at + 1)
    if (!complete && next >= Code.digit0 && next <= Code.digit9) {
      this.i = numberEnd(text, at)
      this.state = 'operand'
      return true
    }
    if (complete) this.state = 'dot'
    return complete || this.first === 'from'
  }

  private colon(): boolean {
    const { complete, state } = this
    const special = this.isSpecial()
    const bracket = this.brackets.at(-1)
    if (this.text.charCodeAt(this.i) === Code.equals) {
      this.i++
      this.state = 'operator'
      return complete
    }
    // A dict wants a value; a slice, a lambda or a block may end here or go on.
    this.state = bracket === Code.openBrace && !this.lambda ? 'operator' : 'free'
    // Behind the colon of a header a statement begins.
    if (bracket === undefined && !this.lambda) this.first = ''
    if (state === 'dot' || special) return state !== 'dot'
    if (bracket === Code.openParenthesis) return false
    return complete || (bracket !== Code.openBrace && state === 'free')
  }

  private equals(before: number): boolean {
    const { complete } = this
    const bracket = this.brackets.at(-1)
    this.state = 'operator'
    if (this.text.charCodeAt(this.i) === Code.equals) {
      this.i++
      return complete
    }
    if (this.isSpecial()) return true
    // No assignment and no keyword argument stands here.
    if (bracket === Code.openBracket || bracket === Code.openBrace) return false
    if (bracket === undefined && (HUNGRY.has(this.first) || JOINTS.has(this.first))) return false
    return complete || (before === Code.comma && bracket === undefined) || SOFT.has(this.first)
  }

  private operator(code: number): boolean {
    const { text, end } = this
    const longest = Math.min(end, this.i - 1 + LONGEST_OPERATOR)
    if (code === Code.exclamation && text.charCodeAt(this.i) !== Code.equals) return false
    while (this.i < longest && TAIL.has(text.charCodeAt(this.i))) this.i++
    const fits =
      this.complete || UNARY.has(code) || code === Code.at || this.isSpecial() || SOFT.has(this.first)
    this.state = 'operator'
    return fits
  }
}
