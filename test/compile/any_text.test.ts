/** No text makes the compiler throw, and nothing it makes is nested too deep to be walked. */
import { beforeAll, describe, expect, test } from 'vitest'
import { compileBody, compileModule, compileModuleFully } from '../../server/src/compile/compile.ts'
import { scanImports } from '../../server/src/compile/import_scan.ts'
import type { ModuleCode } from '../../server/src/compile/module_code.ts'
import { initParser } from '../../server/src/compile/parser.ts'

beforeAll(initParser)

const times = (text: string, count: number) => text.repeat(count)
const levels = (head: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${times(' ', i)}${head}\n`).join('')

/** Letters that mean something to Python, in an order that means nothing, the same each time. */
function noise(alphabet: string, length: number): string {
  let seed = 42
  let text = ''
  for (let i = 0; i < length; i++) {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    text += alphabet[(seed >> 8) % alphabet.length]
  }
  return text
}

const TEXTS: Readonly<Record<string, string>> = {
  nothing: '',
  'a line end': '\n',
  blanks: times(' ', 100_000),
  'binary data': String.fromCharCode(...Array.from({ length: 60_000 }, (_, i) => (i * 7919) % 65_536)),
  'bytes as text': noise(String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i)), 20_000),
  'Python noise': noise('()[]{}"\'\\\n\t #:=,.abf@*', 20_000),
  'broken surrogates': 'x = "\ud800"\n\udc00 = 1',
  'null characters': 'a\0b\n\0',
  'open brackets': times('(', 50_000),
  'nested brackets': `x = ${times('[', 20_000)}${times(']', 20_000)}`,
  'a long sum': `x = ${times('a + ', 20_000)}b`,
  'a long sum of f-strings': `x = ${times('f"{a}" + ', 5000)}b`,
  'a long chain of bits': `x = lambda: ${times('a & b ^ ', 5000)}c`,
  'a long union': `def f(a: ${times('list[b] | ', 5000)}c = f""): pass`,
  'many powers': `x = ${times('a ** ', 20_000)}b`,
  'many signs': `x = ${times('-', 20_000)}1`,
  'many nots': `x = ${times('not ', 20_000)}1`,
  'many words': `x = ${times('a and b or ', 10_000)}c`,
  'many conditions': `x = ${times('a if b else ', 10_000)}c`,
  'many comparisons': `x = ${times('a < ', 20_000)}b`,
  'many lambdas': `x = ${times('lambda: ', 10_000)}1`,
  'many comprehensions': `x = ${times('[a for b in ', 3000)}c${times(']', 3000)}`,
  'a long dotted name': `x = a${times('.b', 20_000)}`,
  'many calls': `x = a${times('()', 20_000)}`,
  'many subscripts': `x = ${times('a[', 10_000)}0${times(']', 10_000)}`,
  'many targets': `${times('a = ', 10_000)}1`,
  'many strings': `x = (${times('"abc"\n', 20_000)})`,
  'nested f-strings': `x = ${times('f"{', 100)}1${times('}"', 100)}`,
  'nested formats': `x = f"${times('{a:', 1000)}${times('}', 1000)}"`,
  'a long number': `x = ${times('9', 100_000)} + 0x${times('f', 100_000)}`,
  'many elifs': `if a: b\n${times('elif c: d\n', 3000)}`,
  'nested ifs': `${levels('if a:', 500)}${times(' ', 500)}b`,
  'nested functions': `${levels('def f():', 500)}${times(' ', 500)}b`,
  'nested classes': `${levels('class A:', 300)}${times(' ', 300)}b`,
  'many decorators': `${times('@a\n', 20_000)}def f(): pass`,
  'nested patterns': `match a:\n  case ${times('[', 3000)}b${times(']', 3000)}: pass`,
  'many alternatives': `match a:\n  case ${times('b.c | ', 5000)}d.e: pass`,
  'many quotes': times('"', 10_001),
  'many backslashes': times('\\\n', 1000),
  'open imports': times('from a import (\n', 2000),
  'many assignments': times('NAME = 1\n', 100_000),
  'two megabytes of one list': `x = [\n${times('  "text", 1, None,\n', 100_000)}]`,
  'five megabytes of nothing': times('#', 5_000_000),
}

function depth(value: unknown): number {
  let deepest = 0
  const pending: [unknown, number][] = [[value, 0]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [one, level] = next
    deepest = Math.max(deepest, level)
    if (one === null || typeof one !== 'object') continue
    for (const inner of Object.values(one)) pending.push([inner, level + 1])
  }
  return deepest
}

describe.each(Object.entries(TEXTS))('%s', (_, text) => {
  const compilers: Record<string, () => ModuleCode> = {
    'as a module': () => compileModule(text),
    'as a whole module': () => compileModuleFully(text),
    'as a body': () => compileBody(text, { start: 0, end: text.length }),
  }

  test.each(Object.entries(compilers))('%s', (_, compile) => {
    const code = compile()
    // An expression takes up to three levels of objects and lists for one of its own.
    expect(depth(code.ops)).toBeLessThan(1000)
    expect(code.places.every(offset => offset >= 0 && offset <= text.length)).toBe(true)
  })

  test('by its imports', () => {
    expect(() => scanImports(text)).not.toThrow()
  })
})
