/** Random numbers that are the same wherever and whenever they are drawn. */

export class Random {
  constructor(private state: number) {}

  /** From 0 up to, and without, 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 up to, and without, the bound. */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  /** Up to as many different items, in no order. */
  some<T>(items: readonly T[], count: number): T[] {
    if (items.length <= count) return [...items]
    const drawn = new Set<T>()
    while (drawn.size < count) drawn.add(this.of(items))
    return [...drawn]
  }

  /** Whole numbers whose logarithms are spread normally, as sizes of files are. */
  logNormal(median: number, sigma: number, most: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return Math.min(most, Math.max(1, Math.round(median * Math.exp(sigma * normal))))
  }

  /** How often something happens whose mean is given, falling off geometrically. */
  geometric(mean: number): number {
    return Math.floor(Math.log(1 - this.next()) / Math.log(mean / (mean + 1)))
  }
}
