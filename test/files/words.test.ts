import { describe, expect, test } from 'vitest'
import { escapeRegExp, hasWord } from '../../server/src/files/words.ts'

describe('hasWord', () => {
  test.each([
    ['import a, b', 'b', true],
    ['import about', 'a', false],
    ['x = naïve', 'naï', false],
    ['x = é + 1', 'é', true],
    ['f(a( b', 'a(', true],
    ['_a', 'a', false],
    ['', 'a', false],
    ['a', '', false],
    ['aa a', 'a', true],
  ])('%j holds %j: %s', (text, word, expected) => {
    expect(hasWord(text, word)).toBe(expected)
  })
})

test('any text can stand in a pattern', () => {
  const text = '*args [x] (y) {z} a|b ^$ \\ . /'
  for (const flags of ['', 'u']) expect(new RegExp(`^${escapeRegExp(text)}$`, flags).test(text)).toBe(true)
})
