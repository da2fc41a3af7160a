/** Which names the standard library has, by files and by what must be linked in. */
import { describe, expect, test } from 'vitest'
import { discover, python } from './trees.ts'

const LIBRARY = '/opt/py/lib/python3.11'
const TAG = '.cpython-311-x86_64-linux-gnu.so'
const found = (more: Record<string, string>, without: readonly string[] = []) => {
  const tree = { ...python('/opt/py', '3.11.7'), ...more }
  const kept = Object.entries(tree).filter(([path]) => !without.some(part => path.includes(part)))
  return discover(Object.fromEntries(kept), { python: '/opt/py' })
}

describe('where even math is a file, as make install leaves it', () => {
  test('what has no file does not exist', () => {
    const { stdlibNames, stdlibExact } = found({})
    expect(stdlibNames).toEqual(
      expect.arrayContaining(['sys', 'itertools', 'json', 'math', '_ssl', 'tkinter']),
    )
    for (const absent of ['_tkinter', '_bz2', 'array', 'distutils', 'winreg'])
      expect(stdlibNames).not.toContain(absent)
    expect(stdlibExact).toBe(true)
  })

  test('only the core is linked in, and what is frozen cannot be shadowed', () => {
    const { builtinModules } = found({})
    expect(builtinModules).toEqual(expect.arrayContaining(['sys', 'time', 'posix', 'zipimport', 'os', 'abc']))
    for (const file of ['math', '_json', 'random', 'json', 'nt']) expect(builtinModules).not.toContain(file)
  })
})

describe('where math is linked in, as distributions do', () => {
  const NO_CORE_FILES = ['/math.', '/_struct.']

  test('other modules without a file are too', () => {
    const { builtinModules } = found({}, NO_CORE_FILES)
    expect(builtinModules).toEqual(expect.arrayContaining(['math', 'array', '_socket', 'zlib']))
  })

  test('but not those that wrap a library, if some of them are files', () => {
    const { stdlibNames } = found({}, NO_CORE_FILES)
    expect(stdlibNames).toContain('_ssl')
    expect(stdlibNames).not.toContain('_tkinter')
    expect(found({}, [...NO_CORE_FILES, '/_ssl.']).stdlibNames).toContain('_tkinter')
  })
})

test('names of folders count if they are packages', () => {
  const { stdlibNames } = found({
    [`${LIBRARY}/added/__init__.py`]: '',
    [`${LIBRARY}/config-3.11/Makefile`]: '',
    [`${LIBRARY}/__pycache__/os.cpython-311.pyc`]: '',
    [`${LIBRARY}/lib-dynload/extra${TAG}`]: 'ELF',
  })
  expect(stdlibNames).toEqual(expect.arrayContaining(['added', 'extra']))
  for (const none of ['__pycache__', 'config-3.11', 'site-packages', 'lib-dynload'])
    expect(stdlibNames).not.toContain(none)
})

test('before 3.11 hardly anything is frozen', () => {
  const { builtinModules } = discover(python('/opt/py', '3.10.4'), { python: '/opt/py' })
  expect(builtinModules).toContain('zipimport')
  expect(builtinModules).not.toContain('os')
})

test('the suffixes follow what the library’s own files are called', () => {
  const tree = { ...python('/opt/py', '3.11.7') }
  const musl = Object.fromEntries(
    Object.entries(tree).map(([path, text]) => [
      path.replace('x86_64-linux-gnu', 'aarch64-linux-musl'),
      text,
    ]),
  )
  expect(discover(musl, { python: '/opt/py' }).extensionSuffixes).toEqual([
    '.cpython-311-aarch64-linux-musl.so',
    '.abi3.so',
    '.so',
  ])
})
