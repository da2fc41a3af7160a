/** The command line up to the point where an analysis begins: what is refused, how, and with which exit code. */
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
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { version } from '../../package.json'
import { type Io, type Output, wantsColor } from '../../server/src/cli/io.ts'
import { run } from '../../server/src/cli/program.ts'
import { resolveTarget } from '../../server/src/cli/target.ts'
import { MemoryFileSystem } from '../../server/src/files/memory.ts'
import { join, normalize } from '../../server/src/files/paths.ts'

let folder = ''
beforeEach(() => {
  folder = normalize(realpathSync(mkdtempSync(`${tmpdir()}/precollect-cli-`)))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

class Captured implements Output {
  text = ''
  write(text: string): void {
    this.text += text
  }
}

async function command(
  ...args: string[]
): Promise<{ code: number; out: string; err: string; served: boolean }> {
  const stdout = new Captured()
  const stderr = new Captured()
  let served = false
  const io: Io = { stdout, stderr, cwd: folder, env: {} }
  const code = await run(args, io, async () => {
    served = true
  })
  return { code, out: stdout.text, err: stderr.text, served }
}

describe('what is refused ends with 2, a sentence, and nothing on standard output', () => {
  test.each([
    ['a path that is not there', ['check', 'nowhere'], 'precollect: no such file or folder: nowhere\n'],
    ['the same without the verb', ['nowhere'], 'precollect: no such file or folder: nowhere\n'],
    [
      'a node id of a file that is not there',
      ['test_a.py::test_x'],
      'precollect: no such file or folder: test_a.py::test_x\n',
    ],
    [
      'a rule that is none',
      ['check', '--select', 'missing-symbl'],
      "precollect: --select: no rule is called 'missing-symbl'; did you mean 'missing-symbol'?\n",
    ],
    [
      'a rule that is none, to be ignored',
      ['--ignore', 'all,x'],
      "precollect: --ignore: no rule is called 'x'\n",
    ],
    [
      'a rule without a page',
      ['rule', 'missing-symbol-'],
      "precollect: no rule is called 'missing-symbol-'; did you mean 'missing-symbol'?\n",
    ],
    ['an unknown option', ['check', '--nope'], "error: unknown option '--nope'\n(Did you mean --ignore?)\n"],
    [
      'a word that an option does not have',
      ['--output-format', 'xml'],
      "error: option '--output-format <format>' argument 'xml' is invalid. Allowed choices are full, concise, grouped, json, json-lines, markdown, html, sarif, junit, github, gitlab.\n",
    ],
  ])('%s', async (_, args, err) => {
    expect(await command(...args)).toEqual({ code: 2, out: '', err, served: false })
  })

  test('settings that are wrong, each with its place', async () => {
    write({ 'pyproject.toml': '[tool.precollect]\nselect = "all"\npythn = "x"\n' })
    expect(await command()).toEqual({
      code: 2,
      out: '',
      err: [
        'precollect: pyproject.toml:2: tool.precollect.select: must be a list of strings, not a string',
        "pyproject.toml:3: tool.precollect.pythn: is not a setting of precollect; did you mean 'python'?",
        '',
      ].join('\n'),
      served: false,
    })
  })

  test('settings that are not TOML', async () => {
    write({ 'sub/pyproject.toml': '[tool.precollect]\nselect = [\n', 'sub/setup.py': '' })
    const { code, err } = await command('check', 'sub')
    expect(code).toBe(2)
    expect(err).toMatch(/^precollect: pyproject\.toml:\d+: this is not TOML: /)
  })
})

describe('a check, from the command line to the exit code', () => {
  const broken = {
    'pytest.ini': '[pytest]\npythonpath = .\n',
    'app.py': 'class Groups: ...\n',
    'tests/test_a.py': 'from app import Group\n',
    'tests/test_b.py': 'import app\n',
  }
  const LINE = "tests/test_a.py:1:17: error missing-symbol module 'app' has no name 'Group'\n"

  test('an error: 1', async () => {
    write(broken)
    expect(await command('--output-format', 'concise', '-q')).toEqual({
      code: 1,
      out: LINE,
      err: '',
      served: false,
    })
    expect(await command('check', '-q', '--output-format=concise', '--exit-zero', folder)).toEqual({
      code: 0,
      out: LINE,
      err: '',
      served: false,
    })
  })

  test('only what is asked for', async () => {
    write(broken)
    expect((await command('tests/test_b.py')).out).toMatch(/\n1 test file: it collects\.\n$/)
    expect((await command('--', 'tests/test_b.py')).out).toMatch(/\n1 test file: it collects\.\n$/)
    expect(await command('-q', '--ignore', 'missing-symbol,syntax-error')).toEqual({
      code: 0,
      out: '',
      err: '',
      served: false,
    })
  })

  test('the report goes to a file and nowhere else', async () => {
    write(broken)
    const { code, out } = await command('--output-format', 'json', '-o', 'report.json')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
    expect(report.root).toBe(folder)
    expect(
      report.collectors.map((each: { path: string; outcome: string }) => [each.path, each.outcome]),
    ).toEqual([
      ['tests/test_a.py', 'fails'],
      ['tests/test_b.py', 'collects'],
    ])
    const refused = await command('-o', 'no/such/folder.txt')
    expect(refused.code).toBe(2)
    expect(refused.err).toMatch(/^precollect: cannot write no\/such\/folder\.txt: /)
  })

  test('nothing to collect: 0, and a sentence', async () => {
    write({ 'app.py': '' })
    const { code, out, err } = await command()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/\nNo tests found\.\n$/)
  })
})

test('help and version go to standard output and are no error', async () => {
  expect(await command('--version')).toEqual({ code: 0, out: `${version}\n`, err: '', served: false })
  const { code, out } = await command('check', '--help')
  expect(code).toBe(0)
  for (const words of ['[PATH...] [-- PYTEST_ARGS...]', '--no-interpreter', 'Exit codes: 0']) {
    expect(out).toContain(words)
  }
})

test('probe: the folder that holds the plugin', async () => {
  const { code, out } = await command('probe')
  expect([code, existsSync(join(out.trimEnd(), 'precollect_probe.py'))]).toEqual([0, true])
})

test('rule: a page, or the table', async () => {
  const page = await command('rule', 'leaked-stub')
  expect(page.code).toBe(0)
  expect(page.out).toMatch(
    /^# leaked-stub\n(?:.|\n)*What to do(?:.|\n)*is not a package(?:.|\n)*Known limits/,
  )
  const table = await command('rule')
  expect(table.out).toMatch(/^unresolved-import +error +an imported module cannot be found$/m)
})

test('server: starts it, whatever else an editor says', async () => {
  expect(await command('server', '--stdio', '--clientProcessId=7')).toEqual({
    code: 0,
    out: '',
    err: '',
    served: true,
  })
})

describe('what the paths mean', () => {
  const fs = new MemoryFileSystem({
    '/w/tests/test_a.py': '',
    '/w/tests/test_b.py': '',
    '/w/other/pyproject.toml': '',
    '/w/repo/.git/HEAD': '',
    '/away/x.py': '',
  })
  test.each([
    ['nothing: the current folder', [], { cwd: '/w', paths: [] }],
    ['the current folder itself', ['.'], { cwd: '/w', paths: [] }],
    ['a project below', ['other'], { cwd: '/w/other', paths: [] }],
    ['a repository below', ['repo/'], { cwd: '/w/repo', paths: [] }],
    ['a folder elsewhere', ['/away'], { cwd: '/away', paths: [] }],
    ['the folder above', ['..'], { cwd: '/', paths: [] }],
    ['a folder of tests', ['tests'], { cwd: '/w', paths: ['tests'] }],
    ['a file', ['tests/test_a.py'], { cwd: '/w', paths: ['tests/test_a.py'] }],
    ['a node id', ['tests/test_a.py::test_x'], { cwd: '/w', paths: ['tests/test_a.py::test_x'] }],
    ['several', ['other', 'tests'], { cwd: '/w', paths: ['other', 'tests'] }],
  ])('%s', (_, paths, expected) => {
    expect(resolveTarget(fs, '/w', paths)).toEqual(expected)
  })
})

test.each([
  ['a terminal', 'auto', true, {}, true],
  ['a pipe', 'auto', false, {}, false],
  ['NO_COLOR', 'auto', true, { NO_COLOR: '1' }, false],
  ['FORCE_COLOR', 'auto', false, { FORCE_COLOR: '1' }, true],
  ['a dumb terminal', 'auto', true, { TERM: 'dumb' }, false],
  ['asked for', 'always', false, { NO_COLOR: '1' }, true],
  ['not wanted', 'never', true, { FORCE_COLOR: '1' }, false],
] as const)('colours: %s', (_, choice, isTTY, env, expected) => {
  expect(wantsColor(choice, { write: () => {}, isTTY }, env)).toBe(expected)
})
