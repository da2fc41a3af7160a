/** `precollect why` on small projects on the real disk: the words of each kind of question. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../server/src/cli/program.ts'
import { dirname, join, normalize } from '../../server/src/files/paths.ts'
import { standardPython } from '../support/pythons.ts'

const FILES = {
  'pytest.ini': '[pytest]\npythonpath = src\n',
  'src/app/__init__.py': '',
  'src/app/orders.py': 'from app.catalogue import Item\n',
  'src/app/catalog.py': 'class Item: ...\n',
  'tests/test_orders.py': 'import app.orders\n\ndef test_a(): ...\n',
  'tests/test_root.py': 'import tools\n\ndef test_b(): ...\n',
  'tools.py': '',
}

let folder = ''
beforeAll(() => {
  folder = normalize(realpathSync(mkdtempSync(join(normalize(tmpdir()), 'why-'))))
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function why(...args: string[]): Promise<{ code: number; out: string[]; err: string }> {
  let out = ''
  let err = ''
  const io = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    cwd: folder,
    env: {},
  }
  const code = await run(
    ['why', '--no-interpreter', '--python', standardPython().interpreter, ...args],
    io,
    async () => {},
  )
  return { code, out: out.trimEnd().split('\n'), err }
}

test('a test file: the way to the failure, what served each hop, where it was searched', async () => {
  const { code, out } = await why('tests/test_orders.py')
  expect(code).toBe(0)
  expect(out).toEqual([
    "tests/test_orders.py is not collected: ModuleNotFoundError: No module named 'app.catalogue'",
    'It happens when pytest imports the test file to see what is in it.',
    '',
    'The way there:',
    '    tests/test_orders.py:1  import app.orders',
    "      app.orders is src/app/orders.py, found in src/app (the folder of the package 'app')",
    '    src/app/orders.py:1  from app.catalogue import Item',
    "    ModuleNotFoundError: No module named 'app.catalogue'",
    '    searched, and not found in',
    "      src/app  (the folder of the package 'app')",
    '',
    'What to do:',
    "    did you mean 'app.catalog'?",
    '',
    'Started in another way:',
    '    python -m pytest: the same',
    '    pytest --import-mode=append: the same',
    '    pytest --import-mode=importlib: the same',
    '    pytest tests/test_orders.py: the same',
  ])
})

test('a test file that depends on how pytest is started', async () => {
  const { out } = await why('tests/test_root.py')
  expect(out).toContain('    python -m pytest: it collects')
  expect(out).toContain('      src  (the setting pythonpath of pytest.ini)')
  expect(out).toContain('      tests  (import mode prepend: tests/test_orders.py is imported from there)')
})

test('a module that is missing, part by part', async () => {
  const { out } = await why('app.catalogue')
  expect(out.slice(0, 9)).toEqual([
    "'app.catalogue' cannot be found; one file imports it.",
    '',
    'Where it is looked for:',
    '    app: src/app/__init__.py (package)',
    '      found in src  (the setting pythonpath of pytest.ini)',
    '    app.catalogue: not found',
    "      not in src/app  (the folder of the package 'app')",
    '',
    'The way there:',
  ])
  expect(out).toContain('    src/app/orders.py:1  from app.catalogue import Item')
})

test('a finding, by its place and by its fingerprint', async () => {
  const { out } = await why('src/app/orders.py:1', '--output-format', 'json')
  const byPlace = JSON.parse(out.join('\n'))
  expect(byPlace.asked.kind).toBe('finding')
  const again = await why(byPlace.asked.subject, '--output-format', 'json')
  expect(JSON.parse(again.out.join('\n'))).toEqual(byPlace)
})

test('what is none of them', async () => {
  expect(await why('no-such')).toEqual({
    code: 2,
    out: [''],
    err: "precollect: 'no-such' is no file here, no module's name and no finding's fingerprint or place\n",
  })
})
