/** Globs with Python's meaning. */
import { describe, expect, test } from 'vitest'
import { fnmatch, globPaths, matchesGlob } from '../../server/src/pytest/glob.ts'
import { memory, ROOT } from './projects.ts'

test.each([
  ['test_a.py', 'test_*.py', true],
  ['a/b.py', '*.py', true],
  ['a.py', '[!t]*.py', true],
  ['t.py', '[!t]*.py', false],
  ['a-b', 'a[+--]b', true],
  [']', '[]]', true],
  ['a', '[z-a]', false],
  ['[a', '[a', true],
  ['a.b', 'a?b', true],
  ['a\nb', 'a*b', true],
  ['{arch}', '{arch}', true],
  ['a^', 'a[\\^]', true],
])('fnmatch(%j, %j)', (text, pattern, expected) => {
  expect(fnmatch(text, pattern)).toBe(expected)
})

test.each([
  ['/p/tests/test_a.py', 'test_*.py', true],
  ['/p/tests/test_a.py', 'tests/*.py', true],
  ['/p/tests/sub/test_a.py', 'tests/*.py', true],
  ['/p/other/test_a.py', 'tests/*.py', false],
  ['/p/tests/test_a.py', '/p/tests/*', true],
  ['/p/build', 'build', true],
])('%j is meant by %j', (path, pattern, expected) => {
  expect(matchesGlob(path, pattern)).toBe(expected)
})

test('on Windows case folds and backslashes separate', () => {
  expect(matchesGlob('C:/p/Tests/Test_A.py', 'tests\\test_*.PY', true)).toBe(true)
})

describe('testpaths', () => {
  const fs = memory({
    'tests/unit/test_a.py': '',
    'tests/.hidden/x.py': '',
    'tests/b.py': '',
    'src/pkg/tests/test_c.py': '',
    'src/pkg/mod.py': '',
    '.git/tests/': '',
  })

  test.each([
    ['tests', ['tests']],
    ['tests/', ['tests/']],
    ['./tests', ['./tests']],
    ['nope', []],
    ['t*', ['tests']],
    ['*', ['src', 'tests']],
    ['.*', ['.git']],
    ['*/pkg', ['src/pkg']],
    ['**/tests', ['src/pkg/tests', 'tests']],
    ['**/*_[ac].py', ['src/pkg/tests/test_c.py', 'tests/unit/test_a.py']],
    ['tests/**', ['tests/', 'tests/b.py', 'tests/unit', 'tests/unit/test_a.py']],
    ['tests/b.py/', []],
    ['/project/te?ts', ['/project/tests']],
  ])('%j', (pattern, expected) => {
    expect(globPaths(fs, ROOT, pattern)).toEqual(expected)
  })
})
