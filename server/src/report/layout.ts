/** Text for a terminal: its width in cells, wrapping, and a source line with carets under a place. */

/** Characters that take two cells in a terminal: East Asian wide ones and emoji (roughly UAX 11). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const NONE = /^(?:\p{M}|[\u200b-\u200d])$/u
const TAB = 4

/** How many cells a text takes. Colour codes are not understood: measure before colouring. */
export function cells(text: string): number {
  let count = 0
  for (const character of text) count += cellsOf(character)
  return count
}

function cellsOf(character: string): number {
  if (character < '\u0300') return 1
  return NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1
}

/**
 * The text in lines of at most `width` cells, broken at spaces; the first starts with `lead`, the others with
 * `blanks`, by default as many as `lead` takes. null: as many lines as the text has.
 */
export function wrap(text: string, width: number | null, lead = '', blanks = cells(lead)): string[] {
  const indent = ' '.repeat(blanks)
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = lines.length === 0 ? lead : indent
    let empty = true
    for (const word of paragraph.split(' ')) {
      if (!empty && width !== null && cells(line) + 1 + cells(word) > width) {
        lines.push(line)
        line = indent
        empty = true
      }
      line += empty ? word : ` ${word}`
      empty = false
    }
    lines.push(line.trimEnd())
  }
  return lines
}

/** Rows with aligned columns. Those that hold numbers, by default the first one, are set to the right. */
export function table(
  rows: readonly (readonly string[])[],
  isNumber: (column: number) => boolean = column => column === 0,
): string[] {
  const columns = Math.max(0, ...rows.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map(row => cells(row[at] ?? ''))),
  )
  return rows.map(row =>
    row
      .map((cell, at) => {
        const blanks = ' '.repeat(widths[at]! - cells(cell))
        return isNumber(at) ? `  ${blanks}${cell}` : `  ${cell}${blanks}`
      })
      .join('')
      .trimEnd(),
  )
}

export interface Excerpt {
  readonly source: string
  /** Cells before the first caret, and how many carets. */
  readonly indent: number
  readonly carets: number
}

/**
 * One source line with the place from `from` to `to` (UTF-16 units, `to` beyond the line for a place that goes
 * on) in at most `room` cells: a longer line is cut so that the place stays in sight.
 */
export function excerpt(line: string, from: number, to: number, room: number | null): Excerpt {
  const before = expand(line.slice(0, from))
  const place = expand(line.slice(from, Math.max(to, from)))
  const after = expand(line.slice(Math.max(to, from)))
  const carets = Math.max(1, cells(place.trimEnd()))
  if (room === null || cells(before + place + after) <= room) {
    return { source: (before + place + after).trimEnd(), indent: cells(before), carets }
  }
  // A third of the room for what stands before, the rest for the place and what follows.
  const shownBefore = cells(before) > room / 3 ? `…${takeEnd(before, Math.floor(room / 3) - 1)}` : before
  const rest = take(place + after, room - cells(shownBefore) - 1)
  const cut = rest.length < (place + after).length ? '…' : ''
  const left = cells(shownBefore)
  return { source: (shownBefore + rest + cut).trimEnd(), indent: left, carets: Math.min(carets, room - left) }
}

/** Tabs as blanks, and control characters as something that cannot move the cursor. */
function expand(text: string): string {
  return text.replaceAll('\t', ' '.repeat(TAB)).replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')
}

function take(text: string, room: number): string {
  let used = 0
  let end = 0
  for (const character of text) {
    used += cellsOf(character)
    if (used > room) break
    end += character.length
  }
  return text.slice(0, end)
}

function takeEnd(text: string, room: number): string {
  return [...take([...text].reverse().join(''), room)].reverse().join('')
}
