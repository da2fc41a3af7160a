/** Where places of a text are after it was edited in one stretch, as happens while somebody types. */

interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Leads from places of `before` to the same places of `after`: what stands in front of the edit stays, what stands
 * behind it moves along; null for a place that touches what was replaced. Offsets are UTF-16 units.
 */
export function follow(before: string, after: string): (range: Range) => Range | null {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before.charCodeAt(head) === after.charCodeAt(head)) head++
  let tail = 0
  while (
    tail < shorter - head &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++
  const from = before.length - tail
  const by = after.length - before.length
  return ({ start, end }) => {
    if (end <= head) return { start, end }
    return start >= from ? { start: start + by, end: end + by } : null
  }
}
