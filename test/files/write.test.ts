/** Writing as a whole or not at all. */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeText, writeTexts } from '../../server/src/files/write.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'precollect-write-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string) => join(folder, name)
const read = (name: string) => readFileSync(at(name), 'utf8')

test('new files and old ones, with nothing left beside them', () => {
  writeFileSync(at('old'), 'before')
  expect(
    writeTexts([
      { path: at('old'), text: 'after' },
      { path: at('new'), text: 'ä' },
    ]),
  ).toBeNull()
  expect([read('old'), read('new')]).toEqual(['after', 'ä'])
  expect(readdirSync(folder).sort()).toEqual(['new', 'old'])
})

test.each([0, 1, 2])('none of them where the one at %i is a folder', place => {
  writeFileSync(at('old'), 'before')
  mkdirSync(at('folder'))
  const files = [
    { path: at('old'), text: 'after' },
    { path: at('new'), text: 'after' },
  ]
  files.splice(place, 0, { path: at('folder'), text: 'after' })
  expect(writeTexts(files)).toMatch(/folder is a folder$/)
  expect(read('old')).toBe('before')
  expect(readdirSync(folder).sort()).toEqual(['folder', 'old'])
})

test('a folder that is missing is told, and not made', () => {
  expect(writeText(at('no/file'), 'text')).toMatch(/ENOENT/)
  expect(readdirSync(folder)).toEqual([])
})

test.skipIf(process.platform === 'win32')('a link stays a link, and a mode a mode', () => {
  writeFileSync(at('real'), 'before', { mode: 0o640 })
  symlinkSync(at('real'), at('link'))
  expect(writeText(at('link'), 'after')).toBeNull()
  expect(lstatSync(at('link')).isSymbolicLink()).toBe(true)
  expect(read('real')).toBe('after')
  expect(statSync(at('real')).mode & 0o777).toBe(0o640)
})

test.skipIf(process.platform === 'win32')('what is no file is written to', () => {
  expect(writeText('/dev/null', 'text')).toBeNull()
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
})
