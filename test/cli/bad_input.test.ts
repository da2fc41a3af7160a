/** Files and repositories in a state that a fix must not make worse: what is refused, what is told, what is kept. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../server/src/cli/program.ts'
import { dirname, join, normalize } from '../../server/src/files/paths.ts'
import { command } from '../support/command.ts'
import { commitAll, GIT_ENV, git } from '../support/git.ts'
import { standardPython } from '../support/pythons.ts'

let folder = ''
beforeEach(() => {
  folder = normalize(realpathSync(mkdtempSync(join(normalize(tmpdir()), 'bad-input-'))))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

const read = (path: string) => readFileSync(join(folder, path), 'utf8')
const ask = (...args: string[]) => command(folder, GIT_ENV, [...args, '--no-interpreter'])

const MOVED = {
  'pytest.ini': '[pytest]\npythonpath = .\n',
  'shop/__init__.py': '',
  'shop/catalog.py': 'class Item: ...\nclass Shelf: ...\n',
  'test_a.py': 'from shop.catalogue import Item, Shelf\n\ndef test_a(): ...\n',
  'test_b.py': 'from shop.catalogue import Shelf\n\ndef test_b(): ...\n',
}
const WAYS = [
  ['check --fix', ['check', '--unsafe-fixes']],
  ['plan --apply', ['plan', '--apply']],
] as const

test('an interpreter is meant from where the command is given, and has to be there', async () => {
  write({ 'project/test_a.py': '', 'project/env/bin/python': '' })
  const venv = join(dirname(dirname(standardPython().interpreter)))
  symlinkSync(venv, join(folder, 'venv'))
  const check = (python: string) => command(folder, {}, ['check', 'project', '--python', python])
  expect(await check('env/bin/python')).toMatchObject({
    code: 2,
    err: `precollect: --python: there is no ${folder}/env/bin/python\n`,
  })
  expect(await check('venv/bin/python')).toMatchObject({ code: 0, err: '' })
})

test.each([['check'], ['gate'], ['report'], ['why', 'test_a.py']])(
  '%s refuses a --python that is none',
  async (...args) => {
    write({ 'project/test_a.py': '' })
    const { code, err } = await command(join(folder, 'project'), {}, [...args, '--python', folder])
    expect(code).toBe(2)
    expect(err).toContain(`precollect: --python: ${folder}`)
  },
)

describe.each(WAYS)('%s', (_, args) => {
  test('writes none of its files where one is read-only, and says which', async () => {
    write(MOVED)
    chmodSync(join(folder, 'test_b.py'), 0o444)
    const { code, err } = await ask(...args)
    expect([code, err]).toEqual([2, 'precollect: nothing was written:\n  test_b.py: it is read-only\n'])
    for (const [path, text] of Object.entries(MOVED)) expect(read(path)).toBe(text)
  })

  test('keeps byte order marks, encodings, line ends and modes', async () => {
    const latin = Buffer.from('# coding: latin-1\r\n# \xe9\r\nfrom shop.catalogue import Item\r\n', 'latin1')
    write({ ...MOVED, 'test_a.py': `\uFEFF${MOVED['test_a.py']}`, 'test_b.py': latin })
    chmodSync(join(folder, 'test_b.py'), 0o755)
    await ask(...args)
    expect(read('test_a.py')).toBe(`\uFEFFfrom shop.catalog import Item, Shelf\n\ndef test_a(): ...\n`)
    expect(readFileSync(join(folder, 'test_b.py')).toString('latin1')).toBe(
      '# coding: latin-1\r\n# \xe9\r\nfrom shop.catalog import Item\r\n',
    )
    expect(spawnSync(join(folder, 'test_b.py')).error).not.toMatchObject({ code: 'EACCES' })
  })

  test('tells what was not committed, and leaves the rest to git', async () => {
    write(MOVED)
    commitAll(folder)
    writeFileSync(join(folder, 'test_b.py'), `${MOVED['test_b.py']}# mine\n`)
    writeFileSync(join(folder, 'notes.txt'), 'mine\n')
    const { out } = await ask(...args)
    expect(out).toMatch(/not committed before, and now mixed with the fix(?:es)?: test_b\.py\n/i)
    expect(read('test_b.py')).toBe('from shop.catalog import Shelf\n\ndef test_b(): ...\n# mine\n')
    expect(git(folder, 'stash', 'list')).toBe('')
    expect(git(folder, 'status', '--porcelain').split('\n').sort()).toEqual([
      ' M test_a.py',
      ' M test_b.py',
      '?? notes.txt',
    ])
  })

  test('needs no git', async () => {
    write(MOVED)
    const { out, err } = await command(folder, { PATH: '/nowhere' }, [...args, '--no-interpreter'])
    expect([/commit/i.test(out), err]).toEqual([false, ''])
    expect(read('test_b.py')).toBe('from shop.catalog import Shelf\n\ndef test_b(): ...\n')
  })
})

test('a file that changed between the plan and its making is left as it is, and what comes after it undone', async () => {
  write(MOVED)
  const changed = '# somebody was here\nfrom shop.catalogue import Shelf\n'
  let out = ''
  const stdout = {
    write(text: string) {
      // The plan is printed before its first step is made.
      if (out === '') writeFileSync(join(folder, 'test_b.py'), changed)
      out += text
    },
  }
  const io = { stdout, stderr: { write() {} }, cwd: folder, env: GIT_ENV }
  expect(await run(['plan', '--apply', '--no-interpreter'], io, async () => {})).toBe(1)
  expect(out).toContain('1. not made, and nothing after it: ')
  expect(out).toContain('changed in between\n')
  expect(read('test_b.py')).toBe(changed)
  expect(read('test_a.py')).toBe(MOVED['test_a.py'])
})

describe('a candidate is not offered', () => {
  const candidates = async () => {
    const { missing } = JSON.parse((await ask('bridges', '--output-format', 'json')).out)
    return missing[0].candidates.map((each: { modules: object }) => Object.values(each.modules))
  }

  test('that closes an import cycle', async () => {
    write({
      ...MOVED,
      'shop/catalog.py': 'from shop.orders import Order\n\nclass Item: ...\n',
      'shop/orders.py': 'from shop.catalogue import Item\n\nclass Order: ...\n',
      'test_a.py': 'from shop.orders import Order\n',
      'test_b.py': 'def test_b(): ...\n',
    })
    expect(await candidates()).toEqual([])
  })

  test('that is the importer itself', async () => {
    write({
      ...MOVED,
      'shop/catalog.py': 'from shop.catalogue import Item\n\nclass Shelf(Item): ...\n\nItem = Shelf\n',
      'test_a.py': 'from shop.catalog import Item\n',
      'test_b.py': 'def test_b(): ...\n',
    })
    expect(await candidates()).toEqual([])
  })
})

test('a helper that gives nothing in silence is passed over: the names are asked for, not the import', async () => {
  write({
    ...MOVED,
    '_bridgeutils.py':
      'def bridge(own_name, *, candidates=(), export=None):\n    names, found = (), {}\n    return names, found\n',
  })
  expect((await ask('bridges', '--write')).out).toContain('Served by bridges now: shop.catalogue.')
  expect(read('shop/catalogue.py')).toContain('from shop.catalog import Item as Item, Shelf as Shelf\n')
  expect((await ask('check')).code).toBe(0)
})

test('bridges --write tells what was not committed', async () => {
  write({ ...MOVED, 'shop/catalogue.py': 'class Shelf: ...\n', 'shop/catalog.py': 'class Item: ...\n' })
  commitAll(folder)
  writeFileSync(join(folder, 'shop/catalogue.py'), 'class Shelf: ...\n# mine\n')
  const { out } = await ask('bridges', '--write')
  expect(out).toContain('Not committed before, and now mixed with the bridges: shop/catalogue.py\n')
  expect(read('shop/catalogue.py')).toBe(
    'class Shelf: ...\n# mine\n\nfrom shop.catalog import Item as Item  # precollect: bridge\n',
  )
})
