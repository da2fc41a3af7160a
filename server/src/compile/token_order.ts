/**
 * A quick look at the order of tokens in a line: operands and operators have to take turns. It is no parser.
 * What it finds odd is nearly always wrong, what it lets pass may be wrong still: it is for the lines that
 * nobody else reads, to pick out those that somebody should. These are most lines of a file: one walk over
 * the characters finds the line's end and looks at its order.
 */

import { rolesOf, Word } from './keyword_roles.ts'
import { Code, isBlankCode, isWordCode, numberEnd, stringEnd, UNSURE, wordEnd } from './lexical.ts'
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

/** The inside of a string whose escapes are all whole. */
const WHOLE_ESCAPES = /^(?:[^\\]|\\(?:[^xuUN]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|N\{))*$/s
/** A target with brackets of its own, and no call among them. */
const BRACKETED_TARGET = /^(?:[\w.,\s]*[(,\s])?\([\w.,\s*()]*$/
const CALL = /[\w)]\s*\(/
/** A decimal number with a zero in front. */
const OLD_OCTAL = /0[\d_]*[1-9]/y
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

/** What the commas of a call's brackets say of its arguments; both together. */
const Argument = {
  /** A keyword argument came before. */
  keywords: 1,
  /** The present one is a keyword argument, or unpacks. */
  named: 2,
} as const

/** Reads logical lines of a function's body as `LogicalLine` does, and looks at the order of their tokens. */
export class TokenOrder extends LogicalLine {
  /** The offset of a token of the line last read that hardly can stand there; `UNSURE`: none. */
  odd = UNSURE
  /** Where the line last read has a token of an `async` function's body; `UNSURE`: nowhere. */
  suspending = UNSURE
  /** Where the line last read has a `break` or `continue`; `UNSURE`: nowhere. */
  leaving = UNSURE
  /** Does the line last read begin with a keyword? */
  keyword = false
  /** The order says nothing against the line last read, but somebody should read it who knows the grammar. */
  doubtful = false
  /** Such a token that a generator expression may have anywhere. */
  private perhapsSuspending = UNSURE
  private state: number = State.free
  /** The roles of the statement's first word; -1: none seen yet. */
  private first = -1
  private raise = false
  /** The last token that is neither word nor string. */
  private last = 0
  private lambda = false
  /** An operator or keyword makes more than a target of what the statement has so far outside brackets. */
  private operated = false
  /** A colon outside brackets came before: of an annotation, or of a header. */
  private annotated = false
  /** Where the present statement of the line begins, or what follows its last '='. */
  private from = 0
  /** Behind the last name, and whether nothing else of its element came before it. */
  private nameEnd = 0
  private fresh = false
  /** For each open bracket, what `Argument` tells. */
  private readonly calls: number[] = []
  /** The first backslash at or behind the last string that was looked into. */
  private nextBackslash = -1

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
    this.leaving = UNSURE
    this.keyword = false
    this.doubtful = false
    this.operated = false
    this.annotated = false
    if (this.calls.length > 0) this.calls.length = 0
  }

  private tokens(start: number): boolean {
    const { text, limit, closers } = this
    this.from = start
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
        return this.string(end, at)
    }
    const roles = rolesOf(text, at, end, code)
    const begins = this.first < 0
    if (begins) {
      this.first = roles
      if (roles !== 0 && this.from === at) this.keyword = true
      this.raise = roles !== 0 && text.startsWith('raise', at)
    }
    if (roles !== 0) {
      if (roles & Word.suspending) this.noteSuspending(at)
      if (begins && roles & Word.leaving) this.leaving = at
      if (roles & Word.starter && (this.state !== State.free || this.closers.length > 0)) return ODD
      if (roles & (Word.hungry | Word.joint)) {
        if (this.state === State.dot) return text.startsWith('import', at) ? end : ODD
        if (roles & Word.joint && text.startsWith('lambda', at)) this.lambda = true
        this.last = 0
        if (!begins && this.closers.length === 0) this.operated = true
        this.state = roles & Word.hungry ? State.operator : State.free
        return end
      }
    }
    if (this.complete) return ODD
    if (code > Code.digit9) {
      this.nameEnd = end
      this.fresh = this.state === State.free
    }
    this.state = begins && roles & Word.soft ? State.free : State.operand
    if (code > Code.digit9) return end
    if (code === Code.digit0 && end - at > 1) this.noteOctal(at)
    return Math.min(numberEnd(text, at), this.limit)
  }

  /** `await` or `async` stands at `at`. */
  private noteSuspending(at: number): void {
    const { closers, text } = this
    ASYNC_DEF.lastIndex = at
    if (ASYNC_DEF.test(text)) return
    if (closers.at(-1) === Code.closeParenthesis) this.perhapsSuspending = at
    else this.suspending = at
  }

  /** Python 2's octal numbers. */
  private noteOctal(at: number): void {
    OLD_OCTAL.lastIndex = at
    if (OLD_OCTAL.test(this.text)) this.doubtful = true
  }

  /** `start`: of the prefix. */
  private string(quote: number, start = quote): number {
    if (this.state === State.operand || this.state === State.dot) return ODD
    this.state = State.string
    const { text } = this
    const end = stringEnd(text, quote, this.limit)
    if (this.nextBackslash < quote && this.nextBackslash !== Number.POSITIVE_INFINITY) {
      const next = text.indexOf('\\', quote)
      this.nextBackslash = next < 0 ? Number.POSITIVE_INFINITY : next
    }
    if (this.nextBackslash < end && !/r/i.test(text.slice(start, quote)))
      this.doubtful ||= !WHOLE_ESCAPES.test(text.slice(quote, end))
    return end
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
        this.operated = false
        this.annotated = false
        this.from = at + 1
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
    this.calls.push(0)
    this.state = State.free
    return at + 1
  }

  private close(at: number, code: number, before: number): number {
    const { closers, state } = this
    if (state === State.dot) return ODD
    if (state === State.operator && !(this.isSpecial() && (before === Code.star || before === Code.slash)))
      return ODD
    if (closers.length === 0 || closers[closers.length - 1] !== code) return ODD
    if (state !== State.free) this.endArgument()
    closers.pop()
    this.calls.pop()
    this.state = State.operand
    return at + 1
  }

  /** A positional argument has no place behind a keyword argument. */
  private endArgument(): void {
    const { calls } = this
    if (calls.length === 0) return
    const told = calls[calls.length - 1]!
    if (told === Argument.keywords && !this.lambda) this.doubtful = true
    calls[calls.length - 1] = told & Argument.keywords
  }

  private comma(before: number): boolean {
    const { state } = this
    this.endArgument()
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
    if (closer === 0 && !this.lambda) {
      this.first = -1
      this.annotated = true
    }
    if (state === State.dot) return ODD
    if (special) return at + 1
    if (closer === Code.closeParenthesis) return ODD
    return complete || (closer !== Code.closeBrace && state === State.free) ? at + 1 : ODD
  }

  private equals(at: number, before: number): number {
    const { closers, complete, state } = this
    const closer = closers.length === 0 ? 0 : closers[closers.length - 1]
    this.state = State.operator
    if (this.text.charCodeAt(at + 1) === Code.equals) {
      if (closer === 0) this.operated = true
      return complete ? at + 2 : ODD
    }
    if (this.isSpecial()) return at + 1
    if (closer === 0) this.noteTarget(at, before, state)
    else this.noteKeyword(at)
    // No assignment and no keyword argument stands here.
    if (closer === Code.closeBracket || closer === Code.closeBrace) return ODD
    if (closer === 0 && this.beginsAs(Word.hungry | Word.joint)) return ODD
    return complete || (before === Code.comma && closer === 0) || this.beginsAs(Word.soft) ? at + 1 : ODD
  }

  /** Calls, literals and operations can't be assigned to; `before` and `state`: of what stands before the '=' at `at`. */
  private noteTarget(at: number, before: number, state: number): void {
    if (this.annotated) return
    const odd = before === Code.closeBrace || state === State.string || this.operated
    if (odd || (before === Code.closeParenthesis && !this.isBracketedTarget(at))) this.doubtful = true
    this.operated = false
    this.from = at + 1
  }

  /** A keyword argument has a plain name, and nothing else, between the '=' at `at` and the comma or bracket. */
  private noteKeyword(at: number): void {
    const { calls, text } = this
    calls[calls.length - 1] = Argument.keywords | Argument.named
    let i = at
    while (isBlankCode(text.charCodeAt(i - 1))) i--
    if (this.nameEnd !== i || !this.fresh) this.doubtful = true
  }

  private isBracketedTarget(at: number): boolean {
    const target = this.text.slice(this.from, at)
    return BRACKETED_TARGET.test(target) && !CALL.test(target)
  }

  private operator(at: number, code: number): number {
    const { text, limit } = this
    let i = at + 1
    if (code === Code.exclamation && text.charCodeAt(i) !== Code.equals) return ODD
    const longest = Math.min(limit, at + LONGEST_OPERATOR)
    while (i < longest && TAIL.has(text.charCodeAt(i))) i++
    if (text.startsWith('<>', at)) return ODD
    if (this.closers.length === 0) this.operated ||= this.complete
    else if (code === Code.star && this.state === State.free)
      this.calls[this.calls.length - 1]! |= Argument.named
    const fits =
      this.complete || UNARY.has(code) || code === Code.at || this.isSpecial() || this.beginsAs(Word.soft)
    this.state = State.operator
    return fits ? i : ODD
  }
}
