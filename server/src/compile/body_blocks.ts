/**
 * The blocks of a function's body that nobody parses: which clause belongs to which statement, and which `break`
 * lies in a loop. It looks at the first word of each logical line and at its column ("Compound statements" of the
 * Python reference). The order of the clauses of one `try` is looked at as far as it shows in their words.
 */
import { UNSURE } from './lexical.ts'
import type { TokenOrder } from './token_order.ts'

/** What the statement that was last begun at a column may be followed by there, and what its block lies in. */
type Kind = 'plain' | 'if' | 'loop' | 'try' | 'except' | 'else' | 'function' | 'class'

/** What has to stand before a clause at its column. */
const BEFORE: Readonly<Record<string, readonly Kind[]>> = {
  elif: ['if'],
  else: ['if', 'loop', 'except'],
  except: ['try', 'except'],
  finally: ['try', 'except', 'else'],
}
const KINDS: Readonly<Record<string, Kind>> = {
  if: 'if',
  elif: 'if',
  for: 'loop',
  while: 'loop',
  try: 'try',
  except: 'except',
  def: 'function',
  class: 'class',
}
const HEADER = /(?:async[ \t\f]+)?(if|elif|else|for|while|try|except|finally|def|class)\b/y

export class BodyBlocks {
  private readonly columns: number[] = []
  private readonly kinds: Kind[] = []

  constructor(private readonly text: string) {}

  /** A function's body begins. */
  begin(): void {
    this.columns.length = 0
    this.kinds.length = 0
  }

  /**
   * Enters the logical line that `order` has just read, whose code begins at `first` in `column`. False: a clause
   * without its statement, a `try` without its clauses, a `break` without its loop.
   */
  enter(first: number, column: number, { keyword, leaving }: TokenOrder): boolean {
    const right = this.leave(column)
    const { columns, kinds } = this
    const same = columns.at(-1) === column
    const before = same ? kinds.at(-1)! : 'plain'
    const word = keyword ? this.header(first) : ''
    const wanted = word === '' ? undefined : BEFORE[word]
    const fits = wanted === undefined ? before !== 'try' : wanted.includes(before)
    // The `else` of a `try` may be followed by `finally`, that of others by nothing.
    const kind =
      word === '' ? 'plain' : word === 'else' && before === 'except' ? 'else' : (KINDS[word] ?? 'plain')
    if (same) kinds[kinds.length - 1] = kind
    else {
      columns.push(column)
      kinds.push(kind)
    }
    return right && fits && (leaving === UNSURE || kind === 'loop' || this.inLoop())
  }

  /** The body is over. False: a `try` is left without its clauses. */
  end(): boolean {
    return this.leave(-1)
  }

  private leave(column: number): boolean {
    const { columns, kinds } = this
    let right = true
    while (columns.length > 0 && columns.at(-1)! > column) {
      columns.pop()
      right = kinds.pop() !== 'try' && right
    }
    return right
  }

  private header(first: number): string {
    HEADER.lastIndex = first
    return HEADER.exec(this.text)?.[1] ?? ''
  }

  /** Does the line last entered lie in a loop of its own function? */
  private inLoop(): boolean {
    const { kinds } = this
    for (let i = kinds.length - 2; i >= 0; i--) {
      if (kinds[i] === 'loop') return true
      if (kinds[i] === 'function' || kinds[i] === 'class') return false
    }
    return false
  }
}
