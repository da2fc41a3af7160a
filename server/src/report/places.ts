/** Places as people and tools read them: paths relative to the root, lines and columns from 1. */
import { LineIndex, type Position } from '../files/lines.ts'
import { isWithin, relative } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { ReportInput } from './report_input.ts'

const START: Position = { line: 1, column: 1 }

export class Places {
  private readonly root: string
  private readonly text: ReportInput['text']
  private readonly indexes = new Map<string, LineIndex | null>()

  constructor({ plan, text }: Pick<ReportInput, 'plan' | 'text'>) {
    this.root = plan.rootdir
    this.text = text
  }

  /** Relative to pytest's root folder, with '/'; '.' for the folder itself. */
  path(path: string): string {
    return relative(this.root, path)
  }

  /** Relative to `base`, an absolute folder, where it lies below it; else absolute. */
  from(base: string, path: string): string {
    return isWithin(path, base) ? relative(base, path) : path
  }

  start({ path, start }: Span): Position {
    return this.index(path)?.position(start) ?? START
  }

  end({ path, end }: Span): Position {
    return this.index(path)?.position(end) ?? START
  }

  /** The text of a line; null where the file is not at hand. */
  line(path: string, line: number): string | null {
    return this.index(path)?.line(line) ?? null
  }

  /** 'path:line'. */
  short(span: Span): string {
    return `${this.path(span.path)}:${this.start(span).line}`
  }

  private index(path: string): LineIndex | null {
    let index = this.indexes.get(path)
    if (index === undefined) {
      const text = this.text(path)
      index = text === null ? null : new LineIndex(text)
      this.indexes.set(path, index)
    }
    return index
  }
}
