/** The probe by itself: what it does to a process that loads it, and what it can see. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readProbe } from '../../server/src/confirm/events.ts'
import { probeFolder } from '../../server/src/confirm/runner.ts'
import { slowImports } from '../../server/src/confirm/slow_imports.ts'
import { basename, join, relative } from '../../server/src/files/paths.ts'
import { layOut, layOutEnvironment } from '../support/on_disk.ts'
import { findPython, standardPython } from '../support/pythons.ts'
import { collect, outcomes } from './collect.ts'

test('it imports nothing that pytest has not imported', () => {
  const code = [
    'import sys, pytest',
    'before = set(sys.modules)',
    `sys.path.insert(0, ${JSON.stringify(probeFolder)})`,
    'import precollect_probe',
    'print(sorted(set(sys.modules) - before))',
  ].join('\n')
  const env = { ...process.env, PRECOLLECT_CACHE_DIR: '/no/such/folder' }
  const python = standardPython().interpreter
  const { stdout, stderr } = spawnSync(python, ['-B', '-c', code], { encoding: 'utf8', env })
  expect(`${stdout}${stderr}`.trim()).toBe("['precollect_probe']")
})

test('pytest prints the same with it: errors of all kinds, warnings, counts', () => {
  const laid = layOut('project', [
    ['pytest.ini', '[pytest]\n'],
    ['helper.py', 'import warnings\nwarnings.warn("seen", stacklevel=2)\n1 / 0\n'],
    ['test_absent.py', 'import gone\n'],
    ['test_by_hand.py', 'import importlib\nimportlib.import_module("helper")\n'],
    ['test_caught.py', 'try:\n    import gone\nexcept ImportError:\n    pass\ndef test_a(): pass\n'],
    ['test_raised.py', 'import helper\n'],
    ['test_skipped.py', 'import pytest\npytest.importorskip("gone")\n'],
    ['test_syntax.py', 'x = (\n'],
  ])
  try {
    const { PATH, SYSTEMROOT } = process.env
    const print = (env: object, ...args: string[]) => {
      const all = ['-B', '-m', 'pytest', '--collect-only', '-rA', '-p', 'no:cacheprovider', ...args]
      const ran = spawnSync(standardPython().interpreter, all, {
        cwd: laid.root,
        env: { PATH, SYSTEMROOT, ...env },
        encoding: 'utf8',
      })
      return ran.stdout.replace(/ in \d+\.\d+s/, '')
    }
    const out = join(laid.root, '../record')
    const probed = print({ PYTHONPATH: probeFolder, PRECOLLECT_PROBE_OUT: out }, '-p', 'precollect_probe')
    expect(readProbe(readFileSync(out)).finished).toBe(true)
    expect(probed).toBe(print({}))
  } finally {
    laid.remove()
  }
})

describe('failed imports', () => {
  const FILES = {
    'test_a.py': [
      'import importlib, importlib.util',
      'try:',
      '    import absent_one',
      'except ImportError:',
      '    pass',
      'importlib.util.find_spec("absent_two")',
      'try:',
      '    importlib.import_module("pkg.absent")',
      'except ImportError:',
      '    pass',
      'try:',
      '    from pkg import absent_three',
      'except ImportError:',
      '    pass',
      'import middle',
    ].join('\n'),
    'pkg/__init__.py': '',
    'middle.py': '\nimport broken\n',
    'broken.py': '1 / 0\n',
  }

  test('are seen as they happen, also the caught ones, with who imports', async () => {
    await collect(FILES, run => {
      const here = run.failedImports.filter(it => it.collector !== null)
      const told = here.map(it => {
        const by = it.path ? `${relative(run.root, it.path)}:${it.line}` : 'pytest'
        return `${it.module} by ${by}: ${it.type}${it.again ? ' again' : ''}`
      })
      expect(told).toEqual([
        'absent_one by test_a.py:3: ModuleNotFoundError',
        'pkg.absent by test_a.py:8: ModuleNotFoundError',
        'pkg.absent_three by test_a.py:12: ModuleNotFoundError',
        'broken by middle.py:2: ZeroDivisionError',
        'middle by test_a.py:15: ZeroDivisionError again',
        'test_a by pytest: ZeroDivisionError again',
      ])
    })
  })

  test('leave no frame in a traceback that the project can see', async () => {
    const test_a = [
      'import traceback',
      'try:',
      '    import middle',
      'except ZeroDivisionError as e:',
      '    names = [(f.filename.rpartition("/")[2], f.name) for f in traceback.extract_tb(e.__traceback__)]',
      'assert names == [("test_a.py", "<module>"), ("middle.py", "<module>"), ("broken.py", "<module>")], names',
    ].join('\n')
    await collect({ ...FILES, 'test_a.py': test_a }, run =>
      expect(outcomes(run)).toEqual(['test_a.py module collects 0']),
    )
  })

  test('are told without running code of the project for their words', async () => {
    const files = {
      'test_a.py': 'try:\n    import odd\nexcept ImportError:\n    pass\n',
      'odd.py':
        'class Odd(ImportError):\n    def __str__(self):\n        open("ran.txt", "w")\n        return ""\nraise Odd()\n',
    }
    await collect(files, run => {
      expect(run.failedImports.find(it => it.module === 'odd')).toMatchObject({ type: 'Odd', message: '' })
      expect(run.left('ran.txt')).toBe(false)
    })
  })
})

test('a warning at import stands at the line that it would stand at', async () => {
  const files = {
    'test_a.py': '\nimport old\n',
    'old.py': 'import warnings\nwarnings.warn("old", DeprecationWarning, stacklevel=2)\n',
  }
  await collect(files, run =>
    expect(run.warnings.map(it => [relative(run.root, it.path), it.line])).toEqual([['test_a.py', 2]]),
  )
})

test('the time of each module, with who paid for it', async () => {
  const files = {
    'test_a.py': 'import slow_outer\n',
    'test_b.py': 'import slow_outer\n',
    'slow_outer.py': 'import slow_inner\n',
    'slow_inner.py': 'import time\ntime.sleep(0.3)\n',
  }
  await collect(files, run => {
    const [slowest] = slowImports(run, 'self', 1)
    expect(slowest?.module).toBe('slow_inner')
    expect(slowest?.paidBy.map(it => basename(it))).toEqual(['test_a.py'])
    const outer = slowImports(run, 'cumulative', 10).find(it => it.module === 'slow_outer')!
    expect(outer.cumulative).toBeGreaterThanOrEqual(slowest!.self)
    expect(outer.self).toBeLessThan(outer.cumulative)
  })
})

test('a pass over some files collects no other, with the conftests on their way', async () => {
  const files = {
    'a/conftest.py': 'import sys\nsys.from_a = True\n',
    'a/test_a.py': 'import sys\nassert sys.from_a\ndef test_a(): pass\n',
    'a/test_other.py': 'import gone\n',
    'b/conftest.py': 'import gone\n',
    'b/test_b.py': '',
    'pkg/__init__.py': '',
    'pkg/test_c.py': 'def test_c(): pass\n',
    'pkg/test_other.py': 'import gone\n',
  }
  const laid = layOut('project', Object.entries({ ...files, 'pytest.ini': '[pytest]\n' }))
  try {
    const only = ['a/test_a.py', 'pkg/test_c.py'].map(path => join(laid.root, path))
    await collect(
      {},
      run => {
        const seen = run.collectors.filter(it => it.kind === 'module')
        expect(seen.map(it => `${relative(laid.root, it.path)} ${it.outcome} ${it.items}`)).toEqual([
          'a/test_a.py collects 1',
          'pkg/test_c.py collects 1',
        ])
      },
      { only, cwd: laid.root },
    )
  } finally {
    laid.remove()
  }
})

const withPlugins = findPython({ needs: [{ name: 'pytest-xdist', version: '3.8.0' }] })

describe.skipIf(!withPlugins)('plugins', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(it => `test_${it}.py`)
  const FILES = {
    ...Object.fromEntries(names.map(it => [it, 'def test_1(): pass\ndef test_2(): pass\n'])),
    'conftest.py': [
      'import os',
      'def pytest_collection_finish(session):',
      '    with open(os.path.join(os.path.dirname(__file__), "..", "seen.txt"), "a") as seen:',
      '        print(*(it.nodeid for it in session.items), file=seen)',
    ].join('\n'),
  }
  const inOrder = names.flatMap(it => [`${it}::test_1`, `${it}::test_2`]).join(' ')

  for (const options of [
    '-n 2', // processes
    '--tx 2*popen --dist load',
    '-f', // again and again until it is interrupted
    '--randomly-seed=3 --random-order --random-order-seed=3',
    '--cov=. --cov-report=xml --cov-report=html --junitxml=j.xml --html=h.html --json-report',
    '--report-log=r.json --alluredir=allure --testmon --lf --cache-clear',
  ]) {
    test(`with ${options}: one collection, in order, that writes nothing`, async () => {
      const ini = `[pytest]\naddopts = ${options}\nlog_file = log.txt\n`
      await collect(
        { ...FILES, 'pytest.ini': ini },
        run => {
          expect([run.end, run.stop]).toEqual([{ kind: 'exited', code: 0 }, null])
          expect(run.read('../seen.txt')).toBe(`${inOrder}\n`)
          expect(readdirSync(run.root).sort()).toEqual(['conftest.py', 'pytest.ini', ...names])
        },
        { executable: withPlugins!.interpreter, timeoutMs: 30_000 },
      )
    })
  }
})

describe("the user's own run is written down too, in precollect's cache", () => {
  const METADATA = 'Metadata-Version: 2.1\nName: precollect-probe\nVersion: 0.1.0\n'
  const PLUGIN = readFileSync(join(probeFolder, 'precollect_probe.py'), 'utf8')

  for (const [how, installed] of [
    ['with -p', {}],
    [
      'with the plugin installed',
      {
        'precollect_probe.py': PLUGIN,
        'precollect_probe-0.1.0.dist-info/METADATA': METADATA,
        'precollect_probe-0.1.0.dist-info/entry_points.txt':
          '[pytest11]\nprecollect_probe = precollect_probe\n',
        'neighbour.py': '',
      },
    ],
  ] as const) {
    test(how, () => {
      const named = how === 'with -p'
      const laid = layOut('project', [
        ['pytest.ini', '[pytest]\n'],
        // What lies beside an installed plugin has to be found still.
        ['test_a.py', `${named ? '' : 'import neighbour\n'}def test_a(): pass\n`],
        ['test_b.py', 'import gone\n'],
      ])
      try {
        const cache = join(laid.root, '../cache')
        const python = standardPython()
        const interpreter = named
          ? python.interpreter
          : layOutEnvironment(join(laid.root, '../venv'), python, Object.entries(installed))
        const { PATH, SYSTEMROOT } = process.env
        const env = {
          PATH,
          SYSTEMROOT,
          PRECOLLECT_CACHE_DIR: cache,
          ...(named && { PYTHONPATH: probeFolder }),
        }
        const args = [
          '-B',
          '-m',
          'pytest',
          '-p',
          'no:cacheprovider',
          ...(named ? ['-p', 'precollect_probe'] : []),
        ]
        const ran = spawnSync(interpreter, args, { cwd: laid.root, env, encoding: 'utf8' })
        expect(ran.stdout).toContain('1 error')
        const [name, ...others] = readdirSync(join(cache, 'records'))
        expect(others).toEqual([])
        const record = readProbe(readFileSync(join(cache, 'records', name!)))
        expect(record).toMatchObject({ finished: true, rootdir: laid.root, exitCode: 2 })
        expect(record.collectors.filter(it => it.kind === 'module').map(it => it.outcome)).toEqual([
          'collects',
          'fails',
        ])
      } finally {
        laid.remove()
      }
    })
  }
})
