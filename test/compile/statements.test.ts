/** What a statement is compiled to, the same by the skeleton's short way and by the whole tree. */
import { beforeAll, expect, test } from 'vitest'
import { compileModule, compileModuleFully } from '../../server/src/compile/compile.ts'
import { initParser } from '../../server/src/compile/parser.ts'
import { unparse } from './unparse.ts'

beforeAll(initParser)

/** A text that stays as it is, but for bodies of functions; or a text and what it is compiled to. */
const CASES: readonly (string | readonly [text: string, expected: string])[] = [
  // imports
  'import a',
  'import a.b as c, d',
  ['import a . b', 'import a.b'],
  ['import a, \\\n  b', 'import a, b'],
  'from a import b, c as d',
  'from a.b import *',
  'from . import a',
  'from ..a.b import c',
  ['from .. a import b', 'from ..a import b'],
  'from ... import a',
  ['from .import a', 'from . import a'],
  ['from a import (b)', 'from a import b'],
  ['from a import (\n  b,  # one)\n  c as d,\n)', 'from a import b, c as d'],
  'from __future__ import annotations',
  'lazy import a.b as c',
  'lazy from .a import b',
  ['if a:\n  b\nlazy import c', 'if a:\n  b\nlazy import c'],
  'lazy = 1',
  // assignments
  'a = 1',
  'a = b = c',
  ['a, b = c = 1, 2', '(a, b) = c = (1, 2)'],
  ['(a), [b, *c] = d', '(a, [b, *c]) = d'],
  ['*a, b = c', '(*a, b) = c'],
  ['a, = b', '(a,) = b'],
  ['() = a', '() = a'],
  ['(a) = 1', 'a = 1'],
  'a.b = c[d] = 1',
  ['a = *b, c', 'a = (*b, c)'],
  ['x = yield_', 'x = yield_'],
  'a: int',
  'a.b: int = 1',
  'a[b]: int',
  ['(a): int = 1', 'a: int = 1'],
  ['a: tuple = 1, 2', 'a: tuple = (1, 2)'],
  'a += 1',
  ['a **= b // c', 'a **= (b // c)'],
  ['a //= 1; b >>= 2; c @= 3; d |= e, f', 'a //= 1\nb >>= 2\nc @= 3\nd |= (e, f)'],
  'type = 1',
  ['type(a).b = c', 'type(a).b = c'],
  ['type(a).b = lambda: 1', 'type(a).b = (lambda : 1)'],
  ['type[a] = f""', 'type[a] = f""'],
  'match = 1',
  'print = 1',
  // small statements
  'del a',
  'del a, b.c, d[e]',
  ['del (a), (b)', 'del a, b'],
  'del (a, b)',
  ['del a,', 'del a'],
  'raise',
  'raise A',
  'raise A(b) from c',
  'assert a',
  ['assert a == 1, "b"', 'assert (a == 1), "b"'],
  ['assert(a)', 'assert a'],
  'pass',
  'global a, b',
  ['pass;', 'pass'],
  ['a = 1; import b; c()', 'a = 1\nimport b\nc()'],
  ['type X = list[X]', 'type X'],
  ['type X[T: int = str, *U = *tuple[int], **P = []] = dict[T, U]', 'type X'],
  // A string alone does nothing but set __doc__.
  ['"doc"', ''],
  ['"""doc""" # comment\n\'a\' "b"\na', 'a'],
  ['b"bytes"', 'b"bytes"'],
  ['f"{a}"', 'f"{a}"'],
  // compound statements
  ['if a: b', 'if a:\n  b'],
  ['if a:\n  b\nelif c:\n  d\nelse:\n  e', 'if a:\n  b\nelse:\n  if c:\n    d\n  else:\n    e'],
  'if a:\n  import b\nelse:\n  import c',
  ['if (a := b): c', 'if (a := b):\n  c'],
  'while a:\n  break\nelse:\n  b',
  'for a in b:\n  continue\nelse:\n  c',
  ['for a, *b in c, d: pass', 'for (a, *b) in (c, d):\n  pass'],
  ['for a[b], c.d in e: pass', 'for (a[b], c.d) in e:\n  pass'],
  'try:\n  a\nexcept A:\n  b\nexcept (A.B, C) as e:\n  c\nexcept:\n  d\nelse:\n  f\nfinally:\n  g',
  'try:\n  a\nfinally:\n  b',
  'try:\n  a\nexcept* A as e:\n  b',
  ['try: a\nexcept A, B: c', 'try:\n  a\nexcept (A, B):\n  c'],
  'with a:\n  b',
  'with a as b, c.d() as e[f]:\n  g',
  ['with a as (b, c): d', 'with a as (b, c):\n  d'],
  ['with (a): b', 'with a:\n  b'],
  ['with (a, b): c', 'with a, b:\n  c'],
  ['with (a, b) as c: d', 'with (a, b) as c:\n  d'],
  ['with (a as b): c', 'with a as b:\n  c'],
  ['with (a as b,): c', 'with a as b:\n  c'],
  ['with (\n  a(")") as b,  # one\n  c as d,  # two\n): e', 'with a(")") as b, c as d:\n  e'],
  ['with (a := b, c): d', 'with ((a := b), c):\n  d'],
  ['with a if b else c as d: e', 'with (a if b else c) as d:\n  e'],
  // functions
  ['def f(): pass', 'def f(): <function>'],
  ['def f():\n  yield', 'def f(): <generator>'],
  ['async def f(): await a', 'async def f(): <function>'],
  ['@a\n@b.c(1)\n# comment\n@d[0]\ndef f(): pass', '@a\n@b.c(1)\n@d[0]\ndef f(): <function>'],
  ['@lambda f: f\ndef f(): pass', '@(lambda f: f)\ndef f(): <function>'],
  [
    'def f(a, b=1, /, c: int = 2, *d: int, e, g: str = "", **h) -> None: ...',
    'def f(<positional>a, <positional>b = 1, c: int = 2, *d: int, <keyword>e, <keyword>g: str = "", **h) -> None: <function>',
  ],
  ['def f(a, *, b): pass', 'def f(a, <keyword>b): <function>'],
  ['def f(\n  a,  # (\n  b=":",\n): pass', 'def f(a, b = ":"): <function>'],
  ['def f(a=lambda x: x): pass', 'def f(a = (lambda x: x)): <function>'],
  ['def f() -> lambda: 1: pass', 'def f() -> (lambda : 1): <function>'],
  ['def f[T: (int, str), *Ts, **P](a: T): pass', 'def f[T, Ts, P](a: T): <function>'],
  ['def f[T = int](): pass', 'def f[T](): <function>'],
  ['def f(*a: *T): pass', 'def f(*a: *T): <function>'],
  // classes: their bodies run
  ['class A: pass', 'class A():\n  pass'],
  ['class A:\n  "doc"', 'class A():'],
  ['class A(B, *C, metaclass=D, **e):\n  x: int = 1', 'class A(B, *C, metaclass=D, **e):\n  x: int = 1'],
  ['class A[T = int](B[T]): ...', 'class A[T](B[T]):\n  ...'],
  [
    '@a\nclass A:\n  @b\n  def f(self): pass\n\n  class B:\n    import c\n  d = 1',
    '@a\nclass A():\n  @b\n  def f(self): <function>\n  class B():\n    import c\n  d = 1',
  ],
  // match
  ['match a:\n  case 1: b\n  case _: c', 'match a:\n  case 1:\n    b\n  case _:\n    c'],
  ['match a, b:\n  case x, *y if z: pass', 'match (a, b):\n  case <(x, y)> if z:\n    pass'],
  [
    'match a:\n  case b.c | "d" "e" | -1 | None: pass',
    'match a:\n  case b.c | "de" | (-1) | None:\n    pass',
  ],
  ['match a:\n  case (b): pass', 'match a:\n  case b:\n    pass'],
  ['match a:\n  case (b,): pass', 'match a:\n  case <(b)>:\n    pass'],
  ['match a:\n  case [b, *_] | [b, c]: pass', 'match a:\n  case <(b)> | <(b, c)>:\n    pass'],
  ['match a:\n  case {"k": b, **c} as d: pass', 'match a:\n  case <(b, c)> as d:\n    pass'],
  ['match a:\n  case B.C(x, y=(z | 1)): pass', 'match a:\n  case <B.C(x, z)>:\n    pass'],
  ['match a:\n  case 1 + 2j: pass', 'match a:\n  case <complex>:\n    pass'],
  ['match (a):\n  case b: pass', 'match a:\n  case b:\n    pass'],
  ['match a:\n  case [x]: y = 1', 'match a:\n  case <(x)>:\n    y = 1'],
  // what the parser does not understand
  ['import a\nx = = 1\nimport b', 'import a\n<opaque>\nimport b'],
  ['x =\ny = 1', '<opaque>'],
  ['print "a"', '<opaque>'],
  // line ends
  ['import a\r\nif b:\r\n\timport c\r\n', 'import a\nif b:\n  import c'],
  ['import a\rif b:\r  import c\rd', 'import a\nif b:\n  import c\nd'],
  ['import a\f\n\fimport b', 'import a\nimport b'],
  ['\ufeffimport a', 'import a'],
  ['a = (  # comment\n\n  b\n)\n  # comment\nc', 'a = b\nc'],
]

test.each(CASES.map(one => (typeof one === 'string' ? [one, one] : one)))('%s', (text, expected) => {
  expect(unparse(compileModule(text!))).toBe(expected)
  expect(unparse(compileModuleFully(text!))).toBe(expected)
})

test.each([
  ['from __future__ import annotations', true],
  ['"doc"\n\nfrom __future__ import (division,\n  annotations)', true],
  ['from __future__ import division', false],
  ['import annotations', false],
  ['def f():\n  from __future__ import annotations', false],
])('annotations are lazy after %s: %s', (text, lazy) => {
  expect(compileModule(text).lazyAnnotations).toBe(lazy)
  expect(compileModuleFully(text).lazyAnnotations).toBe(lazy)
})
