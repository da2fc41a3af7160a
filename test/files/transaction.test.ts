/** Changes to files on the real disk: all or none, with encodings, line ends and modes kept. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { join, normalize } from '../../server/src/files/paths.ts'
import { applyChanges, contentKey } from '../../server/src/files/transaction.ts'

let folder = ''
const at = (name: string) => join(folder, name)
const put = (name: string, content: string | Uint8Array) => writeFileSync(at(name), content)
const was = (name: string) => contentKey(at(name), readFileSync(at(name)))
const write = (name: string, text: string, key = was(name)) =>
  ({ kind: 'write', path: at(name), text, was: key }) as const

beforeEach(() => {
  folder = normalize(realpathSync(mkdtempSync(join(normalize(tmpdir()), 'transaction-'))))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Every file below the folder with its bytes, in Latin-1. */
function tree(below = folder): Record<string, string> {
  return Object.fromEntries(
    readdirSync(below, { recursive: true, encoding: 'utf8' })
      .filter(name => statSync(join(below, name)).isFile())
      .map(name => [name, readFileSync(join(below, name), 'latin1')]),
  )
}

describe('what a file is written in stays', () => {
  const latin = (text: string) => Buffer.from(text, 'latin1')
  test.each([
    ['a byte order mark', latin('\xef\xbb\xbfa = 1\n'), 'a = 2\n', '\xef\xbb\xbfa = 2\n'],
    ['Windows line ends', latin('a = 1\r\n'), 'a = 2\r\n', 'a = 2\r\n'],
    [
      'Latin-1',
      latin('# coding: latin-1\n# \xe9\n'),
      '# coding: latin-1\n# ü\n',
      '# coding: latin-1\n# \xfc\n',
    ],
    [
      'Windows-1252',
      latin('# coding: cp1252\n# \x80\n'),
      '# coding: cp1252\n# €é\n',
      '# coding: cp1252\n# \x80\xe9\n',
    ],
    ['UTF-8', latin('# \xc3\xa9\n'), '# ü\n', '# \xc3\xbc\n'],
  ])('%s', (_, before, text, after) => {
    put('a.py', before)
    chmodSync(at('a.py'), 0o755)
    expect(applyChanges([write('a.py', text)])).toEqual({ written: [at('a.py')], refused: [] })
    expect(tree()).toEqual({ 'a.py': after })
    expect(statSync(at('a.py')).mode & 0o777).toBe(0o755)
  })

  test('a link stays one, and its target is written', () => {
    put('real.py', 'a = 1\n')
    symlinkSync('real.py', at('link.py'))
    applyChanges([write('link.py', 'a = 2\n')])
    expect(realpathSync(at('link.py'))).toBe(at('real.py'))
    expect(tree()).toEqual({ 'real.py': 'a = 2\n', 'link.py': 'a = 2\n' })
  })
})

test('creates with folders, deletes, renames with a new content', () => {
  put('gone.pyc', new Uint8Array([0, 0xff]))
  put('old.py', 'a = 1\n')
  const changes = [
    { kind: 'create', path: at('new/below/c.py'), text: 'c = 1\n' },
    { kind: 'delete', path: at('gone.pyc'), was: was('gone.pyc') },
    { kind: 'rename', path: at('old.py'), was: was('old.py'), to: at('moved/to.py'), text: 'a = 2\n' },
  ] as const
  expect(applyChanges(changes)).toEqual({
    written: [at('new/below/c.py'), at('gone.pyc'), at('old.py'), at('moved/to.py')],
    refused: [],
  })
  expect(tree()).toEqual({ 'new/below/c.py': 'c = 1\n', 'moved/to.py': 'a = 2\n' })
})

describe('of a batch with one change that cannot be made nothing is written', () => {
  beforeEach(() => {
    put('good.py', 'a = 1\n')
    put('bad.py', 'b = 1\n')
  })
  const refused = (name: string, reason: string) => ({ written: [], refused: [{ path: at(name), reason }] })

  test('it changed in between', () => {
    const key = was('bad.py')
    put('bad.py', 'b = 3\n')
    expect(applyChanges([write('good.py', 'a = 2\n'), write('bad.py', 'b = 2\n', key)])).toEqual(
      refused('bad.py', 'it changed in between'),
    )
    expect(tree()).toEqual({ 'good.py': 'a = 1\n', 'bad.py': 'b = 3\n' })
  })

  test('it is gone', () => {
    const key = was('bad.py')
    rmSync(at('bad.py'))
    expect(applyChanges([write('good.py', 'a = 2\n'), write('bad.py', 'b = 2\n', key)])).toEqual(
      refused('bad.py', 'it is gone'),
    )
    expect(tree()).toEqual({ 'good.py': 'a = 1\n' })
  })

  test('it is read-only', () => {
    chmodSync(at('bad.py'), 0o444)
    expect(applyChanges([write('good.py', 'a = 2\n'), write('bad.py', 'b = 2\n')])).toEqual(
      refused('bad.py', 'it is read-only'),
    )
    expect(tree()).toEqual({ 'good.py': 'a = 1\n', 'bad.py': 'b = 1\n' })
  })

  test('its encoding lacks the character', () => {
    put('bad.py', '# coding: ascii\n')
    expect(applyChanges([write('good.py', 'a = 2\n'), write('bad.py', '# coding: ascii\n# é\n')])).toEqual(
      refused('bad.py', 'its encoding cannot hold the change'),
    )
    expect(tree()).toEqual({ 'good.py': 'a = 1\n', 'bad.py': '# coding: ascii\n' })
  })

  test('a file to be created is there', () => {
    const create = { kind: 'create', path: at('bad.py'), text: '' } as const
    expect(applyChanges([write('good.py', 'a = 2\n'), create])).toEqual(
      refused('bad.py', 'it exists already'),
    )
    expect(tree()).toEqual({ 'good.py': 'a = 1\n', 'bad.py': 'b = 1\n' })
  })

  test('two changes of one file', () => {
    expect(applyChanges([write('bad.py', 'b = 2\n'), write('bad.py', 'b = 3\n')])).toEqual(
      refused('bad.py', 'two changes are meant for it'),
    )
    expect(tree()).toEqual({ 'good.py': 'a = 1\n', 'bad.py': 'b = 1\n' })
  })
})

test('what the system refuses half-way is undone', () => {
  put('a.py', 'a = 1\n')
  put('gone.py', 'g = 1\n')
  mkdirSync(at('folder'))
  put('folder/b.py', 'b = 1\n')
  const before = tree()
  const { written, refused } = applyChanges([
    write('a.py', 'a = 2\n'),
    { kind: 'create', path: at('new/c.py'), text: '' },
    { kind: 'delete', path: at('gone.py'), was: was('gone.py') },
    { kind: 'rename', path: at('folder/b.py'), was: was('folder/b.py'), to: at('moved.py'), text: 'b = 2\n' },
    // A file stands where a folder would have to be made.
    { kind: 'create', path: at('a.py/d.py'), text: '' },
  ])
  expect(written).toEqual([])
  expect(refused.map(({ path }) => path)).toEqual([at('a.py/d.py')])
  expect(tree()).toEqual(before)
  expect(existsSync(at('new'))).toBe(false)
})
