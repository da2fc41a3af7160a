/** `[tool.precollect]`: what is read, and what is said of what cannot be. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MemoryFileSystem } from '../../server/src/files/memory.ts'
import { globTest } from '../../server/src/rules/glob.ts'
import { nearest } from '../../server/src/rules/nearest.ts'
import { DEFAULT_SETTINGS, findSettings, readSettings } from '../../server/src/rules/settings.ts'

const PATH = '/p/pyproject.toml'

function problems(text: string): string[] {
  return (readSettings(text, PATH)?.problems ?? []).map(({ line, message }) => `${line}: ${message}`)
}

test('everything that can be set', () => {
  const text = `
[project]
name = "precollect-user"

[tool.precollect]
select = ["all"]
ignore = ["import-time-metric"]
exclude = ["legacy/**"]
python = ".venv"
invocation = "python -m pytest"

[tool.precollect.per-file-ignores]
"tests/old/*" = ["missing-symbol", "unresolved-import"]

[tool.precollect.severity]
shadowed-module = "warning"

[tool.precollect.registries]
"app.metrics.counter" = { name = "title", registry = 2, raises = "app.errors.Taken" }
"acme.signal" = {}

[tool.precollect.gate]
max-errors = 10
min-collected = "history"

[tool.precollect.cache]
remote = "redis://cache.example/1"
read-only = true
`
  expect(readSettings(text, PATH)).toEqual({
    problems: [],
    settings: {
      folder: '/p',
      select: ['all'],
      ignore: ['import-time-metric'],
      exclude: ['legacy/**'],
      python: '/p/.venv',
      invocation: 'python -m pytest',
      perFileIgnores: [{ pattern: 'tests/old/*', rules: ['missing-symbol', 'unresolved-import'] }],
      severity: { 'shadowed-module': 'warning' },
      registries: [
        { function: 'app.metrics.counter', name: 'title', registry: 2, raises: 'app.errors.Taken' },
        { function: 'acme.signal', name: 0, registry: null, raises: 'ValueError' },
      ],
      gate: { maxErrors: 10, maxWarnings: null, minCollected: 'history' },
      cache: { remote: 'redis://cache.example/1', readOnly: true },
    },
  })
})

describe('what is wrong is told with its line and key, and the rest counts', () => {
  test('keys, types, names and words', () => {
    const text = `[tool.precollect]
selct = []
ignore = "all"
select = [
  "missing-symbl",
  "missing-symbol",
]
invocation = "tox"
python = 3
exclude = ["[z-a]"]
per-file-ignores = { "tests/*" = [1] }
[tool.precollect.severity]
no-such-rule = "error"
leaked-stub = "fatal"
`
    expect(problems(text)).toEqual([
      "2: tool.precollect.selct: is not a setting of precollect; did you mean 'select'?",
      '3: tool.precollect.ignore: must be a list of strings, not a string',
      "5: tool.precollect.select: no rule is called 'missing-symbl'; did you mean 'missing-symbol'?",
      "8: tool.precollect.invocation: must be 'pytest' or 'python -m pytest', not 'tox'",
      '9: tool.precollect.python: must be a string, not a number',
      "10: tool.precollect.exclude: '[z-a]' is not a pattern of files",
      '11: tool.precollect.per-file-ignores."tests/*": must be a list of strings, not a list',
      "13: tool.precollect.severity.no-such-rule: no rule is called 'no-such-rule'",
      "14: tool.precollect.severity.leaked-stub: must be 'error' or 'warning' or 'info', not 'fatal'",
    ])
    expect(readSettings(text, PATH)?.settings).toEqual({
      ...DEFAULT_SETTINGS,
      folder: '/p',
      select: ['missing-symbol'],
    })
  })

  test('bars of the gate', () => {
    const text = `[tool.precollect.gate]
max-error = 3
max-errors = -1
max-warnings = "none"
min-collected = 20
`
    expect(problems(text)).toEqual([
      "2: tool.precollect.gate.max-error: is not a bar of the gate; did you mean 'max-errors'?",
      "3: tool.precollect.gate.max-errors: must be a whole number, not '-1'",
      "4: tool.precollect.gate.max-warnings: must be a whole number, not 'none'",
    ])
    expect(readSettings(text, PATH)?.settings.gate).toEqual({
      maxErrors: null,
      maxWarnings: null,
      minCollected: 20,
    })
  })

  test('what is wrong of the cache', () => {
    const text = `[tool.precollect.cache]
remot = "redis://cache.example"
remote = "ftp://cache.example"
read-only = "yes"
`
    expect(problems(text)).toEqual([
      "2: tool.precollect.cache.remot: is not a setting of the cache; did you mean 'remote'?",
      "3: tool.precollect.cache.remote: must be an address that begins with 'redis://' or 'https://'",
      '4: tool.precollect.cache.read-only: must be true or false, not a string',
    ])
    expect(readSettings(text, PATH)?.settings.cache).toEqual({ remote: null, readOnly: false })
  })

  test('a registry that cannot be understood is left out, with the part that is wrong', () => {
    const text = `[tool.precollect.registries]
counter = {}
"a.b" = 1
"a.c" = { name = -1 }
"a.d" = { nam = 0, registry = [] }
"a.e" = { raises = "not a name" }
"a.f" = { name = 1 }
`
    expect(problems(text)).toEqual([
      '2: tool.precollect.registries.counter: must be a module and a name in it, such as "app.metrics.counter"',
      '3: tool.precollect.registries."a.b": must be a table, not a number',
      "4: tool.precollect.registries.\"a.c\".name: must be a parameter's position, from 0, or its name, not '-1'",
      '5: tool.precollect.registries."a.d".nam: is not a part of a registry; those are name, registry, raises; did you mean \'name\'?',
      '5: tool.precollect.registries."a.d".registry: must be a parameter\'s position, from 0, or its name, not a list',
      '6: tool.precollect.registries."a.e".raises: must be the name of an exception, such as "ValueError" or "app.errors.Taken", not \'not a name\'',
    ])
    expect(readSettings(text, PATH)?.settings.registries).toEqual([
      { function: 'a.f', name: 1, registry: null, raises: 'ValueError' },
    ])
  })

  test('a file that is not TOML', () => {
    expect(problems('[tool.precollect]\nselect = [\n')).toEqual([
      expect.stringMatching(/^\d+: this is not TOML: /),
    ])
  })

  test('a broken file that does not speak of precollect is none of its business', () => {
    expect(readSettings('[tool.black\n', PATH)).toBeNull()
    expect(readSettings('[tool.black]\n', PATH)).toBeNull()
  })

  test('a table that is none', () => {
    expect(readSettings('[tool]\nprecollect = 1\n', PATH)).toBeNull()
    expect(problems('[tool.precollect]\nseverity = 1\n')).toEqual([
      '2: tool.precollect.severity: must be a table, not a number',
    ])
  })
})

test('the guide has a section for each setting, and no other', () => {
  const guide = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  const sections = [...guide.matchAll(/^## `(.+)`$/gm)].map(([, key]) => key!)
  const { folder: _, ...settings } = DEFAULT_SETTINGS
  const keys = Object.keys(settings).map(key => key.replaceAll(/[A-Z]/g, c => `-${c.toLowerCase()}`))
  expect(sections.toSorted()).toEqual(keys.toSorted())
})

test('the nearest file that has the table counts', () => {
  const fs = new MemoryFileSystem({
    '/p/pyproject.toml': '[tool.precollect]\nselect = ["missing-symbol"]\n',
    '/p/sub/pyproject.toml': '[project]\nname = "sub"\n',
    '/p/sub/deep/': '',
  })
  expect(findSettings(fs, '/p/sub/deep').settings).toEqual({
    ...DEFAULT_SETTINGS,
    folder: '/p',
    select: ['missing-symbol'],
  })
  expect(findSettings(fs, '/elsewhere').settings).toEqual(DEFAULT_SETTINGS)
})

test.each([
  ['tests/*', ['tests/a.py', 'tests/x/a.py'], ['a.py', 'src/tests/a.py']],
  ['tests', ['tests/a.py', 'src/tests/a.py', 'tests'], ['tests_a.py']],
  ['test_*.py', ['test_a.py', 'x/test_a.py'], ['x/mytest_a.py', 'test_a.pyc']],
  ['/conftest.py', ['conftest.py'], ['x/conftest.py']],
  ['a/**/b.py', ['a/b.py', 'a/x/y/b.py'], ['b.py', 'a/xb.py']],
  ['**/b.py', ['b.py', 'x/b.py'], ['xb.py']],
  ['src/[!a-c]?.py', ['src/dx.py'], ['src/ax.py', 'src/d.py']],
  ['a.b+c/', ['a.b+c/x.py'], ['aXb+c/x.py']],
])('the pattern %s', (pattern, inside, outside) => {
  const matches = globTest(pattern)!
  expect([...inside, ...outside].filter(matches)).toEqual(inside)
})

test.each([
  ['Group', ['Groups', 'User'], 'Groups'],
  ['slwo', ['slow', 'fast'], 'slow'],
  ['getvalue', ['get_value', 'getvalues'], 'get_value'],
  ['User', ['user', 'Users'], 'user'],
  ['db', ['dc'], null],
  ['Group', ['Vector'], null],
  ['parameterize', ['parametrize', 'skip'], 'parametrize'],
])('the name nearest to %s', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected)
})
