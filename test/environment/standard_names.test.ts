/** What an interpreter says of names in its standard library, and what it is never made to import. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import standardNames from '../../server/src/environment/data/standard_names.json' with { type: 'json' }
import { isKnownStandardName } from '../../server/src/environment/known_names.ts'
import { lookUpNames } from '../../server/src/environment/standard_names.ts'
import { join } from '../../server/src/files/paths.ts'
import { makeScratch, type Scratch } from '../../server/src/files/scratch.ts'
import { findPython, standardPython } from '../support/pythons.ts'

const { interpreter } = standardPython()

let scratch: Scratch
beforeEach(() => {
  scratch = makeScratch()
})
afterEach(() => scratch.remove())

function lookUp(...names: readonly string[]) {
  const questions = names.map(name => {
    const [module = '', ...rest] = name.split(':')
    return { module, name: rest.join(':') }
  })
  return lookUpNames(interpreter, questions)
}

describe('names of the standard library', () => {
  test('are told in the order of the questions, in Python’s own words', async () => {
    expect(await lookUp('os:getcwd', 'itertools:nothing', 'xml:dom', 'os.path:join')).toEqual([
      'present',
      {
        importError: "cannot import name 'nothing' from 'itertools' (unknown location)",
        attributeError: "module 'itertools' has no attribute 'nothing'",
        has: expect.arrayContaining(['chain']),
      },
      'present',
      'present',
    ])
  })

  test('are not known of what shows something, is a program, or belongs to somebody else', async () => {
    const asked = [
      'this:x',
      'antigravity:x',
      'json.__main__:x',
      'json:__main__',
      'test:x',
      'pip:x',
      'no_such:x',
    ]
    expect(new Set(await lookUp(...asked))).toEqual(new Set(['unknown']))
  })

  test('are never executed', async () => {
    const trace = join(scratch.path, 'trace')
    const evil = `x; open(${JSON.stringify(trace)}, 'w')`
    expect(await lookUp(`os:${evil}`, `os, sys\n${evil}:x`, 'os:getcwd')).toEqual([
      'unknown',
      'unknown',
      expect.anything(),
    ])
    expect(existsSync(trace)).toBe(false)
  })

  test.skipIf(process.platform === 'win32')(
    'stay unknown where the interpreter dies or is none',
    async () => {
      const dying = join(scratch.path, 'python')
      writeFileSync(dying, '#!/bin/sh\necho present\nkill -9 $$\n')
      chmodSync(dying, 0o755)
      const questions = [
        { module: 'os', name: 'a' },
        { module: 'os', name: 'b' },
      ]
      expect(await lookUpNames(dying, questions)).toEqual(['present', 'unknown'])
      expect(await lookUpNames('/no/such/python', questions)).toEqual(['unknown', 'unknown'])
    },
  )
})

const known = findPython({ python: '>=3.8,<3.14' })

test.skipIf(!known)('names that nobody has to be asked for are there', async () => {
  const [major, minor] = known!.version.split('.').map(Number) as [number, number]
  const here: Parameters<typeof isKnownStandardName>[0] = {
    version: [major, minor, 0],
    implementation: 'cpython',
    platform: process.platform as 'linux',
  }
  const questions = [standardNames.anywhere, standardNames.linux]
    .flatMap(table => Object.entries(table))
    .flatMap(([module, names]) => names.split(' ').map(name => ({ module, name })))
    .filter(({ module, name }) => isKnownStandardName(here, module, name))
  expect(questions).toContainEqual({ module: 'itertools', name: 'chain' })
  const verdicts = await lookUpNames(known!.interpreter, questions)
  expect(questions.filter((_, index) => typeof verdicts[index] === 'object')).toEqual([])
})
