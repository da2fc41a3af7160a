/**
 * Logical lines: where one ends and how deep one begins, by the rules of CPython's tokenizer
 * ("Line structure" of the Python reference).
 */
import { Char, Code, classAt, isBlankCode, lineEnd, stringEnd, UNSURE } from './lexical.ts'

/** CPython's tokenizer refuses more open brackets (MAXLEVEL) and more open blocks (MAXINDENT) than these. */
export const MOST_BRACKETS = 200
const MOST_LEVELS = 100

/** A reader of logical lines; what it found stands in its fields until the next call. */
export class LogicalLine {
  /** The '\n' that ends the line, or the end of the text; where `read` failed, the place of the trouble. */
  end = 0
  /** Behind the last character that is neither blank nor comment. */
  codeEnd = 0
  /** What closes the brackets that are open. */
  protected readonly closers: number[] = []

  constructor(
    protected readonly text: string,
    protected readonly limit: number,
  ) {}

  /** Reads from `i`, the first character of a line or any later one outside brackets; false: can't be followed. */
  read(i: number): boolean {
    this.begin()
    return this.walk(i, i, false)
  }

  /** The offset of the first ':' outside brackets, at or after `i` on this line; `UNSURE` without one. */
  colon(i: number): number {
    this.begin()
    return this.walk(i, i, true) && this.text.charCodeAt(this.end) === Code.colon ? this.end : UNSURE
  }

  protected begin(): void {
    // Setting a length is slow, and most lines leave none.
    if (this.closers.length > 0) this.closers.length = 0
  }

  /** Reads on from `i` on the line that began at `start`. */
  protected walk(start: number, i: number, untilColon: boolean): boolean {
    const { text, limit, closers } = this
    let comment = -1
    scan: while (i < limit) {
      switch (classAt(text, i)) {
        case Char.plain:
          if (untilColon && closers.length === 0 && text.charCodeAt(i) === Code.colon) break scan
          i++
          break
        case Char.newline:
          if (closers.length === 0) break scan
          i++
          break
        case Char.quote: {
          const end = stringEnd(text, i, limit)
          if (end === UNSURE) return this.fail(i)
          i = end
          break
        }
        case Char.open:
          if (closers.length === MOST_BRACKETS) return this.fail(i)
          closers.push(closerOf(text.charCodeAt(i)))
          i++
          break
        case Char.close:
          if (closers.pop() !== text.charCodeAt(i)) return this.fail(i)
          i++
          break
        case Char.comment:
          if (closers.length === 0) comment = i
          i = lineEnd(text, i, limit)
          break
        case Char.backslash:
          i = continuation(text, i, limit)
          if (i < 0) return this.fail(~i)
          break
        default:
          return this.fail(i)
      }
    }
    return this.finish(start, i, comment)
  }

  /** The line ends at `i`; its comment, if it has one, begins at `comment`. */
  protected finish(start: number, i: number, comment: number): boolean {
    if (i >= this.limit && this.closers.length > 0) return this.fail(this.limit)
    this.end = i
    let codeEnd = comment < 0 ? i : comment
    while (codeEnd > start && isFillerCode(this.text.charCodeAt(codeEnd - 1))) codeEnd--
    this.codeEnd = codeEnd
    return true
  }

  protected fail(at: number): false {
    this.end = at
    return false
  }
}

export function closerOf(open: number): number {
  return open === Code.openParenthesis ? Code.closeParenthesis : open + 2
}

/** The beginning of the line that goes on behind the backslash at `i`; `~i` where none does. */
export function continuation(text: string, i: number, limit: number): number {
  const next = text.charCodeAt(i + 1) === Code.carriageReturn ? i + 2 : i + 1
  return text.charCodeAt(next) === Code.newline && next + 1 < limit ? next + 1 : ~i
}

/** Blanks, and what a continued line leaves where nothing follows but a comment. */
function isFillerCode(code: number): boolean {
  return isBlankCode(code) || code === Code.newline || code === Code.backslash
}

