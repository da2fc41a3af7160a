/** Files that Python has compiled before: what it does not read again it can't refuse, and neither do we. */
import { spawnSync } from 'node:child_process'
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { analyze } from '../../server/src/engine/analyze.ts'
import { Sources } from '../../server/src/engine/sources.ts'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import { join } from '../../server/src/files/paths.ts'
import { makeScratch, type Scratch } from '../../server/src/files/scratch.ts'
import { findPython, standardPython } from '../support/pythons.ts'

const { interpreter } = standardPython()
const PATH = process.env.PATH ?? ''

let scratch: Scratch
const at = (name: string) => join(scratch.path, name)
beforeEach(() => {
  scratch = makeScratch()
  writeFileSync(at('pytest.ini'), '[pytest]\n')
})
afterEach(() => scratch.remove())

/** What pytest really does with the file; it leaves its byte code behind. */
function collect(name: string): 'collects' | 'fails' {
  const { status } = spawnSync(interpreter, ['-m', 'pytest', '--collect-only', '-q', name], {
    cwd: scratch.path,
    env: { PATH, HOME: scratch.path },
  })
  return status === 0 ? 'collects' : 'fails'
}

async function predict(name: string, python = interpreter) {
  const { trace, environment } = await analyze(new DiskFileSystem(), {
    ...{ cwd: scratch.path, paths: [], pytestArgs: [], invocation: 'python -m pytest', python },
    ...{ env: { PATH }, envIsExact: true, trusted: true, select: [], ignore: [] },
  })
  return { outcome: trace.collectors.find(({ path }) => path === at(name))?.outcome, environment }
}

/** Writes the text and leaves the file's time as it was. */
function replaceUnseen(name: string, text: string): void {
  const { mtime, size } = statSync(at(name))
  expect(text).toHaveLength(size)
  writeFileSync(at(name), text)
  utimesSync(at(name), mtime, mtime)
}

const RIGHT = 'def test_a():\n    x = (1, 2)\n'
const WRONG = 'def test_a():\n    x = (1, 2(\n'

test('a fault that Python does not come to see is none; once the time is another, it is', async () => {
  const name = 'test_a.py'
  writeFileSync(at(name), RIGHT)
  utimesSync(at(name), 1_700_000_000, 1_700_000_000)
  expect(collect(name)).toBe('collects')
  replaceUnseen(name, WRONG)
  expect([collect(name), (await predict(name)).outcome]).toEqual(['collects', 'collects'])
  utimesSync(at(name), 1_700_000_001, 1_700_000_001)
  expect([collect(name), (await predict(name)).outcome]).toEqual(['fails', 'fails'])
  writeFileSync(at(name), `${RIGHT}\n`)
  utimesSync(at(name), 1_700_000_000, 1_700_000_000)
  expect([collect(name), (await predict(name)).outcome]).toEqual(['collects', 'collects'])
})

const recent = findPython({ python: '>=3.10' })

test.skipIf(!recent)('what one version of Python has compiled says nothing of another', async () => {
  const name = 'test_a.py'
  writeFileSync(at(name), 'match 1:\n    case 1: pass\n')
  spawnSync(recent!.interpreter, ['-m', 'compileall', '-q', scratch.path])
  const { environment } = await predict(name, recent!.interpreter)
  const older = { ...environment, version: [3, 8, 0] } as const
  const sources = new Sources(new DiskFileSystem())
  const suspects = (interpreter: typeof environment) => {
    sources.trust(interpreter)
    const unit = sources.code(at(name), true)
    return 'code' in unit ? unit.code.suspects.map(({ what }) => what) : null
  }
  expect(suspects(environment)).toEqual([])
  expect(suspects(older)).toEqual(['match statement'])
})

test('byte code that goes by hashes is no proof', async () => {
  const name = 'test_a.py'
  writeFileSync(at(name), RIGHT)
  spawnSync(interpreter, ['-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash', scratch.path])
  const sources = new Sources(new DiskFileSystem())
  const { environment } = await predict(name)
  replaceUnseen(name, WRONG)
  sources.trust(environment)
  const unit = sources.code(at(name), true)
  expect('code' in unit && unit.code.suspects).not.toEqual([])
})
