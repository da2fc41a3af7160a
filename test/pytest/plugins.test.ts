/** Which plugins are loaded, in which order, and what is known of them. */
import { describe, expect, test } from 'vitest'
import type { PluginEntryPoint } from '../../server/src/environment/environment.ts'
import { type SourceFacts, scanSource } from '../../server/src/pytest/plugin_source.ts'
import { collectedBy, planOf, type Setting, SITE, stopsOf } from './projects.ts'

const point = (name: string, module: string, distribution = name, version = '1.0'): PluginEntryPoint => ({
  name,
  module,
  distribution,
  version,
})
const XDIST = [
  point('xdist', 'xdist.plugin', 'pytest-xdist'),
  point('xdist.looponfail', 'xdist.looponfail', 'pytest-xdist'),
]
const COV = point('pytest_cov', 'pytest_cov.plugin', 'pytest-cov', '7.1.0')

test.each<[string, Setting, string[]]>([
  [
    'entry points in their order',
    { plugins: [COV, ...XDIST] },
    ['entry point pytest_cov.plugin', 'entry point xdist.plugin', 'entry point xdist.looponfail'],
  ],
  [
    '-p goes first, by module',
    { plugins: [COV], args: ['-p', 'mine.one', '-pmine.two'] },
    ['-p mine.one', '-p mine.two', 'entry point pytest_cov.plugin'],
  ],
  [
    '-p with the name of an entry point',
    { plugins: [COV, ...XDIST], args: ['-p', 'xdist'] },
    ['-p xdist.plugin', 'entry point pytest_cov.plugin', 'entry point xdist.looponfail'],
  ],
  [
    '-p no: keeps one out',
    { plugins: [COV, ...XDIST], args: ['-p', 'no:xdist'] },
    ['entry point pytest_cov.plugin', 'entry point xdist.looponfail'],
  ],
  ['also with the prefix that it has', { plugins: [COV], args: ['-p', 'no:cov'] }, []],
  [
    'a later -p lets it in again',
    { plugins: [COV], args: ['-p', 'no:pytest_cov', '-p', 'pytest_cov'] },
    ['-p pytest_cov.plugin'],
  ],
  [
    'PYTEST_PLUGINS comes last',
    { plugins: [COV], env: { PYTEST_PLUGINS: 'mine.one,,pytest_cov' } },
    ['entry point pytest_cov.plugin', 'PYTEST_PLUGINS mine.one'],
  ],
  [
    'without autoload',
    { plugins: [COV], env: { PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1' }, args: ['-p', 'mine'] },
    ['-p mine'],
  ],
  [
    'the option for it from 8.4 on',
    { plugins: [COV], version: '8.4.2', args: ['--disable-plugin-autoload'] },
    [],
  ],
  ["pytest's own that is off", { args: ['-p', 'pytester'] }, ['-p _pytest.pytester']],
  [
    'one that pytest has taken over',
    { plugins: [point('subtests', 'pytest_subtests.plugin')], version: '9.0.3' },
    [],
  ],
  [
    'and had not before',
    { plugins: [point('subtests', 'pytest_subtests.plugin')], version: '8.4.2' },
    ['entry point pytest_subtests.plugin'],
  ],
])('%s', (_title, setting, loads) => {
  expect(planOf({}, setting).plugins.map(({ how, module }) => `${how} ${module}`)).toEqual(loads)
})

describe('what plugins register', () => {
  const plugin = (text: string): Record<string, string> => ({
    [`${SITE}/mine/plugin.py`]: text,
    [`${SITE}/mine/__init__.py`]: '',
  })
  const mine: Setting = { plugins: [point('mine', 'mine.plugin')] }

  test('the table of the very version is taken without a look at the source', () => {
    const plan = planOf(
      { 'src/': '' },
      { plugins: [COV], args: ['--cov', 'src', '--cov-report=', '--no-cov-on-fail'] },
    )
    expect(stopsOf(plan)).toEqual([])
    expect(plan.options.cov_source?.value).toEqual(['src'])
    expect(plan.markers.find(({ from }) => from === 'plugin pytest-cov')?.name).toBe('no_cover')
    expect(plan.markersOpen).toEqual([])
  })

  test('else the source is read', () => {
    const text =
      'def pytest_addoption(parser):\n    parser.addoption("--mine", action="store_true")\n    parser.addini("mine_key", "help")\n' +
      'def pytest_configure(config):\n    config.addinivalue_line("markers", "mine(n): text")\n'
    const plan = planOf({ ...plugin(text), 'pytest.ini': '[pytest]\nmine_key = 1\naddopts = --mine\n' }, mine)
    expect([stopsOf(plan), plan.warnings, plan.markersOpen]).toEqual([[], [], []])
    expect(plan.markers.at(-1)).toEqual({ name: 'mine', line: 'mine(n): text', from: 'plugin mine' })
  })

  test('what is computed makes nothing unknown', () => {
    const text =
      'def pytest_addoption(parser):\n    add(parser)\n' +
      'def pytest_configure(config):\n    for line in LINES:\n        config.addinivalue_line("markers", line)\n'
    const plan = planOf(
      { ...plugin(text), 'pytest.ini': '[pytest]\nunk = 1\nstrict_config = true\n' },
      { ...mine, args: ['--foo'] },
    )
    expect([stopsOf(plan), plan.warnings]).toEqual([[], []])
    expect(plan.markersOpen).toEqual(['plugin mine'])
    expect(plan.unknown).toEqual([
      '--foo may be an option of a plugin or conftest whose source does not tell; it may take a value',
    ])
  })

  test('a plugin whose source is not there may register anything', () => {
    const plan = planOf({}, { ...mine, args: ['--foo'] })
    expect([stopsOf(plan), plan.markersOpen]).toEqual([[], ['plugin mine']])
  })

  test('a plugin of the project is left to run: its marks are not read here', () => {
    const text = 'def pytest_configure(config):\n    config.addinivalue_line("markers", LINE)\n'
    expect(planOf({ 'own.py': text }, { args: ['-p', 'own'], kind: 'python -m pytest' }).markersOpen).toEqual(
      [],
    )
  })

  test('without an environment nothing is called unknown', () => {
    const files = {
      'pytest.ini': '[pytest]\naddopts = --cov src --foo\nunk = 1\nrequired_plugins = x\n',
      'src/': '',
      'test_a.py': '',
    }
    const plan = planOf(files, { environment: { pytestVersion: null } })
    expect([stopsOf(plan), plan.warnings]).toEqual([[], []])
    expect(plan.markersOpen).toEqual(['plugins that may be installed'])
    expect(plan.unknown[0]).toBe('pytest is not installed here; the rules of 9.0.3 are assumed')
  })
})

test.each<[string, Partial<Record<keyof SourceFacts, unknown>>]>([
  [
    'parser.addoption("--a", "-A", dest="b", default=None)',
    { options: [{ names: ['--a', '-A'], dest: 'b', takes: 1, kind: 'store', default: null }] },
  ],
  [
    "group._addoption('--with-x', action='store_true',  # note\n  help='f(x), y')",
    { options: [{ names: ['--with-x'], dest: 'with_x', takes: 0, kind: 'true', default: false }] },
  ],
  [
    'g.addoption("--n", type=int, choices=["1", "2"], nargs="?", const=3)',
    {
      options: [
        {
          names: ['--n'],
          dest: 'n',
          takes: '?',
          kind: 'store',
          default: null,
          const: 3,
          choices: ['1', '2'],
          type: 'int',
        },
      ],
    },
  ],
  ['g.addoption(NAME, action="count")', { options: [], open: ['options'] }],
  ['g.addoption("--a", action=Special)', { open: ['options'] }],
  ['add = g.addoption\nadd("--a")', { options: [], open: ['options'] }],
  ['# g.addoption(NAME)\nx = "addoption"', { options: [], open: [] }],
  [
    'parser.addini("a", "help", type="bool", default=True)',
    { ini: [{ name: 'a', type: 'bool', default: true, aliases: [] }] },
  ],
  ['parser.addini(f"log_{x}", "help")', { ini: [], open: ['ini'] }],
  ['config.addinivalue_line(\n  "markers",\n  "a(b, c): do"\n  " it",\n)', { markers: ['a(b, c): do it'] }],
  ['config.addinivalue_line("markers", "a: %s" % x)', { markers: ['a: %s'], open: [] }],
  ['config.addinivalue_line("markers", "%s: a" % x)', { markers: [], open: ['markers'] }],
  ['config.addinivalue_line("markers", f"a: {x}")', { markers: ['a: '], open: [] }],
  ['config.addinivalue_line("markers", f"{x}: a")', { markers: [], open: ['markers'] }],
  ['config.addinivalue_line("filterwarnings", f"{x}")', { markers: [], open: [] }],
  ['pytest_plugins = ["a.b", \'c\']', { asks: ['a.b', 'c'] }],
  ['pytest_plugins = "a", "b"', { asks: ['a', 'b'] }],
  ['pytest_plugins = make()', { asks: [], open: ['options', 'ini', 'markers'] }],
  ['from x import pytest_addoption', { open: ['options', 'ini'] }],
  ['def pytest_addoption(parser, pluginmanager):\n    register(parser)\n', { open: ['options', 'ini'] }],
  [
    'def pytest_addoption(parser: Parser) -> None:\n    group = parser.getgroup("x")\n    group.addoption("--a")\n',
    { open: [] },
  ],
])('in %j', (text, expected) => {
  const { open, ...facts } = scanSource(text)
  expect({ ...facts, open: [...open] }).toMatchObject(expected)
})

describe('what conftests register', () => {
  const options = (files: Record<string, string>): string[] =>
    stopsOf(planOf(files, { args: ['--foo'] })).map(stop => stop.slice(0, 12))
  const registers = 'def pytest_addoption(parser):\n    parser.addoption("--foo", action="store_true")\n'

  test.each<[string, Record<string, string>, string[]]>([
    ['by itself', { 'conftest.py': registers }, []],
    ['by a plugin that it asks for', { 'conftest.py': 'pytest_plugins = "opts"', 'opts.py': registers }, []],
    ['by a module that it takes all of', { 'conftest.py': 'from opts import *', 'opts.py': registers }, []],
    [
      'by one beside it',
      { 'tests/__init__.py': '', 'tests/conftest.py': 'from .opts import *', 'tests/opts.py': registers },
      [],
    ],
    [
      'by a function that it takes from elsewhere',
      { 'conftest.py': 'from opts import pytest_addoption' },
      [],
    ],
    ['not by a conftest that is loaded too late', { 'a/b/conftest.py': registers }, ['4 UsageError']],
    ['not by any', { 'conftest.py': 'from opts import *', 'opts.py': 'x = 1\n' }, ['4 UsageError']],
  ])('%s', (_title, files, stops) => {
    expect(options(files)).toEqual(stops)
  })
})

test('the value of an option that cannot be judged is not taken for a missing path', () => {
  const conftest = 'def pytest_addoption(parser):\n    for name in NAMES:\n        parser.addoption(name)\n'
  const plan = planOf({ 'conftest.py': conftest, 'test_a.py': '' }, { args: ['--db', 'sqlite'] })
  expect(stopsOf(plan)).toEqual([])
  expect(collectedBy(plan)).toEqual(['test_a.py'])
})
