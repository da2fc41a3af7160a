/** The cache that several machines share, from the built command as a user starts it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { join } from '../../server/src/files/paths.ts'
import { type Laid, layOut } from '../support/on_disk.ts'
import { findProgram, freePort, type Running, startServer } from '../support/programs.ts'
import { standardPython } from '../support/pythons.ts'

const built = fileURLToPath(new URL('../../dist/precollect.js', import.meta.url))
const redis = findProgram('redis-server')

const FILES: [string, string][] = [
  ['pytest.ini', '[pytest]\n'],
  ['app/__init__.py', ''],
  ['app/models.py', 'class User: ...\n'],
  ['test_a.py', 'from app.models import User, Group\n'],
]

let laid: Laid
beforeEach(() => {
  laid = layOut('shop', FILES)
})
afterEach(() => laid.remove())

/** A run on a machine of that name, which keeps what it has in a folder of its own. Gives what was printed, and its own scripts that were loaded. */
function runOn(machine: string, args: readonly string[], env: Record<string, string> = {}) {
  const folder = join(laid.root, '..', machine)
  const coverage = join(folder, 'coverage')
  mkdirSync(coverage, { recursive: true })
  const { PATH = '' } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [built, ...args], {
    cwd: laid.root,
    env: { PATH, PRECOLLECT_CACHE_DIR: folder, NODE_V8_COVERAGE: coverage, ...env },
    encoding: 'utf8',
  })
  const scripts = readdirSync(coverage).flatMap(name => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as { result: { url: string }[] }
    return result.map(({ url }) => url).filter(url => url.includes('/dist/'))
  })
  return { status, stdout, stderr, scripts }
}

const checkOn = (machine: string, env: Record<string, string> = {}) =>
  runOn(machine, ['check', '--python', standardPython().interpreter], env)

const clientIn = (scripts: readonly string[]) =>
  scripts.filter(url => readFileSync(fileURLToPath(url), 'utf8').includes('node_modules/@redis/client'))

test('without a remote cache no client is loaded', () => {
  expect(clientIn(runOn('one', ['--version']).scripts)).toEqual([])
  expect(clientIn(checkOn('two').scripts)).toEqual([])
})

describe('with one', () => {
  test.skipIf(!redis)('the next machine says the same, from what the first one compiled', async () => {
    const server = await startRedis()
    try {
      const env = { PRECOLLECT_REMOTE_CACHE: `redis://127.0.0.1:${server.port}` }
      const alone = checkOn('alone')
      const first = checkOn('first', env)
      expect(clientIn(first.scripts)).toHaveLength(1)
      const second = checkOn('second', env)
      for (const { status, stdout, stderr } of [first, second])
        expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: alone.stdout, stderr: '' })
    } finally {
      await server.stop()
    }
  })

  test('that nobody answers for, a run says so once, and the same as ever', async () => {
    const alone = checkOn('alone')
    const env = { PRECOLLECT_REMOTE_CACHE: `redis://user:hidden@127.0.0.1:${await freePort()}` }
    const { status, stdout, stderr } = checkOn('first', env)
    expect({ status, stdout }).toEqual({ status: 1, stdout: alone.stdout })
    expect(stderr).toMatch(/^precollect: the remote cache \(redis:\/\/127\.0\.0\.1:\d+\) is left out .*\n$/)
  })
})

function startRedis(): Promise<Running> {
  return startServer(redis!, (port, folder) => [
    ...['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
  ])
}
