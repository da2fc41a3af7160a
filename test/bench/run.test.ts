/** Processes as the benchmarks start them, with real ones. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { measure, type Project, predict, type Tools, withFolder } from '../../bench/shared/run.ts'

const tools: Tools = { root: join(import.meta.dirname, '..', '..'), python: 'python3', command: '' }
const env = { PATH: process.env.PATH ?? '' }

function node(code: string, limitS = 60) {
  return measure(tools, [process.execPath, '-e', code], { cwd: tools.root, env, limitS })
}

test('a measured command keeps its exit code, its streams and its variables', async () => {
  const code = 'console.log(Object.keys(process.env).includes("HOME")); console.error("e"); process.exit(3)'
  const { ended, usage } = await node(code)
  expect([usage.exit, ended.stdout, ended.stderr]).toEqual([3, 'false\n', 'e\n'])
})

test('memory is counted in kilobytes', async () => {
  const { usage } = await node('Buffer.alloc(200 << 20, 1)')
  expect(usage.rssKb).toBeGreaterThan(200 << 10)
  expect(usage.rssKb).toBeLessThan(2000 << 10)
})

test('a command that does not end is ended', async () => {
  const { usage } = await node('setInterval(() => {}, 1000)', 0.5)
  expect(usage.exit).toBe(null)
})

test.each([
  ['prints nothing', 'process.exit(0)', /^no document: /],
  ['prints another version', 'console.log(JSON.stringify({ version: 9 }))', /version 1 is needed/],
  ['fails', 'console.error("a fault"); process.exit(3)', /^exit 3: a fault$/],
])('a command that %s gives no document', (_, code, fault) =>
  withFolder(async home => {
    const project: Project = { cwd: home, python: process.execPath, args: [], env: {} }
    const command = join(home, 'command.mjs')
    writeFileSync(command, code)
    const prediction = await predict({ ...tools, command }, project, home)
    expect(prediction.document).toBe(null)
    expect(prediction.fault).toMatch(fault)
  }),
)
