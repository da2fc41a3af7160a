/** What a scan for the skeleton of a text has begun and not yet finished. Plain data; `skeleton.ts` works on it. */
import type { Mark } from './code_builder.ts'
import type { Indentation } from './logical_line.ts'
import type { Expr, Op } from './module_code.ts'
import type { PlainHeader } from './plain_statement.ts'

/** Decorators seen, whose function or class is still to come. */
export interface Decorated {
  readonly mark: Mark
  /** Where their first line begins, and its code. */
  readonly lineStart: number
  readonly start: number
  /** null: one of them is not plain. */
  expressions: Expr[] | null
}

/** Plain statements side by side in one block. */
export interface PlainRun {
  readonly start: number
  readonly column: number
  readonly ops: Op[]
  /** Behind the code of the last one. */
  end: number
}

/** A function whose body is being passed over. */
export interface OpenFunction {
  readonly mark: Mark
  /** Where its first line begins, with decorators, and that line's code. */
  readonly lineStart: number
  readonly start: number
  readonly column: number
  /** Of the `def` or `async` itself. */
  readonly keyword: number
  readonly headerEnd: number
  readonly decorators: readonly Expr[]
  /** null: tree-sitter reads the header. */
  readonly header: PlainHeader | null
  /** -1: no statement of the body seen yet. */
  bodyStart: number
}

/** The state of a scan where it may have to begin again. */
export interface Retreat {
  readonly mark: Mark
  readonly lineStart: number
  /** The keyword of the compound statement that the scan entered. */
  readonly keyword: number
  readonly indentation: ReturnType<Indentation['save']>
  readonly nextYield: number
  readonly nextFuture: number
  readonly run: PlainRun | null
  readonly runLength: number
  readonly runEnd: number
}
