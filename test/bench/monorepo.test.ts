/** The repositories that `bench:scale` makes up: the same each time, and as whole as they are said to be. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { installed, monorepo } from '../../bench/scale/monorepo.ts'
import { dirname, join } from '../../server/src/files/paths.ts'
import { layOut, layOutEnvironment } from '../support/on_disk.ts'
import { standardPython } from '../support/pythons.ts'

test('the same seed makes the same repository, another one another', () => {
  const made = [...monorepo(500, 3)]
  expect([...monorepo(500, 3)]).toEqual(made)
  expect([...monorepo(500, 4)]).not.toEqual(made)
})

test('a larger one begins like a smaller one', () => {
  const small = [...monorepo(300, 3)]
  expect([...monorepo(2000, 3)].slice(0, small.length)).toEqual(small)
})

test('pytest collects all of it but what asks for something absent', () => {
  const files = [...monorepo(700, 10)]
  const absent = /^(?:from .* import gone_since_long|import .*\.moved_elsewhere)$/m
  const faulty = files.filter(([, text]) => absent.test(text)).map(([path]) => path)
  expect(faulty).not.toEqual([])
  const laid = layOut('repository', files)
  try {
    const python = layOutEnvironment(join(dirname(laid.root), 'env'), standardPython(), installed(5))
    const args = ['-m', 'pytest', '--collect-only', '-q', '-p', 'no:cacheprovider']
    const { stdout } = spawnSync(python, args, { cwd: laid.root, encoding: 'utf8' })
    const errors = Array.from(stdout.matchAll(/^ERROR (\S+)/gm), ([, path]) => path)
    expect(errors.sort()).toEqual(faulty.sort())
  } finally {
    laid.remove()
  }
})
