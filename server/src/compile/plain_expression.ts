/**
 * Reads plain expressions straight from the text: names, constants, calls, operators, displays,
 * comprehensions, lambdas. What is beyond it (`async for`, most uses of `:=`, anything that looks wrong) is null: then
 * tree-sitter reads the statement. Most import-time code is plain, and this is far cheaper.
 *
 * The result equals what `lower_expression.ts` makes of tree-sitter's tree; a property test holds them together.
 */

import { parameterFault } from './construct_checks.ts'
import type { Expr, Parameter } from './module_code.ts'
import { MAX_PLAIN_NESTING, PlainOperands } from './plain_operand.ts'
import { fitted } from './room.ts'

/** `<=`, `not in` and the like; a '=' alone assigns, and two '<' or '>' shift. */
const COMPARISON = /(?:[<>=!]=|[<>](?![<>])|in\b|not[ \t]+in\b|is[ \t]+not\b|is\b)/y
const BINARY = /(?:\*\*|\/\/|<<|>>|\*(?!\*)|\/(?!\/)|-(?!>)|[+%@&|^])(?!=)/y

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
const LOOSEST_BINDING = 1
const UNARY_BINDING = 7
const POWER_BINDING = 8

export class PlainExpressions extends PlainOperands {
  /** One expression or, separated by commas and without brackets, a tuple of them. */
  protected expressions(starred: boolean): Expr | null {
    const first = this.element(starred)
    if (first === null) return null
    if (this.peek() !== ',') return first.e === 'star' ? null : first
    const items = [first]
    while (this.take(',')) {
      const next = this.peek()
      // What may follow the last comma.
      if (next === undefined || next === '\n' || next === '#' || next === '=') break
      const item = this.element(starred)
      if (item === null) return null
      items.push(item)
    }
    return { e: 'tuple', items }
  }

  protected element(starred: boolean): Expr | null {
    if (!starred || this.peek() !== '*') return this.expression()
    if (this.text[this.pos + 1] === '*') return null
    this.pos++
    const of = this.unpacked()
    return of === null ? null : { e: 'star', of }
  }

  protected unpacked(): Expr | null {
    return this.binary(LOOSEST_BINDING)
  }

  protected yielded(): Expr | null | undefined {
    if (this.peek() !== 'y' || !this.takeKeyword('yield')) return undefined
    if (!this.suspends) return null
    const next = this.peek()
    if (next === undefined || next === ')' || next === '\n' || next === '#') return { e: 'yield', of: null }
    const of = this.takeKeyword('from') ? this.expression() : this.expressions(false)
    return of === null ? null : { e: 'yield', of }
  }

  /** Behind its keyword. */
  private lambda(): Expr | null {
    const start = this.tokenEnd - 'lambda'.length
    const { suspends } = this
    this.suspends = false
    const params = this.parameters(':')
    // The versions that have positional-only ones are checked on the other side.
    if (params === null || parameterFault(params) !== null || params.some(isPositionalOnly)) return null
    const body = this.expression()
    this.suspends = suspends
    this.nesting--
    return body === null ? null : { e: 'lambda', params, body, at: this.builder.place(start, this.tokenEnd) }
  }

  /** `then if test else otherwise`, or what binds tighter. */
  protected expression(): Expr | null {
    // Where reading fails it fails for good, so the level need not be left.
    if (++this.nesting > MAX_PLAIN_NESTING) return null
    if (this.peek() === 'l' && this.takeKeyword('lambda')) return this.lambda()
    const then = this.disjunction()
    this.nesting--
    if (then === null || this.peek() !== 'i' || !this.takeKeyword('if')) return then
    const test = this.disjunction()
    if (test === null || !this.takeKeyword('else')) return null
    if (++this.nesting > MAX_PLAIN_NESTING) return null
    const otherwise = this.expression()
    this.nesting--
    return otherwise === null ? null : { e: 'if', test, then, else: otherwise }
  }

  protected disjunction(): Expr | null {
    let left = this.conjunction()
    for (let terms = 0; left !== null && this.peek() === 'o' && this.takeKeyword('or'); terms++) {
      const right = this.conjunction()
      left = right === null || terms > MAX_PLAIN_NESTING ? null : { e: 'or', left, right }
    }
    return left
  }

  private conjunction(): Expr | null {
    let left = this.negation()
    for (let terms = 0; left !== null && this.peek() === 'a' && this.takeKeyword('and'); terms++) {
      const right = this.negation()
      left = right === null || terms > MAX_PLAIN_NESTING ? null : { e: 'and', left, right }
    }
    return left
  }

  private negation(): Expr | null {
    if (this.peek() !== 'n' || !this.takeKeyword('not')) return this.comparison()
    if (++this.nesting > MAX_PLAIN_NESTING) return null
    const of = this.negation()
    this.nesting--
    return of === null ? null : { e: 'unary', operator: 'not', of }
  }

