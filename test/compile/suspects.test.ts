/** Suspicions: what no Python accepts, what only newer ones do, and what is fine although it looks odd. */
import { beforeAll, describe, expect, test } from 'vitest'
import { compileBody, compileModule, compileModuleFully } from '../../server/src/compile/compile.ts'
import type { ModuleCode } from '../../server/src/compile/module_code.ts'
import { initParser } from '../../server/src/compile/parser.ts'

beforeAll(initParser)

/** What is suspected, once each: 'what' or 'what 3.9'. */
function suspicions({ suspects }: ModuleCode): string[] {
  const all = suspects.map(({ what, since }) => (since === null ? what : `${what} ${since.join('.')}`))
  return [...new Set(all)]
}

describe('no Python has it', () => {
  test.each([
    // the parser's own doubt
    ['x = = 1', ['error']],
    ['if a b:\n  pass', ['error']],
    ['from a import b c', ['error']],
    ['import a\nimport b\nx = {\n  1: 2,\n  3: 4,\n  5 6,\n  7: 8,\n}\n', ['error']],
    // what the parser lets pass
    ['x =\ny = 1', ['error']],
    ['a.\nb = 1', ['error']],
    ['f()g()', ['error']],
    ['x = 1 y = 2', ['error']],
    ['import a,', ['error']],
    ['from a import b,', ['error']],
    ['from a import b.c', ['error']],
    // Python 2
    ['print "a"', ['print statement']],
    ['print a, b', ['print statement']],
    ['exec "a"', ['error']],
    ['a <> b', ['error']],
    ['x = `a`', ['error']],
    ['raise A, "b"', ['error']],
    ['x = 0777', ['error']],
    ['x = 10L', ['error']],
    ['x = ur"a"', ['error']],
    ['def f((a, b)): pass', ['error']],
    ['try: a\nexcept A, e as b: c', ['except without brackets', 'error']],
    // strings and brackets without an end
    ['x = "a', ['error']],
    ['x = """a', ['error']],
    ['x = (1', ['error']],
    ['x = 1)', ['error']],
    ['x = (1]', ['error']],
    ['x = 1 \\', ['error']],
    ['x = 1 $ 2', ['error']],
    ['x = 1\u00a0+ 2', ['error']],
    ['x = "\0"\0', ['error']],
    // literals
    [String.raw`x = "\x1"`, ['error']],
    ['x = b"é"', ['error']],
    ['x = "a" b"b"', ['error']],
    ['x = 1__0', ['error']],
    // indentation
    ['  x = 1', ['unexpected indentation']],
    ['x = 1\n  y = 2', ['unexpected indentation']],
    ['if a:\nb', ['expected an indented block']],
    ['class A:', ['expected an indented block']],
    ['if a:\n    b\n  c', ['inconsistent indentation']],
    ['if a:\n\tb\n        c', ['inconsistent indentation']],
    // targets
    ['f() += 1', ['error']],
    ['(a, b) += 1', ['error']],
    ['a, b: int = 1', ['error']],
    ['del f()', ['error']],
    ['with a as f(): pass', ['error']],
    ['*a = b', ['error']],
    ['*a, *b = c', ['error']],
    ['x = *a', ['error']],
    ['x = y := 1', ['error', 'assignment expression 3.8']],
    // calls and parameters
    ['f(a=1, b)', ['error']],
    ['f(**a, *b)', ['error']],
    ['f(a=1, a=2)', ['error']],
    ['def f(a, a): pass', ['error']],
    ['lambda a, a: 1', ['error']],
    ['def f(a=1, b): pass', ['error']],
    ['def f(*): pass', ['error']],
    ['def f(*, **k): pass', ['error']],
    ['def f(*a, *b): pass', ['error']],
    // out of place
    ['return 1', ['return outside a function']],
    ['class A:\n  return', ['return outside a function']],
    ['yield 1', ['yield outside a function']],
    ['await a', ['await outside a function']],
    ['async with a: pass', ['async statement outside an async function']],
    ['break', ['break outside a loop']],
    ['for a in b: pass\nelse: continue', ['continue outside a loop']],
    ['while a:\n  class B: break', ['break outside a loop']],
    ['nonlocal a', ['nonlocal at module level']],
    ['a = 1\nglobal a', ['global after another use of the name']],
    ['class A:\n  a = 1\n  global a', ['global after another use of the name']],
    ['class A:\n  from b import *', ['star import inside a function or class']],
    ['import a\nfrom __future__ import division', ['from __future__ not at the beginning']],
    ['"a"\n"b"\nfrom __future__ import division', ['from __future__ not at the beginning']],
    [
      'from __future__ import division\n"a"\nfrom __future__ import annotations',
      ['from __future__ not at the beginning'],
    ],
    [
      'from __future__ import division; a; from __future__ import division',
      ['from __future__ not at the beginning'],
    ],
    ['try:\n  from __future__ import division\nexcept A: b', ['from __future__ not at the beginning']],
    [`x = ${'('.repeat(201)}${')'.repeat(201)}`, ['error']],
    [
      `${Array.from({ length: 101 }, (_, i) => `${' '.repeat(i)}if a:\n`).join('')}${' '.repeat(101)}b`,
      ['inconsistent indentation'],
    ],
    ['from __future__ import braces', ['unknown future feature']],
    ['try: a\nexcept: b\nexcept A: c', ['error']],
    ['try: a', ['error']],
    ['try: a\nexcept* A: b\nexcept B: c', ['error', 'except* 3.11']],
    ['match a:\n  case b: c\n  case d: e', ['match statement 3.10', 'error']],
    ['match a:\n  case b | 1: c', ['match statement 3.10', 'error']],
    ['@a\nb = 1', ['error']],
  ])('%s', (text, expected) => {
    expect(suspicions(compileModule(text))).toEqual(expected)
    expect(suspicions(compileModuleFully(text))).toEqual(expected)
  })
})