/** What the indentation stack says of a new logical line. */
export type Step = 'same' | 'deeper' | 'shallower' | 'inconsistent'

/** The indentation levels that are open, measured twice as CPython does: tabs to 8 columns and to 1. */
export class Indentation {
  /** Of the line last measured. */
  column = 0
  /** The first character of the line that `toCode` found. */
  first = 0
  private alternate = 0
  private readonly columns: number[] = []
  private readonly alternates: number[] = []

  /** `atZero`: the outermost level is column 0; else it is that of the first line. */
  constructor(
    private readonly text: string,
    atZero: boolean,
  ) {
    if (!atZero) return
    this.columns.push(0)
    this.alternates.push(0)
  }

  /** Measures the line that begins at `i`; returns its first character that is not blank. */
  measure(i: number): number {
    let column = 0
    let alternate = 0
    let continued = 0
    for (; ; i++) {
      const code = this.text.charCodeAt(i)
      if (code === Code.space) {
        column++
        alternate++
      } else if (code === Code.tab) {
        column += 8 - (column % 8)
        alternate++
      } else if (code === Code.formFeed) {
        column = 0
        alternate = 0
      } else if (code === Code.backslash && this.text.charCodeAt(i + 1) === Code.newline) {
        // A line that is continued before its code keeps the indentation of its beginning.
        if (continued === 0) continued = column
        i++
      } else if (code !== Code.carriageReturn) break
    }
    this.column = continued === 0 ? column : continued
    this.alternate = continued === 0 ? alternate : continued
    return i
  }

  /**
   * Goes on from the line that begins at `i` to the next one that holds code, and measures it. Gives where it begins; at
   * `end` or behind it: there is none.
   */
  toCode(i: number, end: number): number {
    const { text } = this
    for (;;) {
      if (i >= end) return i
      const first = this.measure(i)
      const code = text.charCodeAt(first)
      if (first < end && code !== Code.newline && code !== Code.hash) {
        this.first = first
        return i
      }
      i = code === Code.hash ? lineEnd(text, first, end) + 1 : first + 1
    }
  }

  /** Is the measured line in the block that is open? */
  get stays(): boolean {
    const { columns, alternates } = this
    const top = columns.length - 1
    return top >= 0 && this.column === columns[top] && this.alternate === alternates[top]
  }

  /** Would the measured line open a block, and is its indentation right for that? */
  get deepens(): boolean {
    const { columns, alternates } = this
    const top = columns.length - 1
    return (
      top >= 0 &&
      this.column > columns[top]! &&
      this.alternate > alternates[top]! &&
      columns.length < MOST_LEVELS
    )
  }

  /** The levels as they are, for `restore`. */
  save(): readonly [columns: readonly number[], alternates: readonly number[]] {
    return [[...this.columns], [...this.alternates]]
  }

  restore([columns, alternates]: ReturnType<Indentation['save']>): void {
    this.columns.splice(0, Number.POSITIVE_INFINITY, ...columns)
    this.alternates.splice(0, Number.POSITIVE_INFINITY, ...alternates)
  }

  /** Enters the measured line as a logical one. */
  step(): Step {
    const { columns, alternates, column, alternate } = this
    const top = columns.length - 1
    if (top < 0 || column > columns[top]!) {
      const consistent = top < 0 || this.deepens
      columns.push(column)
      alternates.push(alternate)
      return top < 0 ? 'same' : consistent ? 'deeper' : 'inconsistent'
    }
    if (column === columns[top]) return alternate === alternates[top] ? 'same' : 'inconsistent'
    while (columns.length > 1 && columns.at(-1)! > column) {
      columns.pop()
      alternates.pop()
    }
    if (columns.at(-1) === column && alternates.at(-1) === alternate) return 'shallower'
    columns.push(column)
    alternates.push(alternate)
    return 'inconsistent'
  }
}
