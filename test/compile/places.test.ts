/** Where things stand: offsets of the file's own text, whatever was cut, and line ends left as they are. */
import { beforeAll, expect, test } from 'vitest'
import { compileBody, compileModule, compileModuleFully } from '../../server/src/compile/compile.ts'
import type { ModuleCode } from '../../server/src/compile/module_code.ts'
import { initParser } from '../../server/src/compile/parser.ts'

beforeAll(initParser)

/** The text at each place of the operations, in the order of the operations' own keys. */
function marked(text: string, { ops, places }: ModuleCode): string[] {
  const found: string[] = []
  JSON.stringify(ops, (key, value: unknown) => {
    if (typeof value === 'number' && (key === 'at' || key.endsWith('At'))) {
      found.push(text.slice(places[2 * value], places[2 * value + 1]))
    }
    return value
  })
  return found
}

test.each([
  ['import a.b as c, d', ['a.b', 'd', 'import a.b as c, d']],
  ['from ..a.b import (c as d,\n  e)', ['c', 'e', '..a.b', 'from ..a.b import (c as d,\n  e)']],
  ['from . import *', ['.', 'from . import *']],
  ['lazy import a', ['a', 'lazy import a']],
  ['a = b # c', ['a', 'b', 'a = b']],
  ['a.b(c)[d].e', ['a', 'a.b', 'c', 'a.b(c)', 'd', 'a.b(c)[d]', 'a.b(c)[d].e', 'a.b(c)[d].e']],
  ['(a + b) * c', ['a', 'b', 'a + b', 'c', '(a + b) * c', '(a + b) * c']],
  ['a < b < (c)', ['a', 'b', 'c', 'a < b < (c)', 'a < b < (c)']],
  ['[a for b in c]', ['a', 'b', 'c', '[a for b in c]', '[a for b in c]']],
  ['f"{a}"', ['a', 'f"{a}"']],
  // of a compound statement: its header
  ['if a: b\nelse: c', ['a', 'b', 'b', 'c', 'c', 'if a:']],
  ['for a in b: c', ['a', 'b', 'c', 'c', 'for a in b:']],
  ['try: a\nexcept B as c: d', ['a', 'a', 'B', 'd', 'd', 'except B as c:', 'try:']],
  ['with a as b: c', ['a', 'b', 'c', 'c', 'with a as b:']],
  ['class A(B):\n  c', ['B', 'c', 'c', 'class A(B):', 'A']],
  ['@a\nasync def f(b: c = d): e', ['a', 'd', 'c', 'async def f(b: c = d):', 'f']],
  ['@a\ndef f(b=lambda: c): e', ['a', 'c', 'lambda: c', 'def f(b=lambda: c):', 'f']],
  ['match a:\n  case b.c: d', ['a', 'b', 'b.c', 'd', 'd', 'match a:']],
  // UTF-16 units, beyond the basic plane and behind a byte order mark
  ['\ufeff"😀"; a', ['a', 'a']],
  ['x = "😀" + a', ['x', 'a', '"😀" + a', 'x = "😀" + a']],
  ['a\r\n"""\r\n\r\n"""\r\nb', ['a', 'a', 'b', 'b']],
  ['a\r# c\r\rb', ['a', 'a', 'b', 'b']],
])('%s', (text, expected) => {
  expect(marked(text, compileModule(text))).toEqual(expected)
  expect(marked(text, compileModuleFully(text))).toEqual(expected)
})

const FILE = `"""A docstring that is long enough to be worth cutting."""
# A comment.
import a


def first(x):
    """Docstring."""
    import b
    if x:
        # nested
        return f"{b}"

    def inner():
        yield c
    return inner


class A:
    # Another comment.
    def method(self): return d; pass

    e = f"{a}"
`

test('places behind what was cut', () => {
  const code = compileModule(FILE)
  expect(marked(FILE, code)).toEqual([
    'a',
    'import a',
    'def first(x):',
    'first',
    'def method(self):',
    'method',
    'e',
    'a',
    'e = f"{a}"',
    'class A:',
    'A',
  ])
  expect(code.bodies.map(({ start, end }) => FILE.slice(start, end))).toEqual([
    `    """Docstring."""
    import b
    if x:
        # nested
        return f"{b}"

    def inner():
        yield c
    return inner`,
    'return d; pass',
  ])
})

test('places of a body are those of the file', () => {
  const { bodies } = compileModule(FILE)
  const first = compileBody(FILE, bodies[0]!)
  expect(marked(FILE, first)).toEqual([
    'b',
    'import b',
    'x',
    'b',
    'return f"{b}"',
    'if x:',
    'def inner():',
    'inner',
    'inner',
    'return inner',
  ])
  expect(first.bodies.map(({ start, end }) => FILE.slice(start, end))).toEqual(['        yield c'])
  expect(marked(FILE, compileBody(FILE, bodies[1]!))).toEqual(['d', 'return d', 'pass'])
})
