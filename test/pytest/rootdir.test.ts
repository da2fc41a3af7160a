/** Which folder is the root and which file the configuration, by what lies about and what is given. */
import { describe, expect, test } from 'vitest'
import { planOf, short } from './projects.ts'
import { rootCases } from './root_cases.ts'

test.each(rootCases)('$title', ({ files, found, ...setting }) => {
  const { rootdir, inipath } = planOf(files, setting)
  expect([short(rootdir), inipath && short(inipath)]).toEqual(found)
})

describe('settings', () => {
  test('each key knows its value and place', () => {
    const text = '[tool.pytest.ini_options]\naddopts = ["-v", "--strict-markers"]\nminversion = 7.0\n'
    const { settings } = planOf(
      { 'pyproject.toml': text },
      { version: '8.4.2', args: ['-o', 'testpaths=x', '--import-mode=append'] },
    )
    const shown = Object.entries(settings).map(([name, { value, origin, span }]) => [
      name,
      value,
      origin,
      span && text.slice(span.start, span.end),
    ])
    expect(shown).toEqual([
      ['addopts', '-v\n--strict-markers', 'file', 'addopts'],
      ['minversion', '7', 'file', 'minversion'],
      ['testpaths', 'x', 'command line', null],
      ['--verbose', '', 'file', '"-v"'],
      ['--strict-markers', '', 'file', '"--strict-markers"'],
      ['--override-ini', 'testpaths=x', 'command line', null],
      ['--import-mode', 'append', 'command line', null],
    ])
  })

  test.each([
    ['7.4.4', ['--strict-markers'], {}, true],
    ['7.4.4', ['--strict'], {}, true],
    ['8.4.2', [], { addopts: '--strict-markers' }, true],
    ['8.4.2', [], { strict_markers: 'true' }, false],
    ['9.0.3', ['--strict-markers'], {}, true],
    ['9.0.3', [], { addopts: '--strict-markers' }, false],
    ['9.0.3', [], { addopts: '-o strict_markers=true' }, false],
    ['9.0.3', [], { strict_markers: 'true' }, true],
    ['9.0.3', [], { strict: 'true' }, true],
    ['9.0.3', ['--strict'], { strict_markers: 'false' }, false],
    ['9.1.1', [], { addopts: '--strict-markers' }, true],
    ['9.2.0', [], { addopts: '-o strict_markers=true' }, true],
  ])('strict markers on %s with %j and %j: %s', (version, args, keys, strict) => {
    const lines = Object.entries(keys).map(([key, value]) => `${key} = ${value}`)
    const plan = planOf({ 'pytest.ini': ['[pytest]', ...lines].join('\n') }, { version, args })
    expect(plan.strictMarkers).toBe(strict)
  })

  test('later arguments win: addopts, environment, command line', () => {
    const files = { 'pytest.ini': '[pytest]\naddopts = --import-mode=append -m a\n' }
    const { importMode, options } = planOf(files, {
      env: { PYTEST_ADDOPTS: '-m b --import-mode importlib' },
      args: ['-m', 'c'],
    })
    expect([importMode, options.markexpr?.value]).toEqual(['importlib', 'c'])
  })

  test('paths count from the file, without one from the working directory', () => {
    const paths = (files: Record<string, string>, args: string[]) =>
      planOf(files, { cwd: 'a', args }).pythonpath.map(short)
    expect(paths({ 'pytest.ini': '[pytest]\npythonpath = . src\n', 'a/': '' }, [])).toEqual(['.', 'src'])
    expect(paths({ 'a/': '' }, ['-o', 'pythonpath=. src'])).toEqual(['a', 'a/src'])
  })

  test('an alias is read, the key itself goes first', () => {
    const plan = planOf({ 'pytest.ini': '[pytest]\nxfail_strict = true\n' })
    expect(plan.warnings).toEqual([])
  })
})

test('options have the values that getoption answers', () => {
  const { options } = planOf(
    {
      'conftest.py':
        "def pytest_addoption(parser):\n    parser.addoption('--db', default='sqlite')\n    parser.addoption('--slow', action='store_true')\n",
    },
    {
      args: [
        '-vvq',
        '--ignore=a',
        '--ignore',
        'b',
        '-x',
        '--durations=3',
        '--slow',
        '--debug',
        '-p',
        'no:doctest',
      ],
    },
  )
  const values = [
    'verbose',
    'ignore',
    'maxfail',
    'durations',
    'db',
    'slow',
    'debug',
    'plugins',
    'keyword',
    'tbstyle',
    'capture',
  ]
  expect(Object.fromEntries(values.map(name => [name, options[name]?.value]))).toEqual({
    verbose: 1,
    ignore: ['a', 'b'],
    maxfail: 1,
    durations: 3,
    db: 'sqlite',
    slow: true,
    debug: 'pytestdebug.log',
    plugins: ['no:doctest'],
    keyword: '',
    tbstyle: 'auto',
    capture: 'fd',
  })
})
