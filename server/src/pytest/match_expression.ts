/**
 * The syntax of `-k` and `-m` expressions (`_pytest/mark/expression.py`, 7.0 to 9.2): only whether pytest can
 * read them and which names stand in them, not what they select.
 */
import type { Arg, Parsed } from './argparse.ts'
import { givenValues } from './options.ts'
import type { Plan, Stop } from './plan.ts'
import { usageError } from './stop.ts'
import { atLeast } from './version.ts'

/** What pytest says of the last `-k` and the last `-m` that are given: it reads them after collection. */
export function expressionStops(parsed: Parsed, version: string): Stop[] {
  const keyword = givenValues(parsed, 'keyword').at(-1)
  const mark = givenValues(parsed, 'markexpr').at(-1)
  const stops = [keyword && stopOf('-k', keyword, version), mark && stopOf('-m', mark, version)]
  return stops.filter(stop => stop !== null && stop !== undefined)
}

/** The names that the last `-m` selects by; nothing where there is none or pytest can't read it. */
export function selectedMarkers(parsed: Parsed, version: string): Plan['selectedMarkers'] {
  const given = givenValues(parsed, 'markexpr').at(-1)
  if (!given) return []
  const expression = new Expression(given.text, version)
  if (expression.fault() !== null || expression.names.size === 0) return []
  return [{ names: [...expression.names], span: given.span }]
}

function stopOf(option: '-k' | '-m', { text, span }: Arg, version: string): Stop | null {
  const input = option === '-k' ? text.trimStart() : text
  if (input === '') return null
  const fault = new Expression(input, version).fault()
  if (fault === null) return null
  const message = `Wrong expression passed to '${option}': ${input}: at column ${fault.column}: ${fault.message}`
  return usageError(message, {
    phase: 'after collection',
    span,
    subject: input,
    rule: 'invalid-mark-expression',
  })
}

type TokenKind =
  | 'left parenthesis'
  | 'right parenthesis'
  | 'or'
  | 'and'
  | 'not'
  | 'identifier'
  | 'end of input'
  | '='
  | 'string literal'
  | ','

interface Token {
  readonly kind: TokenKind
  readonly value: string
  readonly at: number
}

class Fault extends Error {
  readonly column: number

  constructor(at: number, message: string) {
    super(message)
    this.column = at + 1
  }
}

const SIGNS: Readonly<Record<string, TokenKind>> = {
  '(': 'left parenthesis',
  ')': 'right parenthesis',
  '=': '=',
  ',': ',',
}
const NAME = /(?::?[\p{L}\p{M}\p{N}_]|[:+\-.[\]\\/])+/uy
const RESERVED = new RegExp(
  `^(?:${'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.replaceAll(' ', '|')})$`,
)

/** A recursive descent whose tokens are read one ahead, so that the first fault found is the one pytest names. */
class Expression {
  private readonly input: string
  /** From 8.3 on `-m` takes arguments: name(key=value). The signs are tokens in `-k` as well. */
  private readonly withArguments: boolean
  /** The names in it, without those of arguments. */
  readonly names = new Set<string>()
  private at = 0
  private token: Token | null = null

  constructor(input: string, version: string) {
    this.input = input
    this.withArguments = atLeast(version, '8.3')
  }

  fault(): Fault | null {
    try {
      this.token = this.next()
      if (this.current.kind !== 'end of input') {
        this.or()
        this.expect('end of input')
      }
      return null
    } catch (error) {
      if (error instanceof Fault) return error
      throw error
    }
  }

  private get current(): Token {
    return this.token!
  }

  private or(): void {
    do this.and()
    while (this.accept('or'))
  }

  private and(): void {
    do this.not()
    while (this.accept('and'))
  }

  private not(): void {
    if (this.accept('not')) this.not()
    else if (this.accept('left parenthesis')) {
      this.or()
      this.expect('right parenthesis')
    } else if (this.current.kind === 'identifier') {
      this.names.add(this.expect('identifier').value)
      if (!this.withArguments || !this.accept('left parenthesis')) return
      do this.argument()
      while (this.accept(','))
      this.expect('right parenthesis')
    } else this.reject('not', 'left parenthesis', 'identifier')
  }

  private argument(): void {
    const name = this.expect('identifier')
    if (!/^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u.test(name.value)) {
      throw new Fault(name.at, `not a valid python identifier ${name.value}`)
    }
    if (RESERVED.test(name.value))
      throw new Fault(name.at, `unexpected reserved python keyword \`${name.value}\``)
    this.expect('=')
    if (this.accept('string literal')) return
    const value = this.expect('identifier')
    if (/^-?\d+$|^(?:True|False|None)$/.test(value.value)) return
    throw new Fault(value.at, `unexpected character/s "${value.value}"`)
  }

  private accept(kind: TokenKind): boolean {
    if (this.current.kind !== kind) return false
    if (kind !== 'end of input') this.token = this.next()
    return true
  }

  private expect(kind: TokenKind): Token {
    const token = this.current
    if (!this.accept(kind)) this.reject(kind)
    return token
  }

  private reject(...expected: readonly TokenKind[]): never {
    throw new Fault(this.current.at, `expected ${expected.join(' OR ')}; got ${this.current.kind}`)
  }

  private next(): Token {
    const { input } = this
    while (input[this.at] === ' ' || input[this.at] === '\t') this.at++
    const at = this.at
    const c = input[at]
    if (c === undefined) return { kind: 'end of input', value: '', at }
    const sign = SIGNS[c]
    if (sign && (this.withArguments || c === '(' || c === ')')) {
      this.at++
      return { kind: sign, value: c, at }
    }
    if (this.withArguments && (c === "'" || c === '"')) return this.quoted(c)
    NAME.lastIndex = at
    const value = NAME.exec(input)?.[0]
    if (value === undefined) throw new Fault(at, `unexpected character "${c}"`)
    this.at += value.length
    const kind = value === 'or' || value === 'and' || value === 'not' ? value : 'identifier'
    return { kind, value, at }
  }

  private quoted(quote: string): Token {
    const at = this.at
    const end = this.input.indexOf(quote, at + 1)
    if (end < 0) throw new Fault(at, `closing quote "${quote}" is missing`)
    const value = this.input.slice(at, end + 1)
    const backslash = value.indexOf('\\')
    if (backslash >= 0)
      throw new Fault(at + backslash, 'escaping with "\\" not supported in marker expression')
    this.at = end + 1
    return { kind: 'string literal', value, at }
  }
}
