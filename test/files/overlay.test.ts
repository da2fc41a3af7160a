/** The editor's texts over a file system: what is open wins, in listings as in texts. */
import { expect, test } from 'vitest'
import { decodeSource } from '../../server/src/files/decode.ts'
import { MemoryFileSystem } from '../../server/src/files/memory.ts'
import { OverlayFileSystem } from '../../server/src/files/overlay.ts'

const base = new MemoryFileSystem({ '/p/a.py': 'old', '/p/pkg/b.py': 'b', '/p/pkg/c.py': 'c' })
const over = (texts: Record<string, string | null>) =>
  new OverlayFileSystem(base, new Map(Object.entries(texts)))
const text = (fs: OverlayFileSystem, path: string) => {
  const bytes = fs.read(path)
  return bytes && new TextDecoder().decode(bytes)
}
const names = (fs: OverlayFileSystem, path: string) => fs.list(path)?.map(({ name }) => name) ?? null

test('a text that is open stands for the file; others come from below', () => {
  const fs = over({ '/p/a.py': 'naïve' })
  expect(text(fs, '/p/a.py')).toBe('naïve')
  expect(fs.stat('/p/a.py')).toMatchObject({ kind: 'file', size: 6 })
  expect(text(fs, '/p/pkg/b.py')).toBe('b')
})

test('a text is in the encoding that it declares, so that it is read as it is shown', () => {
  const shown = '# coding: latin-1\nname = "é"; other\n'
  const decoded = decodeSource(over({ '/p/a.py': shown }).read('/p/a.py')!)
  expect(decoded).toMatchObject({ text: shown, encoding: 'latin_1' })
  // Python refuses it, whatever the editor does.
  expect(decodeSource(over({ '/p/a.py': '# coding: ascii\n"é"\n' }).read('/p/a.py')!)).toHaveProperty('error')
})

test('files that exist in the editor only are listed, with the folders above them', () => {
  const fs = over({ '/p/new/deep/x.py': '', '/p/pkg/aa.py': '' })
  expect(names(fs, '/p')).toEqual(['a.py', 'new', 'pkg'])
  expect(fs.list('/p/new')).toEqual([{ name: 'deep', kind: 'directory', link: false }])
  expect(fs.stat('/p/new/deep')).toMatchObject({ kind: 'directory' })
  expect(names(fs, '/p/pkg')).toEqual(['aa.py', 'b.py', 'c.py'])
  expect(text(fs, '/p/new/deep/x.py')).toBe('')
})

test('a deleted file is gone everywhere', () => {
  const fs = over({ '/p/pkg/b.py': null })
  expect(fs.stat('/p/pkg/b.py')).toBeNull()
  expect(fs.read('/p/pkg/b.py')).toBeNull()
  expect(names(fs, '/p/pkg')).toEqual(['c.py'])
})

test('a deleted folder takes its files along, but not those open in the editor', () => {
  const gone = over({ '/p/pkg': null })
  expect(gone.stat('/p/pkg/b.py')).toBeNull()
  expect(gone.list('/p/pkg')).toBeNull()
  expect(names(gone, '/p')).toEqual(['a.py'])
  const kept = over({ '/p/pkg': null, '/p/pkg/c.py': 'mine' })
  expect(names(kept, '/p/pkg')).toEqual(['c.py'])
  expect(names(kept, '/p')).toEqual(['a.py', 'pkg'])
})

test('a folder of the editor stands for a file of that name below', () => {
  const fs = over({ '/p/a.py/inner.py': '' })
  expect(fs.stat('/p/a.py')).toMatchObject({ kind: 'directory' })
  expect(fs.read('/p/a.py')).toBeNull()
  expect(fs.list('/p')).toContainEqual({ name: 'a.py', kind: 'directory', link: false })
})

test('a file is the same by every name that leads to it', () => {
  class Linked extends MemoryFileSystem {
    override realpath(path: string): string {
      return path.replace('/alias/', '/p/')
    }
  }
  const fs = new OverlayFileSystem(new Linked({ '/p/a.py': 'old' }), new Map([['/p/a.py', 'new']]))
  expect(text(fs, '/alias/a.py')).toBe('new')
})
