/**
 * A syntax tree as flat arrays: one pass of the cursor copies what lowering needs, because each look at a
 * tree-sitter node crosses into wasm and costs more than the look itself. Comments and continued lines are left out.
 *
 * Nodes are numbers, in the order of the text; 0 is the root.
 */
import type { NodeKind, ParsedTree } from './parser.ts'

export type NodeIndex = number

/** No such node. */
export const NONE = -1

export class Syntax {
  /** The grammar's name of each node; tokens (`if`, `(`) are only told apart by `named`. */
  readonly kind: string[] = []
  readonly named: boolean[] = []
  readonly start: number[] = []
  readonly end: number[] = []
  /** The next sibling, or `NONE`. */
  readonly next: NodeIndex[] = []
  /** The first node behind the whole subtree. */
  readonly after: NodeIndex[] = []
  /** Nodes that tree-sitter could not make sense of or made up, ascending. */
  readonly errors: NodeIndex[] = []

  constructor(
    readonly text: string,
    { cursor, hasError, kinds }: ParsedTree,
  ) {
    const parents: NodeIndex[] = []
    let previous: NodeIndex = NONE
    for (;;) {
      const id = cursor.nodeTypeId
      const kind = kinds[id]
      if (!isExtra(kind)) {
        const node = this.kind.push(kind?.name ?? 'ERROR') - 1
        const named = kind?.named ?? true
        const start = cursor.startIndex
        const end = named || hasError ? cursor.endIndex : start + this.kind[node]!.length
        this.named.push(named)
        this.start.push(start)
        this.end.push(end)
        this.next.push(NONE)
        this.after.push(node + 1)
        if (previous !== NONE) this.next[previous] = node
        if (hasError && (kind === undefined || (start === end && cursor.nodeIsMissing)))
          this.errors.push(node)
        if ((hasError || !isLeaf(text, this.kind[node]!, start)) && cursor.gotoFirstChild()) {
          parents.push(node)
          previous = NONE
          continue
        }
        previous = node
      }
      while (!cursor.gotoNextSibling()) {
        const parent = parents.pop()
        if (parent === undefined) return
        cursor.gotoParent()
        this.after[parent] = this.kind.length
        previous = parent
      }
    }
  }

  /** The node's first child, or `NONE`. */
  first(node: NodeIndex): NodeIndex {
    return this.after[node]! > node + 1 ? node + 1 : NONE
  }

  /** The children that stand for rules of the grammar, not for tokens. */
  children(node: NodeIndex): NodeIndex[] {
    const found: NodeIndex[] = []
    for (let child = this.first(node); child !== NONE; child = this.next[child]!) {
      if (this.named[child]) found.push(child)
    }
    return found
  }

  /** The first child of this kind, or `NONE`. */
  child(node: NodeIndex, kind: string): NodeIndex {
    for (let child = this.first(node); child !== NONE; child = this.next[child]!) {
      if (this.named[child] && this.kind[child] === kind) return child
    }
    return NONE
  }

  /** The first child that is this token, or `NONE`. */
  token(node: NodeIndex, text: string): NodeIndex {
    for (let child = this.first(node); child !== NONE; child = this.next[child]!) {
      if (!this.named[child] && this.kind[child] === text) return child
    }
    return NONE
  }

  isA(node: NodeIndex, kind: string): boolean {
    return this.named[node]! && this.kind[node] === kind
  }

  slice(node: NodeIndex): string {
    return this.text.slice(this.start[node], this.end[node])
  }

  /** Whether an error node stands in the stretch of nodes [from, to). */
  hasError(from: NodeIndex, to: NodeIndex): boolean {
    const { errors } = this
    let low = 0
    let high = errors.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (errors[middle]! < from) low = middle + 1
      else high = middle
    }
    return low < errors.length && errors[low]! < to
  }
}

/** What may stand between any two tokens. */
function isExtra(kind: NodeKind | undefined): boolean {
  return kind !== undefined && (kind.name === 'comment' || kind.name === 'line_continuation')
}

/** Nodes that lowering reads from the text: their children would be crossings for nothing. */
function isLeaf(text: string, kind: string, start: number): boolean {
  if (kind === 'dotted_name') return true
  // A string without interpolations: no `f` or `t` among the (at most two) letters before the quote.
  return kind === 'string' && !/[ft]/i.test(text.slice(start, start + 2).split(/['"`]/, 1)[0]!)
}
