/** The reports as they look, from one small project in which everything happens. */
import { describe, expect, test } from 'vitest'
import { renderConcise } from '../../server/src/report/concise.ts'
import { renderFull } from '../../server/src/report/full.ts'
import { renderGrouped } from '../../server/src/report/grouped.ts'
import { health } from '../../server/src/report/health.ts'
import { jsonReport, renderJson } from '../../server/src/report/json.ts'
import type { ReportInput } from '../../server/src/report/report_input.ts'
import type { Style } from '../../server/src/report/style.ts'
import { renderStatistics } from '../../server/src/report/summary.ts'
import { World } from '../rules/world.ts'
import { broken, clean, input, world } from './broken_project.ts'

const plain: Style = { width: 90, color: false, verbose: false, quiet: false }

const full = (of: ReportInput, style: Style) => renderFull(of, health(of), style)
const concise = (of: ReportInput, style: Style) => renderConcise(of, health(of), style)
const json = (of: ReportInput, tool: string) => jsonReport(of, health(of), tool)

describe('full', () => {
  test('most damage first, then the summary', () => {
    expect(full(input(broken()), plain)).toMatchInlineSnapshot(`
      "error[missing-symbol]: module 'app.models' has no name 'Group'
       --> app/api.py:2:30
        |
      2 | from app.models import User, Group
        |                              ^^^^^
        = why: tests/test_a.py and one more test file run into it and are not collected
        = way: tests/test_a.py:1 > app/api.py:2
        = see: app/models.py:1: 'app.models' is this file
        = do: define it in app/models.py, or import it from where it lives now; did you mean
              'Groups'?

      error[unresolved-import]: module 'nowhere' cannot be found
       --> tests/test_c.py:1:9
        |
      1 |     import nowhere
        |            ^^^^^^^
        = why: pytest cannot collect this test file
        = do: install the distribution that provides 'nowhere', or correct the import if it is a
              module that moved

      warning[unresolved-import]: module 'nowhere' cannot be found
       --> tests/test_a.py:2:8
        |
      2 | import nowhere
        |        ^^^^^^^
        = why: it waits behind an earlier error in tests/test_a.py and shows once that is cured
        = do: install the distribution that provides 'nowhere', or correct the import if it is a
              module that moved

      Python 3.12.1: /p/.venv/bin/python (.venv beside pytest.ini)
      pytest 9.0.2, started as pytest (the default)
      root folder /p, configuration /p/pytest.ini

      Causes by test files lost:
        2  missing-symbol     app/api.py:2       app.models.Group
        1  unresolved-import  tests/test_c.py:1  nowhere

      Not known:
        1 file: a condition could not be evaluated
        site.pth runs code that could not be followed

      6 test files: 3 fail to collect, 1 collects, 1 is skipped, 1 could not be decided. 1 file
      has another error behind the first one.
      1 note not shown (-v shows them).
      "
    `)
  })

  test('verbose: notes, and what the verdicts rest on', () => {
    expect(full(input(broken()), { ...plain, verbose: true })).toMatchInlineSnapshot(`
      "error[missing-symbol]: module 'app.models' has no name 'Group'
       --> app/api.py:2:30
        |
      2 | from app.models import User, Group
        |                              ^^^^^
        = why: tests/test_a.py and one more test file run into it and are not collected
        = way: tests/test_a.py:1 > app/api.py:2
        = see: app/models.py:1: 'app.models' is this file
        = do: define it in app/models.py, or import it from where it lives now; did you mean
              'Groups'?

      error[unresolved-import]: module 'nowhere' cannot be found
       --> tests/test_c.py:1:9
        |
      1 |     import nowhere
        |            ^^^^^^^
        = why: pytest cannot collect this test file
        = do: install the distribution that provides 'nowhere', or correct the import if it is a
              module that moved

      warning[unresolved-import]: module 'nowhere' cannot be found
       --> tests/test_a.py:2:8
        |
      2 | import nowhere
        |        ^^^^^^^
        = why: it waits behind an earlier error in tests/test_a.py and shows once that is cured
        = do: install the distribution that provides 'nowhere', or correct the import if it is a
              module that moved

      note[import-time-metric]: Counter 'hits' is registered while 'app.metrics' is imported
       --> app/metrics.py:1:8
        |
      1 | hits = Counter("hits")
        |        ^^^^^^^^^^^^^^^
        = why: if the file is executed twice in one process, the second import fails
        = do: register it from a function, or in a registry that is passed in

      Python 3.12.1: /p/.venv/bin/python (.venv beside pytest.ini)
      pytest 9.0.2, started as pytest (the default)
      root folder /p, configuration /p/pytest.ini

      Causes by test files lost:
        2  missing-symbol     app/api.py:2       app.models.Group
        1  unresolved-import  tests/test_c.py:1  nowhere

      Not known:
        1 file: a condition could not be evaluated
        site.pth runs code that could not be followed

      6 test files: 3 fail to collect, 1 collects, 1 is skipped, 1 could not be decided. 1 file
      has another error behind the first one.
      "
    `)
  })

  test('quiet: findings only', () => {
    const text = full(input(broken()), { ...plain, quiet: true })
    expect(text.split('\n').filter(line => /^\w/.test(line))).toEqual([
      "error[missing-symbol]: module 'app.models' has no name 'Group'",
      '2 | from app.models import User, Group',
      "error[unresolved-import]: module 'nowhere' cannot be found",
      '1 |     import nowhere',
      "warning[unresolved-import]: module 'nowhere' cannot be found",
      '2 | import nowhere',
    ])
    expect(text).not.toContain('test files')
  })

  test('a run that stops opens with its verdict', () => {
    const failure = world.failure('RuntimeError: no database', { kind: 'raised' }, ['app/metrics.py', 'hits'])
    const session = { outcome: 'stops', exitCode: 4, failure, reason: null } as const
    expect(full(input({ session }), plain)).toMatchInlineSnapshot(`
      "the whole run stops with exit code 4: no test is collected

      error[import-time-exception]: this line raises RuntimeError while the file is imported: no
          database
       --> app/metrics.py:1:1
        |
      1 | hits = Counter("hits")
        | ^^^^
        = why: the whole run stops (exit code 4): no test is collected
        = do: cure its reason, or move the code into a function or fixture, so that importing
              does not run it

      Python 3.12.1: /p/.venv/bin/python (.venv beside pytest.ini)
      pytest 9.0.2, started as pytest (the default)
      root folder /p, configuration /p/pytest.ini

      The whole run stops with exit code 4: no test is collected.
      "
    `)
  })

  test('all is well, and nothing is there', () => {
    expect(full(input(clean), plain)).toMatch(/\n6 test files: all collect\.\n$/)
    expect(full(input({}, new World({ 'app.py': '' })), plain)).toMatch(/\nNo tests found\.\n$/)
  })

  test('colours only where they are asked for', () => {
    const codes = /\u001b\[\d+m/g
    const colored = full(input(broken()), { ...plain, color: true })
    expect(colored).toMatch(codes)
    expect(colored.replaceAll(codes, '')).toBe(full(input(broken()), plain))
  })

  test.each([30, 45, 60])('no line of ours is wider than %i cells, but for paths and names', width => {
    const lines = full(input(broken()), { ...plain, width }).split('\n')
    const unbroken = lines.filter(
      line => line.length > width && /\S \S/.test(line.trim().replace(/^= \w+: /, '')),
    )
    expect(unbroken.filter(line => !/^\s+-->|^\w+\[|^ +\d/.test(line))).toEqual([])
  })
})

test('concise: one line for each finding, sorted by place', () => {
  expect(concise(input(broken()), plain)).toMatchInlineSnapshot(`
    "app/api.py:2:30: error missing-symbol module 'app.models' has no name 'Group'
    tests/test_a.py:2:8: warning unresolved-import module 'nowhere' cannot be found
    tests/test_c.py:1:9: error unresolved-import module 'nowhere' cannot be found

    Causes by test files lost:
      2  missing-symbol     app/api.py:2       app.models.Group
      1  unresolved-import  tests/test_c.py:1  nowhere

    Not known:
      1 file: a condition could not be evaluated

    6 test files: 3 fail to collect, 1 collects, 1 is skipped, 1 could not be decided. 1 file
    has another error behind the first one.
    1 note not shown (-v shows them).
    "
  `)
  expect(concise(input(clean), { ...plain, quiet: true })).toBe('')
})

test('grouped: a heading for each file', () => {
  const model = health(input(broken()))
  expect(renderGrouped(input(broken()), model, { ...plain, quiet: true })).toMatchInlineSnapshot(`
    "app/api.py:
      2:30  error missing-symbol module 'app.models' has no name 'Group'

    tests/test_a.py:
      2:8  warning unresolved-import module 'nowhere' cannot be found

    tests/test_c.py:
      1:9  error unresolved-import module 'nowhere' cannot be found
    "
  `)
})

test('statistics in place of findings', () => {
  expect(
    renderStatistics(input(broken()), health(input(broken())), { ...plain, quiet: true }),
  ).toMatchInlineSnapshot(`
    "Findings by rule:
      2  unresolved-import
      1  import-time-metric
      1  missing-symbol

    Missing modules, by files that fail for want of them:
      1  nowhere

    Missing names, by files that fail for want of them:
      2  app.models.Group
    "
  `)
})

describe('health', () => {
  test('counts test files, ranks causes, and sees what waits behind', () => {
    const model = health(input(broken()))
    expect(model.files).toEqual({ collects: 1, fails: 3, skips: 1, unknown: 1 })
    expect(model.layers).toEqual([3, 1])
    expect(model.doubts).toEqual([
      { reason: 'a condition could not be evaluated', collectors: ['/p/tests/test_f.py'] },
    ])
    expect(model.causes.map(({ cause, files }) => [cause.subject, files])).toEqual([
      ['app.models.Group', 2],
      ['nowhere', 1],
      ['nowhere', 0],
    ])
  })

  test('a folder whose conftest fails takes its files along', () => {
    const below = new World({
      'x/conftest.py': 'import gone\n',
      'x/test_a.py': '',
      'x/test_b.py': '',
      'test_c.py': '',
    })
    const failure = below.failure(
      "ModuleNotFoundError: No module named 'gone'",
      { kind: 'module-not-found', module: 'gone', searched: [], has: [], blocker: null },
      ['x/conftest.py', 'import gone', 'gone'],
    )
    const model = health(input({ collectors: { x: [failure], 'test_c.py': 'collects' } }, below))
    expect(model.files).toEqual({ collects: 1, fails: 2, skips: 0, unknown: 0 })
    expect(model.collectors).toEqual({ collects: 1, fails: 1, skips: 0, unknown: 0 })
    expect(model.causes.map(({ files }) => files)).toEqual([2])
  })

  test('tests are counted as they are written, by the outcome of their file', () => {
    const written = new World({
      'a/test_a.py': [
        'import pytest, unittest',
        "@pytest.mark.parametrize('n', [1, 2])",
        'def test_one(n): ...',
        'def test_one(): ...',
        'if sys.platform:',
        '    async def test_two(): ...',
        'def helper(): ...',
        'class TestA:',
        '    def test_three(self): ...',
        '    class TestInner:',
        '        def test_four(self): ...',
        'class Older(unittest.TestCase):',
        '    def test_five(self): ...',
        '    def setUp(self): ...',
        'class Helper:',
        '    def test_none(self): ...',
        '',
      ].join('\n'),
      'b/test_b.py': 'import gone\ndef test_lost(): ...\n',
    })
    const failure = written.failure(
      "ModuleNotFoundError: No module named 'gone'",
      { kind: 'module-not-found', module: 'gone', searched: [], has: [], blocker: null },
      ['b/test_b.py', 'import gone', 'gone'],
    )
    const model = health(
      input({ collectors: { 'a/test_a.py': 'collects', 'b/test_b.py': [failure] } }, written),
    )
    expect(model.tests).toEqual({ collects: 5, fails: 1, skips: 0, unknown: 0 })
    expect(model.causes.map(({ tests }) => tests)).toEqual([1])
    expect(model.folders.map(({ path, files, tests }) => [path, files.fails, tests.collects])).toEqual([
      ['/p/a', 0, 5],
      ['/p/b', 1, 0],
    ])
  })

  test('what to mend first, and what is left then', () => {
    const { cures } = health(input(broken()))
    expect(cures.before).toBe(3)
    expect(cures.steps.map(({ cause, left }) => [cause.subject, left])).toEqual([
      ['app.models.Group', 2],
      ['nowhere', 1],
      ['nowhere', 0],
    ])
  })
})

describe('json', () => {
  const report = json(input(broken()), 'precollect 0.1.0')

  test('is the document that other programs know', () => {
    expect(JSON.parse(renderJson(input(broken()), health(input(broken())), 'precollect 0.1.0'))).toEqual(
      report,
    )
    expect(report.version).toBe(1)
    expect(report.root).toBe('/p')
    expect(report.invocation).toBe('pytest')
    expect(report.environment).toEqual({
      python: '3.12.1',
      implementation: 'cpython',
      platform: 'linux',
      executable: '/p/.venv/bin/python',
      chosenBecause: '.venv beside pytest.ini',
      pytest: '9.0.2',
      plugins: [],
      invocationBecause: 'the default',
      arguments: [],
      configuration: 'pytest.ini',
      unknown: ['site.pth runs code that could not be followed'],
    })
    expect(report.session).toEqual({
      outcome: 'runs',
      exitCode: null,
      reason: null,
      failure: null,
      cause: null,
    })
  })

  test('collectors with their failures and what waits behind', () => {
    const [first] = report.collectors
    const cause = report.causes[0]!
    expect(first).toEqual({
      path: 'tests/test_a.py',
      outcome: 'fails',
      reason: null,
      failure: {
        exception: 'ImportError',
        message: "cannot import name 'Group' from 'app.models' (/p/app/models.py)",
        path: 'app/api.py',
        line: 2,
        rule: 'missing-symbol',
        subject: 'app.models.Group',
        chain: [
          { path: 'tests/test_a.py', line: 1 },
          { path: 'app/api.py', line: 2 },
        ],
        cause: { exception: 'KeyError', message: "'Group'", path: 'app/models.py', line: 1 },
      },
      behind: [
        {
          exception: 'ModuleNotFoundError',
          message: "No module named 'nowhere'",
          path: 'tests/test_a.py',
          line: 2,
          rule: 'unresolved-import',
          subject: 'nowhere',
          chain: [{ path: 'tests/test_a.py', line: 2 }],
          cause: null,
        },
      ],
      cause: cause.id,
    })
    expect(cause).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      rule: 'missing-symbol',
      path: 'app/api.py',
      line: 2,
      subject: 'app.models.Group',
      summary: "module 'app.models' has no name 'Group'",
      stopsRun: false,
      collectors: ['tests/test_a.py', 'tests/test_b.py'],
      files: 2,
      tests: 0,
      waiting: 0,
    })
  })

  test('findings with columns in UTF-16 units from 1', () => {
    const found = report.findings.find(finding => finding.rule === 'missing-symbol')
    expect(found).toEqual({
      rule: 'missing-symbol',
      severity: 'error',
      path: 'app/api.py',
      start: { line: 2, column: 30 },
      end: { line: 2, column: 35 },
      message: "module 'app.models' has no name 'Group'",
      why: 'tests/test_a.py and one more test file run into it and are not collected',
      todo: "define it in app/models.py, or import it from where it lives now; did you mean 'Groups'?",
      subject: 'app.models.Group',
      breaks: ['tests/test_a.py', 'tests/test_b.py'],
      chain: [
        { path: 'tests/test_a.py', line: 1 },
        { path: 'app/api.py', line: 2 },
      ],
      related: [{ path: 'app/models.py', line: 1, message: "'app.models' is this file" }],
      fingerprint: report.causes[0]!.id,
      state: 'predicted',
    })
  })

  test('statistics', () => {
    expect(report.statistics).toEqual({
      collectors: { collects: 1, fails: 3, skips: 1, unknown: 1 },
      files: { collects: 1, fails: 3, skips: 1, unknown: 1 },
      tests: { collects: 0, fails: 0, skips: 0, unknown: 0 },
      collected: null,
      findings: { error: 2, warning: 1, info: 1 },
      rules: { 'unresolved-import': 2, 'import-time-metric': 1, 'missing-symbol': 1 },
      layers: [3, 1],
      missingModules: { nowhere: 1 },
      missingSymbols: { 'app.models.Group': 2 },
    })
  })

  test('a stop of the configuration is the failure of the session', () => {
    const ini = new World({ 'pytest.ini': '[pytest]\naddopts = --cov\n', 'test_a.py': '' })
    const stop = {
      exitCode: 4,
      exception: 'UsageError',
      message: 'unrecognized arguments: --cov',
      span: ini.at('pytest.ini', '--cov'),
      rule: 'missing-plugin',
      subject: '--cov',
      phase: 'options' as const,
    }
    const { session, causes } = json(input({ plan: { stops: [stop] } }, ini), 'precollect 0.1.0')
    expect(session).toEqual({
      outcome: 'stops',
      exitCode: 4,
      reason: null,
      failure: {
        exception: 'UsageError',
        message: 'unrecognized arguments: --cov',
        path: 'pytest.ini',
        line: 2,
        rule: 'missing-plugin',
        subject: '--cov',
        chain: [{ path: 'pytest.ini', line: 2 }],
        cause: null,
      },
      cause: causes[0]!.id,
    })
    expect(causes.map(({ rule, stopsRun }) => [rule, stopsRun])).toEqual([['missing-plugin', true]])
  })
})
