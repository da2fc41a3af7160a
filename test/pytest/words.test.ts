/** Small readers: marker lines, warning filters, expressions, the start set of modules, the way pytest is started. */
import { describe, expect, test } from 'vitest'
import { countStarts, detectInvocation } from '../../server/src/pytest/invocation.ts'
import { parseMarkerLine } from '../../server/src/pytest/markers.ts'
import { startModules } from '../../server/src/pytest/start_modules.ts'
import { fromCommandLine, parseWarningFilter } from '../../server/src/pytest/warning_filters.ts'
import { memory, planOf, ROOT } from './projects.ts'

test.each([
  ['a1(arg): t', 'a1'],
  ['b1 : t', 'b1'],
  ['c1', 'c1'],
  ['d-1: x', 'd-1'],
  ['e1, f1: both', 'e1, f1'],
  ['"g1": q', '"g1"'],
  ['h1 text here', 'h1 text here'],
])('the marker in %j', (line, name) => {
  expect(parseMarkerLine(line)).toBe(name)
})

test('markers of pytest, of the configuration and of plugins', () => {
  const { markers } = planOf(
    { 'pytest.ini': '[pytest]\nmarkers =\n    slow: takes minutes\n    db\n' },
    { args: ['-p', 'pytester'] },
  )
  const names = (from: string) => markers.filter(marker => marker.from === from).map(({ name }) => name)
  expect(names('pytest.ini')).toEqual(['slow', 'db'])
  expect(names('pytest').toSorted()).toEqual([
    'filterwarnings',
    'parametrize',
    'pytester_example_path',
    'skip',
    'skipif',
    'tryfirst',
    'trylast',
    'usefixtures',
    'xfail',
  ])
})

describe('warning filters', () => {
  test.each([
    ['error', { action: 'error', message: '', category: '', module: '', line: 0 }],
    ['e', { action: 'error' }],
    ['', { action: 'default' }],
    ['all', { action: 'always' }],
    [
      ' ignore : a b : DeprecationWarning : m\\.n : 3 ',
      { action: 'ignore', message: 'a b', category: 'DeprecationWarning', module: 'm\\.n', line: 3 },
    ],
    ['ignore::a.b.C', { category: 'a.b.C' }],
  ])('%j', (text, expected) => {
    expect(parseWarningFilter(text, '9.0.3')).toMatchObject(expected)
  })

  test.each([
    ['error:(x.y)', 'error:\\(x\\.y\\)'],
    ['error::UserWarning:a.b', 'error::UserWarning:a\\.b\\Z'],
    ['ignore', 'ignore'],
  ])('-W %s is %s in the file', (given, line) => {
    expect(fromCommandLine(given)).toBe(line)
  })

  test('those of the file come first, each where it was written', () => {
    const text =
      '[pytest]\nfilterwarnings =\n    error\n    # no\n    ignore::UserWarning\naddopts = -W once\n'
    const { filterwarnings } = planOf({ 'pytest.ini': text }, { args: ['-W', 'ignore:a.'] })
    const shown = filterwarnings.map(({ value, origin, span }) => [
      value,
      origin,
      span && text.slice(span.start, span.end),
    ])
    expect(shown).toEqual([
      ['always::DeprecationWarning', 'default', null],
      ['always::PendingDeprecationWarning', 'default', null],
      ['error::pytest.PytestRemovedIn9Warning', 'default', null],
      ['error', 'file', 'error'],
      ['ignore::UserWarning', 'file', 'ignore::UserWarning'],
      ['once', 'file', '-W'],
      ['ignore:a\\.', 'command line', null],
    ])
  })
})

test.each([
  ['-k', 'a and not (b or c)', null],
  ['-k', 'test_x[1-a.b/c\\d]', null],
  ['-k', '  ', null],
  ['-k', 'a and', 'at column 6: expected not OR left parenthesis OR identifier; got end of input'],
  ['-k', '(a', 'at column 3: expected right parenthesis; got end of input'],
  ['-k', 'a ^ b', 'at column 3: unexpected character "^"'],
  ['-m', 'a(b="c", d=-1, e=None)', null],
  ['-m', 'a()', 'at column 3: expected identifier; got right parenthesis'],
  ['-m', 'a(b=c)', 'at column 5: unexpected character/s "c"'],
  ['-m', 'a(class=1)', 'at column 3: unexpected reserved python keyword `class`'],
  ['-m', 'a(b="c)', 'at column 5: closing quote """ is missing'],
])('%s %j', (option, expression, fault) => {
  const [stop] = planOf({}, { args: [option, expression] }).stops
  expect(stop?.message.split(': ').slice(2).join(': ') ?? null).toBe(fault)
})

