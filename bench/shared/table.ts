/** Plain text tables and numbers for them. */

/** The first column flush left, all others flush right; `rule`: a line before the last row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], rule = false): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map(row => (row[at] ?? '').length)))
  const line = (cells: readonly string[]) =>
    widths
      .map((width, at) => (at === 0 ? (cells[at] ?? '').padEnd(width) : (cells[at] ?? '').padStart(width)))
      .join('  ')
      .trimEnd()
  const dashes = widths.map(width => '-'.repeat(width)).join('  ')
  const body = rows.map(line)
  if (rule && body.length > 1) body.splice(-1, 0, dashes)
  return [line(head), dashes, ...body].join('\n')
}

/** '-' where there is nothing to divide by. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`
}

export function seconds(value: number): string {
  return value.toFixed(2)
}

export function megabytes(kilobytes: number): string {
  return (kilobytes / 1024).toFixed(0)
}

/** The middle value; of an even number of values the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
