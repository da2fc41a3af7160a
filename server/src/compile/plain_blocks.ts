/** The plain compound statements that are open while a file's lines are read, the outermost first. */
import type { Expr, Op } from './module_code.ts'
import type { Compound, PlainCompounds } from './plain_compound.ts'
import type { PlainScope } from './plain_statement.ts'

/** Nested deeper than this is left to tree-sitter. */
const DEEPEST = 20

interface Level {
  readonly column: number
  /** Where the statement itself stands. */
  readonly outer: PlainScope
  compound: Compound
  /** The open block has a statement. */
  filled: boolean
}

export class PlainBlocks {
  private readonly levels: Level[] = []

  constructor(private readonly plain: PlainCompounds) {}

  get open(): boolean {
    return this.levels.length > 0
  }

  /** Of the statement whose block is open. */
  get column(): number {
    return this.levels.at(-1)!.column
  }

  /** What the open block did so far. */
  get ops(): Op[] {
    return this.levels.at(-1)!.compound.block
  }

  /** Where the statements of the open block stand. */
  get scope(): PlainScope {
    return this.levels.at(-1)!.compound.scope
  }

  /** The header at `start`, in `column`, opens a block; what it does goes behind `ops`. False: it is not plain. */
  enter(start: number, column: number, decorators: readonly Expr[], scope: PlainScope, ops: Op[]): boolean {
    if (this.levels.length >= DEEPEST) return false
    const compound = this.plain.compound(start, decorators, scope)
    if (compound === null) return false
    ops.push(compound.op)
    this.levels.push({ column, outer: scope, compound, filled: false })
    return true
  }

  /** The open block has one more statement. */
  fill(): void {
    this.levels.at(-1)!.filled = true
  }

  /**
   * Ends the blocks that a line in `column`, with code from `first` on, is no part of. `clause`: it went on
   * with the statement now last, whose header was read; `wrong`: something ends that may not.
   */
  end(first: number, column: number): 'ended' | 'clause' | 'wrong' {
    const { levels, plain } = this
    for (let level = levels.at(-1); level && level.column >= column; level = levels.at(-1)) {
      if (!level.filled) return 'wrong'
      if (level.column === column && plain.isClause(first)) {
        const next = plain.clauseOf(level.compound, first, level.outer)
        if (next === null) return 'wrong'
        level.compound = next
        level.filled = false
        return 'clause'
      }
      if (!level.compound.complete) return 'wrong'
      levels.pop()
    }
    return 'ended'
  }

  clear(): void {
    this.levels.length = 0
  }
}
