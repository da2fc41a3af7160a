import { expect, test } from 'vitest'
import { KeptTexts, TextChanged } from '../../server/src/files/kept_texts.ts'

/** Room for ten units, over files that can be changed, and the names of those that were read again. */
function room(files: Record<string, string | null>) {
  const texts = new KeptTexts(['word'], 10)
  const again: string[] = []
  const keep = (path: string) =>
    texts.keep(path, files[path]!, () => {
      again.push(path)
      return files[path]!
    })
  return { keep, again, drop: (text: ReturnType<typeof keep>) => texts.drop(text) }
}

test('what there is no room for is read again when it is asked for', () => {
  const { keep, again } = room({ a: 'aaaaaa', b: 'bbbbbb', c: 'c' })
  const [a, b, c] = ['a', 'b', 'c'].map(keep) as [
    ReturnType<typeof keep>,
    ReturnType<typeof keep>,
    ReturnType<typeof keep>,
  ]
  expect([b.get(), c.get(), again]).toEqual(['bbbbbb', 'c', []])
  expect([a.get(), again]).toEqual(['aaaaaa', ['a']])
  expect([c.get(), again]).toEqual(['c', ['a']])
  expect([b.get(), again]).toEqual(['bbbbbb', ['a', 'b']])
})

test.each(['other', null])('a text that reads otherwise by then (%s) is never given out', now => {
  const files: Record<string, string | null> = { a: 'aaaaaa', b: 'bbbbbb' }
  const { keep } = room(files)
  const a = keep('a')
  keep('b')
  files.a = now
  expect(() => a.get()).toThrow(TextChanged)
  files.a = 'aaaaaa'
  expect(a.get()).toBe('aaaaaa')
})

test('a text is known again, given up or not', () => {
  const { keep } = room({ a: 'aaaaaa', b: 'bbbbbb' })
  const [a, b] = [keep('a'), keep('b')]
  for (const [text, own] of [
    [a, 'aaaaaa'],
    [b, 'bbbbbb'],
  ] as const) {
    expect(text.is(own)).toBe(true)
    expect(text.is(`${own} `)).toBe(false)
  }
})

test('a text that another one replaced takes no room, and stays readable', () => {
  const files: Record<string, string | null> = { a: 'aaaa', b: 'bbbb' }
  const { keep, drop, again } = room(files)
  const [b, before] = [keep('b'), keep('a')]
  files.a = 'AAAA'
  drop(before)
  const after = keep('a')
  expect([before.get(), after.get(), b.get(), again]).toEqual(['aaaa', 'AAAA', 'bbbb', []])
})

test('what was asked for last is given up last', () => {
  const { keep, again } = room({ a: 'aaaa', b: 'bbbb', c: 'cccc' })
  const [a, b] = [keep('a'), keep('b')]
  a.get()
  keep('c')
  expect([a.get(), again]).toEqual(['aaaa', []])
  expect([b.get(), again]).toEqual(['bbbb', ['b']])
})

test('of a text that was given up it is known whether it held what all are asked for', () => {
  const { keep, again } = room({ a: 'a word', b: 'bbbbbb', c: 'cccccc' })
  const [a, b, c] = [keep('a'), keep('b'), keep('c')]
  expect([a, b, c].map(text => text.mayHold('word'))).toEqual([true, false, false])
  // Nobody said that this one would be asked for.
  expect([a, b, c].map(text => text.mayHold('other'))).toEqual([true, true, false])
  expect(again).toEqual([])
})
