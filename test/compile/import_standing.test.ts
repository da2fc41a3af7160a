/** How an import stands in its file, by the look of the lines above it. */
import { expect, test } from 'vitest'
import { raisesByHand, standingOf } from '../../server/src/compile/import_standing.ts'

/** For Python 3.11, of the last `import` of the text. */
const standing = (text: string) => standingOf(text, text.lastIndexOf('import'), 11)

test.each([
  ['import a', 'live'],
  ['class A:\n    import a', 'live'],
  ['with a:\n    import b', 'live'],
  ['def f():\n    import a', 'idle'],
  ['async def f(\n    a,\n):\n    # f\n    if a:\n        import a', 'idle'],

  ['class A:\n    def f(self):\n        import a', 'idle'],
  ['if TYPE_CHECKING:\n    import a', 'idle'],
  ['if typing.TYPE_CHECKING:\n    from a import b', 'idle'],
  ['if TYPE_CHECKING:\n    pass\nelse:\n    import a', 'conditional'],
  ['if sys.version_info >= (3, 12):\n    import a', 'idle'],
  ['if sys.version_info >= (3, 11):\n    import a', 'live'],
  ['if sys.version_info < (3, 11, 0):\n    import a', 'idle'],
  ['if sys.version_info[:2] < (3, 12):\n    import a', 'live'],
  ['if sys.version_info >= (3, 8):\n    b = 1\nelse:\n    import a', 'idle'],
  ['if sys.version_info >= (3, 14):\n    b = 1\nelse:\n    import a', 'live'],
  ['if sys.version_info >= (3, 14):\n    b = 1\nelif sys.version_info >= (3, 9):\n    import a', 'live'],
  ['if sys.platform == "win32":\n    import a', 'live'],
  ['if os.name == "nt":\n    b = 1\nelse:\n    import a', 'live'],
  ['if has_a:\n    import a', 'conditional'],
  ['if has_b:\n    b = (\n        1\n    )\nelse:\n    import a', 'conditional'],
  ['try:\n    import a\nexcept ImportError:\n    a = None', 'caught'],
  ['try:\n    import a\n\nexcept (TypeError, ModuleNotFoundError) as error:\n    a = None', 'caught'],
  ['try:\n    import a\nexcept:\n    a = None', 'caught'],
  ['try:\n    if b:\n        import a\nexcept Exception:\n    a = None', 'caught'],
  ['try:\n    import a\nexcept KeyError:\n    a = None', 'live'],
  ['try:\n    import a\nexcept KeyError:\n    raise\nexcept ImportError:\n    a = None', 'caught'],
  ['try:\n    import a\nexcept ImportError:\n    raise Missing', 'live'],
  ['try:\n    import a\nexcept ImportError:\n    sys.exit(1)', 'live'],
  ['try:\n    import a\nfinally:\n    b = 1', 'live'],
  ['try:\n    b = 1\nexcept ImportError:\n    import a', 'fallback'],
])('%j is %s', (text, expected) => {
  expect(standing(text)).toBe(expected)
})

test('a function that the file names outside of its blocks may be called', () => {
  const text = 'def f():\n    import a\n'
  const at = text.indexOf('import')
  expect(standingOf(`${text}b = f()\n`, at, 11)).toBe('live')
  expect(standingOf(`${text}\ndef f2():\n    f()\n`, at, 11)).toBe('idle')
  expect(standingOf(`${text}\n# What calls f() is below.\n`, at, 11)).toBe('idle')
  expect(standingOf(`${text}\ndef f2():\n    '''See\nf().\n'''\n`, at, 11)).toBe('idle')
})

test.each([
  ['def f():\n    raise A', false],
  ['"""\nWe raise nothing.\n"""', false],
  ['if not a:\n    raise A', true],
  ['try:\n    import a\nexcept ImportError:\n    if b: raise', true],
])('%j raises by hand: %s', (text, expected) => {
  expect(raisesByHand(text, 11)).toBe(expected)
})
