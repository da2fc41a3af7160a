/** The values of literals are Python's, or they are not known. */
import { beforeAll, expect, test } from 'vitest'
import { compileModule, compileModuleFully } from '../../server/src/compile/compile.ts'
import type { Expr } from '../../server/src/compile/module_code.ts'
import { initParser } from '../../server/src/compile/parser.ts'

beforeAll(initParser)

const text = (value: string): Expr => ({ e: 'const', value })
const number = (value: number): Expr => ({ e: 'const', value })
const bytes = (value: string): Expr => ({ e: 'bytes', value })
const big = (value: string): Expr => ({ e: 'bigint', value })
const unknown: Expr = { e: 'opaque', reads: [] }

const CASES: readonly (readonly [source: string, value: Expr])[] = [
  ['"a"', text('a')],
  ["''", text('')],
  ['"""a"b\nc"""', text('a"b\nc')],
  ["'''a''b'''", text("a''b")],
  ['"a" \'b\' """c"""', text('abc')],
  ['"a"\\\n"b"', text('ab')],
  ['("a"  # one\n "b")', text('ab')],
  ['u"a"', text('a')],
  ['U"a" R"\\b"', text('a\\b')],
  ['r"\\n\\""', text('\\n\\"')],
  [String.raw`"\n\t\r\a\b\f\v\\\'\""`, text('\n\t\r\x07\b\f\v\\\'"')],
  [String.raw`"\x41\101\u00e9\U0001F600\0"`, text('AAé😀\0')],
  [String.raw`"\400\18"`, text('\u0100\x018')],
  [String.raw`"\ud83d"`, text('\ud83d')],
  [String.raw`"\d\%\ "`, text('\\d\\%\\ ')],
  ['"a\\\nb"', text('ab')],
  ['"""a\r\nb\rc\\\r\nd"""', text('a\nb\ncd')],
  [String.raw`"\r\n"`, text('\r\n')],
  [String.raw`"\N{DASH}"`, unknown],
  [String.raw`r"\N{DASH}"`, text('\\N{DASH}')],
  ['b"a"', bytes('a')],
  [String.raw`b"\xff\0\377\u1234\N{a}"`, bytes('\xff\0\xff\\u1234\\N{a}')],
  [String.raw`Rb"\xff" bR'a'`, bytes('\\xffa')],
  ['0', number(0)],
  ['00_0', number(0)],
  ['1_000', number(1000)],
  ['0xFF', number(255)],
  ['0X_f_f', number(255)],
  ['0o17', number(15)],
  ['0b1_01', number(5)],
  ['9007199254740991', number(9007199254740991)],
  ['9007199254740992', big('9007199254740992')],
  ['0xffffffffffffffff', big('18446744073709551615')],
  ['1.5', number(1.5)],
  ['.5', number(0.5)],
  ['1_0.2_5', number(10.25)],
  ['15e-1', number(1.5)],
  ['08.5', number(8.5)],
  // As a number 1.0 is not told from 1, and JSON has no infinity.
  ['1.0', unknown],
  ['1.', unknown],
  ['1e5', unknown],
  ['1e999', unknown],
  ['1j', { e: 'complex' }],
  ['1_0.5e3J', { e: 'complex' }],
]

test.each(CASES)('%s', (source, value) => {
  for (const compile of [compileModule, compileModuleFully]) {
    expect(compile(`x = ${source}`).ops).toMatchObject([{ op: 'assign', value }])
  }
})
