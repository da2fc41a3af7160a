/** The probe by itself: what it does to a process that loads it. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { probeFolder } from '../../server/src/confirm/runner.ts'
import { standardPython } from '../support/pythons.ts'

test('it imports nothing that pytest has not imported', () => {
  const code = [
    'import sys, pytest',
    'before = set(sys.modules)',
    `sys.path.insert(0, ${JSON.stringify(probeFolder)})`,
    'import precollect_probe',
    'print(sorted(set(sys.modules) - before))',
  ].join('\n')
  const { stdout, stderr } = spawnSync(standardPython().interpreter, ['-B', '-c', code], { encoding: 'utf8' })
  expect(`${stdout}${stderr}`.trim()).toBe("['precollect_probe']")
})
