/** Which files are collected, in which order, and which conftests are loaded when. */
import { expect, test } from 'vitest'
import type { DirEntry, FileSystem } from '../../server/src/files/file_system.ts'
import { makePlan } from '../../server/src/pytest/make_plan.ts'
import { collectCases, conftestCases, empty } from './collect_cases.ts'
import { collectedBy, environmentOf, memory, planOf, ROOT, short } from './projects.ts'

test.each(collectCases)('$title', ({ files, collected, ...setting }) => {
  const plan = planOf(Array.isArray(files) ? empty(files) : (files as Record<string, string>), setting)
  expect(collectedBy(plan)).toEqual(collected)
})

test.each(conftestCases)('conftests: $title', ({ files, initial, collected, ...setting }) => {
  const plan = planOf(empty(files), setting)
  expect(plan.initialConftests.map(short)).toEqual(initial)
  expect(collectedBy(plan)).toEqual(collected)
})

test('a link back to a folder above ends, and is told', () => {
  const real = memory({ 'a/test_a.py': '' })
  const strip = (path: string) => path.replace(/(?:\/loop)+/g, '')
  const link: DirEntry = { name: 'loop', kind: 'directory', link: true }
  const fs: FileSystem = {
    stat: path => real.stat(strip(path)),
    read: path => real.read(strip(path)),
    list: path => (strip(path).endsWith('/a') ? [link, ...real.list(strip(path))!] : real.list(strip(path))),
    realpath: strip,
    problems: () => [],
  }
  const plan = makePlan(fs, environmentOf('9.0.3'), { cwd: ROOT, args: [], invocation: 'pytest', env: {} })
  expect(collectedBy(plan)).toEqual(['a/test_a.py'])
  expect(plan.unknown).toEqual([
    '/project/a/loop leads back to a folder above it; pytest follows the link until the system refuses',
  ])
})
