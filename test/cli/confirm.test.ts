/** `precollect confirm` as it is built, on a real project with real pytest. */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { join } from '../../server/src/files/paths.ts'
import type { JsonReport } from '../../server/src/report/json.ts'
import { type Laid, layOut } from '../support/on_disk.ts'
import { standardPython } from '../support/pythons.ts'

const built = fileURLToPath(new URL('../../dist/precollect.js', import.meta.url))

const PROJECT = {
  'pytest.ini': '[pytest]\npythonpath = src\n',
  'src/app.py': 'from helper import thing\n',
  'src/helper.py': 'try:\n    import json_extra\nexcept ImportError:\n    json_extra = None\n',
  'tests/test_app.py': 'import app\n',
  'tests/test_data.py': 'import json\nname = json.loads("{}")["name"]\n',
  'tests/test_fine.py': 'def test_fine(): pass\n',
}

let laid: Laid
beforeEach(() => {
  laid = layOut('project', Object.entries(PROJECT))
})
afterEach(() => laid.remove())

const environment = () => ({
  PATH: process.env.PATH,
  SystemRoot: process.env.SystemRoot,
  PRECOLLECT_CACHE_DIR: join(laid.root, '../cache'),
})

function command(...args: string[]): { code: number | null; out: string; err: string } {
  const python = ['--python', standardPython().interpreter]
  const ran = spawnSync(process.execPath, [built, ...args, ...python], {
    cwd: laid.root,
    env: environment(),
    encoding: 'utf8',
  })
  return { code: ran.status, out: ran.stdout, err: ran.stderr }
}

function document(...args: string[]): JsonReport {
  return JSON.parse(command('confirm', '--output-format', 'json', ...args).out) as JsonReport
}

test('states, what nobody foresaw, and the exit code', () => {
  const { code, out } = command('confirm', '--output-format', 'concise')
  expect(out.split('\n').slice(0, 2)).toEqual([
    "src/app.py:1:20: error missing-symbol module 'helper' has no name 'thing' (confirmed)",
    "tests/test_data.py:2:1: error unpredicted-error pytest failed here: KeyError: 'name'",
  ])
  expect(out).toContain('1 confirmed, 1 not foreseen')
  expect(code).toBe(1)
})

test('what becomes of the files is what pytest said', () => {
  const outcomes = Object.fromEntries(document().testFiles.map(({ path, outcome }) => [path, outcome]))
  expect(outcomes['tests/test_data.py']).toBe('fails')
  expect(command('confirm', '--output-format', 'markdown').out).not.toContain('test files collect')
  expect(command('confirm', '--output-format', 'junit').out).toContain("KeyError: 'name'")
})

test('`check --confirm` is the same', () => {
  expect(command('check', '--confirm', '--output-format', 'concise').out).toContain('(confirmed)')
})

test('nothing is left in the project', () => {
  command('confirm')
  expect(
    ['.pytest_cache', 'src/__pycache__', 'tests/__pycache__'].filter(it => existsSync(join(laid.root, it))),
  ).toEqual([])
})

test('the document holds verdicts, failed imports, times and the score', () => {
  const { findings, confirmation } = document()
  expect(findings.map(it => [it.rule, it.state])).toEqual([
    ['missing-symbol', 'confirmed'],
    ['unpredicted-error', 'confirmed'],
  ])
  expect(confirmation?.end).toEqual({ kind: 'exited', code: 2 })
  const files = confirmation!.collectors.filter(it => it.path.endsWith('.py'))
  expect(files.map(it => `${it.path} ${it.observed}: ${it.verdict} ${it.items}`)).toEqual([
    'tests/test_app.py fails: agrees 0',
    'tests/test_data.py fails: missed 0',
    'tests/test_fine.py collects: agrees 1',
  ])
  expect(files[1]?.traceback).toMatch(/^Traceback .*\n {2}File "tests\/test_data.py", line 2/)
  // Also one that the code caught.
  expect(confirmation?.failedImports.map(it => [it.module, it.path, it.line, it.collector])).toContainEqual([
    'json_extra',
    'src/helper.py',
    2,
    'tests/test_app.py',
  ])
  expect(confirmation?.slowImports.self.find(it => it.module === 'helper')?.paidBy).toEqual([
    'tests/test_app.py',
  ])
  expect(confirmation?.score.at(-1)).toMatchObject({
    rule: 'all',
    confirmed: 1,
    missed: 1,
    precision: 1,
    recall: 0.5,
  })
  // The same verdicts over the same text do not count again.
  expect(document().confirmation?.score).toEqual(confirmation?.score)
})

