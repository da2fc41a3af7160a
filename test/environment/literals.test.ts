/** Literals as Python writes them. */
import { expect, test } from 'vitest'
import { readLiteral } from '../../server/src/environment/literals.ts'

test.each([
  ["{'a': '/x', \"b.c\": 'C:\\\\src\\\\b'}", { a: '/x', 'b.c': 'C:\\src\\b' }],
  ["  {'ns': ['/one', '/two',], 'empty': []}  # rest", { ns: ['/one', '/two'], empty: [] }],
  ["('google', 'cloud')", ['google', 'cloud']],
  ["('one',)", ['one']],
  ["{ # comment\n 'a': True,\n 'b': None, 'c': -1.5 }", { a: true, b: null, c: -1.5 }],
  ["'it\\'s \\x41\\u00e9\\n'", "it's Aé\n"],
  ["r'C:\\new'", 'C:\\new'],
])('%s', (source, value) => {
  expect(readLiteral(source)).toEqual(value)
})

test.each(["{'a': f(x)}", "{'a'", "['a' 'b']", 'name', '{1: 2}', '{**x}', '', "'open"])(
  '%s is no literal that is read',
  source => {
    expect(readLiteral(source)).toBeUndefined()
  },
)

test('nesting without end is no literal either', () => {
  expect(readLiteral('['.repeat(100_000))).toBeUndefined()
})
