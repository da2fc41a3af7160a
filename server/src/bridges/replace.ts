/** The smallest edits: other words at a place, words before one, a line that goes. */
import type { Span } from '../files/span.ts'
import { changeOf, editOf, type WorkspaceEdit } from './edit.ts'
import type { FixContext } from './fix.ts'

type Texts = Pick<FixContext, 'text'>

/** Writes `text` in the place of what is there; null where the file can't be read. */
export function replace({ text }: Texts, { path, start, end }: Span, put: string): WorkspaceEdit | null {
  const before = text(path)
  return before === null ? null : editOf({ changed: [changeOf(path, before, [{ start, end, text: put }])] })
}

/** The text at a place; '' where the file can't be read. */
export function textAt({ text }: Texts, { path, start, end }: Span): string {
  return text(path)?.slice(start, end) ?? ''
}

/** The beginning of the line of an offset, and its indentation. */
export function lineOf(text: string, offset: number): { readonly start: number; readonly indent: string } {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1
  return { start, indent: /^[ \t]*/.exec(text.slice(start))![0] }
}

/** The whole lines from `start` to `end`, with the line end behind them. */
export function linesAround(text: string, start: number, end: number): { start: number; end: number } {
  const behind = /\r\n?|\n|$/g
  behind.lastIndex = end
  behind.exec(text)
  return { start: lineOf(text, start).start, end: Math.max(behind.lastIndex, end) }
}
