/** pytest itself lacks a distribution that it is made of: precollect and real pytest in an environment without it. */
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { join, relative } from '../server/src/files/paths.ts'
import { command } from './support/command.ts'
import { bareEnvironment, layOut } from './support/on_disk.ts'
import { type Python, standardPython } from './support/pythons.ts'

const PARTS = /^(?:_?pytest|py\.py|pluggy|iniconfig|packaging|pygments)\b/i

describe.each(['pluggy', 'iniconfig'])('without %s', absent => {
  test('the run is said to end as it really does', async () => {
    const laid = layOut('project', [
      ['pytest.ini', '[pytest]\n'],
      ['test_a.py', 'def test_a(): pass\n'],
    ])
    try {
      const interpreter = environmentWithout(absent, standardPython(), join(laid.root, '../environment'))
      const real = spawnSync(interpreter, ['-m', 'pytest', '--collect-only'], {
        cwd: laid.root,
        encoding: 'utf8',
      })
      expect(real.stderr.trim().split('\n').at(-1)).toBe(`ModuleNotFoundError: No module named '${absent}'`)
      const said = await command(laid.root, {}, ['check', '--python', interpreter])
      expect(said.out).toContain(`ModuleNotFoundError: No module named '${absent}'`)
      expect(said.out).toContain(`stops with exit code ${real.status}: no test is collected`)
      expect(said.code).toBe(1)
    } finally {
      laid.remove()
    }
  })
})

/** Without `packaging` only settings about versions end the run. */
test.each(['nothing', 'packaging'])('without %s the run is not said to end', async absent => {
  const laid = layOut('project', [['test_a.py', 'def test_a(): pass\n']])
  try {
    const interpreter = environmentWithout(absent, standardPython(), join(laid.root, '../environment'))
    const real = spawnSync(interpreter, ['-m', 'pytest', '--collect-only'], { cwd: laid.root })
    expect(real.status).toBe(0)
    expect(await command(laid.root, {}, ['check', '--python', interpreter])).toMatchObject({ code: 0 })
  } finally {
    laid.remove()
  }
})

/** pytest and its parts in an environment of their own, but for one. Returns its interpreter. */
function environmentWithout(absent: string, python: Python, folder: string): string {
  const interpreter = bareEnvironment(folder, python)
  const target = join(folder, relative(python.prefix, python.sitePackages))
  for (const name of readdirSync(python.sitePackages)) {
    if (!PARTS.test(name) || name.startsWith(absent)) continue
    cpSync(join(python.sitePackages, name), join(target, name), { recursive: true })
  }
  return interpreter
}
