/**
 * Projects that do at import what no project should: each ends in an observation that says what happened, soon,
 * with nothing left behind. They really run.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { processesWith } from '../../server/src/files/process_table.ts'
import { bareEnvironment, layOut } from '../support/on_disk.ts'
import { findPython, standardPython } from '../support/pythons.ts'
import { collect, expectGone, outcomes, type Run, told } from './collect.ts'

const FINE = { 'test_a.py': 'def test_a(): pass\n' }

/** What the run came to, in a line. */
function end({ end, stop }: Run): string {
  const said = stop ? `${stop.phase}: ${stop.exceptions.map(it => it.type).join(' from ')}` : 'no stop'
  return `${JSON.stringify(end)} ${said}`
}

describe('a conftest that', () => {
  test('forks and goes on in the child', async () => {
    const conftest = [
      'import os, time',
      'if os.fork() == 0:',
      '    open("pid.txt", "w").write(str(os.getpid()))',
      '    time.sleep(600)',
      'while not os.path.exists("pid.txt"): time.sleep(0.01)',
    ].join('\n')
    await collect({ ...FINE, 'conftest.py': conftest }, async run => {
      expect(end(run)).toBe('{"kind":"exited","code":0} no stop')
      expect(outcomes(run)).toEqual(['test_a.py module collects 1'])
      await expectGone(Number(run.read('pid.txt')))
    })
  })

  test('forks, and both collect: one record comes out', async () => {
    await collect({ ...FINE, 'conftest.py': 'import os\nos.fork()\n' }, run =>
      expect(outcomes(run)).toEqual(['test_a.py module collects 1']),
    )
  })

  // Elsewhere a daemon that left its process group cannot be found again.
  test.runIf(process.platform === 'linux')('starts a daemon in a session of its own', async () => {
    const conftest = [
      'import subprocess, sys',
      'child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)',
      'open("pid.txt", "w").write(str(child.pid))',
    ].join('\n')
    await collect({ ...FINE, 'conftest.py': conftest }, async run => {
      expect(end(run)).toBe('{"kind":"exited","code":0} no stop')
      await expectGone(Number(run.read('pid.txt')))
    })
  })

  test('ignores every signal it can and hangs', async () => {
    const conftest = [
      'import os, signal, time',
      'for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(each, signal.SIG_IGN)',
      'open("pid.txt", "w").write(str(os.getpid()))',
      'while True: time.sleep(600)',
    ].join('\n')
    await collect(
      { ...FINE, 'conftest.py': conftest },
      async run => {
        expect(end(run)).toBe('{"kind":"timed out"} no stop')
        expect(told(run)).toEqual([
          'pytest.ini:1 warning: pytest was ended at the time limit, before any test file',
        ])
        await expectGone(Number(run.read('pid.txt')))
      },
      { timeoutMs: 5000 },
    )
  })

  test('forks without end', async () => {
    const conftest =
      'import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(600)\n    time.sleep(0.02)\n'
    const mark = `HOSTILE=${Math.random()}`
    const [name, value] = mark.split('=') as [string, string]
    await collect(
      { 'conftest.py': conftest },
      run => {
        expect(run.end).toEqual({ kind: 'timed out' })
        expect(processesWith(mark)).toEqual([])
      },
      { timeoutMs: 3000, env: { [name]: value } },
    )
  })

  for (const [where, line] of [
    ['standard output', 'while True: print("x" * 100_000)'],
    ['standard error', 'import sys\nwhile True: sys.stderr.write("x" * 100_000)'],
    ['descriptors that are not captured', 'import os\nwhile True: os.write(2, b"x" * 100_000)'],
  ] as const) {
    const captured = where !== 'descriptors that are not captured'
    // What pytest captures goes to a file that only Linux shows.
    test.runIf(!captured || process.platform === 'linux')(`prints without end, to ${where}`, async () => {
      const args = captured ? [] : ['-s']
      await collect(
        { ...FINE, 'conftest.py': line },
        run => {
          expect(run.end).toEqual({ kind: 'over limit', what: 'output', bytes: 20_000_000 })
          expect(told(run)).toEqual([
            'pytest.ini:1 warning: pytest printed more than 19 MB and was ended, before any test file',
          ])
        },
        { outputBytes: 20_000_000, args },
      )
    })
  }

  test.runIf(process.platform !== 'win32')('takes all memory', async () => {
    const conftest =
      'import time\nkept = []\nwhile True:\n    kept.append(bytearray(5_000_000))\n    time.sleep(0.01)\n'
    await collect(
      { ...FINE, 'conftest.py': conftest },
      run => {
        expect(run.end).toEqual({ kind: 'over limit', what: 'memory', bytes: 300_000_000 })
        expect(told(run)).toEqual([
          'pytest.ini:1 warning: pytest took more memory than 286 MB and was ended, before any test file',
        ])
      },
      { memoryBytes: 300_000_000 },
    )
  })

  test('ends the process without a word', async () => {
    await collect({ ...FINE, 'conftest.py': 'import os\nos._exit(0)\n' }, run => {
      expect(end(run)).toBe('{"kind":"exited","code":0} start: ')
      expect(told(run)).toEqual([
        'pytest.ini:1 error: the process ended itself with exit code 0, before any test file',
      ])
    })
  })

  test('closes its standard streams', async () => {
    const conftest = 'import os, sys\nsys.stdout.close()\nsys.stderr.close()\nos.close(1)\nos.close(2)\n'
    await collect({ ...FINE, 'conftest.py': conftest }, run => {
      // What pytest makes of it differs by version; that it was seen does not.
      expect(['exited', 'died']).toContain(run.end.kind)
      expect(run.pytest).toBe(standardPython().pytest)
    })
  })

  test.runIf(process.platform === 'linux')('closes the record and opens files in its place', async () => {
    const conftest = [
      'import os',
      'for fd in map(int, os.listdir("/proc/self/fd")):',
      '    if os.path.exists(f"/proc/self/fd/{fd}") and os.readlink(f"/proc/self/fd/{fd}").endswith("/events"):',
      '        os.close(fd)',
      'mine = [open("mine%d.txt" % n, "w") for n in range(20)]',
    ].join('\n')
    const test_a = 'import gone\n'
    await collect({ 'conftest.py': conftest, 'test_a.py': test_a }, run => {
      expect(outcomes(run)).toEqual(['test_a.py module fails 0'])
      for (let n = 0; n < 20; n++) expect(run.read(`mine${n}.txt`)).toBe('')
    })
  })

  test('goes to another folder', async () => {
    const files = {
      'conftest.py': 'import os\nos.chdir("/")\n',
      'test_a.py': 'import helper\n',
      'helper.py': 'x\n',
    }
    await collect(files, run => {
      expect(outcomes(run)).toEqual(['test_a.py module fails 0'])
      expect(told(run)).toEqual(["helper.py:1 error: pytest failed here: NameError: name 'x' is not defined"])
    })
  })

  test('deletes its own files', async () => {
    const conftest = 'import os\nos.unlink(__file__)\nraise RuntimeError("gone")\n'
    await collect({ ...FINE, 'conftest.py': conftest }, run => {
      expect(end(run)).toBe('{"kind":"exited","code":4} conftests: ConftestImportFailure from RuntimeError')
      expect(run.stop?.exceptions.at(-1)?.frames.at(-1)).toMatchObject({ line: 3, source: '' })
    })
  })

  test('takes modules out of sys.modules', async () => {
    const conftest = [
      'import sys',
      'for name in ("json", "os", "precollect_probe", "importlib", "time", "linecache"): sys.modules.pop(name, None)',
    ].join('\n')
    await collect({ 'conftest.py': conftest, 'test_a.py': 'import gone\n' }, run => {
      expect(outcomes(run)).toEqual(['test_a.py module fails 0'])
      expect(told(run)).toEqual([
        "test_a.py:1 error: pytest failed here: ModuleNotFoundError: No module named 'gone'",
      ])
    })
  })

  test('puts other functions in the place of those that the probe uses', async () => {
    const conftest = [
      'import os, json, time, threading',
      'def no(*a, **k): raise RuntimeError("patched")',
      'os.write = os.fstat = os.getpid = os.path.normpath = json.dumps = time.perf_counter = no',
      'threading.get_ident = no',
    ].join('\n')
    await collect({ 'conftest.py': conftest, ...FINE }, run => {
      expect(run.rootdir).toBe(run.root)
      expect(run.end.kind).toBe('exited')
    })
  })

  test('recurses until Python ends it', async () => {
    const files = { 'conftest.py': 'def down(): down()\n', 'test_a.py': 'import conftest\nconftest.down()\n' }
    await collect(files, run => {
      const failure = run.collectors.find(it => it.outcome === 'fails')
      expect(failure?.exceptions[0]?.type).toBe('RecursionError')
      expect(failure?.exceptions[0]?.frames.length).toBeLessThanOrEqual(101)
      expect(told(run)).toEqual([
        'conftest.py:1 error: pytest failed here: RecursionError: maximum recursion depth exceeded',
      ])
    })
  })

  test('imports itself deeper than Python goes', async () => {
    const files = {
      'test_a.py': 'import deep\n',
      'deep.py': 'import importlib, sys\nsys.modules.pop("deep")\nimportlib.import_module("deep")\n',
    }
    await collect(files, run => {
      const failure = run.collectors.find(it => it.outcome === 'fails')
      expect(failure?.exceptions.some(it => it.type === 'RecursionError')).toBe(true)
    })
  })

  test('brings the interpreter down', async () => {
    await collect({ 'test_a.py': 'import ctypes\nctypes.string_at(0)\n', 'test_b.py': '' }, run => {
      expect(outcomes(run)).toEqual(['test_a.py module unfinished 0'])
      expect(run.end).toEqual({ kind: 'died', signal: 'SIGSEGV' })
      expect(run.stop?.phase).toBe('session')
      expect(told(run)).toEqual([
        'test_a.py:1 error: the interpreter was ended by SIGSEGV, while test_a.py was imported',
      ])
    })
  })
})

