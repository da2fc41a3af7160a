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

/** What a word that may be a keyword does; several of these together. */
const Word = {
  /** It begins a statement or a clause, and stands nowhere else. */
  starter: 1,
  /** It wants an operand behind it. */
  hungry: 2,
  /** It is no operand, and anything may follow. */
  joint: 4,
  /** It may be a keyword at the beginning of a statement, and is a name elsewhere. */
  soft: 8,
  /** In its statement '/', '*' and ':' have uses of their own. */
  defining: 16,
  /** Only a function that is `async` may have it in its body, but for `async def`. */
  suspending: 32,
} as const

/** Keywords and their roles by the code of their first letter: most words need no further look. */
const KEYWORDS: (readonly [word: string, roles: number])[][] = Array.from({ length: 128 }, () => [])
for (const [role, words] of [
  [
    Word.starter,
    'assert break class continue def del elif except finally global nonlocal pass raise return try while with',
  ],
  [Word.hungry, 'and as assert await del elif global if import in is nonlocal not or while with'],
  [Word.joint, 'async class def else except finally for from lambda raise return try yield'],
  [Word.soft, 'case lazy match type'],
  [Word.defining, 'async class def from import type'],
  [Word.suspending, 'async await'],
] as const) {
  for (const word of words.split(' ')) {
    const list = KEYWORDS[word.charCodeAt(0)]!
    const index = list.findIndex(([known]) => known === word)
    if (index < 0) list.push([word, role])
    else list[index] = [word, list[index]![1] | role]
  }
}

/** The roles of the word [at, end); 0 for names and numbers. */
function rolesOf(text: string, at: number, end: number, code: number): number {
  const length = end - at
  if (length > LONGEST_KEYWORD || length < 2 || code > 127) return 0
  for (const [word, roles] of KEYWORDS[code]!) {
    if (word.length === length && text.startsWith(word, at)) return roles
  }
  return 0
}

const ASYNC_DEF = /^async[ \t\f]+def\b/
const LONGEST_KEYWORD = 'continue'.length

const operators = (text: string): ReadonlySet<number> => new Set([...text].map(one => one.charCodeAt(0)))
/** They may begin an operand. */
const UNARY = operators('-+~*')
/** They may go on an operator: '**=', '->', '<='. */
const TAIL = operators('=*/<>')
const LONGEST_OPERATOR = 3

/** Looks at one logical line of a function's body after the other. */
export class TokenOrder {
  /** Where the last line looked at has a token of an `async` function's body; `UNSURE`: nowhere. */
  suspending: number = UNSURE
  private state: State = 'free'
  private start = 0
  private i = 0
  private end = 0
  /** The roles of the statement's first word; -1: none seen yet. */
  private first = -1
  private raise = false
  /** The last token that is neither word nor string. */
  private last = 0
  private lambda = false
  private readonly brackets: number[] = []

  constructor(private readonly text: string) {}

  /** The offset of a token of the logical line [start, end) that hardly can stand there; `UNSURE`: none. */
  odd(start: number, end: number): number {
    const { text } = this
    this.begin(start, end)
    while (this.i < end) {
      const at = this.i
      const code = text.charCodeAt(at)
      if (isBlankCode(code) || code === Code.newline || code === Code.backslash) this.i++
      else if (code === Code.hash) this.i = lineEnd(text, at, end)
      else if (!(isWordCode(code) ? this.word(at, code) : this.mark(at, code))) return at
    }
    // A star at the end is that of a star import, which no function may have.
    return this.state === 'operator' || this.state === 'dot' ? end - 1 : UNSURE
  }

  private begin(start: number, end: number): void {
    this.suspending = UNSURE
    this.state = 'free'
    this.start = start
    this.i = start
    this.end = end
    this.first = -1
    this.raise = false
    this.last = 0
    this.lambda = false
    if (this.brackets.length > 0) this.brackets.length = 0
  }

  /** Would another operand be one too many? */
  private get complete(): boolean {
    return this.state === 'operand' || this.state === 'string'
  }

  /** A keyword, a name, a number, or the prefix of a string. */
  private word(at: number, code: number): boolean {
    const { text, end } = this
    let i = at + 1
    while (isWordCode(text.charCodeAt(i))) i++
    this.i = i
    if (
      i < end &&
      classAt(text, i) === Char.quote &&
      i - at <= 2 &&
      stringPrefix(text.slice(at, i)) !== null
    ) {
      return this.string(i)
    }
    const roles = rolesOf(text, at, i, code)
    const begins = this.first < 0
    if (begins) {
      this.first = roles
      this.raise = roles !== 0 && text.startsWith('raise', at)
    }
    if (roles & Word.suspending && this.suspends(at)) this.suspending = at
    if (roles & Word.starter && (this.state !== 'free' || this.brackets.length > 0)) return false
    if (roles & (Word.hungry | Word.joint)) {
      if (this.state === 'dot') return text.startsWith('import', at)
      if (roles & Word.joint && text.startsWith('lambda', at)) this.lambda = true
      this.last = 0
      this.state = roles & Word.hungry ? 'operator' : 'free'
      return true
    }
    if (this.complete) return false
    if (code <= Code.digit9) this.i = Math.min(numberEnd(text, at), end)
    this.state = begins && roles & Word.soft ? 'free' : 'operand'
    return true
  }

  /** Does `await` or `async` at `at` need a function that is? A generator expression may have both anywhere. */
  private suspends(at: number): boolean {
    const { text, start, end } = this
    if (this.brackets.at(-1) === Code.openParenthesis && /\bfor\b/.test(text.slice(start, end))) return false
    return !ASYNC_DEF.test(text.slice(at, at + 20))
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
        // Python 2: raise E, "text"
        if (this.raise && this.brackets.length === 0) return false
        if (state === 'dot' || (state === 'operator' && !this.isSpecial())) return false
        return state !== 'free' || (before !== Code.comma && before !== Code.openParenthesis)
      }
      case Code.colon:
        return this.colon()
      case Code.semicolon:
        this.first = -1
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
    return this.lambda || this.beginsAs(Word.defining)
  }

  /** Has the first word of the statement one of these roles? */
  private beginsAs(roles: number): boolean {
    return this.first > 0 && (this.first & roles) !== 0
  }

  private dot(at: number): boolean {
    const { text } = this
    if (text.startsWith('...', at)) {
      this.i = at + 3
      const fits = !this.complete
      this.state = this.beginsAs(Word.defining) ? 'free' : 'operand'
      return fits
    }
    const complete = this.complete || this.beginsAs(Word.soft)
    const next = text.charCodeAt(at + 1)
    if (!complete && next >= Code.digit0 && next <= Code.digit9) {
      this.i = numberEnd(text, at)
      this.state = 'operand'
      return true
    }
    if (complete) this.state = 'dot'
    return complete || this.beginsAs(Word.defining)
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
    if (bracket === undefined && !this.lambda) this.first = -1
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
    if (bracket === undefined && this.beginsAs(Word.hungry | Word.joint)) return false
    return complete || (before === Code.comma && bracket === undefined) || this.beginsAs(Word.soft)
  }

  private operator(code: number): boolean {
    const { text, end } = this
    const longest = Math.min(end, this.i - 1 + LONGEST_OPERATOR)
    if (code === Code.exclamation && text.charCodeAt(this.i) !== Code.equals) return false
    while (this.i < longest && TAIL.has(text.charCodeAt(this.i))) this.i++
    const fits =
      this.complete || UNARY.has(code) || code === Code.at || this.isSpecial() || this.beginsAs(Word.soft)
    this.state = 'operator'
    return fits
  }
}
