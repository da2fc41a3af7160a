/**
 * Which places of a text lie in a string of several lines. A glance at the quotes before a place settles most; the
 * others are read to the end. One instance is asked from the beginning of a text to its end.
 */
import { Code, lineEnd, stringEnd } from './lexical.ts'

export class Quotes {
  /** Triple quotes before the last place. */
  private triples = 0
  /** Where the next ones of each kind stand. */
  private double: number
  private single: number
  /** Outside of strings and comments. */
  private read = 0

  constructor(private readonly text: string) {
    this.double = this.next('"""', 0)
    this.single = this.next("'''", 0)
  }

  /** Does the place lie in a string? No place may be asked for that lies before the last one. */
  around(at: number): boolean {
    const { text } = this
    for (; this.double < at; this.triples++) this.double = this.next('"""', this.double + 3)
    for (; this.single < at; this.triples++) this.single = this.next("'''", this.single + 3)
    // As many as are even have closed each other, whatever lies between.
    if (this.triples % 2 === 0) return false
    let i = this.read
    while (i < at) {
      const code = text.charCodeAt(i)
      let next = i + 1
      if (code === Code.quote || code === Code.apostrophe) next = stringEnd(text, i, text.length)
      else if (code === Code.hash) next = lineEnd(text, i, text.length)
      if (next < 0 || next > at) break
      i = next
    }
    this.read = i
    return i < at
  }

  private next(quotes: string, from: number): number {
    const at = this.text.indexOf(quotes, from)
    return at < 0 ? this.text.length : at
  }
}
