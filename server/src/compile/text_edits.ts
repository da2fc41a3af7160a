/** Cuts pieces out of a text and remembers where what is left came from. */

/** Leads from offsets of a shortened text back to the original. */
export interface OffsetMap {
  /** The original offset of the character at `offset`. */
  start(offset: number): number
  /** The original offset behind the character before `offset`. */
  end(offset: number): number
}

export class TextEdits implements OffsetMap {
  private readonly pieces: string[] = []
  private length = 0
  private copied: number
  /** Each kept stretch: its first offset in the result, and in the original. */
  private readonly ours: number[] = [0]
  private readonly theirs: number[]
  private last = 0

  constructor(
    private readonly text: string,
    start: number,
    private readonly stop: number,
  ) {
    this.copied = start
    this.theirs = [start]
  }

  /** Replaces [from, to) of the original; cuts must come in ascending order. */
  cut(from: number, to: number, replacement: string): void {
    this.keepTo(from)
    if (replacement !== '') {
      this.pieces.push(replacement)
      this.length += replacement.length
    }
    this.copied = to
    this.ours.push(this.length)
    this.theirs.push(to)
  }

  /** The offset in the result at which the original's `from` stands, if a cut began there now. */
  offsetOf(from: number): number {
    return this.length + from - this.copied
  }

  finish(): string {
    this.keepTo(this.stop)
    return this.pieces.join('')
  }

  start(offset: number): number {
    const { ours, theirs } = this
    let low = 0
    let high = ours.length - 1
    // Questions come nearly in order: look at the last answer's stretch first.
    if (ours[this.last]! <= offset) {
      low = this.last
      if (low === high || ours[low + 1]! > offset) high = low
    }
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (ours[middle]! <= offset) low = middle
      else high = middle - 1
    }
    this.last = low
    return theirs[low]! + offset - ours[low]!
  }

  end(offset: number): number {
    return offset === 0 ? this.start(0) : this.start(offset - 1) + 1
  }

  private keepTo(to: number): void {
    if (to <= this.copied) return
    this.pieces.push(this.text.slice(this.copied, to))
    this.length += to - this.copied
    this.copied = to
  }
}
