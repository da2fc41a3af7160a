/**
 * Compound statements, which are read from the text where they are plain, and go back to the parser as a whole
 * where anything in them is not: the result is that of the whole tree either way, suspicions included.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { compileModule, compileModuleFully } from '../../server/src/compile/compile.ts'
import type { ModuleCode } from '../../server/src/compile/module_code.ts'
import { initParser } from '../../server/src/compile/parser.ts'

beforeAll(initParser)

/** Operations with the places and bodies that they stand for, and the suspicions with theirs. */
function resolved({ ops, places, bodies, suspects, lazyAnnotations }: ModuleCode): unknown {
  const at = (index: number) => places.slice(2 * index, 2 * index + 2)
  const text = JSON.stringify(ops, (key, value: unknown) => {
    if (typeof value !== 'number') return value
    if (key === 'at' || key.endsWith('At')) return at(value)
    return key === 'body' ? bodies[value] : value
  })
  return [JSON.parse(text), suspects.map(suspect => ({ ...suspect, at: at(suspect.at) })), lazyAnnotations]
}

/** What may stand in a block, each with what it needs around it: plain, and not. */
const INSIDE: readonly string[] = [
  'x = 1',
  '"""doc"""',
  'pass  # comment',
  '# comment\n\n    # another\n\nx = y',
  'def f(a=1): return a',
  '@d(1)\n@e\nasync def f(self, *a: int, **k):\n  # c\n  yield 1\n\n  x = (\n2)',
  '@d\nclass B(C, metaclass=D): x: int = 3',
  'class B: pass',
  'if a: b = 1\nelif c:\n  d = 2\nelse: e',
  'if (a := b) is None: pass',
  'while a := b(): c',
  'for a, (b, *c) in d, e:\n  if f: break\n  continue\nelse:\n  g',
  'while True:\n  try: break\n  finally: x',
  'try:\n  import a\nexcept (A, B) as e:\n  a = None\nexcept C: pass\nexcept:\n  raise\nelse: b\nfinally:\n  c',
  'with a, b(c) as (d, e), f as g.h: i = j',
  'global a, b',
  'x = [a for a, b in c if d if e for f in g]',
  'x = {a: b for a in b}, {a for a in b}, f(a for a in b), (a for a in lambda: b)',
  'x = sorted(a, key=lambda b, *c, d=1, **e: b if c else d)',
  'x = f"a{b!r:>{c}}{{}}" "d" rf"\\w{e[0]}\\d" f\'{f["g"]}\'',
  'x = a + \\\n  b',
  'from a import b, \\\n    c',
  'type = 1; match.x = type',
  'type: int = match = case',
  // what sends the statement around back to the parser
  'match a:\n  case 1: b',
  'x = y; z = w',
  'with (a as b, c as d): e',
  'async with a: b',
  'try: a\nexcept* A: b',
  'class B[T]: x: T',
  'def f[T](a: T = lambda: x) -> lambda: y: z',
  'type X = int',
  'lazy import a',
  'x = await y',
  'x = yield',
  'for a in *b, c: d',
  'x = f"{a=}" f"{\'b\' "c"}" t"{d}"',
  'x = ï',
  // wrong
  'break',
  'return 1',
  'try: a',
  'try: a\nelse: b',
  'try: a\nexcept: b\nexcept A: c',
  'else: a',
  'if a:',
  'def f():',
  '@a',
  'x = = 1',
  'from a import *',
  'from __future__ import annotations',
  'def f(a, a): pass',
  'class B(a for a in b): pass',
  'class B(a=1, a=2): pass',
  'for f() in a: b',
  'with a as 1: b',
]

const AROUND: readonly (readonly [name: string, around: (inside: string) => string])[] = [
  ['at the top', inside => inside],
  ['in a class', inside => `import a\nclass A(B):\n  first = 1\n${indented(inside)}\n  last = 2\nlast = 3\n`],
  ['at the end of an if', inside => `if a:\n  b\nelif c:\n${indented(inside)}`],
  ['in a loop', inside => `x = 1\nfor a in b:\n${indented(inside)}\nelse:\n${indented(inside)}\ny = 2\n`],
  [
    'deep down',
    inside => `try:\n  class A:\n    @b\n    class C:\n${indented(indented(indented(inside)))}\nfinally: d\n`,
  ],
  [
    'between statements that are left',
    inside => `match a:\n  case 1:\n${indented(indented(inside))}\nx = 1; y\nclass A:\n${indented(inside)}\n`,
  ],
]

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

describe.each(AROUND)('%s', (_, around) => {
  test.each(INSIDE)('%s', inside => {
    const text = around(inside)
    const code = compileModule(text)
    const full = compileModuleFully(text)
    // Of what is wrong the whole tree may make something else, but neither side overlooks it.
    const wrong = ({ suspects }: ModuleCode) => suspects.some(({ since }) => since === null)
    expect(wrong(code)).toBe(wrong(full))
    if (!wrong(full)) expect(resolved(code)).toEqual(resolved(full))
  })
})
