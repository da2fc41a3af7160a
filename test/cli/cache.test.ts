/** What the command line keeps from run to run: used, told of, deleted, and never in the user's tree. */
import { existsSync, readdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Output } from '../../server/src/cli/io.ts'
import { run } from '../../server/src/cli/program.ts'
import { join } from '../../server/src/files/paths.ts'
import { type Laid, layOut } from '../support/on_disk.ts'
import { standardPython } from '../support/pythons.ts'

let laid: Laid
let kept: string

beforeEach(() => {
  laid = layOut('shop', [
    ['pytest.ini', '[pytest]\n'],
    ['test_a.py', 'import nothing_like_it\n'],
  ])
  kept = join(laid.root, '..', 'cache')
})
afterEach(() => laid.remove())

async function command(...args: string[]): Promise<{ code: number; out: string }> {
  let out = ''
  const stdout: Output = { write: text => (out += text) }
  const io = { stdout, stderr: stdout, cwd: laid.root, env: { PRECOLLECT_CACHE_DIR: kept } }
  const code = await run(args, io, () => Promise.resolve())
  return { code, out }
}

const python = standardPython().interpreter
const check = (...more: string[]) =>
  command('check', '--no-interpreter', '--python', python, '--output-format', 'json', ...more)

test('a second run says the same, and what is kept is told of and deleted', async () => {
  const first = await check()
  expect(first).toMatchObject({ code: 1, out: expect.stringContaining("No module named 'nothing_like_it'") })
  expect(await check()).toEqual(first)
  expect(readdirSync(laid.root).sort()).toEqual(['pytest.ini', 'test_a.py'])

  expect((await command('cache', 'info')).out).toContain(`${laid.root} (1 run, `)
  expect((await command('cache', 'clear', '..')).out).toBe('deleted 0.0 MiB, of 0 workspaces\n')
  expect((await command('cache', 'info')).out).toContain('of 1 workspace,')
  expect((await command('cache', 'clear', '.')).out).toMatch(/^deleted .* MiB, of 1 workspace\n$/)
  expect((await command('cache', 'info')).out).toContain('of 0 workspaces,')
  expect(await check()).toEqual(first)
})

test('--no-cache keeps nothing', async () => {
  await check('--no-cache')
  expect(existsSync(kept)).toBe(false)
})
