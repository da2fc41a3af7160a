import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Spool } from '../../server/src/files/spool.ts'
import { Random } from '../support/random.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'precollect-spool-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function fill(spool: Spool, random: Random): [Buffer, () => Buffer][] {
  return Array.from({ length: 60 }, () => {
    const bytes = Buffer.alloc(random.below(200_000), random.below(256))
    return [Buffer.from(bytes), spool.add(bytes)]
  })
}

test('what was set aside comes back, as often as it is asked for', () => {
  const spool = new Spool(join(folder, 'not', 'there', 'code.pack'))
  const made = fill(spool, new Random(1))
  for (const [bytes, back] of [...made, ...made.toReversed()]) expect(back().equals(bytes)).toBe(true)
})

test.skipIf(process.platform === 'win32')('it leaves nothing behind', () => {
  fill(new Spool(join(folder, 'code.pack')), new Random(2))
  expect(readdirSync(folder)).toEqual([])
})

test('where nothing can be written it stays in memory', () => {
  writeFileSync(join(folder, 'file'), '')
  const made = fill(new Spool(join(folder, 'file', 'code.pack')), new Random(3))
  for (const [bytes, back] of made) expect(back().equals(bytes)).toBe(true)
})
