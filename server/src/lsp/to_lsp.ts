/**
 * Between offsets and positions, paths and URIs. The one place that makes LSP positions: everything else in
 * this server counts UTF-16 units from the start of a text.
 */
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Position, Range } from 'vscode-languageserver/node'
import { LineIndex } from '../files/lines.ts'
import { normalize } from '../files/paths.ts'

/** What a column counts: bytes, UTF-16 units or code points. */
export type Encoding = 'utf-8' | 'utf-16' | 'utf-32'

/** The lines of one text, for an editor that counts columns in `encoding`. */
export class Lines {
  private readonly index: LineIndex

  constructor(
    text: string,
    private readonly encoding: Encoding,
  ) {
    this.index = new LineIndex(text)
  }

  /** Offsets beyond the text become its end. */
  range({ start, end }: { readonly start: number; readonly end: number }): Range {
    return { start: this.position(start), end: this.position(end) }
  }

  position(offset: number): Position {
    const { line, column } = this.index.position(offset)
    return { line: line - 1, character: measure(this.index.line(line).slice(0, column - 1), this.encoding) }
  }

  /** Columns beyond the line become its end. */
  offset(position: Position): number {
    return this.index.start(position.line + 1) + this.inUtf16(position).character
  }

  /** The same place with its column counted in UTF-16 units; columns beyond the line become its end. */
  inUtf16({ line, character }: Position): Position {
    let left = character
    let units = 0
    for (const point of this.index.line(line + 1)) {
      left -= measure(point, this.encoding)
      if (left < 0) break
      units += point.length
    }
    return { line, character: units }
  }
}

function measure(text: string, encoding: Encoding): number {
  switch (encoding) {
    case 'utf-8':
      return Buffer.byteLength(text)
    case 'utf-16':
      return text.length
    case 'utf-32':
      return [...text].length
  }
}

/** The path of a `file:` URI, with '/' and an upper-case drive letter; null for any other URI. */
export function pathOf(uri: string): string | null {
  if (!uri.startsWith('file:')) return null
  try {
    return normalize(fileURLToPath(uri)).replace(/^[a-z]:/, drive => drive.toUpperCase())
  } catch {
    return null // not a URI at all, or one of another host
  }
}

export function uriOf(path: string): string {
  return pathToFileURL(path).href
}