test('the three artifacts, with the errors of the run before as the baseline', () => {
  const folder = join(laid.root, 'out/artifacts')
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  command('confirm', '--artifacts', 'out/artifacts')
  const imports = read('import_failures.ndjson').trimEnd().split('\n')
  expect(imports.map(line => JSON.parse(line) as object)[0]).toEqual({
    ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    stage: 'collect',
    fullname: 'json_extra',
    error: "ModuleNotFoundError: No module named 'json_extra'",
    trace: 'src/helper.py:2',
  })
  expect(read('collect_failures.log')).toContain(
    '=== tests/test_data.py ===\nTraceback (most recent call last):\n  File "tests/test_data.py", line 2, in <module>\n',
  )
  appendFileSync(join(laid.root, 'src/helper.py'), 'thing = 1\n')
  command('confirm', '--artifacts', 'out/artifacts')
  expect(JSON.parse(read('pytest_collection_errors_detailed.json'))).toMatchObject({
    metadata: { total_errors: 1, baseline: 2, current: 1, reduction_percentage: 50 },
    summary: { error_classes: { KeyError: 1 }, affected_test_directories: ['tests'] },
    detailed_errors: [{ test_path: 'tests/test_data.py', source_file: 'tests/test_data.py', line_number: 2 }],
  })
})

test('a clean project ends with 0', () => {
  for (const name of ['test_app.py', 'test_data.py']) writeFileSync(join(laid.root, 'tests', name), '')
  expect(command('confirm').code).toBe(0)
})

describe('what is refused', () => {
  test('an interpreter that may not be started', () => {
    const { code, err } = command('check', '--confirm', '--no-interpreter')
    expect([code, err]).toEqual([2, 'precollect: --no-interpreter: pytest cannot be run without one\n'])
  })

  test('a time limit that is none', () => {
    expect(command('confirm', '--timeout', 'soon').code).toBe(2)
  })
})

test('a pass that takes too long is told, and its end is soon', () => {
  writeFileSync(join(laid.root, 'tests/test_fine.py'), 'import time\ntime.sleep(600)\n')
  const { code, out } = command('confirm', '--timeout', '4', '--output-format', 'concise')
  expect(out).toContain('pytest was ended at the time limit, while tests/test_fine.py was imported')
  expect(code).toBe(1)
})

test('what ends a run before it begins is told in its own words', () => {
  const { out } = command('confirm', '--output-format', 'concise', '--', '-p', 'no_such_plugin')
  expect(out).toContain('no_such_plugin')
})

test('--watch asks again about what changes, and only that', async () => {
  const child = spawn(
    process.execPath,
    [built, 'confirm', '--watch', '--output-format', 'json', '--python', standardPython().interpreter],
    { cwd: laid.root, env: environment() },
  )
  try {
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    const documents = () => out.split(/(?<=^\})\n/m).filter(it => it.trim() !== '')
    const until = async (count: number) => {
      const deadline = Date.now() + 60_000
      while (documents().length < count && Date.now() < deadline) await new Promise(go => setTimeout(go, 100))
      return JSON.parse(documents()[count - 1]!) as JsonReport
    }
    expect((await until(1)).findings).toHaveLength(2)
    writeFileSync(join(laid.root, 'tests/test_data.py'), 'import gone\n')
    const second = await until(2)
    expect(second.findings.map(it => [it.path, it.rule, it.state])).toContainEqual([
      'tests/test_data.py',
      'unresolved-import',
      'confirmed',
    ])
  } finally {
    child.kill('SIGKILL')
  }
})
