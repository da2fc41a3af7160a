/**
 * A quick look at the order of the tokens in a line: operands and operators have to take turns. It is no
 * parser. What it calls odd is nearly always wrong, what it passes may be wrong still; it is meant for lines
 * that nobody else will read, to find the few that somebody should.
 */
import { Char, Code, classAt, isBlankCode, isWordCode, lineEnd, stringEnd, UNSURE } from './lexical.ts'
import { stringPrefix } from './literals.ts'

/** What the last token lets follow. */
const Before = {
  /** An operand has to follow: after an operator. */
  operator: 0,
  /** An operand is complete. */
  operand: 1,
  /** As an operand, and a string may follow: after a string. */
  string: 2,
  /** Anything that begins: at the start, after a comma, a colon, an opening bracket, most keywords. */
  free: 3,
  /** A name has to follow: after a dot. */
  dot: 4,
  /** Anything: after a word that may be a keyword or not. */
  soft: 5,
} as const

/** Keywords that are operands. */
const OPERANDS = new Set(['None', 'True', 'False'])
/** Keywords that stand between operands, or where an operand may begin. */
const JOINTS = new Set(
  'and as assert async await class def del elif else except for from global if import in is lambda nonlocal not or raise return while with yield'.split(
    ' ',
  ),
)
/** Words that are no keywords everywhere, but may begin a statement. */
const SOFT = new Set(['match', 'case', 'type', 'lazy'])
/** Statements in whose brackets a colon may stand alone, or a star. */
const DEFINES = new Set(['def', 'async', 'class', 'type', 'from', 'import'])

/** The offset of a token in the logical line [start, end) that stands where it hardly can; `UNSURE`: none. */
export function oddToken(text: string, start: number, end: number): number {
  const brackets: number[] = []
  let before: number = Before.free
  let first = ''
  let lambdas = 0
  /** Where the last token that is no word and no string stood. */
  let previous = start
  let i = start
  while (i < end) {
    const at = i
    const code = text.charCodeAt(i)
    if (isBlankCode(code) || code === Code.newline || code === Code.backslash) {
      i++
      continue
    }
    const kind = classAt(text, i)
    if (kind === Char.comment) {
      i = lineEnd(text, i, end)
      continue
    }
    if (kind === Char.quote) {
      if (before === Before.operand || before === Before.dot) return at
      i = stringEnd(text, i, end)
      if (i === UNSURE) return at
      before = Before.string
      continue
    }
    if (isWordCode(code)) {
      while (i < end && isWordCode(text.charCodeAt(i))) i++
      const word = text.slice(at, i)
      const next = text.charCodeAt(i)
      if ((next === Code.doubleQuote || next === Code.singleQuote) && stringPrefix(word) !== null) {
        if (before === Before.operand || before === Before.dot) return at
        i = stringEnd(text, i, end)
        if (i === UNSURE) return at
        before = Before.string
        continue
      }
      if (first === '') first = word
      if (JOINTS.has(word)) {
        if (before === Before.dot && word !== 'import') return at
        if (word === 'lambda') lambdas++
        before = Before.free
        continue
      }
      const complete = before === Before.operand || before === Before.string
      if (complete && !(word === 'pass' && first === word)) return at
      before = at === start && SOFT.has(word) ? Before.soft : Before.operand
      if (OPERANDS.has(word)) before = Before.operand
      // The point and the exponent of a number belong to it.
      if (code <= Code.digit9) i = numberEnd(text, at, end)
      continue
    }
    const last = previous
    previous = i
    i++
    const complete = before === Before.operand || before === Before.string || before === Before.soft
    if (kind === Char.open) {
      if (before === Before.dot) return at
      brackets.push(code)
      before = Before.free
      continue
    }
    if (kind === Char.close) {
      if (before === Before.dot) return at
      if (before === Before.operator && !(DEFINES.has(first) && '*/'.includes(text[last]!))) return at
      brackets.pop()
      before = Before.operand
      continue
    }
    const bracket = brackets.at(-1) ?? 0
    switch (code) {
      case Code.dot:
        if (text.charCodeAt(i) === Code.dot && text.charCodeAt(i + 1) === Code.dot) {
          i += 2
          before = first === 'from' ? Before.free : Before.operand
        } else if (isDigitCode(text.charCodeAt(i)) && !complete) {
          i = numberEnd(text, at, end)
          before = Before.operand
        } else if (complete) before = Before.dot
        else if (first !== 'from') return at
        break
      case Code.comma:
        if (before === Before.operator && !DEFINES.has(first) && lambdas === 0) return at
        if (before === Before.dot || (before === Before.free && text.charCodeAt(at - 1) === Code.comma))
          return at
        before = Before.free
        break
      case Code.colon:
        if (text.charCodeAt(i) === Code.equals) {
          i++
          if (!complete) return at
          before = Before.operator
          break
        }
        if (before === Before.dot || (before === Before.operator && !DEFINES.has(first) && lambdas === 0))
          return at
        if (bracket === Code.openParenthesis && lambdas === 0 && !DEFINES.has(first)) return at
        if (bracket === Code.openBrace && lambdas === 0 && !complete) return at
        // A value has to follow in a dict; elsewhere a slice or a block may end here.
        before = bracket === Code.openBrace ? Before.operator : Before.free
        break
      case Code.semicolon:
        if (!complete && before !== Before.free) return at
        before = Before.free
        first = ''
        break
      case Code.equals:
        if (text.charCodeAt(i) === Code.equals) i++
        else if (bracket === Code.openBracket && first !== 'def' && first !== 'class' && first !== 'type')
          return at
        if (!complete) return at
        before = Before.operator
        break
      default: {
        // One operator of up to three characters: '->', '**=', '<='.
        while (i < at + 3 && i < end && OPERATOR_TAIL.has(text.charCodeAt(i))) i++
        const unary = UNARY.has(code)
        if (!complete && !unary) {
          if (!(code === Code.slash && DEFINES.has(first)) && at !== start) return at
        }
        before = Before.operator
      }
    }
  }
  return before === Before.operator && first !== 'from' ? end - 1 : before === Before.dot ? end - 1 : UNSURE
}

const codes = (characters: string): ReadonlySet<number> =>
  new Set([...characters].map(character => character.charCodeAt(0)))

const UNARY = codes('+-~*')
const OPERATOR_TAIL = codes('=*/<>')

function isDigitCode(code: number): boolean {
  return code >= Code.digit0 && code <= Code.digit9
}

const NUMBER = /(?:0[xXoObB]\w+|(?:\d[\d_]*)?\.?\d?[\d_]*(?:[eE][-+]?\d[\d_]*)?[jJ]?)/y

function numberEnd(text: string, at: number, end: number): number {
  NUMBER.lastIndex = at
  return NUMBER.test(text) && NUMBER.lastIndex > at ? NUMBER.lastIndex : end
}
