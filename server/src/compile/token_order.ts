/**
 * A quick look at the order of tokens in a line: operands and operators have to take turns. It is no parser.
 * What it finds odd is nearly always wrong, what it lets pass may be wrong still: it is for the lines that
 * nobody else reads, to pick out those that somebody should. These are most lines of a file: one walk over
 * the characters finds the line's end and looks at its order.
 */
import { Code, isWordCode, numberEnd, stringEnd, UNSURE, wordEnd } from './lexical.ts'
import { isStringPrefix } from './literals.ts'
import { closerOf, continuation, LogicalLine, MOST_BRACKETS } from './logical_line.ts'

/** What may come next, by what came last. */
const State = {
  /** Anything: at a beginning, after a comma, a colon, an opening bracket, a word that may be a keyword. */
  free: 0,
  /** An operand has to: after an operator, or a keyword that wants one. */
  operator: 1,
  /** A name has to: after a dot. */
  dot: 2,
  /** No operand may: one is complete. */
  operand: 3,
  /** As `operand`, but for another string beside it. */
  string: 4,
} as const

/** What a character begins. */
const Token = {
  operator: 0,
  word: 1,
  blank: 2,
  newline: 3,
  quote: 4,
  open: 5,
  close: 6,
  comment: 7,
  backslash: 8,
  dot: 9,
  comma: 10,
  colon: 11,
  semicolon: 12,
  equals: 13,
  /** Nothing in Python. */
  none: 14,
} as const

const TOKENS = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  if (isWordCode(code)) TOKENS[code] = Token.word
  else if (code < 32 || code === 127) TOKENS[code] = Token.none
}
for (const [characters, token] of [
  [' \t\f\r', Token.blank],
  ['\n', Token.newline],
  ['\'"', Token.quote],
  ['([{', Token.open],
  [')]}', Token.close],
  ['#', Token.comment],
  ['\\', Token.backslash],
  ['.', Token.dot],
  [',', Token.comma],
  [':', Token.colon],
  [';', Token.semicolon],
  ['=', Token.equals],
  ['$?`', Token.none],
] as const) {
  for (const character of characters) TOKENS[character.charCodeAt(0)] = token
}

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

/** Keywords and their roles by `bucketOf`: for most words there is nothing to compare with. */
const KEYWORDS: (readonly (readonly [word: string, roles: number])[] | undefined)[] = new Array(256)
const LONGEST_KEYWORD = 'continue'.length

/** By the first letter and the length; up to the longest keyword's, and for lower case, it is below 256. */
function bucketOf(code: number, length: number): number {
  return ((code & 31) << 3) | (length - 1)
}

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
    const bucket = bucketOf(word.charCodeAt(0), word.length)
    const known = KEYWORDS[bucket] ?? []
    const [, roles = 0] = known.find(([other]) => other === word) ?? []
    KEYWORDS[bucket] = [...known.filter(([other]) => other !== word), [word, roles | role]]
  }
}

/** The roles of the word [at, end); 0 for names and numbers. */
function rolesOf(text: string, at: number, end: number, code: number): number {
  const length = end - at
  if (length > LONGEST_KEYWORD || code < Code.letterA || code > Code.letterZ) return 0
  const known = KEYWORDS[bucketOf(code, length)]
  if (known === undefined) return 0
  for (let i = 0; i < known.length; i++) if (text.startsWith(known[i]![0], at)) return known[i]![1]
  return 0
}

const ASYNC_DEF = /async[ \t\f]+def\b/y
const FOR = /\bfor\b/

const operators = (text: string): ReadonlySet<number> => new Set([...text].map(one => one.charCodeAt(0)))
/** They may begin an operand. */
const UNARY = operators('-+~*')
/** They may go on an operator: '**=', '->', '<='. */
const TAIL = operators('=*/<>')
const LONGEST_OPERATOR = 3

/** The token that begins here is out of order, or can't be followed. */
const ODD = -1

/** Reads logical lines of a function's body as `LogicalLine` does, and looks at the order of their tokens. */
export class TokenOrder extends LogicalLine {
  /** The offset of a token of the line last read that hardly can stand there; `UNSURE`: none. */
  odd = UNSURE
  /** Where the line last read has a token of an `async` function's body; `UNSURE`: nowhere. */
  suspending = UNSURE
  /** Such a token that a generator expression may have anywhere. */
  private perhapsSuspending = UNSURE
  private state: number = State.free
  /** The roles of the statement's first word; -1: none seen yet. */
  private first = -1
  private raise = false
  /** The last token that is neither word nor string. */
  private last = 0
  private lambda = false