  private comparison(): Expr | null {
    const start = this.startOfNext()
    const left = this.unpacked()
    if (left === null) return null
    let operator = this.comparisonOperator()
    if (operator === null) return left
    const ops: string[] = []
    const rights: Expr[] = []
    for (; operator !== null; operator = this.comparisonOperator()) {
      const right = this.unpacked()
      if (right === null) return null
      ops.push(operator)
      rights.push(right)
    }
    return { e: 'compare', left, ops, rights, at: this.builder.place(start, this.tokenEnd) }
  }

  private comparisonOperator(): string | null {
    const next = this.peek()
    if (next === undefined || !'<>=!in'.includes(next)) return null
    COMPARISON.lastIndex = this.pos
    const operator = COMPARISON.exec(this.text)?.[0]
    if (operator === undefined) return null
    this.takeToken(operator)
    return operator.length > 2 ? operator.replace(/[ \t]+/, ' ') : operator
  }

  /** Binary operators that bind at least as tightly as `binding`. */
  private binary(binding: number): Expr | null {
    const start = this.startOfNext()
    let left = this.unary()
    for (let terms = 0; left !== null; terms++) {
      const operator = this.binaryOperator()
      if (operator === null) return left
      const own = BINDING[operator]!
      if (own < binding) return left
      if (terms > MAX_PLAIN_NESTING) return null
      this.takeToken(operator)
      // ** groups to the right, and its right side may begin with a sign.
      if (++this.nesting > MAX_PLAIN_NESTING) return null
      const right: Expr | null = this.binary(own === POWER_BINDING ? UNARY_BINDING : own + 1)
      this.nesting--
      if (right === null) return null
      left = { e: 'binary', operator, left, right, at: this.builder.place(start, this.tokenEnd) }
    }
    return null
  }

  /** The binary operator that comes next, not taken; null where none does. */
  private binaryOperator(): string | null {
    const next = this.peek()
    if (next === undefined || !'*/<>-+%@&|^'.includes(next)) return null
    BINARY.lastIndex = this.pos
    return BINARY.exec(this.text)?.[0] ?? null
  }

  private unary(): Expr | null {
    const operator = this.peek()
    if (operator !== '-' && operator !== '+' && operator !== '~') return this.primary()
    this.pos++
    if (++this.nesting > MAX_PLAIN_NESTING) return null
    const of = this.binary(UNARY_BINDING)
    this.nesting--
    return of === null ? null : { e: 'unary', operator, of }
  }

  /** Parameters up to and with what closes them: ')' or, of a lambda, ':'. The '(' is taken. */
  protected parameters(closer: ')' | ':'): Parameter[] | null {
    const params: Parameter[] = []
    let kind: 'normal' | 'keyword' = 'normal'
    let bareStar = false
    while (!this.closed(closer)) {
      const next = this.peek()
      if (next === '/') {
        if (kind !== 'normal' || params.length === 0 || params.some(param => param.kind === 'positional'))
          return null
        this.pos++
        for (const [i, param] of params.entries()) params[i] = { ...param, kind: 'positional' }
      } else if (next === '*') {
        this.pos++
        const double = this.take('*')
        if (!double) {
          if (kind === 'keyword') return null
          kind = 'keyword'
          bareStar = this.peek() === ','
        }
        if (double || !bareStar) {
          const param = this.parameter(double ? 'kwargs' : 'args', closer)
          if (param === null || param.default !== null) return null
          params.push(param)
          if (double) {
            this.take(',')
            if (bareStar) return null
            return this.closed(closer) ? fitted(params) : null
          }
        }
      } else {
        const param = this.parameter(kind, closer)
        if (param === null) return null
        bareStar = false
        params.push(param)
      }
      if (!this.take(',') && this.peek() !== closer) return null
    }
    // A bare '*' needs a name behind it.
    return bareStar ? null : fitted(params)
  }

  private closed(closer: ')' | ':'): boolean {
    return closer === ')' ? this.close(closer) : this.take(closer)
  }

  private parameter(kind: Parameter['kind'], closer: ')' | ':'): Parameter | null {
    const name = this.identifier()
    if (name === null) return null
    let annotation: Expr | null = null
    if (closer === ')' && this.take(':')) {
      // `*args: *Ts` is rare.
      annotation = this.expression()
      if (annotation === null) return null
    }
    let value: Expr | null = null
    if (this.peek() === '=') {
      this.pos++
      value = this.expression()
      if (value === null) return null
    }
    return { name, kind, default: value, annotation }
  }
}

function isPositionalOnly({ kind }: Parameter): boolean {
  return kind === 'positional'
}
