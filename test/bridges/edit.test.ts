/** Edits as data: what they make of a workspace, and which of them agree. */
import { expect, test } from 'vitest'
import {
  changedText,
  changeOf,
  editOf,
  merged,
  movedTo,
  overlaid,
  touches,
  type WorkspaceEdit,
} from '../../server/src/bridges/edit.ts'
import { MemoryFileSystem } from '../../server/src/files/memory.ts'

const files = { '/p/a.py': 'one two', '/p/pkg/b.py': 'b', '/p/pkg/deep/c.bin': new Uint8Array([0xff, 0]) }
const fs = new MemoryFileSystem(files)

const text = (path: string) => {
  const bytes = fs.read(path)
  return bytes && new TextDecoder().decode(bytes)
}

const decoded = (over: ReturnType<typeof overlaid>, path: string) => {
  const bytes = over?.read(path)
  return bytes ? new TextDecoder().decode(bytes) : null
}

const change = (start: number, end: number, put: string): WorkspaceEdit =>
  editOf({ changed: [changeOf('/p/a.py', 'one two', [{ start, end, text: put }])] })

test('changes are made from top to bottom, whatever their order was', () => {
  const { changes } = changeOf('/p/a.py', 'one two', [
    { start: 4, end: 7, text: '2' },
    { start: 0, end: 0, text: '>' },
  ])
  expect(changedText('one two', changes)).toBe('>one 2')
})

test('an edit is laid over the files', () => {
  const edit = editOf({
    changed: [changeOf('/p/pkg/b.py', 'b', [{ start: 1, end: 1, text: '!' }])],
    created: [{ path: '/p/new/d.py', text: 'd' }],
    deleted: [{ path: '/p/a.py', content: null }],
    renamed: [{ from: '/p/pkg', to: '/p/moved' }],
  })
  const over = overlaid(fs, edit, text)
  expect(decoded(over, '/p/moved/b.py')).toBe('b!')
  expect(over?.read('/p/moved/deep/c.bin')).toEqual(files['/p/pkg/deep/c.bin'])
  expect(over?.list('/p')?.map(({ name }) => name)).toEqual(['moved', 'new'])
  expect(over?.stat('/p/pkg/b.py')).toBeNull()
  expect(movedTo(edit, '/p/pkg/deep/c.bin')).toBe('/p/moved/deep/c.bin')
  expect(movedTo(edit, '/p/a.py')).toBeNull()
  const touched = touches(edit)
  expect(['/p/pkg/x', '/p/moved/b.py', '/p/new/d.py', '/p/other'].map(touched)).toEqual([
    true,
    true,
    true,
    false,
  ])
})

test.each<[string, WorkspaceEdit]>([
  ['a text that is another one by now', editOf({ changed: [changeOf('/p/a.py', 'older', [])] })],
  ['a new file where one lies', editOf({ created: [{ path: '/p/a.py', text: '' }] })],
  ['a name that is taken', editOf({ renamed: [{ from: '/p/a.py', to: '/p/pkg' }] })],
])('an edit that can not be made is none: %s', (_, edit) => {
  expect(overlaid(fs, edit, text)).toBeNull()
})

test('edits that agree are one', () => {
  const both = merged(change(0, 3, '1'), change(4, 7, '2'))
  expect(decoded(overlaid(fs, both!, text), '/p/a.py')).toBe('1 2')
  const twice = merged(change(0, 3, '1'), change(0, 3, '1'))
  expect(decoded(overlaid(fs, twice!, text), '/p/a.py')).toBe('1 two')
})

test.each<[string, WorkspaceEdit, WorkspaceEdit]>([
  ['overlapping changes', change(0, 3, '1'), change(2, 4, '2')],
  ['changed and deleted', change(0, 3, '1'), editOf({ deleted: [{ path: '/p/a.py', content: null }] })],
  [
    'two texts for one new file',
    editOf({ created: [{ path: '/p/n.py', text: '1' }] }),
    editOf({ created: [{ path: '/p/n.py', text: '2' }] }),
  ],
  [
    'a file renamed below a folder that is renamed',
    editOf({ renamed: [{ from: '/p/pkg', to: '/p/x' }] }),
    editOf({ renamed: [{ from: '/p/pkg/b.py', to: '/p/y.py' }] }),
  ],
  [
    'a new file below a folder that goes',
    editOf({ renamed: [{ from: '/p/pkg', to: '/p/x' }] }),
    editOf({ created: [{ path: '/p/pkg/n.py', text: '' }] }),
  ],
])('edits that do not agree are none: %s', (_, a, b) => {
  expect(merged(a, b)).toBeNull()
  expect(merged(b, a)).toBeNull()
})