  override read(start: number): boolean {
    this.begin()
    if (!this.tokens(start)) return false
    if (this.perhapsSuspending > this.suspending && !FOR.test(this.text.slice(start, this.codeEnd)))
      this.suspending = this.perhapsSuspending
    return true
  }

  protected override begin(): void {
    super.begin()
    this.state = State.free
    this.first = -1
    this.raise = false
    this.last = 0
    this.lambda = false
    this.odd = UNSURE
    this.suspending = UNSURE
    this.perhapsSuspending = UNSURE
  }

  private tokens(start: number): boolean {
    const { text, limit, closers } = this
    let comment = -1
    let i = start
    scan: while (i < limit) {
      const code = text.charCodeAt(i)
      let next = i + 1
      switch (code < 128 ? TOKENS[code] : Token.word) {
        case Token.blank:
          break
        case Token.word:
          next = this.word(i, code)
          break
        case Token.newline:
          if (closers.length === 0) break scan
          break
        case Token.comment:
          if (closers.length === 0) comment = i
          next = text.indexOf('\n', i)
          if (next < 0 || next > limit) next = limit
          break
        case Token.backslash:
          next = continuation(text, i, limit)
          break
        case Token.quote:
          next = this.string(i)
          break
        case Token.none:
          next = ODD
          break
        default:
          next = this.mark(i, code)
      }
      if (next < 0) {
        this.odd = i
        return this.walk(start, i, false)
      }
      i = next
    }
    if (!this.finish(start, i, comment)) return false
    // A star at the end is that of a star import, which no function may have.
    if (this.state === State.operator || this.state === State.dot) this.odd = this.codeEnd - 1
    return true
  }

  /** Would another operand be one too many? */
  private get complete(): boolean {
    return this.state >= State.operand
  }

  /** A keyword, a name, a number, or a string with its prefix. These give where the next token may begin. */
  private word(at: number, code: number): number {
    const { text } = this
    const end = wordEnd(text, at)
    if (end === UNSURE) return ODD
    if (end - at <= 2) {
      const next = text.charCodeAt(end)
      if ((next === Code.quote || next === Code.apostrophe) && isStringPrefix(text, at, end))
        return this.string(end)
    }
    const roles = rolesOf(text, at, end, code)
    const begins = this.first < 0
    if (begins) {
      this.first = roles
      this.raise = roles !== 0 && text.startsWith('raise', at)
    }
    if (roles !== 0) {
      if (roles & Word.suspending) this.noteSuspending(at)
      if (roles & Word.starter && (this.state !== State.free || this.closers.length > 0)) return ODD
      if (roles & (Word.hungry | Word.joint)) {
        if (this.state === State.dot) return text.startsWith('import', at) ? end : ODD
        if (roles & Word.joint && text.startsWith('lambda', at)) this.lambda = true
        this.last = 0
        this.state = roles & Word.hungry ? State.operator : State.free
        return end
      }
    }
    if (this.complete) return ODD
    this.state = begins && roles & Word.soft ? State.free : State.operand
    return code <= Code.digit9 ? Math.min(numberEnd(text, at), this.limit) : end
  }

  /** `await` or `async` stands at `at`. */
  private noteSuspending(at: number): void {
    const { closers, text } = this
    ASYNC_DEF.lastIndex = at
    if (ASYNC_DEF.test(text)) return
    if (closers.at(-1) === Code.closeParenthesis) this.perhapsSuspending = at
    else this.suspending = at
  }

  private string(quote: number): number {
    if (this.state === State.operand || this.state === State.dot) return ODD
    this.state = State.string
    return stringEnd(this.text, quote, this.limit)
  }

  /** Brackets, punctuation, operators. */
  private mark(at: number, code: number): number {
    const before = this.last
    this.last = code
    switch (TOKENS[code]) {
      case Token.open:
        return this.open(at, code)
      case Token.close:
        return this.close(at, code, before)
      case Token.dot:
        return this.dot(at)
      case Token.comma:
        return this.comma(before) ? at + 1 : ODD
      case Token.colon:
        return this.colonMark(at)
      case Token.semicolon:
        this.first = -1
        this.state = State.free
        return at + 1
      case Token.equals:
        return this.equals(at, before)
      default:
        return this.operator(at, code)
    }
  }

