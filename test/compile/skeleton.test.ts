/** Function bodies: where they are found to end, whether they yield, and that nothing outside hangs on them. */
import { beforeAll, describe, expect, test } from 'vitest'
import { compileBody, compileModule, compileModuleFully } from '../../server/src/compile/compile.ts'
import { initParser } from '../../server/src/compile/parser.ts'
import { unparse } from './unparse.ts'

beforeAll(initParser)

/** Bodies of functions, each once alone and once among other code in a class. */
const BODIES: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ['a statement', ['pass']],
  [
    'strings of all kinds',
    [`x = 'def f():' "it's" r'\\\\' b"\\"" ''`, `y = r"\\\\"`, "z = '''", "def g():'", "'''"],
  ],
  ['a docstring that looks like code', ['"""', 'def g():', '  class A: (', '"""']],
  ['a docstring with quotes', ['"""a "b" \'\'\' \\""" c"""', 'x']],
  [
    'f-strings with quotes inside',
    [`x = f'{a["b"]}' f"{c['d']!r:>{e}}"`, "y = f'{a['b']}'", 'z = f"{f"{1}"}{{"'],
  ],
  ['an f-string over lines', ['x = f"""{', 'a  # }', '}"""']],
  ['escapes in f-strings', [String.raw`x = f"\N{DASH}{a}\"{b}" rf"\{c}\"" f"\{d}"`]],
  ['brackets over lines', ['x = [', 'def_,', '# )', '"]",', ']', 'y = {', '  1: (2,', '3)}']],
  ['continued lines', ['x = 1 + \\', '2', 'assert x, \\', '  "a"']],
  ['comments of any indentation', ['x = 1', '#\n# outside', '    # deeper', 'y = 2']],
  ['blank lines', ['x = 1', '', '  ', '\f', 'y = 2']],
  ['blocks', ['if a:', '    b', 'elif c: d', 'else:', '\te', 'f']],
  ['nested functions', ['@a', 'def g(x=(1, 2)) -> "b":', '  async def h(): pass', '  return h', 'return g']],
  ['a nested class', ['class A:', '  def g(self): return 1', '  x = 2', 'return A']],
  ['tabs', ['if a:', '\tif b:', '\t\tc']],
  ['semicolons', ['x = 1; y = 2;', 'z']],
  ['a lambda', ['x = lambda: (yield)']],
  ['with a comma', ['with (a as b, c as d,):', '  e']],
  [
    'words that begin like others',
    ['define = classy = asyncio = lambdas = 1', 'yielded = 2', 'definitely (define)'],
  ],
]

describe.each(BODIES)('a body with %s', (_, lines) => {
  const indented = (by: string) => lines.map(line => (line === '' ? '' : by + line)).join('\n')
  const texts = [
    `def f():\n${indented('    ')}`,
    `import before\nclass A:\n  @a\n  # c\n  async def f(self, x=lambda y: {1: 2}) -> "b: c":  # d\n${indented('\t')}\n\n  after = 1\nlast = 2\n`,
  ]

  test.each(texts)('%s', text => {
    for (const newline of ['\n', '\r\n', '\r']) {
      const file = text.replaceAll('\n', newline)
      const code = compileModule(file)
      const full = compileModuleFully(file)
      expect(unparse(code)).toBe(unparse(full))
      expect(code.bodies).toEqual(full.bodies)
      // The body ends with its last token, and its operations are those that it has in place.
      const [body] = code.bodies
      const slice = file.slice(body!.start, body!.end)
      const block = compileModuleFully(`if 1:\n${slice}`).ops[0]
      if (block?.op !== 'if') throw new Error('no block')
      expect(unparse(compileBody(file, body!))).toBe(unparse({ ...code, ops: block.then }))
      expect(slice.endsWith(lines.at(-1)!.trimEnd())).toBe(true)
    }
  })

  test('and the operations outside do not change with it', () => {
    for (const text of texts) {
      const other = text
        .replace(indented('    '), '    return 1')
        .replace(indented('\t'), '\treturn 1\n\t# more\n')
      expect(other).not.toBe(text)
      expect(compileModule(other).ops).toEqual(compileModule(text).ops)
    }
  })
})

test.each([
  ['def f(): return 1', 'return 1'],
  ['def f(): return 1; pass  # comment\nx', 'return 1; pass'],
  ['def f(a, b={":": lambda: 1}): return [\n1]\nx', 'return [\n1]'],
  ['def f(): """\n  text\n"""\nx', '"""\n  text\n"""'],
  ['def f[T: int = str](): return T', 'return T'],
  ['def f() -> a[lambda: 1]: pass', 'pass'],
  ['def f() -> lambda: 1: pass', 'pass'],
  ['def f():  # comment\n\n  # comment\n  pass', '  pass'],
  ['def f(): \\\n  pass', '  pass'],
  ['async  def f(): pass', 'pass'],
  ['class A:\n  def f(self): pass\nx', 'pass'],
  ['if a:\n  def f(): pass\nelse: b', 'pass'],
])('the body of %s', (text, expected) => {
  for (const { bodies } of [compileModule(text), compileModuleFully(text)]) {
    expect(bodies.map(({ start, end }) => text.slice(start, end))).toEqual([expected])
  }
})

test.each([
  ['yield', true],
  ['x = yield', true],
  ['x = [a, (yield b)]', true],
  ['return (yield from a)', true],
  ['if a:\n    for b in c:\n      yield b', true],
  ['await a\n  yield', true],
  ['f"{(yield)}"', true],
  ['x = lambda: 1; yield', true],
  ['@(yield)\n  def g(): pass', true],
  ['return 1', false],
  ['"yield"', false],
  ['pass # yield', false],
  ['yielded = unyield = 1', false],
  ['x = lambda: (yield)', false],
  ['def g():\n    yield', false],
  ['def g(): yield', false],
  ['async def g():\n    yield\n  return g', false],
  ['class A:\n    def g(self):\n      yield', false],
  ['f"""{a}\nyield"""', false],
])('whether it is a generator: %s', (body, generator) => {
  const text = `def f():\n  ${body}\n`
  for (const { ops } of [compileModule(text), compileModuleFully(text)]) {
    expect(ops).toMatchObject([{ op: 'def', name: 'f', generator }])
  }
})

test.each([
  ['an open bracket', 'def f():\n  x = (\n\ndef g():\n  pass\n'],
  ['an open string', 'def f():\n  x = """\n\ndef g():\n  pass\n'],
  ['a stray bracket', 'def f():\n  x = 1)\n\ndef g():\n  pass\n'],
])('%s leaves the text whole', (_, text) => {
  expect(compileModule(text)).toEqual(compileModuleFully(text))
})

test('places and values of a file do not depend on comments and blank lines between its statements', () => {
  const text = 'import a\ndef f(): pass\nclass B:\n  c = f"{a}"\n  d = 1\n'
  const spaced = text.replaceAll('\n', '  # comment\n\n    # comment\n')
  expect(compileModule(spaced).ops).toEqual(compileModule(text).ops)
})
