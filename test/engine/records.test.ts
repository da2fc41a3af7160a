/** Which records of the user's own runs a project takes as a pass. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PassBasis } from '../../server/src/engine/pass.ts'
import { takeRecords } from '../../server/src/engine/records.ts'
import { join, normalize } from '../../server/src/files/paths.ts'

let cache = ''
beforeEach(() => {
  cache = normalize(realpathSync(mkdtempSync(`${tmpdir()}/precollect-records-`)))
  mkdirSync(join(cache, 'records'))
})
afterEach(() => rmSync(cache, { recursive: true, force: true }))

const FILES = ['/p/test_a.py', '/p/test_b.py']

const BASIS: PassBasis = {
  executable: '/p/.venv/bin/python',
  prefix: '/p/.venv',
  cwd: '/p',
  args: [],
  invocation: 'pytest',
  rootdir: '/p',
  fallback: '/p/pytest.ini',
  session: { outcome: 'runs', exitCode: null },
  collectors: FILES.map(path => ({ path, outcome: 'collects' })),
  closures: new Map(),
  open: new Map(),
  tellsUnpredicted: true,
}

interface Written {
  readonly prefix?: string
  readonly rootdir?: string
  readonly files?: readonly string[]
  readonly finished?: boolean
}

/** The test files that each pass taken was over, or null for all; and how many records are left. */
function taken({ prefix = '/p/.venv', rootdir = '/p', files = FILES, finished = true }: Written) {
  const collector = {
    kind: 'module',
    outcome: 'collects',
    reason: null,
    items: 1,
    seconds: 0,
    exceptions: [],
  }
  const events = [
    { event: 'start', python: '3.11.9', prefix, pytest: '9.0.2', cwd: '/p' },
    { event: 'configured', rootdir, inipath: null, plugins: [] },
    ...files.map(path => ({ event: 'collector', nodeid: path, path, ...collector })),
    ...(finished ? [{ event: 'finish', exitCode: 0 }] : []),
  ]
  const text = events.map(event => `${JSON.stringify(event)}\n`).join('')
  writeFileSync(join(cache, 'records', '00000001700000000000000-1.ndjson'), text)
  const passes = takeRecords(BASIS, { PRECOLLECT_CACHE_DIR: cache })
  return [passes.map(it => it.only), readdirSync(join(cache, 'records')).length]
}

test('a run over all test files is a full pass, one over some of them a part', () => {
  expect(taken({})).toEqual([[null], 0])
  expect(taken({ files: ['/p/test_b.py'] })).toEqual([[['/p/test_b.py']], 0])
})

test('a run in another project or environment, and one that is not over, stay where they are', () => {
  expect(taken({ rootdir: '/q' })).toEqual([[], 1])
  expect(taken({ prefix: '/p/.tox/py312' })).toEqual([[], 1])
  expect(taken({ finished: false })).toEqual([[], 1])
})