describe('only newer ones have it', () => {
  test.each([
    ['(a := 1)', ['assignment expression 3.8']],
    ['{a := 1}', ['assignment expression without brackets 3.9', 'assignment expression 3.8']],
    ['a[b := 1]', ['assignment expression without brackets 3.10', 'assignment expression 3.8']],
    ['def f(a, /): pass', ['positional-only parameters 3.8']],
    ['lambda a, /: 1', ['positional-only parameters 3.8']],
    ['x: tuple = 1, 2', ['annotated assignment of a tuple without brackets 3.8']],
    ['f"{a=}"', ['f-string with = 3.8']],
    ['@a[0].b\nclass A: pass', ['decorator expression 3.9']],
    ['@a[0].b\ndef f(): pass', ['decorator expression 3.9']],
    ['@a.b(c)(d)\ndef f(): pass', ['decorator expression 3.9']],
    ['with (a as b): pass', ['with items in brackets 3.9']],
    ['with (a as b, c): pass', ['with items in brackets 3.9']],
    ['for x in *a, b: pass', ['unpacking without brackets 3.9']],
    ['match a:\n  case 1: pass', ['match statement 3.10']],
    ['try: a\nexcept* A: b', ['except* 3.11']],
    ['a[*b]', ['unpacking in a subscript 3.11']],
    ['x = a[b, *c]', ['unpacking in a subscript 3.11']],
    ['def f(*a: *T): pass', ['unpacking in the annotation of *args 3.11']],
    ["f'{a['b']}'", ['f-string of PEP 701 3.12']],
    [String.raw`f'{"\n".join(a)}'`, ['f-string of PEP 701 3.12']],
    ['f"""{\na # b\n}"""', ['f-string of PEP 701 3.12']],
    ['f"{\na}"', ['f-string of PEP 701 3.12']],
    ['class A[T]: pass', ['type parameters 3.12']],
    ['def f[T](): pass', ['type parameters 3.12']],
    ['type X = int', ['type statement 3.12']],
    ['class A[T = int]: pass', ['type parameters 3.12', 'type parameter default 3.13']],
    ['t"{a}"', ['t-string 3.14']],
    ['try: a\nexcept A, B: b', ['except without brackets 3.14']],
    ['lazy import a', ['lazy import 3.15']],
    ['lazy from a import b', ['lazy import 3.15']],
    ['[*a for a in b]', ['unpacking in a comprehension 3.15']],
  ])('%s', (text, expected) => {
    expect(suspicions(compileModule(text)).sort()).toEqual([...expected].sort())
    expect(suspicions(compileModuleFully(text)).sort()).toEqual([...expected].sort())
  })
})

test.each([
  'match = 1; case = 2; type = 3; lazy = 4; print = 5',
  '@a.b.c(d)\nclass A: pass',
  'with (a): pass',
  'with (a, b): pass',
  'with (yield_(a)): pass',
  'x = (*a, b)',
  '*a, b = c',
  'f(*a, **b, c=1)',
  'f(a=1, *b)',
  'def f(a, b=1, *c, d, e=2, **g): yield',
  'for a in b:\n  if c: continue\n  while d: break',
  'lambda: (yield)',
  'x = (await a for a in b)',
  'f"{a["b"]!r:>{c}}"'.replaceAll('"b"', "'b'"),
  String.raw`f"\N{DASH}{a:\n}"`,
  '"doc"\nfrom __future__ import annotations\nfrom __future__ import division',
  '# c\nr"""doc; more\ndoc"""; from __future__ import annotations # c; c\nfrom __future__ import division; a',
  'if a:\n        b\nelif c:\n  d\n# comment\nelse:\n\te',
  'if a: b\n    # comment\nc',
  'class A:\n\\\n    b = 1',
  'x = [  # comment\n1,\n  2]',
  'x = 1 + \\\n  2',
  '变量 = "é"',
  'print >>a, "b"',
])('nothing is wrong with %s', text => {
  expect(suspicions(compileModule(text))).toEqual([])
  expect(suspicions(compileModuleFully(text))).toEqual([])
})