describe('modules that are loaded at the start', () => {
  test('a measured pair tells exactly', () => {
    const { always, sometimes } = startModules('8.4.2', [3, 11, 7])
    expect(['__main__', 'json', '_pytest.raises', 'unittest'].filter(name => !always.has(name))).toEqual([])
    expect([always.has('runpy'), sometimes.has('runpy')]).toEqual([false, true])
    expect([...always].filter(name => sometimes.has(name))).toEqual([])
  })

  test('another pair has what all have', () => {
    const { always, sometimes } = startModules('8.1.0', [3, 12, 0])
    expect([always.has('json'), always.has('_pytest.raises'), sometimes.has('_pytest.raises')]).toEqual([
      true,
      false,
      true,
    ])
  })
})

describe('the way pytest is started', () => {
  test.each([
    ['    pytest tests', 'script'],
    ['commands = pytest {posargs}', 'script'],
    ['commands =', null],
    ['      run: python -m pytest --cov', 'module'],
    ['      - run: uv run --frozen pytest -n auto', 'script'],
    ['\t$(PYTHON) -m pytest', 'module'],
    ['\t@python3.11 -bb -m pytest', 'module'],
    ['    session.run("pytest", *session.posargs)', 'script'],
    ["    session.run('python', '-m', 'pytest')", 'module'],
    ['test = "poetry run pytest -x"', 'script'],
    ['    coverage run -m pytest', 'module'],
    ['    uv run -m pytest', 'module'],
    ['    {envpython} -m pytest', 'module'],
    ['    cd x && PYTHONPATH=. py.test', 'script'],
    ['    pip install pytest pytest-cov', null],
    ['pytest = "^8"', null],
    ['    pytest>=7', null],
    ['# pytest tests', null],
    ['[tool.pytest.ini_options]', null],
    ['    python -m pip install pytest', null],
  ])('%j', (line, way) => {
    const { script, module } = countStarts(line)
    expect(script > 0 ? 'script' : module > 0 ? 'module' : null).toBe(way)
  })

  test.each<[Record<string, string>, string, string]>([
    [{}, 'pytest', 'no sign of either: the default'],
    [{ Makefile: 'test:\n\tpython -m pytest\n' }, 'python -m pytest', 'Makefile runs `python -m pytest`'],
    [
      { 'tox.ini': '[testenv]\ncommands = pytest\n', Makefile: 'test:\n\tpython -m pytest\n' },
      'pytest',
      'tox.ini runs `pytest`',
    ],
    [
      { 'tox.ini': 'commands =\n  pytest a\n  python -m pytest b\n' },
      'pytest',
      'tox.ini runs both: the default',
    ],
    [
      { '.github/workflows/ci.yml': '    - run: python -m pytest\n' },
      'python -m pytest',
      '.github/workflows/ci.yml runs `python -m pytest`',
    ],
  ])('%j', (files, kind, because) => {
    expect(detectInvocation(memory(files), ROOT)).toEqual({ kind, because })
  })

  test('from within a repository its files count', () => {
    const files = { '.git/HEAD': '', Makefile: 'test:\n\tpython -m pytest\n', 'a/b/': '' }
    expect(detectInvocation(memory(files), `${ROOT}/a/b`).kind).toBe('python -m pytest')
  })

  test('the plan says it, with what Python would see as its arguments', () => {
    const plan = planOf({}, { args: ['-v'], env: { PYTEST_ADDOPTS: '-x', HOME: '/me' }, kind: null })
    expect(plan.invocation).toEqual({
      kind: 'pytest',
      because: 'no sign of either: the default',
      cwd: ROOT,
      args: ['-v'],
      env: { PYTEST_ADDOPTS: '-x' },
    })
    expect(plan.argv).toEqual(['/env/bin/pytest', '-v'])
  })
})
