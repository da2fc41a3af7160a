/**
 * What all `lower_*.ts` share while they turn one syntax tree into operations: the tree, the way back to the
 * file's own offsets, and where in the program they stand. It lowers nothing itself.
 */

import type { CodeBuilder } from './code_builder.ts'
import type { At, Expr } from './module_code.ts'
import { ownString } from './room.ts'
import type { Skeleton } from './skeleton.ts'
import { NONE, type NodeIndex, type Syntax } from './syntax.ts'

/** Expressions and blocks nested deeper than this become opaque, so that whoever reads them may recurse. */
export const MAX_NESTING = 250

/** Where a statement stands, as far as that decides what may stand there. */
export interface Scope {
  readonly kind: 'module' | 'class' | 'function'
  readonly loop: boolean
  /** The function is `async`; null: not known, for a body alone does not tell. */
  readonly async: boolean | null
}

/** How an expression is lowered: handed to those who lower parts of one, for the parts hold expressions again. */
export type LowerExpression = (cx: Lowering, node: NodeIndex) => Expr

export class Lowering {
  nesting = 0

  constructor(
    readonly syntax: Syntax,
    readonly skeleton: Skeleton,
    readonly builder: CodeBuilder,
    /** The file's own text. */
    readonly source: string,
    public scope: Scope,
  ) {}

  /** A place that covers the node. */
  at(node: NodeIndex): At {
    return this.between(node, node)
  }

  /** A place from the start of one node to the end of another. */
  between(first: NodeIndex, last: NodeIndex): At {
    return this.builder.place(this.start(first), this.end(last))
  }

  /** A place from the start of a compound statement or clause to its colon. */
  header(node: NodeIndex): At {
    const colon = this.syntax.token(node, ':')
    return this.between(node, colon === NONE ? node : colon)
  }

  start(node: NodeIndex): number {
    return this.skeleton.map.start(this.syntax.start[node]!)
  }

  end(node: NodeIndex): number {
    return Math.max(this.start(node), this.skeleton.map.end(this.syntax.end[node]!))
  }

  /** A name as the file has it, in the form that Python knows it by: identifiers are compared in normal form KC (PEP 3131). */
  name(node: NodeIndex): string {
    return normalName(this.source.slice(this.start(node), this.end(node)))
  }

  suspect(node: NodeIndex, what: string, since: readonly [number, number] | null): void {
    this.builder.suspect(this.start(node), this.end(node), what, since)
  }

  /** As `suspect`, of a compound statement: what is wrong is above its block. */
  suspectHeader(node: NodeIndex, what: string, since: readonly [number, number] | null): void {
    const colon = this.syntax.token(node, ':')
    this.builder.suspect(this.start(node), this.end(colon === NONE ? node : colon), what, since)
  }

  /** `error`: no version of Python may have this. */
  fault(node: NodeIndex): void {
    this.suspect(node, 'error', null)
  }

  /** Runs `work` as if it stood in `scope`. */
  within<T>(scope: Scope, work: () => T): T {
    const outer = this.scope
    this.scope = scope
    try {
      return work()
    } finally {
      this.scope = outer
    }
  }

  /** Runs `work` one level deeper; `tooDeep` instead where that is deeper than anybody should follow. */
  nested<T>(work: () => T, tooDeep: () => T): T {
    if (this.nesting >= MAX_NESTING) return tooDeep()
    this.nesting++
    try {
      return work()
    } finally {
      this.nesting--
    }
  }

  /**
   * Whether a logical line begins inside [start, end), original offsets. Tree-sitter lets a statement run on
   * over the end of its line where Python stops (`x =` and, on the next line, `y = 1`).
   */
  runsOn(start: number, end: number): boolean {
    const next = this.skeleton.lines[this.lineAfter(start)]
    return next !== undefined && next < end
  }

  /**
   * Whether the statement at `start` begins a logical line. If not, a ';' has to stand before it: tree-sitter
   * takes two statements side by side without one.
   */
  beginsLine(start: number): boolean {
    const { followed, lines } = this.skeleton
    return !followed || lines[this.lineAfter(start) - 1] === start
  }

  /** Index of the first logical line that begins behind `offset`. */
  private lineAfter(offset: number): number {
    const { lines } = this.skeleton
    let low = 0
    let high = lines.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (lines[middle]! <= offset) low = middle + 1
      else high = middle
    }
    return low
  }
}

export function normalName(text: string): string {
  return ownString(/^[\x00-\x7f]*$/.test(text) ? text : text.normalize('NFKC'))
}

/** Evaluates to anything. */
export const UNKNOWN: Expr = { e: 'opaque', reads: [] }