describe('inside functions', () => {
  const body = 'def f():\n  '

  test.each([
    ['return', []],
    ['return *a, b', ['unpacking without brackets 3.8']],
    ['yield', []],
    ['nonlocal a', ['nonlocal without a binding']],
    ['from a import *', ['star import inside a function or class']],
    ['break', ['break outside a loop']],
    ['x = = 1', ['error']],
    ['async with a: pass', ['async statement outside an async function']],
    ['await a', ['error']],
    ['def g(a, a): pass', ['error']],
    ['class A:\n    return', ['return outside a function']],
  ])('the whole text tells %s', (text, expected) => {
    expect(suspicions(compileModuleFully(body + text))).toEqual(expected)
  })

  test.each([
    ['from a import *', ['star import inside a function or class']],
    ['x = = 1', ['error']],
    // The body alone does not tell whether its function is async.
    ['async with a: await b', []],
    ['return 1', []],
  ])('the body alone tells %s', (text, expected) => {
    const whole = body + text
    expect(suspicions(compileBody(whole, { start: body.length, end: whole.length }))).toEqual(expected)
  })

  test.each([
    // what upsets the lines
    ['x = (', ['error']],
    ['x = "', ['error']],
    ['if a:\n  b', ['expected an indented block']],
    ['if a\n    b', ['unexpected indentation']],
    // tokens out of order
    ['x =', ['error']],
    ['x = a.', ['error']],
    ['x = a +', ['error']],
    ['x = a b', ['error']],
    ['x = "a" b', ['error']],
    ['x = a"b"', ['error']],
    ['x = f()g', ['error']],
    ['f(a, , b)', ['error']],
    ['f(, a)', ['error']],
    ['f(a=)', ['error']],
    ['f(.a)', ['error']],
    ['f(a: b)', ['error']],
    ['x = {"a": , "b": 1}', ['error']],
    ['x = [a = 1]', ['error']],
    ['x = a.(b)', ['error']],
    ['x = a ! b', ['error']],
    ['assert x = 1', ['error']],
    ['if x = 1: pass', ['error']],
    ['x = return', ['error']],
    ['f(assert)', ['error']],
    ['<<<<<<< HEAD', ['error']],
    // Python 2
    ['print "a"', ['error']],
    ['print a', ['error']],
    ['exec "a"', ['error']],
    ['raise A, "b"', ['error']],
    ['try: a\n  except A, b: c', ['except without brackets 3.14']],
    // only at module level, only in functions that are async
    ['from a import *', ['error']],
    ['await a', ['error']],
    ['x = [b async for b in c]', ['error']],
    ['async with a: b', ['error']],
    ['def g():\n    async def h(): await i\n    await j', ['error']],
    // clauses and loops
    ['else:\n    a', ['error']],
    ['if a:\n    b\n  c\n  else:\n    d', ['error']],
    ['while a:\n    b\n  elif c:\n    d', ['error']],
    ['except A:\n    b', ['error']],
    ['try:\n    a\n  b', ['error']],
    ['if a:\n    try:\n      b\n  c', ['error']],
    ['try:\n    a\n  finally:\n    b\n  except A:\n    c', ['error']],
    ['break', ['break outside a loop']],
    ['if a: continue', ['continue outside a loop']],
    ['for a in b:\n    c\n  else:\n    break', ['break outside a loop']],
    ['for a in b:\n    def c():\n      break', ['break outside a loop']],
    // targets and arguments
    ['f() = 1', ['error']],
    ['(a, f()) = 1', ['error']],
    ['a + b = 1', ['error']],
    ['a = b and c = d', ['error']],
    ['"a" = b', ['error']],
    ['f(a=1, b)', ['error']],
    ['f(a=1, b=f(2), c)', ['error']],
    ['f(a.b=1)', ['error']],
    ['f(1=2)', ['error']],
    // literals
    [String.raw`x = "C:\Users"`, ['error']],
    [String.raw`x = "\x1"`, ['error']],
    ['x = 0777', ['error']],
    ['x = 10L', ['error']],
    ['x = a <> b', ['error']],
    // names that are declared
    ['a = 1\n  global a', ['global after another use of the name']],
    ['print(a)\n  global a', ['global after another use of the name']],
    ['def g(a):\n    global a', ['global after another use of the name']],
    ['nonlocal a', ['nonlocal without a binding']],
    ['def g():\n    nonlocal a', ['nonlocal without a binding']],
    ['a = 1\n  def g():\n    a = 2\n    nonlocal a', ['nonlocal after another use of the name']],
    ['global a\n  def g():\n    nonlocal a', ['nonlocal without a binding']],
  ])('the skeleton tells %s', (text, expected) => {
    expect(suspicions(compileModule(`${body}${text}\n`))).toEqual(expected)
  })

  test.each([
    'from . import a',
    'from ...a.b import (c, d,)',
    'x = 1. + .5 + 1e-5 + 0xF or ...',
    'x, = y, *z = a',
    'x = [*a, -b, ~c, not d, *e[1:], lambda: f]',
    'x = a[:, ::2, ...,] = b[-1:]',
    'x = {**a, "b": -c, d: lambda e, /, *f, g=1, **h: {}}',
    'def g(a, /, b: c = d, *, e=-1, **f) -> h: return a',
    'def g(*a: *b, c): pass',
    'if a: b = c',
    'for a, *b in c, d: e += 1; f **= -g',
    'x = a if not b else c if d is not e else f not in g',
    'x = (yield), (a := b), [c for d in e if f for g in h]',
    'print(a); print >>b, c',
    'match a:\n    case [b, *c] | {"d": e}: pass',
    'match = type = case = lazy = 1; type(a).b = c',
    'type.a(b); match[c]; case.d += 1',
    'type X[T: int = str] = int',
    'x: a = b; y: c',
    'raise A(b, c) from d',
    'assert a, b',
    'return a, *b',
    'x = "a" "b" f"{c!r:>{d}}" rb"" if a else"b"',
    'with a as b, (c) as d: pass',
    'try: a\n  except (A, B) as c: pass\n  except* D: pass\n  finally: b',
    'global a, b; del c, d[e]; pass',
    '@a.b(c)\n  async def g(): await h; return',
    'async def g():\n    if a:\n      x = [await b async for b in c]\n    async with d: e',
    'x = (await a async for a in b)',
    'x = (a for a in b if await c(a))',
    'async def g(a=[\n1]):\n    return await b',
    'x = 1 if a else-1; y = 0if a else 1',
    'try:\n    a\n  except A:\n    b\n  except B:\n    c\n  else:\n    d\n  finally:\n    e',
    'for a in b:\n    if c: break\n    elif d:\n      continue\n    else:\n      break\n  else:\n    e',
    'async def g():\n    async for a in b:\n      with c: break\n    else: d',
    'while a:\n    try:\n      break\n    finally: b\n    def c():\n      for d in e: continue',
    'a[f()] = (b, c) = (d.e, g(1)[h]) = 1; i().j = k',
    'f(a, *b, c=1, *d, **e)(g=lambda h=1: h, i=f(j, k=2))',
    'f(  # c\n    a=1,  # d\n    # e\n    b=2,\n  )',
    String.raw`x = "\x41\u00e9\U0001F600\N{DASH}\\x\q", r"\x\u", b"\x00"`,
    'x = 0, 00, 0.5, 1_000, 0xFF, 1j, 1e5',
    'global a; a = 1',
    'def g():\n    global a\n    a = 1\n  def h(b=1):\n    global a\n    return a',
    'a = 1\n  def g():\n    nonlocal a\n    a = b.a = f(a=a)',
    'a = 1\n  class B:\n    def g(self):\n      nonlocal a\n      nonlocal __class__',
    'import a.b as c, d.e\n  from f import g\n  def h():\n    nonlocal c, d, g',
    '[a for a in b if (c := a)]\n  def g(): lambda a: a; (lambda: c)\n  def h():\n    nonlocal c',
  ])('the skeleton lets pass %s', text => {
    expect(suspicions(compileModule(`${body}${text}\n`))).toEqual([])
  })
})

test('a suspect moves no place of the operations', () => {
  const text = 'import a\nx = [b]\n'
  const { ops } = compileModule(text)
  expect(compileModule(text.replace('[b]', '[b for b in(a := c)]')).suspects).not.toEqual([])
  expect(compileModule(`${text}  \n`).ops).toEqual(ops)
  expect(compileModule(`${text}def f(): x = =\n`).ops.slice(0, 2)).toEqual(ops)
})
