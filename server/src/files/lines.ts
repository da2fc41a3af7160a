/** Lines of a text, for those who speak to people and editors. They end as in Python and LSP: \n, \r\n or \r. */

export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
}

export class LineIndex {
  private readonly text: string
  private readonly starts: number[] = [0]

  constructor(text: string) {
    this.text = text
    const end = /\r\n?|\n/g
    while (end.exec(text)) this.starts.push(end.lastIndex)
  }

  /** How many lines there are; the text after the last line end counts as one, even if empty. */
  get count(): number {
    return this.starts.length
  }

  /** Where an offset stands; offsets outside of the text become its nearest end. */
  position(offset: number): Position {
    const inside = Math.max(0, Math.min(offset, this.text.length))
    let low = 0
    let high = this.starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.starts[middle]! <= inside) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: inside - this.starts[low]! + 1 }
  }

  /** The offset at which a line (from 1) begins; the end of the text for lines behind the last. */
  start(line: number): number {
    return this.starts[Math.max(line, 1) - 1] ?? this.text.length
  }

  /** The text of a line (from 1) without its line end; '' for lines that don't exist. */
  line(line: number): string {
    return this.text.slice(this.start(line), this.start(line + 1)).replace(/[\r\n]+$/, '')
  }
}