describe('an interpreter', () => {
  const old = findPython({ pytestVersion: '6.2.5' })
  test.skipIf(!old)('with a pytest that is too old', async () => {
    await collect(
      FINE,
      run => expect(told(run)).toEqual(['pytest.ini:1 warning: pytest 6.2.5 is too old to be watched']),
      { executable: old!.interpreter },
    )
  })

  const bare = layOut('bare', [])
  afterAll(() => bare.remove())

  test('without pytest', async () => {
    await collect(
      FINE,
      run => {
        expect(end(run)).toBe('{"kind":"exited","code":1} start: ')
        expect(run.stop?.exceptions[0]?.message).toContain('No module named pytest')
        expect(told(run)).toEqual(['pytest.ini:1 error: pytest is not installed for this interpreter'])
      },
      { invocation: 'python -m pytest', executable: bareEnvironment(bare.root, standardPython()) },
    )
  })

  test('that is no program', async () => {
    await collect(
      FINE,
      run => {
        expect(run.end.kind).toBe('not started')
        expect(told(run)).toEqual([
          expect.stringMatching(/^pytest.ini:1 warning: pytest could not be started: /),
        ])
      },
      { executable: '/' },
    )
  })
})

test('a plugin that breaks while it is loaded is told with its chain', async () => {
  const plugin =
    'try:\n    import gone\nexcept ImportError as e:\n    raise RuntimeError("no plugin") from e\n'
  await collect(
    { ...FINE, 'broken.py': plugin },
    run => {
      expect(run.stop?.phase).toBe('start')
      expect(run.stop?.exceptions.map(it => `${it.link} ${it.type}`)).toEqual([
        'shown RuntimeError',
        'cause ModuleNotFoundError',
      ])
      expect(told(run)).toEqual(['broken.py:4 error: pytest stopped here: RuntimeError: no plugin'])
    },
    { args: ['-p', 'broken'] },
  )
})
