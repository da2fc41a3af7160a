/** The sample project: what its README says of each test file is what real pytest makes of it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { collectOnly } from '../server/src/confirm/runner.ts'
import { join, normalize, relative } from '../server/src/files/paths.ts'
import { standardPython } from './support/pythons.ts'

const SAMPLE = normalize(fileURLToPath(new URL('../sample', import.meta.url)))

test('the README of the sample tells the truth', async () => {
  const [broken, healthy] = readFileSync(join(SAMPLE, 'README.md'), 'utf8')
    .split('| test file |')
    .slice(1)
    .map(table => [...table.matchAll(/^\| `(.+?)`/gm)].map(row => row[1]!))
  const { PATH, SYSTEMROOT, TEMP } = process.env
  const { collectors, stop } = await collectOnly({
    executable: standardPython().interpreter,
    cwd: SAMPLE,
    args: [],
    invocation: 'pytest',
    env: { PATH, SYSTEMROOT, TEMP },
    timeoutMs: 60_000,
  })
  const files = (outcome: string) =>
    collectors
      .filter(it => it.kind === 'module' && it.outcome === outcome)
      .map(it => relative(SAMPLE, it.path))
      .sort()
  expect({ stop, broken: files('fails'), healthy: files('collects') }).toEqual({
    stop: null,
    broken: broken!.sort(),
    healthy: healthy!.sort(),
  })
})
