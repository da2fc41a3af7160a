/** Widths, wrapping and carets: the arithmetic under the reports. */
import { expect, test } from 'vitest'
import { LineIndex } from '../../server/src/files/lines.ts'
import { cells, excerpt, wrap } from '../../server/src/report/layout.ts'

/** The source line and, below it, its carets. */
function drawn(line: string, place: string, room: number | null): string[] {
  const from = line.indexOf(place)
  const { source, indent, carets } = excerpt(line, from, from + place.length, room)
  return [source, ' '.repeat(indent) + '^'.repeat(carets)]
}

test.each([
  ['plain', 'from a import b', 'b', ['from a import b', '              ^']],
  ['tabs', '\tx\t= y', 'y', ['    x    = y', '           ^']],
  ['wide characters before', 'x = "世界", y', 'y', ['x = "世界", y', '            ^']],
  ['wide characters below', 'x = 世界', '世界', ['x = 世界', '    ^^^^']],
  ['emoji and combining marks', '# 🐍 e\u0301 x', 'x', ['# 🐍 e\u0301 x', '       ^']],
  ['control characters', 'a\u001b[31m b', 'b', ['a\ufffd[31m b', '       ^']],
  ['nothing below', 'x', '', ['x', '^']],
])('carets stand under the place: %s', (_, line, place, expected) => {
  expect(drawn(line, place, null)).toEqual(expected)
})

test('a long line is cut so that the place stays in sight', () => {
  const line = `${'a'.repeat(50)} HERE ${'b'.repeat(50)}`
  expect(drawn(line, 'HERE', 30)).toEqual(['…aaaaaaaa HERE bbbbbbbbbbbbbb…', '          ^^^^'])
  expect(drawn('HERE and much more than there is room for', 'HERE', 20)).toEqual([
    'HERE and much more …',
    '^^^^',
  ])
  const [source, carets] = drawn('x'.repeat(100), 'x'.repeat(100), 20)
  expect([cells(source!), cells(carets!)]).toEqual([20, 20])
})

test('words are wrapped and hang under the first', () => {
  expect(wrap('one two three four', 12, ' = do: ')).toEqual([
    ' = do: one',
    '       two',
    '       three',
    '       four',
  ])
  expect(wrap('one two three', 9)).toEqual(['one two', 'three'])
  expect(wrap('averyveryverylongword and', 8)).toEqual(['averyveryverylongword', 'and'])
  expect(wrap('first\nsecond', null, '- ')).toEqual(['- first', '  second'])
})

test.each([
  ['LF', 'ab\ncd\n', 4, { line: 2, column: 2 }],
  ['CR LF', 'ab\r\ncd', 4, { line: 2, column: 1 }],
  ['a lone CR', 'ab\rcd', 3, { line: 2, column: 1 }],
  ['UTF-16 units', '🐍x', 2, { line: 1, column: 3 }],
  ['beyond the end', 'ab', 9, { line: 1, column: 3 }],
])('offsets become lines and columns: %s', (_, text, offset, position) => {
  expect(new LineIndex(text).position(offset)).toEqual(position)
})
