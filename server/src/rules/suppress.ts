/**
 * `# precollect: ignore[rule]` and its kin: which comments a file has, and what they silence. What lies in a
 * string is no comment, so a small scan over strings and comments comes first.
 */
import type { Span } from '../files/span.ts'
import { TextMemo } from '../files/text_memo.ts'

export interface Suppression {
  /** The comment, from its '#'. */
  readonly span: Span
  readonly wholeFile: boolean
  /** null: every rule. */
  readonly rules: readonly string[] | null
}

/** Files without it have no suppressions. */
export const DIRECTIVE = 'precollect:'

const COMMENT = /#\s*precollect:\s*(ignore-file|ignore)\b(?:\s*\[([^\]]*)\])?/g

const known = new TextMemo<readonly Suppression[]>()

/** The suppressions of a Python text, from top to bottom. */
export function suppressionsIn(path: string, text: string): readonly Suppression[] {
  return known.of(path, text, read)
}

function read(text: string, path: string): readonly Suppression[] {
  if (!text.includes(DIRECTIVE)) return []
  return comments(text).flatMap(([start, end]) =>
    [...text.slice(start, end).matchAll(COMMENT)].map(found => ({
      span: { path, start: start + found.index, end: start + found.index + found[0].length },
      wholeFile: found[1] === 'ignore-file',
      rules: found[2] === undefined ? null : found[2].split(/[\s,]+/).filter(Boolean),
    })),
  )
}

/** Start and end of each comment. */
function comments(text: string): [start: number, end: number][] {
  // A comment, a string in three quotes, or one in one quote that ends with its line at the latest.
  const token =
    /#[^\r\n]*|"""(?:\\.|[^\\])*?(?:"""|$)|'''(?:\\.|[^\\])*?(?:'''|$)|"(?:\\(?:\r\n|.)|[^"\\\r\n])*|'(?:\\(?:\r\n|.)|[^'\\\r\n])*/gs
  const found: [number, number][] = []
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [piece] = match
    if (piece.startsWith('#')) found.push([match.index, token.lastIndex])
    // The closing quote of a one-line string is left: it must not open the next one.
    else if (!/^(?:"""|''')/.test(piece) && text[token.lastIndex] === piece[0]) token.lastIndex++
  }
  return found
}
