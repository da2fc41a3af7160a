/** `check --fix` and `plan` on a small project on the real disk: what they write, what they say, what they refuse. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dirname, join, normalize } from '../../server/src/files/paths.ts'
import { parseCase } from '../support/case_file.ts'
import { command as run } from '../support/command.ts'
import { findPython } from '../support/pythons.ts'

const FILES = {
  'pytest.ini': '[pytest]\r\naddopts = --strict-markers\r\npythonpath = .\r\nmarkers =\r\n    slow\r\n',
  'app/__init__.py': '',
  'app/catalog.py': 'class Item: ...\n',
  'test_a.py': 'import pytest\n\n@pytest.mark.database\ndef test_a(): ...\n',
  'test_b.py': 'from app.catalogue import Item\n\ndef test_b(): ...\n',
  'test_c.py': 'import pytest\n\npytest.skip("not here")\n',
  'test_d.py': 'import a_library_nobody_has\n\ndef test_d(): ...\n\ndef test_e(): ...\n',
}

let folder = ''
beforeEach(() => {
  folder = normalize(realpathSync(mkdtempSync(join(normalize(tmpdir()), 'fixes-'))))
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const { interpreter } = findPython(parseCase('cli/fixes.case', 'Any.\n\n-- a.py --\n'))!

const command = (...args: string[]) => run(folder, {}, [...args, '--no-interpreter', '--python', interpreter])

const read = (path: string) => readFileSync(join(folder, path), 'utf8')
const git = (...args: string[]) =>
  spawnSync('git', ['-c', 'user.name=n', '-c', 'user.email=e', ...args], { cwd: folder, encoding: 'utf8' })

test('--diff is a patch that git takes, and writes nothing', async () => {
  const { code, out } = await command('check', '--diff')
  expect(code).toBe(1)
  for (const [path, text] of Object.entries(FILES)) expect(read(path)).toBe(text)
  git('init', '-q')
  git('-c', 'core.autocrlf=false', 'add', '.')
  expect(spawnSync('git', ['apply', '-'], { cwd: folder, input: out, encoding: 'utf8' }).stderr).toBe('')
  expect(read('test_b.py')).toBe('from app.catalog import Item\n\ndef test_b(): ...\n')
  expect(read('pytest.ini')).toBe(`${FILES['pytest.ini']}    database\r\n`)
})

test('--fix writes what is safe, reports what is left, and has nothing to do a second time', async () => {
  const first = await command('check', '--fix', '--output-format', 'concise')
  expect(first.out).toContain('Written: ')
  expect(first.out).toContain('could be mended by fixes that --unsafe-fixes makes')
  expect(first.out).toContain('test_d.py:1:8: error unresolved-import')
  expect(first.out).not.toContain('test_b.py:1:')
  expect(read('test_c.py')).toBe('import pytest\n\npytest.skip("not here", allow_module_level=True)\n')
  const before = Object.keys(FILES).map(read)
  const second = await command('check', '--fix', '--output-format', 'concise')
  expect(second.out).toContain('Nothing was fixed.')
  expect(Object.keys(FILES).map(read)).toEqual(before)
})

test('changes that are not committed are told, and kept', async () => {
  git('init', '-q')
  git('-c', 'core.autocrlf=false', 'add', '.')
  git('commit', '-qm', 'x')
  writeFileSync(join(folder, 'test_c.py'), `${FILES['test_c.py']}# mine\n`)
  const { out } = await command('check', '--fix', '--output-format', 'concise')
  expect(out).toContain('Not committed before, and now mixed with the fixes: test_c.py\n')
  expect(read('test_c.py')).toContain('# mine\n')
})

test('of a batch with a file that is read-only nothing is written', async () => {
  chmodSync(join(folder, 'test_c.py'), 0o444)
  const { code, err } = await command('check', '--fix')
  expect({ code, err }).toEqual({
    code: 2,
    err: 'precollect: nothing was written:\n  test_c.py: it is read-only\n',
  })
  for (const [path, text] of Object.entries(FILES)) expect(read(path)).toBe(text)
})

test('plan: the steps, what each brings back, and what is left to the user', async () => {
  const { code, out } = await command('plan', '--output-format', 'json')
  expect(code).toBe(1)
  const plan = JSON.parse(out)
  expect(plan).toMatchObject({ target: 0, errors: { now: 3, after: 0 }, reached: true })
  const told = plan.steps.map((step: Record<string, unknown>) => [
    step.kind,
    step.rule,
    step.errorsAfter,
    step.tests,
  ])
  expect(told).toHaveLength(3)
  expect(told.at(-1)).toEqual(['hand', 'unresolved-import', 0, 2])
  expect(plan.steps.at(-1).command).toBeNull()
  const again = await command('plan', '--output-format', 'json')
  expect(JSON.parse(again.out)).toEqual(plan)
})

test('plan: what is missing in many places is one step, also by hand', async () => {
  const places = ['test_f.py', 'test_g.py', 'test_h.py']
  for (const path of places) writeFileSync(join(folder, path), 'from app.catalog import Basket\n')
  const { out } = await command('plan', '--output-format', 'json')
  const steps = JSON.parse(out).steps as { subject: string; kind: string; testFiles: string[] }[]
  expect(steps.filter(({ subject }) => subject === 'app.catalog.Basket')).toMatchObject([
    { kind: 'hand', testFiles: places },
  ])
})

test('plan: what the interpreter said of a file is not forgotten from step to step', async () => {
  for (const path of ['test_f.py', 'test_g.py'])
    writeFileSync(join(folder, path), 'from app.catalogue import Item\n')
  writeFileSync(join(folder, 'test_h.py'), 'print "x"\n')
  const { out } = await run(folder, {}, ['plan', '--output-format', 'json', '--python', interpreter])
  const steps = JSON.parse(out).steps as { kind: string; subject: string }[]
  expect(steps.map(({ kind, subject }) => `${kind} ${subject}`).sort()).toEqual([
    ...['edit Skipped', 'edit app.catalogue', 'hand SyntaxError', 'hand a_library_nobody_has'],
  ])
})

test('--leave-out makes the other fixes first, and leaves out what they can not mend', async () => {
  writeFileSync(join(folder, 'test_e.py'), 'raise RuntimeError("x")\n')
  const { out } = await command('check', '--leave-out', '--output-format', 'concise')
  expect(out).not.toContain(' error ')
  expect(read('test_b.py')).toBe('from app.catalog import Item\n\ndef test_b(): ...\n')
  expect(read('conftest.py')).toContain('test_e.py')
  expect(read('conftest.py')).not.toContain('test_b.py')
})

test('plan --apply a second time changes nothing, and tells the same steps that are left', async () => {
  await command('plan', '--apply', '--output-format', 'json')
  const paths = [...Object.keys(FILES), 'test_d.py']
  const before = paths.map(read)
  const [second, third] = [await command('plan', '--apply'), await command('plan', '--apply')]
  expect(second.out).toContain('1 error; 1 step bring')
  expect(third).toEqual(second)
  expect(paths.map(read)).toEqual(before)
})

test('plan --apply: where a file of a later step is read-only, what was written before is not denied', async () => {
  writeFileSync(join(folder, 'test_f.py'), 'from app.catalogue import Item\n')
  chmodSync(join(folder, 'test_c.py'), 0o444)
  const { code, err } = await command('plan', '--apply')
  expect({ code, err }).toEqual({
    code: 2,
    err: 'precollect: step 2 was not written, the steps before it were:\n  test_c.py: it is read-only\n',
  })
  expect(read('test_b.py')).toBe('from app.catalog import Item\n\ndef test_b(): ...\n')
  expect(read('test_c.py')).toBe(FILES['test_c.py'])
})

test('plan --apply makes the edits and stops there', async () => {
  const { code, out } = await command('plan', '--apply', '--target', '1')
  expect(out).toContain('1 error now.\n')
  expect(code).toBe(0)
  expect(read('test_b.py')).toBe('from app.catalog import Item\n\ndef test_b(): ...\n')
  expect(read('test_d.py')).toBe(FILES['test_d.py'])
})

test('plan: what stops the run is a step, and what waits behind it comes next', async () => {
  for (const path of ['test_a.py', 'test_b.py', 'test_c.py']) rmSync(join(folder, path))
  const steps = async (ini: string) => {
    writeFileSync(join(folder, 'pytest.ini'), ini)
    const { out } = await command('plan', '--output-format', 'json')
    const told = JSON.parse(out).steps as { kind: string; command: string | null; errorsAfter: number }[]
    return told.slice(0, -1).map(({ kind, command, errorsAfter }) => [kind, command, errorsAfter])
  }
  expect(await steps('[pytest]\naddopts = --cov=app\n')).toEqual([['command', 'pip install pytest-cov', 1]])
  expect(await steps('[pytest]\nrequired_plugins = pytest-foo>=2 pytest-bar\n')).toEqual([
    ['command', "pip install pytest-bar 'pytest-foo>=2'", 1],
  ])
  expect(await steps('[pytest]\nminversion = 99\naddopts = -p xdist\n')).toEqual([
    ['command', "pip install 'pytest>=99'", 1],
    ['command', 'pip install pytest-xdist', 1],
  ])
  expect(await steps('[pytest\n')).toEqual([['hand', null, 1]])
})
