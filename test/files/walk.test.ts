/** The walk ends and names each file once, whatever the links. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import { join, relative } from '../../server/src/files/paths.ts'
import { makeScratch, type Scratch } from '../../server/src/files/scratch.ts'
import { walkFiles } from '../../server/src/files/walk.ts'

let scratch: Scratch
beforeEach(() => {
  scratch = makeScratch()
})
afterEach(() => scratch.remove())

const at = (path: string) => join(scratch.path, path)
const link = (to: string, path: string) =>
  symlinkSync(at(to), at(path), process.platform === 'win32' ? 'junction' : undefined)

function write(path: string): void {
  mkdirSync(join(at(path), '..'), { recursive: true })
  writeFileSync(at(path), '')
}

function walked(root: string, enter: (name: string) => boolean = () => true): string[] {
  const files = walkFiles(new DiskFileSystem(), at(root), (_, entry) => enter(entry.name))
  return [...files].map(({ path }) => relative(at(root), path))
}

test('files of a folder come before those of its folders; what is not entered is not seen', () => {
  for (const path of ['p/z.py', 'p/a/x.py', 'p/a/b/y.py', 'p/.git/config', 'p/c/w.py']) write(path)
  expect(walked('p', name => !name.startsWith('.'))).toEqual(['z.py', 'a/x.py', 'a/b/y.py', 'c/w.py'])
})

test('links within the root are left to the real names, also where they go in circles', () => {
  write('p/pkg/a.py')
  link('p', 'p/pkg/up')
  link('p/pkg', 'p/alias')
  expect(walked('p')).toEqual(['pkg/a.py'])
})

test('a folder outside is entered by the first link to it only', () => {
  write('p/a.py')
  write('other/b.py')
  link('other', 'other/self')
  link('other', 'p/one')
  link('other', 'p/two')
  expect(walked('p')).toEqual(['a.py', 'one/b.py'])
})
