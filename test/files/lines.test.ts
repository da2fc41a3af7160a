/** Lines and columns as Python and editors count them. */
import { expect, test } from 'vitest'
import { LineIndex } from '../../server/src/files/lines.ts'

test('\\n, \\r\\n and \\r end lines, each once', () => {
  const index = new LineIndex('a\nbb\r\nccc\r\rd')
  expect([1, 2, 3, 4, 5].map(line => index.line(line))).toEqual(['a', 'bb', 'ccc', '', 'd'])
  expect([1, 2, 3, 4, 5].map(line => index.start(line))).toEqual([0, 2, 6, 10, 11])
})

test('columns count UTF-16 units', () => {
  const index = new LineIndex('x = 1\n"😀" + y')
  expect(index.position(6 + '"😀" + '.length)).toEqual({ line: 2, column: 8 })
})

test.each([
  [-5, { line: 1, column: 1 }],
  [2, { line: 1, column: 3 }],
  [3, { line: 2, column: 1 }],
  [99, { line: 2, column: 1 }],
])('offset %i of a text that ends in a line end', (offset, position) => {
  expect(new LineIndex('ab\n').position(offset)).toEqual(position)
})

test('lines that do not exist are empty and begin at the end', () => {
  const index = new LineIndex('ab')
  expect([index.start(0), index.start(7), index.line(7)]).toEqual([0, 2, ''])
})
