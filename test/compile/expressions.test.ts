/** What an expression is compiled to, the same by the skeleton's short way and by the whole tree. */
import { beforeAll, expect, test } from 'vitest'
import { compileModule, compileModuleFully } from '../../server/src/compile/compile.ts'
import { initParser } from '../../server/src/compile/parser.ts'
import { unparse } from './unparse.ts'

beforeAll(initParser)

test.each([
  // names, constants
  ['a', 'a'],
  ['(a)', 'a'],
  ['None, True, False, ...', '(None, True, False, ...)'],
  ['été', 'été'],
  // Identifiers are compared in normal form KC (PEP 3131).
  ['ﬁle', 'file'],
  // tuples, lists, sets, dicts
  ['()', '()'],
  ['a,', '(a,)'],
  ['(a, b,)', '(a, b)'],
  ['*a, b', '(*a, b)'],
  ['[]', '[]'],
  ['[*a.b(), c]', '[*a.b(), c]'],
  ['[*a | b]', '[*(a | b)]'],
  ['{a}', '{a}'],
  ['{*a, b}', '{*a, b}'],
  ['{}', '{}'],
  ['{a: b, **c, "d": e,}', '{a: b, **c, "d": e}'],
  ['{**a}', '{**a}'],
  // attributes, calls, subscripts
  ['a.b.c', 'a.b.c'],
  ['(\n  a # one\n  .b # two\n)', 'a.b'],
  ['f()', 'f()'],
  ['f(a, *b, *c if d else e, k=1, **kw)', 'f(a, *b, *(c if d else e), k=1, **kw)'],
  ['f(a=1, *b)', 'f(*b, a=1)'],
  ['f(x for x in y)', 'f((x for x in y))'],
  ['f((x for x in y), 1)', 'f((x for x in y), 1)'],
  ['f(a)(b)[c].d', 'f(a)(b)[c].d'],
  ['a[b]', 'a[b]'],
  ['a[b,]', 'a[(b,)]'],
  ['a[b, c]', 'a[(b, c)]'],
  ['a[()]', 'a[()]'],
  ['a[:]', 'a[::]'],
  ['a[1:]', 'a[1::]'],
  ['a[:1]', 'a[:1:]'],
  ['a[::1]', 'a[::1]'],
  ['a[b:c:d, ...]', 'a[(b:c:d, ...)]'],
  ['a[*b]', 'a[(*b,)]'],
  // operators: how they bind and to which side
  ['a + b * c', '(a + (b * c))'],
  ['a - b - c', '((a - b) - c)'],
  ['a ** b ** c', '(a ** (b ** c))'],
  ['-a ** -b', '(-(a ** (-b)))'],
  ['~a + +b', '((~a) + (+b))'],
  ['a | b ^ c & d << e >> f', '(a | (b ^ (c & ((d << e) >> f))))'],
  ['a // b % c @ d / e', '((((a // b) % c) @ d) / e)'],
  ['not a or b and not c', '((not a) or (b and (not c)))'],
  ['not a == b', '(not (a == b))'],
  ['a or b or c', '((a or b) or c)'],
  ['a < b <= c == d != e > f >= g', '(a < b <= c == d != e > f >= g)'],
  ['a in b, a not in b, a is b, a is not b', '((a in b), (a not in b), (a is b), (a is not b))'],
  ['a is  not  b', '(a is not b)'],
  ['a < b | c', '(a < (b | c))'],
  ['"a" in"abc"', '("a" in "abc")'],
  ['a if b else c if d else e', '(a if b else (c if d else e))'],
  ['(yield_ if a else b).c', '(yield_ if a else b).c'],
  // comprehensions, lambdas, assignment expressions
  ['[x for x in y if a if b for z in x]', '[x for x in y if a if b for z in x]'],
  ['{k: v for k, v in a}', '{k: v for (k, v) in a}'],
  ['{x async for (x,) in y}', '{x for (x,) in y}'],
  ['lambda: 1', '(lambda : 1)'],
  [
    'lambda a, /, b=1, *c, d, e=2, **f: a',
    '(lambda <positional>a, b = 1, *c, <keyword>d, <keyword>e = 2, **f: a)',
  ],
  ['lambda *, a: a', '(lambda <keyword>a: a)'],
  ['[lambda: x for x in y]', '[(lambda : x) for x in y]'],
  ['(a := f(b))', '(a := f(b))'],
  ['f(a := 1)', 'f((a := 1))'],
  ['a[b := 1]', 'a[(b := 1)]'],
  // words that are no keywords here
  ['match(a)', 'match(a)'],
  ['match[a]', 'match[a]'],
  ['case.a', 'case.a'],
  ['type(a)', 'type(a)'],
  ['lazy', 'lazy'],
  ['_', '_'],
  ['print(a, b)', 'print(a, b)'],
  ['print >>a, b', '((print >> a), b)'],
  ['exec("a")', 'exec("a")'],
  // f-strings
  ['f"a{b}c"', 'f"a{b}c"'],
  ['f"{{{a}}}"', 'f"{{a}}"'],
  ['f"{a!r}{b:>3}{c=}"', 'f<inexact>"{a}{b}{c}"'],
  ['f"{a:{b}.{c}}"', 'f<inexact>"{a}{b}{c}"'],
  ['"a" f"{b}" \'c\'', 'f"a{b}c"'],
  ['f"plain"', 'f"plain"'],
  ['f"""{\na\n}"""', 'f"{a}"'],
  ["f'{a['b']}'", 'f"{a["b"]}"'],
  ['f"{f"{a}"}"', 'f"{f"{a}"}"'],
  ['f"{a, b}{*c,}"', 'f"{(a, b)}{(*c,)}"'],
  ['f"{lambda_:x}"', 'f<inexact>"{lambda_}"'],
  [String.raw`f"\x41\{a}\N{DASH}{b}"`, 'f<inexact>"{a}{b}"'],
  [String.raw`f"\x41\{a}\x7b{{b}}"`, 'f"A\\{a}{{b}"'],
  [String.raw`rf"a\"{b}\""`, String.raw`f"a\"{b}\""`],
  [String.raw`rf"\n{a}"`, String.raw`f"\n{a}"`],
  ['t"a{b}" t"{c}"', '<opaque b c>'],
])('%s', (text, expected) => {
  expect(unparse(compileModule(text))).toBe(expected)
  expect(unparse(compileModuleFully(text))).toBe(expected)
})

test.each([
  ['x: A | B | None', 'x: ((A | B) | None)'],
  ['x: list[int] | dict[str, A] | None = 1', 'x: ((list[int] | dict[(str, A)]) | None) = 1'],
  ['x: Callable[[int], str]', 'x: Callable[([int], str)]'],
  ['x: Annotated[int, 1:2]', 'x: Annotated[(int, 1:2:)]'],
  ['x: tuple[*A]', 'x: tuple[(*A,)]'],
  ['x: "A" = f"{y}"', 'x: "A" = f"{y}"'],
  [
    'def f(x: A[B] | None = f"", *y: int) -> A | B: ...',
    'def f(x: (A[B] | None) = f"", *y: int) -> (A | B): <function>',
  ],
])('annotations have a grammar of their own in the tree: %s', (text, expected) => {
  expect(unparse(compileModule(text))).toBe(expected)
  expect(unparse(compileModuleFully(text))).toBe(expected)
})
