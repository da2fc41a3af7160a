/** How an import stands in its file, by the look of the lines above it. */
import { expect, test } from 'vitest'
import { raisesByHand, standingOf } from '../../server/src/compile/import_standing.ts'

const PYTHON = { minor: 11, platform: 'linux' }

/** Of the last `import` of the text. */
const standing = (text: string) => standingOf(text, text.lastIndexOf('import'), PYTHON)

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
  ['if sys.platform == "win32":\n    import a', 'idle'],
  ['if sys.platform == "linux":\n    import a', 'live'],
  ['if sys.platform != "linux" and b:\n    import a', 'idle'],
  ['if sys.platform == "linux" and b:\n    import a', 'live'],
  ['if sys.platform == "win32" or b:\n    import a', 'live'],
  ['if sys.platform == "linux":\n    b = 1\nelse:\n    import a', 'idle'],
  ["if not sys.platform.startswith('win'):\n    import a", 'live'],
  ["if sys.platform.startswith('win'):\n    import a", 'idle'],
  ['if platform.system() == "Darwin":\n    import a', 'idle'],
  ['if b:\n    b = 1\nelif os.name == "nt":\n    import a', 'idle'],
  ['if os.name == "nt":\n    b = 1\nelse:\n    import a', 'live'],
  ['if os.name != "nt":\n    b = 1\nelse:\n    import a', 'idle'],
  ['if PY3:\n    b = 1\nelse:\n    import a', 'idle'],
  ['if not six.PY3:\n    import a', 'idle'],
  ['if PY2:\n    import a\nelse:\n    b = 1', 'idle'],
  ['if PY2:\n    b = 1\nelse:\n    import a', 'live'],
  ['if sys.version_info[0] == 2:\n    import a', 'idle'],
  ['if sys.version_info < (3,):\n    import a', 'idle'],
  ['if sys.version_info.major >= 3:\n    import a', 'live'],
  ['if has_a:\n    import a', 'conditional'],
  ['if minimum_version_of_a(2):\n    import a', 'conditional'],
  ['if python_version < "3":\n    import a', 'live'],
  ['if sys.version < "3":\n    import a', 'live'],
  ['if has_b:\n    b = (\n        1\n    )\nelse:\n    import a', 'conditional'],
  ['try:\n    import a\nexcept ImportError:\n    a = None', 'caught'],
  ['try:\n    import a\n\nexcept (TypeError, ModuleNotFoundError) as error:\n    a = None', 'caught'],
  ['try:\n    import a\nexcept:\n    a = None', 'caught'],
  ['try:\n    if b:\n        import a\nexcept Exception:\n    a = None', 'caught'],
  ['try:\n    import a\nexcept KeyError:\n    a = None', 'live'],
  ['try:\n    import a\nexcept KeyError:\n    raise\nexcept ImportError:\n    a = None', 'caught'],
  ['try:\n    import a\nexcept ImportError:\n    raise Missing', 'live'],
  ['try:\n    import a\nexcept ImportError:\n    sys.exit(1)', 'live'],
  ['try:\n    import a\nexcept ImportError:\n    def b():\n        raise Missing', 'caught'],
  ['try:\n    import a\nexcept ImportError:\n    def b():\n        raise Missing\n    raise', 'live'],
  ['try:\n    import a\nexcept ImportError:\n    if b:\n        raise', 'live'],
  ['try:\n    import a\nfinally:\n    b = 1', 'live'],
  ['try:\n    b = 1\nexcept ImportError:\n    import a', 'fallback'],
])('%j is %s', (text, expected) => {
  expect(standing(text)).toBe(expected)
})

test('a function that the file names outside of its blocks may be called', () => {
  const text = 'def f():\n    import a\n'
  const at = text.indexOf('import')
  expect(standingOf(`${text}b = f()\n`, at, PYTHON)).toBe('live')
  expect(standingOf(`${text}\ndef f2():\n    f()\n`, at, PYTHON)).toBe('idle')
  const careful = 'def f():\n    try:\n        import a\n    except ImportError:\n        a = None\n'
  expect(standing(`${careful}b = f()\n`)).toBe('caught')
  expect(standingOf(`${text}\n# What calls f() is below.\n`, at, PYTHON)).toBe('idle')
  expect(standingOf(`${text}\ndef f2():\n    '''See\nf().\n'''\n`, at, PYTHON)).toBe('idle')
})

test.each([
  ['def f():\n    raise A', false],
  ['"""\nWe raise nothing.\n"""', false],
  ['if not a:\n    raise A', true],
  ['try:\n    import a\nexcept ImportError:\n    if b: raise', true],
])('%j raises by hand: %s', (text, expected) => {
  expect(raisesByHand(text, PYTHON)).toBe(expected)
})
