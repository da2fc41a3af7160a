/** The runner with its probe, on real projects, real pytest, a real hang and a real death. */
import { describe, expect, test } from 'vitest'
import { innermost } from '../../server/src/confirm/judge.ts'
import { relative } from '../../server/src/files/paths.ts'
import { findPython } from '../support/pythons.ts'
import { collect, expectGone, outcomes, place, type Run } from './collect.ts'

describe.concurrent('what a pass sees', () => {
  for (const version of [null, '7.0.1', '7.4.4', '8.4.2', '9.2.0']) {
    const python = findPython({ pytestVersion: version })
    test.skipIf(!python)(`every collector with its outcome (pytest ${version ?? 'as pinned'})`, async () => {
      const files = {
        'test_bad.py': 'import helper\n',
        'helper.py': 'from gone import thing\n',
        'test_class.py': 'class TestIt:\n    def test_a(self): pass\n    def test_b(self): pass\n',
        'test_skip.py': 'import pytest\npytest.skip("not here", allow_module_level=True)\n',
      }
      await collect(
        files,
        run => {
          expect(outcomes(run)).toEqual([
            'test_bad.py module fails 0',
            'test_class.py module collects 2',
            'test_class.py class collects 2',
            'test_skip.py module skips 0',
          ])
          expect(run.collectors.find(it => it.outcome === 'skips')?.reason).toContain('not here')
          expect(run.stop).toBeNull()
          expect(run.end).toEqual({ kind: 'exited', code: 2 })
          expect(run.pytest).toBe(python!.pytest)
          expect(run.rootdir).toBe(run.root)
        },
        { executable: python!.interpreter },
      )
    })
  }

  test('the chain of a failure, with a place for each exception', async () => {
    const files = {
      'test_chain.py': 'import outer\n',
      'outer.py':
        'try:\n    import inner\nexcept ImportError as e:\n    raise RuntimeError("no inner") from e\n',
      'inner.py': 'import missing_one\n',
    }
    await collect(files, run => {
      const failure = run.collectors.find(it => it.outcome === 'fails')!
      expect(
        failure.exceptions.map(it => `${it.link} ${it.type}: ${it.message} at ${place(run, it)}`),
      ).toEqual([
        'shown RuntimeError: no inner at outer.py:4',
        "cause ModuleNotFoundError: No module named 'missing_one' at inner.py:1",
      ])
    })
  })

  test('a syntax error stands where it is, not where it was imported', async () => {
    await collect({ 'test_a.py': 'import broken\n', 'broken.py': 'x = 1\ndef f(:\n' }, run => {
      const failure = run.collectors.find(it => it.outcome === 'fails')!
      const [, cause] = failure.exceptions
      expect([cause!.type, place(run, cause!)]).toEqual(['SyntaxError', 'broken.py:2'])
    })
  })

  // Older Pythons know the first line only.
  test.skipIf(!findPython({ python: '>=3.11' }))(
    'a statement over several lines ends where it ends',
    async () => {
      await collect(
        { 'test_a.py': 'from helper import (\n    one,\n    two,\n)\n', 'helper.py': 'one = 1\n' },
        run => {
          const failure = run.collectors.find(it => it.outcome === 'fails')!
          const frame = innermost(failure.exceptions[1]!)!
          expect([frame.line, frame.until]).toEqual([1, 4])
        },
      )
    },
  )

  test('warnings with their places', async () => {
    await collect({ 'test_a.py': 'import pytest\n\n@pytest.mark.typo\ndef test_a(): pass\n' }, run => {
      expect(run.warnings.map(it => [it.category, relative(run.root, it.path), it.line])).toEqual([
        ['PytestUnknownMarkWarning', 'test_a.py', 3],
      ])
    })
  })
})

describe.concurrent('runs that stop', () => {
  test('in a conftest', async () => {
    await collect({ 'conftest.py': 'import os\nimport gone\n' }, run => {
      expect(run.stop?.phase).toBe('conftests')
      const cause = run.stop!.exceptions.find(it => it.type === 'ModuleNotFoundError')!
      expect(place(run, cause)).toBe('conftest.py:2')
      expect(run.end).toEqual({ kind: 'exited', code: 4 })
    })
  })

  test('at an option that nobody knows', async () => {
    await collect(
      {},
      run => {
        expect(run.stop).toEqual({
          phase: 'start',
          exceptions: [
            { type: 'UsageError', message: 'unrecognized arguments: --nope', link: 'shown', frames: [] },
          ],
        })
      },
      { args: ['--nope'] },
    )
  })

  test('at a plugin that is not there, before the probe is', async () => {
    const ini = '[pytest]\naddopts = -p a_plugin_nobody_has\n'
    await collect({ 'pytest.ini': ini }, run => {
      const [exception] = run.stop!.exceptions
      expect([run.pytest, exception!.type]).toEqual([null, 'ImportError'])
      expect(exception!.message).toBe(
        'Error importing plugin "a_plugin_nobody_has": No module named \'a_plugin_nobody_has\'',
      )
    })
  })

  test('in a hook after collection', async () => {
    const conftest = 'def pytest_collection_modifyitems(items):\n    raise LookupError("order")\n'
    await collect({ 'conftest.py': conftest, 'test_a.py': 'def test_a(): pass\n' }, run => {
      expect([run.stop?.phase, run.stop?.exceptions[0]?.message]).toEqual(['internal', 'order'])
      expect(outcomes(run)).toEqual(['test_a.py module collects 1'])
    })
  })

  test('at sys.exit() in a test file', async () => {
    await collect({ 'test_a.py': 'import sys\nsys.exit("enough")\n', 'test_b.py': '' }, run => {
      expect(outcomes(run)).toEqual(['test_a.py module aborts 0'])
      expect([run.stop?.phase, run.end]).toEqual(['internal', { kind: 'exited', code: 3 }])
    })
  })

  test('at a death without a word', async () => {
    const files = { 'test_a.py': 'def test_a(): pass\n', 'test_b.py': 'import os\nos._exit(9)\n' }
    await collect(files, run => {
      expect(outcomes(run)).toEqual(['test_a.py module collects 1', 'test_b.py module unfinished 0'])
      expect(run.end).toEqual({ kind: 'exited', code: 9 })
      expect(run.stop?.phase).toBe('session')
    })
  })

  test('at an interpreter that is not there', async () => {
    await collect({}, run => expect([run.end.kind, run.stop]).toEqual(['not started', null]), {
      executable: '/no/such/python',
    })
  })
})

