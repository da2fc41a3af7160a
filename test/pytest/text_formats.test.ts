/** Ini and TOML files, shell words, Python's repr: each as Python's own reader does it. */
import { describe, expect, test } from 'vitest'
import { readIni } from '../../server/src/pytest/ini_file.ts'
import { isFloat, isInteger, repr, splitShell, truth } from '../../server/src/pytest/python_text.ts'
import { readToml, type TomlValue } from '../../server/src/pytest/toml_file.ts'

describe('ini files', () => {
  const sections = (text: string): unknown => {
    const file = readIni('x.ini', text)
    if ('error' in file) return file.error
    const plain = [...file.sections].map(([name, keys]) => [
      name,
      Object.fromEntries([...keys].map(([key, { value }]) => [key, value])),
    ])
    return Object.fromEntries(plain)
  }

  test.each([
    ['[a]\nk = v\n', { a: { k: 'v' } }],
    ['[a] # note\nk: v ; no comment\n', { a: { k: 'v ; no comment' } }],
    ['[a]\nk =\n  one\n  # dropped\n\n  two\n', { a: { k: 'one\ntwo' } }],
    ['[a]\nk = one\n  two = 2\n', { a: { k: 'one\ntwo = 2' } }],
    ['[a]\nk:x = v\n', { a: { k: 'x = v' } }],
    ['# top\n; too\n[a]\n[b]\n', { a: {}, b: {} }],
    ['[a]\r\nk = v\r\n', { a: { k: 'v' } }],
    ['[a]\nk =\n[b]\n', { a: { k: '' }, b: {} }],
    ['', {}],
  ])('%j', (text, expected) => {
    expect(sections(text)).toEqual(expected)
  })

  test.each([
    ['[a]\nk = 1\nk = 2\n', "x.ini:3: duplicate name 'k'"],
    ['[a]\n[a]\n', "x.ini:2: duplicate section 'a'"],
    ['k = 1\n', 'x.ini:1: no section header defined'],
    ['  k = 1\n', 'x.ini:1: unexpected value continuation'],
    ['[a]\n  k = 1\n', 'x.ini:2: unexpected value continuation'],
    ['[a]\nabc\n', "x.ini:2: unexpected line: 'abc'"],
    ['[]\nk = 1\n', 'x.ini:1: empty section name'],
    ['k = 1\nabc\n', "x.ini:2: unexpected line: 'abc'"],
  ])('the fault of %j', (text, error) => {
    expect(sections(text)).toBe(error)
  })

  test('keys and lines know where they stand', () => {
    const text = '[a]\nk =\n  one\n  two\n'
    const file = readIni('x.ini', text)
    if ('error' in file) throw new Error(file.error)
    const entry = file.sections.get('a')!.get('k')!
    const cut = ({ start, end }: { start: number; end: number }) => text.slice(start, end)
    expect([cut(entry.span), ...entry.lines.map(line => cut(line.span))]).toEqual(['k', 'one', 'two'])
  })
})

describe('TOML files', () => {
  const placesIn = (text: string, ...keys: string[]): string[] | null => {
    const file = readToml('x.toml', text)
    if ('error' in file) throw new Error(file.error)
    const written = file.written(keys)
    return (
      written &&
      [written.span, ...written.lines.map(({ span }) => span)].map(({ start, end }) => text.slice(start, end))
    )
  }

  test.each([
    ['[t]\nk = "v"\n', ['t', 'k'], ['k', 'v']],
    ['[t]\nk = ["a", \'b\'] # c\n', ['t', 'k'], ['k', '"a"', "'b'"]],
    ['[t]\nk = [\n  # no\n  "a", # "x"\n  "b",\n]\n', ['t', 'k'], ['k', '"a"', '"b"']],
    ['[t]\nk = """\none\ntwo"""\n', ['t', 'k'], ['k', 'one', 'two']],
    ['[a.b]\n"c.d" = 1\n', ['a', 'b', 'c.d'], ['"c.d"', '1']],
    ['[a]\nb.c = true\n', ['a', 'b', 'c'], ['b.c', 'true']],
    ['a = { b = { c = "x" }, d = 2 }\n', ['a', 'b', 'c'], ['c', 'x']],
    ['[[x]]\nk = 1\n[t]\nk = 2\n', ['t', 'k'], ['k', '2']],
    ['[t]\nk = "a\\"b"\nl = 1\n', ['t', 'l'], ['l', '1']],
    ['[t]\n', ['t', 'k'], null],
  ])('in %j the place of %j', (text, keys, expected) => {
    expect(placesIn(text, ...keys)).toEqual(expected)
  })

  test('a fault names line and column', () => {
    const file = readToml('x.toml', '[a]\nb c = 1\n')
    expect('error' in file && file.error).toMatch(/ \(at line 2, column \d+\)$/)
  })
})

test.each([
  ['a  b\tc\nd', ['a', 'b', 'c', 'd']],
  ['-k "not slow" x', ['-k', 'not slow', 'x']],
  [`--a='b c'd "e\\"f" 'g\\h'`, ['--a=b cd', 'e"f', 'g\\h']],
  ['a\\ b # c', ['a b', '#', 'c']],
  ['"a\\nb" \'\' x""', ['a\\nb', '', 'x']],
  ['   ', []],
])('the shell words of %j', (text, words) => {
  const split = splitShell(text)
  expect('words' in split && split.words.map(word => word.text)).toEqual(words)
})

test.each([
  ['a "b', 'No closing quotation'],
  ["a 'b", 'No closing quotation'],
  ['a \\', 'No escaped character'],
])('%j cannot be split', (text, error) => {
  expect(splitShell(text)).toEqual({ error })
})

test.each<[TomlValue, string]>([
  ['a', "'a'"],
  ["it's", '"it\'s"'],
  ['\'"', "'\\'\"'"],
  ['a\nb\\', "'a\\nb\\\\'"],
  [true, 'True'],
  [[1, 'x', false], "[1, 'x', False]"],
  [{ k: ['v'] }, "{'k': ['v']}"],
])('the repr of %j', (value, expected) => {
  expect(repr(value)).toBe(expected)
})

test.each([
  ['Yes', true],
  [' on ', true],
  ['F', false],
  ['0', false],
  ['maybe', null],
])('the truth of %j', (text, expected) => {
  expect(truth(text)).toBe(expected)
})

test.each([
  ['1_000', true, true],
  [' -3 ', true, true],
  ['1.5', false, true],
  ['.5e3', false, true],
  ['nan', false, true],
  ['1__0', false, false],
  ['', false, false],
])('whether %j is an integer or a float', (text, integer, float) => {
  expect([isInteger(text), isFloat(text)]).toEqual([integer, float])
})
