/**
 * The lines of function bodies that are cut: most of a file's text, and read by nobody else. Of what is wrong
 * in them it notices what shows in single lines and in their first words, as suspicions. Of a few bodies it only
 * says that somebody should read them who knows the grammar.
 */
import { BodyBlocks } from './body_blocks.ts'
import type { CodeBuilder } from './code_builder.ts'
import { Code, UNSURE } from './lexical.ts'
import type { Indentation } from './logical_line.ts'
import { TokenOrder } from './token_order.ts'

/** `except A, B:` */
const EXCEPT_LIST = /except[ \t]+[\w.]+[ \t]*,/y
const EXCEPT_LIST_BEGINS = 'e'.charCodeAt(0)
const DEFINITION = /(?:async[ \t\f]+)?def[ \t\f]/y
const DEFINITION_BEGINS = 'd'.charCodeAt(0)
const FUTURE = '__future__'
const DECLARATION = /(?:global|nonlocal)[ \t\f]/y
const GLOBAL_BEGINS = 'g'.charCodeAt(0)
const NONLOCAL_BEGINS = 'n'.charCodeAt(0)

/** Does a function's definition begin with the word at `at`? */
export function beginsDefinition(text: string, at: number): boolean {
  const letter = text.charCodeAt(at)
  if (letter !== DEFINITION_BEGINS && letter !== Code.letterA) return false
  DEFINITION.lastIndex = at
  return DEFINITION.test(text)
}

/** What may be wrong with a body: anything, or only what its `global` and `nonlocal` say. */
export type Doubt = 'grammar' | 'declarations'

export class PassedBody {
  /** Behind the code of the last logical line; where `read` failed, the place of the trouble. */
  codeEnd = 0
  private readonly order: TokenOrder
  private readonly blocks: BodyBlocks
  private keyword = 0
  private doubt: Doubt | null = null
  private isAsync = false
  /** The functions inside the body that the present line lies in, the outermost first. */
  private readonly inner: { readonly at: number; readonly column: number; readonly async: boolean }[] = []
  /** Where the body's own statements stand; -1 before the first of them. */
  private column = -1
  /** Where the text speaks of `__future__`: nowhere before it and behind the last line read. */
  nextFuture: number

  /** `lines` is told where lines begin that speak of `__future__`. */
  constructor(
    private readonly text: string,
    private readonly end: number,
    private readonly indentation: Indentation,
    private readonly builder: CodeBuilder,
    private readonly lines: number[],
  ) {
    this.order = new TokenOrder(text, end)
    this.blocks = new BodyBlocks(text)
    this.nextFuture = text.indexOf(FUTURE)
  }

  /** The body of the function whose `def` or `async` stands at `keyword` begins. */
  begin(keyword: number): void {
    this.isAsync = this.text.charCodeAt(keyword) === Code.letterA
    if (this.inner.length > 0) this.inner.length = 0
    this.keyword = keyword
    this.column = -1
    this.doubt = null
    this.blocks.begin()
  }

  /** The body that was begun last is over. Gives why it should be read in full; null: it need not. */
  finish(): Doubt | null {
    if (!this.blocks.end()) this.doubt = 'grammar'
    return this.doubt
  }

  /**
   * Reads the logical line whose code begins at `first`, which the indentation has entered, and those behind
   * it that are in the same block or open one. Gives the start of the next line; `UNSURE`: it can't be followed.
   */
  read(first: number): number {
    const { end, indentation, order, text } = this
    for (;;) {
      if (!this.line(first)) return UNSURE
      const opens = text.charCodeAt(this.codeEnd - 1) === Code.colon
      const i = indentation.toCode(order.end + 1, end)
      if (i >= end) return i
      first = indentation.first
      if (opens ? !indentation.deepens : !indentation.stays) return i
      if (opens) indentation.step()
    }
  }

  private line(first: number): boolean {
    const { builder, order, text } = this
    const letter = text.charCodeAt(first)
    const { column } = this.indentation
    if (this.column < 0) this.column = column
    if (this.inner.length > 0) this.leaveInner()
    if (beginsDefinition(text, first)) this.inner.push({ at: first, column, async: letter === Code.letterA })
    if (!order.read(first)) {
      this.codeEnd = order.end
      return false
    }
    const { codeEnd, odd, suspending } = order
    this.codeEnd = codeEnd
    if (!this.blocks.enter(first, column, order) || order.doubtful) this.doubt = 'grammar'
    if (letter === GLOBAL_BEGINS || letter === NONLOCAL_BEGINS) this.noteDeclaration(first)
    if (odd !== UNSURE) builder.suspect(odd, Math.min(odd + 1, this.end), 'error', null)
    if (suspending !== UNSURE && !(this.inner.at(-1)?.async ?? this.isAsync))
      builder.suspect(suspending, Math.min(suspending + 1, this.end), 'error', null)
    if (letter === EXCEPT_LIST_BEGINS) {
      EXCEPT_LIST.lastIndex = first
      if (EXCEPT_LIST.test(text)) builder.suspect(first, codeEnd, 'except without brackets', [3, 14])
    }
    if (this.nextFuture >= 0 && this.nextFuture < codeEnd) this.noteFuture(first)
    return true
  }

  /** In doubt, unless no name was spoken of before in its function, and a `nonlocal` one is plainly bound around it. */
  private noteDeclaration(first: number): void {
    const { text, keyword, codeEnd } = this
    DECLARATION.lastIndex = first
    if (!DECLARATION.test(text)) return
    const names = text.slice(DECLARATION.lastIndex, codeEnd).match(/\w+/g) ?? []
    const nonlocal = text.charCodeAt(first) === NONLOCAL_BEGINS
    const around = nonlocal ? this.bodyBeforeInner() : ''
    const own = text.slice(keyword + (around?.length ?? 0), first)
    const clear = (name: string) =>
      !new RegExp(`\\b${name}\\b`).test(own) && (!nonlocal || this.binds(around!, name))
    if (around === null || !names.every(clear)) this.doubt ??= 'declarations'
  }

  /** What stands before the one function that the present line is in, if that is a statement of the body's own. */
  private bodyBeforeInner(): string | null {
    const [inner, ...more] = this.inner
    if (inner === undefined || more.length > 0 || inner.column !== this.column) return null
    return this.text.slice(this.keyword, inner.at)
  }

  /** Is there an assignment to the name alone among the body's own statements? */
  private binds(body: string, name: string): boolean {
    const indent = body.slice(body.lastIndexOf('\n') + 1)
    return new RegExp(`^${indent}${name}[ \\t]*(?::[^=\\n]*)?=(?!=)`, 'm').test(body)
  }

  private leaveInner(): void {
    const { inner } = this
    const { column } = this.indentation
    while (inner.length > 0 && inner.at(-1)!.column >= column) inner.pop()
  }

  private noteFuture(first: number): void {
    if (this.nextFuture < first) this.nextFuture = this.text.indexOf(FUTURE, first)
    if (this.nextFuture >= 0 && this.nextFuture < this.codeEnd) this.lines.push(first)
  }
}
