/** Cuts pieces out of a text and remembers where what is left came from. */

/** Leads from offsets of a shortened text back to the original. */
export interface OffsetMap {
  /** The original offset of the character at `offset`; of a replacement, where the cut began. */
  start(offset: number): number
  /** The original offset behind the character before `offset`; of a replacement, where the cut ended. */
  end(offset: number): number
}

export class TextEdits implements OffsetMap {
  private readonly pieces: string[] = []
  private length = 0
  private copied: number
  /** Stretches of the result, kept ones and replacements: their first offset in the result, */
  private readonly ours: number[] = [0]
  /** and where they come from in the original: [from, to) of the cut for a replacement. */
  private readonly from: number[]
  private readonly to: (number | null)[] = [null]
  private last = 0

  constructor(
    private readonly text: string,
    start: number,
    private readonly stop: number,
  ) {
    this.copied = start
    this.from = [start]
  }

  /** Replaces [from, to) of the original; cuts must come in ascending order. */
  cut(from: number, to: number, replacement: string): void {
    this.keepTo(from)
    if (replacement !== '') {
      this.stretch(from, to)
      this.pieces.push(replacement)
      this.length += replacement.length
    }
    this.copied = to
    this.stretch(to, null)
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
    const found = this.find(offset)
    return this.to[found] === null ? this.from[found]! + offset - this.ours[found]! : this.from[found]!
  }

  end(offset: number): number {
    if (offset === 0) return this.start(0)
    const found = this.find(offset - 1)
    return this.to[found] ?? this.from[found]! + offset - this.ours[found]!
  }

  /** The last stretch that begins at or before `offset`. */
  private find(offset: number): number {
    const { ours } = this
    let low = 0
    let high = ours.length - 1
    // Questions come nearly in order: look at the last answer first.
    if (ours[this.last]! <= offset) {
      low = this.last
      if (low === high || ours[low + 1]! > offset) return low
    }
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (ours[middle]! <= offset) low = middle
      else high = middle - 1
    }
    this.last = low
    return low
  }

  private keepTo(to: number): void {
    if (to <= this.copied) return
    this.pieces.push(this.text.slice(this.copied, to))
    this.length += to - this.copied
    this.copied = to
  }

  private stretch(from: number, to: number | null): void {
    this.ours.push(this.length)
    this.from.push(from)
    this.to.push(to)
  }
}
