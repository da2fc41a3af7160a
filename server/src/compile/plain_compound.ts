/**
 * Reads the headers of plain compound statements straight from the text, and joins their clauses: `class`,
 * `if`, `for`, `while`, `with`, `try`. `plain_blocks.ts` knows which of them are open.
 *
 * `match`, `async` and what only some versions of Python have are not plain.
 */
import { isTarget } from './construct_checks.ts'
import { UNSURE } from './lexical.ts'
import type { ClassOp, Expr, Handler, Keyword, Op, WithItem } from './module_code.ts'
import { type PlainScope, PlainStatements } from './plain_statement.ts'

/** Operations that are still being collected. */
type OpenBlock = Op[]

/** A compound statement with one of its blocks open. */
export interface Compound {
  /** Put behind the others of its block at once: its blocks fill while they are read. */
  readonly op: Op
  readonly block: OpenBlock
  /** Where the statements of the open block stand. */
  readonly scope: PlainScope
  /** Takes the clause that begins with `word`, already taken; null: it is none of this statement's, or not plain. */
  readonly clause: (word: string, start: number) => Compound | null
  /** Whether the statement may end here. */
  readonly complete: boolean
}

const COMPOUND = /(?:class|if|for|while|with|try)\b/y
const CLAUSE = /(?:elif|else|except|finally)\b/y

/** Each is nested in the one before. */
const MOST_ELIFS = 30

const noClause = (): null => null

export class PlainCompounds extends PlainStatements {
  /** The header of the compound statement that begins at `start`, up to and with its colon; null: not plain. */
  compound(start: number, decorators: readonly Expr[], scope: PlainScope): Compound | null {
    COMPOUND.lastIndex = start
    if (!COMPOUND.test(this.text)) return null
    this.begin(start)
    this.suspends = scope.kind === 'function'
    const word = this.word()
    this.takeToken(word)
    if (word === 'class') return this.classHeader(start, decorators)
    if (decorators.length > 0) return null
    if (word === 'if') return this.branch(start, scope, 0)
    if (word === 'with') return this.withHeader(start, scope)
    return word === 'try' ? this.tryHeader(start, scope) : this.loop(word === 'for', start, scope)
  }

  /** The clause of `compound` that begins at `start`, up to and with its colon; null: there is none, or it is not plain. */
  clauseOf(compound: Compound, start: number, outer: PlainScope): Compound | null {
    this.begin(start)
    this.suspends = outer.kind === 'function'
    const word = this.word()
    this.takeToken(word)
    return compound.clause(word, start)
  }

  /** Whether a clause of some statement seems to begin at `start`. */
  isClause(start: number): boolean {
    CLAUSE.lastIndex = start
    return CLAUSE.test(this.text)
  }

  /** Where a statement stands behind the colon just read, on the same line; `UNSURE`: there is none. */
  get statementBehind(): number {
    return this.atLineEnd() ? UNSURE : this.pos
  }

  private classHeader(start: number, decorators: readonly Expr[]): Compound | null {
    const nameStart = this.startOfNext()
    const name = this.identifier()
    if (name === null) return null
    const nameAt = this.builder.place(nameStart, this.tokenEnd)
    const bases: Expr[] = []
    const keywords: Keyword[] = []
    if (this.peek() === '(' && !this.callArguments(bases, keywords)) return null
    // A generator there is wrong.
    if (!this.take(':') || bases.some(({ e }) => e === 'comp')) return null
    const body: OpenBlock = []
    const op: ClassOp = {
      op: 'class',
      name,
      decorators,
      bases,
      keywords,
      body,
      typeParams: [],
      at: this.at(start),
      nameAt,
    }
    const scope: PlainScope = { kind: 'class', loop: false, outermost: false }
    return { op, block: body, scope, clause: noClause, complete: true }
  }

  /** `if` and `elif`. */
  private branch(start: number, scope: PlainScope, elifs: number): Compound | null {
    const test = this.condition()
    if (test === null || !this.take(':') || elifs > MOST_ELIFS) return null
    const then: OpenBlock = []
    const otherwise: OpenBlock = []
    const op: Op = { op: 'if', test, then, else: otherwise, at: this.at(start) }
    const clause = (word: string, start: number): Compound | null => {
      if (word === 'else') return this.last(op, otherwise, scope)
      const next = word === 'elif' ? this.branch(start, scope, elifs + 1) : null
      if (next !== null) otherwise.push(next.op)
      return next
    }
    return { op, block: then, scope, clause, complete: true }
  }

  /** `for` and `while`. */
  private loop(isFor: boolean, start: number, scope: PlainScope): Compound | null {
    const target = isFor ? this.targets() : null
    if (isFor && target === null) return null
    const over = isFor ? this.expressions(false) : this.condition()
    if (over === null || !this.take(':')) return null
    const body: OpenBlock = []
    const otherwise: OpenBlock = []
    const at = this.at(start)
    const op: Op = target
      ? { op: 'for', target, iter: over, body, else: otherwise, at }
      : { op: 'while', test: over, body, else: otherwise, at }
    const clause = (word: string): Compound | null =>
      word === 'else' ? this.last(op, otherwise, scope) : null
    return { op, block: body, scope: { ...scope, loop: true }, clause, complete: true }
  }

  private withHeader(start: number, scope: PlainScope): Compound | null {
    // Brackets may be those of the items, which only newer versions have.
    if (this.peek() === '(') return null
    const items: WithItem[] = []
    do {
      const context = this.expression()
      if (context === null) return null
      let target: Expr | null = null
      if (this.takeKeyword('as')) {
        target = this.unpacked()
        if (target === null || !isTarget(target)) return null
      }
      items.push({ context, target })
    } while (this.take(','))
    if (!this.take(':')) return null
    const body: OpenBlock = []
    const op: Op = { op: 'with', items, body, at: this.at(start) }
    return { op, block: body, scope, clause: noClause, complete: true }
  }

  private tryHeader(start: number, scope: PlainScope): Compound | null {
    if (!this.take(':')) return null
    const body: OpenBlock = []
    const otherwise: OpenBlock = []
    const last: OpenBlock = []
    const handlers: Handler[] = []
    const at = this.at(start)
    const op: Op = { op: 'try', body, handlers, else: otherwise, finally: last, star: false, at }
    const clause = (word: string, start: number): Compound | null => {
      if (word === 'finally') return this.last(op, last, scope)
      if (word === 'else' && handlers.length > 0) {
        const next = this.last(op, otherwise, scope)
        return next && { ...next, clause: word => (word === 'finally' ? this.last(op, last, scope) : null) }
      }
      // Nothing comes behind the handler that takes everything.
      if (word !== 'except' || handlers.at(-1)?.type === null) return null
      const handler = this.handler(start)
      if (handler === null) return null
      handlers.push(handler.op)
      return { op, block: handler.block, scope, clause, complete: true }
    }
    return { op, block: body, scope, clause, complete: false }
  }

  private handler(start: number): { op: Handler; block: OpenBlock } | null {
    const type = this.peek() === ':' ? null : this.expression()
    if (type === null && this.peek() !== ':') return null
    let name: string | null = null
    if (type !== null && this.takeKeyword('as')) {
      name = this.identifier()
      if (name === null) return null
    }
    if (!this.take(':')) return null
    const block: OpenBlock = []
    return { op: { type, name, body: block, at: this.at(start) }, block }
  }

  /** A clause that is a word and a colon, behind which no other comes. */
  private last(op: Op, block: OpenBlock, scope: PlainScope): Compound | null {
    return this.take(':') ? { op, block, scope, clause: noClause, complete: true } : null
  }
}
