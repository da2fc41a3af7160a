/** The file system of the machine, on real files: what is odd there must neither throw nor block. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import { join } from '../../server/src/files/paths.ts'
import { makeScratch, type Scratch } from '../../server/src/files/scratch.ts'

const WINDOWS = process.platform === 'win32'

let scratch: Scratch
let fs: DiskFileSystem
const at = (path: string) => join(scratch.path, path)

beforeEach(() => {
  scratch = makeScratch()
  fs = new DiskFileSystem()
})
afterEach(() => scratch.remove())

function write(path: string, text = ''): string {
  mkdirSync(join(at(path), '..'), { recursive: true })
  writeFileSync(at(path), text)
  return at(path)
}

const link = (to: string, path: string) => symlinkSync(to, at(path), WINDOWS ? 'junction' : undefined)

test('a listing is sorted by code unit and tells kinds and links', () => {
  write('b.py')
  write('B.py')
  write('pkg/__init__.py')
  link(at('pkg'), 'alias')
  expect(fs.list(scratch.path)).toEqual([
    { name: 'B.py', kind: 'file', link: false },
    { name: 'alias', kind: 'directory', link: true },
    { name: 'b.py', kind: 'file', link: false },
    { name: 'pkg', kind: 'directory', link: false },
  ])
})

test('what was learned stays, names that are missing too, until it is forgotten', () => {
  const path = at('pkg/late.py')
  write('pkg/first.py', 'a = 1')
  expect(fs.stat(path)).toBeNull()
  write('pkg/late.py', 'x')
  expect(fs.stat(path)).toBeNull()
  expect(fs.list(at('pkg'))?.map(({ name }) => name)).toEqual(['first.py'])
  fs.forget([path])
  expect(fs.stat(path)).toMatchObject({ kind: 'file', size: 1 })
  expect(fs.list(at('pkg'))?.map(({ name }) => name)).toEqual(['first.py', 'late.py'])
})

test('forgetting a folder forgets what was known below it', () => {
  const path = write('a/b/c.py', 'x')
  expect(fs.stat(path)).toMatchObject({ size: 1 })
  rmSync(at('a'), { recursive: true })
  fs.forget([at('a')])
  expect(fs.stat(path)).toBeNull()
  expect(fs.list(at('a/b'))).toBeNull()
})

test('a change is seen through a link, whichever name was reported', () => {
  write('real/a.py', 'x')
  link(at('real'), 'alias')
  fs.list(scratch.path)
  expect(fs.stat(at('alias/b.py'))).toBeNull()
  write('real/b.py')
  fs.forget([at('real/b.py')])
  expect(fs.stat(at('alias/b.py'))).toMatchObject({ kind: 'file' })
})

test('the last name counts as it is spelled, also where the system folds case', () => {
  write('module.py')
  expect(fs.stat(at('Module.py'))).toBeNull()
  expect(fs.read(at('MODULE.PY'))).toBeNull()
})

test('links that lead nowhere or in a circle are neither file nor folder, and are reported', () => {
  link(at('gone'), 'broken')
  link(at('second'), 'first')
  link(at('first'), 'second')
  expect(fs.list(scratch.path)?.map(({ name, kind }) => [name, kind])).toEqual([
    ['broken', 'other'],
    ['first', 'other'],
    ['second', 'other'],
  ])
  expect(fs.stat(at('first'))).toBeNull()
  expect(fs.read(at('broken'))).toBeNull()
  expect(fs.problems().map(({ path }) => path)).toEqual([at('broken'), at('first'), at('second')])
})

test('a folder that holds itself can be followed for ever without harm', () => {
  write('pkg/a.py')
  link(at('pkg'), 'pkg/self')
  expect(fs.stat(at('pkg/self/self/self/a.py'))).toMatchObject({ kind: 'file' })
  expect(fs.realpath(at('pkg/self/self'))).toBe(at('pkg'))
})

test('a realpath goes through every link; without a file it is the path itself', () => {
  write('real/sub/a.py')
  link(at('real'), 'alias')
  expect(fs.realpath(at('alias/sub/a.py'))).toBe(at('real/sub/a.py'))
  fs.list(at('alias/sub'))
  expect(new DiskFileSystem().realpath(at('alias/none.py'))).toBe(at('alias/none.py'))
})

test.skipIf(WINDOWS)('devices and pipes are not opened', () => {
  expect(fs.read('/dev/zero')).toBeNull()
  expect(fs.stat('/dev/zero')).toBeNull()
})

test('a file too large for source code is reported, not read', () => {
  truncateSync(write('huge.py'), 65 * 1024 * 1024)
  expect(fs.read(at('huge.py'))).toBeNull()
  expect(fs.problems()).toEqual([{ path: at('huge.py'), reason: 'larger than 64 MiB' }])
})

test.skipIf(WINDOWS || process.getuid?.() === 0)('what may not be read is reported', () => {
  write('closed/a.py')
  chmodSync(at('closed'), 0)
  expect(fs.list(at('closed'))).toBeNull()
  expect(fs.stat(at('closed/a.py'))).toBeNull()
  chmodSync(at('closed'), 0o700)
  expect(fs.problems()).toContainEqual({ path: at('closed'), reason: 'EACCES' })
})

test('a path that no system takes is simply not there', () => {
  expect(fs.stat(at('a\0b'))).toBeNull()
  expect(fs.read(at('a\0b'))).toBeNull()
  expect(fs.list(at('x'.repeat(5000)))).toBeNull()
})
