/** `precollect bridges` on small projects on the real disk: what it tells, what it writes, and what becomes of that. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dirname, join, normalize } from '../../server/src/files/paths.ts'
import { command } from '../support/command.ts'
import { standardPython } from '../support/pythons.ts'

let folder = ''
beforeEach(() => {
  folder = normalize(realpathSync(mkdtempSync(join(normalize(tmpdir()), 'bridges-'))))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

const read = (path: string) => readFileSync(join(folder, path), 'utf8')

const bridges = (...args: string[]) =>
  command(folder, {}, ['bridges', '--no-interpreter', '--python', standardPython().interpreter, ...args])

const MOVED = {
  'pytest.ini': '[pytest]\npythonpath = src\n',
  'src/shop/__init__.py': '',
  'src/shop/catalog.py': 'class Item: ...\nclass Shelf: ...\n',
  'tests/test_a.py': 'from shop.catalogue import Item\n\ndef test_a(): ...\n',
  'tests/test_b.py': 'from shop.catalogue import Shelf\n\ndef test_b(): ...\n',
}

const BRIDGE = 'src/shop/catalogue.py'
const TEST = 'tests/bridges/test_bridge_shop_catalogue.py'

test('lists what is missing, with what could serve it and what that brings back', async () => {
  write(MOVED)
  expect((await bridges()).out).toBe(`  1  shop.catalogue  fails 2 test files
     wanted by 2 files: Item, Shelf
     - shop.catalog: has all 2 names that are wanted; is spelt almost like 'catalogue'
       brings back 2 test files; rewrite the imports in 2 files, or a bridge: src/shop/catalogue.py

`)
  const { missing } = JSON.parse((await bridges('--output-format', 'json')).out)
  expect(missing).toMatchObject([
    {
      module: 'shop.catalogue',
      name: null,
      breaks: ['tests/test_a.py', 'tests/test_b.py'],
      candidates: [{ modules: { 'shop.catalogue': 'shop.catalog' }, bridge: { safety: 'unsafe' } }],
    },
  ])
})

test('what stops the whole run comes first, and fails all test files', async () => {
  write({
    ...MOVED,
    'src/shop/till.py': 'def pay(): ...\n',
    'tests/conftest.py': 'from shop.tills import pay\n',
  })
  write({ 'tests/test_c.py': '', 'tests/deep/test_d.py': '' })
  const { out } = await bridges()
  expect(out).toMatch(/^ {2}1 {2}shop\.tills {2}fails 4 test files\n/)
})

test('a namesake that has nothing of what is asked for is not told', async () => {
  write({ ...MOVED, 'src/shop/catalogues.py': 'def other(): ...\n' })
  const { missing } = JSON.parse((await bridges('--output-format', 'json')).out)
  expect(missing[0].candidates.map(({ modules }: { modules: object }) => modules)).toEqual([
    { 'shop.catalogue': 'shop.catalog' },
  ])
})

test('--diff writes nothing, --write writes the bridge and its test, and nothing the second time', async () => {
  write(MOVED)
  const patch = await bridges('--diff')
  expect(patch.out).toContain(`+++ b/${BRIDGE}\n`)
  expect(existsSync(join(folder, BRIDGE))).toBe(false)

  expect((await bridges('--write')).out).toBe(
    `wrote ${BRIDGE}\nwrote ${TEST}\nServed by bridges now: shop.catalogue.\n`,
  )
  expect(read(BRIDGE)).toContain('from shop.catalog import Item as Item, Shelf as Shelf\n')
  expect((await command(folder, {}, ['check', '--no-interpreter'])).code).toBe(0)
  expect((await bridges('--write')).out).toBe('No bridge was written.\n')
  expect(await bridges('--check')).toMatchObject({
    code: 0,
    out: `1 bridge in this workspace\n  ${BRIDGE}: needed by 2 files\n\n`,
  })
})

test.each([
  [
    'unused',
    'nothing imports it but its own test',
    {
      'tests/test_a.py': 'def test_a(): ...\n',
      'tests/test_b.py': 'def test_b(): ...\n',
    },
  ],
  ['broken', "'Shelf' is not there any more", { 'src/shop/catalog.py': 'class Item: ...\n' }],
  [
    'overtaken',
    "src/shop/catalogue/__init__.py serves 'shop.catalogue' as well",
    {
      'src/shop/catalogue/__init__.py': 'class Item: ...\nclass Shelf: ...\n',
    },
  ],
])('--check tells a bridge that is %s', async (state, because, later) => {
  write(MOVED)
  await bridges('--write')
  write(later)
  expect(await bridges('--check')).toMatchObject({
    code: 1,
    out: `1 bridge in this workspace\n  ${BRIDGE}: ${state}: ${because}\n\n`,
  })
})

const HELPER = `import importlib

def bridge(own_name, *, candidates=(), export=None):
    for candidate in candidates:
        try:
            module = importlib.import_module(candidate)
        except ImportError:
            continue
        names = tuple(export or module.__all__)
        return names, {name: getattr(module, name) for name in names}
    raise ModuleNotFoundError(own_name)
`

test("goes through the project's own helper where the import finds one", async () => {
  write({ ...MOVED, 'src/_bridgeutils.py': HELPER })
  await bridges('--write')
  expect(read(BRIDGE)).toBe(`"""Stands in for 'shop.catalogue', which is no longer here. Now: shop.catalog."""
# precollect: bridge

from _bridgeutils import bridge

__all__, _namespace = bridge(
    __name__,
    candidates=("shop.catalog",),
    export=("Item", "Shelf",),
)
globals().update(_namespace)
`)
  expect((await command(folder, {}, ['check', '--no-interpreter'])).code).toBe(0)
  expect((await bridges('--check')).code).toBe(0)
})

test('a name that a module lost is handed on at its end, with line ends as they were', async () => {
  write({
    ...MOVED,
    'src/shop/catalogue.py': 'class Item: ...\r\n',
    'src/shop/catalog.py': 'class Shelf: ...\n',
  })
  await bridges('--write')
  expect(read(BRIDGE)).toBe(
    'class Item: ...\r\n\r\nfrom shop.catalog import Shelf as Shelf  # precollect: bridge\r\n',
  )
  expect((await bridges('--check')).out).toContain(`${BRIDGE}: needed by 1 file\n`)
  write({ 'src/shop/catalogue.py': `${read(BRIDGE)}class Shelf: ...\r\n` })
  expect((await bridges('--check')).out).toContain(`overtaken: the module defines 'Shelf' itself`)
})

test('what lies in the way is not overwritten', async () => {
  write({ ...MOVED, [TEST]: '# mine\n' })
  const { out } = await bridges('--write')
  expect(out).toContain('No bridge was written.')
  expect(read(TEST)).toBe('# mine\n')
})

test('a module that no distribution and nobody here has is not served by who has one of its names', async () => {
  write({
    'pytest.ini': '[pytest]\npythonpath = src\n',
    'src/shop/__init__.py': '',
    'src/shop/math.py': 'def array(): ...\n',
    'tests/test_a.py': 'from numpy import array\n\ndef test_a(): ...\n',
  })
  const { missing } = JSON.parse((await bridges('--output-format', 'json')).out)
  expect(missing).toMatchObject([{ module: 'numpy', candidates: [] }])
})

test('what is spelt almost like an installed module, and what a distribution provides', async () => {
  write({
    'test_a.py': 'import jsonn\n',
    'test_b.py': 'import yaml\n',
  })
  const { missing } = JSON.parse((await bridges('--output-format', 'json')).out)
  expect(missing).toMatchObject([
    { module: 'jsonn', candidates: [{ modules: { jsonn: 'json' } }] },
    { module: 'yaml', known: ['the distribution PyYAML provides it'] },
  ])
})

test('--check goes alone', async () => {
  write(MOVED)
  expect(await bridges('--check', '--write')).toMatchObject({ code: 2 })
})