describe.concurrent('the process', () => {
  const HANG = [
    'import subprocess, sys, time',
    'child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])',
    'open("pid.txt", "w").write(str(child.pid))',
    'time.sleep(600)',
  ].join('\n')

  test('is killed with all that it started at the time limit, and what it saw is kept', async () => {
    await collect(
      { 'test_a.py': 'def test_a(): pass\n', 'test_b.py': HANG },
      async run => {
        expect(run.end).toEqual({ kind: 'timed out' })
        expect(outcomes(run)).toEqual(['test_a.py module collects 1', 'test_b.py module unfinished 0'])
        expect(run.stop).toBeNull()
        await expectGone(Number(run.read('pid.txt')))
      },
      { timeoutMs: 10_000 },
    )
  })

  test('is killed when nobody wants to know any more', async () => {
    const control = new AbortController()
    setTimeout(() => control.abort(), 500)
    await collect({ 'test_b.py': HANG }, run => expect(run.end).toEqual({ kind: 'cancelled' }), {
      signal: control.signal,
    })
  })

  test('may have left processes behind: they end with it', async () => {
    const leaves = HANG.split('\n').slice(0, 3).join('\n')
    await collect({ 'test_b.py': leaves }, async run => {
      expect(run.end).toEqual({ kind: 'exited', code: 5 })
      await expectGone(Number(run.read('pid.txt')))
    })
  })

  test('may say as much as it likes: the end of it is kept', async () => {
    const noisy = 'import os\nos.write(2, b"x" * 3_000_000)\nos.write(2, b"the end")\nraise SystemExit(1)\n'
    await collect(
      { 'noisy.py': noisy },
      run => {
        expect(run.stderr.slice(-12)).toBe('xxxxxthe end')
        expect(run.stderr.length).toBeLessThan(100_000)
      },
      { args: ['-p', 'noisy'] },
    )
  })
})

describe.concurrent('the project', () => {
  test('sees nothing of the probe', async () => {
    const test_a = [
      'import os, sys',
      'assert "PRECOLLECT_PROBE_OUT" not in os.environ',
      'assert not any(entry.rstrip("/").endswith("probe") for entry in sys.path), sys.path',
    ].join('\n')
    await collect({ 'test_a.py': test_a }, run =>
      expect(outcomes(run)).toEqual(['test_a.py module collects 0']),
    )
  })

  test('has the sys.path of the invocation', async () => {
    const test_a = 'import sys\nopen("path.txt", "w").write("|".join(sys.path))\n'
    const files = { 'pytest.ini': '[pytest]\n', 'sub/test_a.py': test_a }
    const entries = (run: Run) => run.read('path.txt').split('|')
    await collect(files, run => expect(entries(run)).not.toContain(run.root), { invocation: 'pytest' })
    await collect(files, run => expect(entries(run)).toContain(run.root), { invocation: 'python -m pytest' })
  })

  test('keeps its own PYTHONPATH', async () => {
    const files = { 'test_a.py': 'import from_variable\n', 'lib/from_variable.py': '' }
    await collect(files, run => expect(outcomes(run)).toEqual(['test_a.py module collects 0']), {
      env: { PYTHONPATH: 'lib' },
    })
  })

  test('gets nothing written into it', async () => {
    await collect({ 'test_a.py': 'import helper\n', 'helper.py': '' }, run => {
      expect(['__pycache__', '.pytest_cache'].filter(run.left)).toEqual([])
    })
  })

  test('may ask for the last failures in its addopts', async () => {
    const files = { 'pytest.ini': '[pytest]\naddopts = --lf\n', 'test_a.py': 'def test_a(): pass\n' }
    await collect(files, run => {
      expect(outcomes(run)).toEqual(['test_a.py module collects 1'])
      expect(run.left('.pytest_cache')).toBe(false)
    })
  })
})