  private open(at: number, code: number): number {
    if (this.state === State.dot || (this.complete && code === Code.openBrace)) return ODD
    if (this.closers.length === MOST_BRACKETS) return ODD
    this.closers.push(closerOf(code))
    this.state = State.free
    return at + 1
  }

  private close(at: number, code: number, before: number): number {
    const { closers, state } = this
    if (state === State.dot) return ODD
    if (state === State.operator && !(this.isSpecial() && (before === Code.star || before === Code.slash)))
      return ODD
    if (closers.length === 0 || closers[closers.length - 1] !== code) return ODD
    closers.pop()
    this.state = State.operand
    return at + 1
  }

  private comma(before: number): boolean {
    const { state } = this
    this.state = State.free
    // Python 2: raise E, "text"
    if (this.raise && this.closers.length === 0) return false
    if (state === State.dot || (state === State.operator && !this.isSpecial())) return false
    return state !== State.free || (before !== Code.comma && before !== Code.openParenthesis)
  }

  /** Are the meanings of a definition's header or a lambda's parameters possible here? */
  private isSpecial(): boolean {
    return this.lambda || this.beginsAs(Word.defining)
  }

  /** Has the first word of the statement one of these roles? */
  private beginsAs(roles: number): boolean {
    return this.first > 0 && (this.first & roles) !== 0
  }

  private dot(at: number): number {
    const { text } = this
    const next = text.charCodeAt(at + 1)
    if (next === Code.dot && text.charCodeAt(at + 2) === Code.dot) {
      if (this.complete) return ODD
      this.state = this.beginsAs(Word.defining) ? State.free : State.operand
      return at + 3
    }
    const complete = this.complete || this.beginsAs(Word.soft)
    if (complete) {
      this.state = State.dot
      return at + 1
    }
    if (next >= Code.digit0 && next <= Code.digit9) {
      this.state = State.operand
      return numberEnd(text, at)
    }
    return this.beginsAs(Word.defining) ? at + 1 : ODD
  }

  private colonMark(at: number): number {
    const { closers, complete, state } = this
    const special = this.isSpecial()
    const closer = closers.length === 0 ? 0 : closers[closers.length - 1]
    if (this.text.charCodeAt(at + 1) === Code.equals) {
      this.state = State.operator
      return complete ? at + 2 : ODD
    }
    // A dict wants a value; a slice, a lambda or a block may end here or go on.
    this.state = closer === Code.closeBrace && !this.lambda ? State.operator : State.free
    // Behind the colon of a header a statement begins.
    if (closer === 0 && !this.lambda) this.first = -1
    if (state === State.dot) return ODD
    if (special) return at + 1
    if (closer === Code.closeParenthesis) return ODD
    return complete || (closer !== Code.closeBrace && state === State.free) ? at + 1 : ODD
  }

  private equals(at: number, before: number): number {
    const { closers, complete } = this
    const closer = closers.length === 0 ? 0 : closers[closers.length - 1]
    this.state = State.operator
    if (this.text.charCodeAt(at + 1) === Code.equals) return complete ? at + 2 : ODD
    if (this.isSpecial()) return at + 1
    // No assignment and no keyword argument stands here.
    if (closer === Code.closeBracket || closer === Code.closeBrace) return ODD
    if (closer === 0 && this.beginsAs(Word.hungry | Word.joint)) return ODD
    return complete || (before === Code.comma && closer === 0) || this.beginsAs(Word.soft) ? at + 1 : ODD
  }

  private operator(at: number, code: number): number {
    const { text, limit } = this
    let i = at + 1
    if (code === Code.exclamation && text.charCodeAt(i) !== Code.equals) return ODD
    const longest = Math.min(limit, at + LONGEST_OPERATOR)
    while (i < longest && TAIL.has(text.charCodeAt(i))) i++
    const fits =
      this.complete || UNARY.has(code) || code === Code.at || this.isSpecial() || this.beginsAs(Word.soft)
    this.state = State.operator
    return fits ? i : ODD
  }
}
