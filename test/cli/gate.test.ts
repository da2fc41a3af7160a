/** `precollect gate` on real folders, with real git and, where it is asked for, real pytest. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dirname, join } from '../../server/src/files/paths.ts'
import { command, type Ran } from '../support/command.ts'
import { commitAll, GIT_ENV, git } from '../support/git.ts'
import { type Laid, layOut } from '../support/on_disk.ts'
import { standardPython } from '../support/pythons.ts'

const PROJECT = {
  'pytest.ini': '[pytest]\npythonpath = src\n',
  'src/helper.py': 'thing = 1\n',
  'src/old.py': 'from helper import lost\n',
  'tests/test_old.py': 'import old\ndef test_a(): pass\n',
  'tests/test_gone.py': 'import gone\ndef test_b(): pass\n',
  'tests/test_fine.py': 'import helper\ndef test_c(): pass\ndef test_d(): pass\n',
}

const BASELINE = '.precollect/baseline.json'

let laid: Laid
beforeEach(() => {
  laid = layOut('project', Object.entries(PROJECT))
})
afterEach(() => laid.remove())

function gate(...args: string[]): Promise<Ran> {
  const { interpreter } = standardPython()
  const way = args.includes('--ci') ? [] : ['--no-ci']
  return command(laid.root, GIT_ENV, [
    ...['gate', '--output-format', 'concise', '--python', interpreter],
    ...way,
    ...args,
  ])
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(laid.root, path)), { recursive: true })
  writeFileSync(join(laid.root, path), text)
}

function read(path: string): string {
  return readFileSync(join(laid.root, path), 'utf8')
}

function mend(): void {
  write('src/old.py', '')
  write('tests/test_gone.py', 'def test_b(): pass\n')
}

describe('the bars', () => {
  test('without any no error is wanted', async () => {
    expect(await gate()).toEqual({
      code: 1,
      err: '',
      out: [
        "src/old.py:1:20: error missing-symbol module 'helper' has no name 'lost'",
        "tests/test_gone.py:1:8: error unresolved-import module 'gone' cannot be found",
        '',
        'FAILS  max-errors  2 errors, at most 0 wanted',
        '',
      ].join('\n'),
    })
    mend()
    expect(await gate()).toMatchObject({ code: 0, out: 'holds  max-errors  0 errors, at most 0 wanted\n' })
  })

  test('as many as are allowed', async () => {
    expect((await gate('--max-errors', '2')).code).toBe(0)
    expect((await gate('--max-errors', '1')).code).toBe(1)
  })

  test("those of the project's settings, where the command line says nothing", async () => {
    write('pyproject.toml', '[tool.precollect.gate]\nmax-errors = 2\nmin-collected = 3\n')
    const { code, out } = await gate()
    expect(code).toBe(1)
    expect(out).toContain('holds  max-errors     2 errors, at most 2 wanted')
    expect(out).toContain('at least 3 wanted')
    expect((await gate('--min-collected', '2')).code).toBe(0)
    expect((await gate('--max-errors', '1', '--min-collected', '2')).code).toBe(1)
  })

  test('warnings', async () => {
    mend()
    write('tests/test_fine.py', 'import pytest\n@pytest.mark.slwo\ndef test_c(): pass\n')
    expect((await gate()).code).toBe(0)
    const { code, out } = await gate('--max-warnings', '0')
    expect(code).toBe(1)
    expect(out).toContain('FAILS  max-warnings  1 warning, at most 0 wanted')
  })

  test('tests that are collected', async () => {
    expect((await gate('--max-errors', '2', '--min-collected', '2')).code).toBe(0)
    const { code, out } = await gate('--max-errors', '2', '--min-collected', '3')
    expect(code).toBe(1)
    expect(out).toContain(
      'FAILS  min-collected  2 tests written in test files that collect, at least 3 wanted',
    )
  })

  test('a run that stops fails also where nobody may tell of it', async () => {
    mend()
    write('conftest.py', 'import nowhere\n')
    expect((await gate('--ignore', 'all')).code).toBe(1)
  })

  test('the document says which findings count', async () => {
    const { out } = await gate('--output-format', 'json', '--max-errors', '1')
    const document = JSON.parse(out) as {
      gate: { passes: boolean; counted: string[] }
      findings: { fingerprint: string }[]
    }
    expect(document.gate).toMatchObject({ passes: false, bars: [{ bar: 'max-errors', holds: false }] })
    expect(document.gate.counted).toEqual(document.findings.map(it => it.fingerprint))
  })
})

test('a format of another program holds what counts, and the verdict goes to people', async () => {
  const { code, out, err } = await gate('--output-format', 'github', '--max-errors', '1')
  expect(code).toBe(1)
  expect(out.match(/^::error /gm)).toHaveLength(2)
  expect(out).not.toContain('FAILS')
  expect(err).toBe('FAILS  max-errors  2 errors, at most 1 wanted\n')
})

describe('the baseline', () => {
  test('what is in it does not count, wherever its line is', async () => {
    expect(await gate('--write-baseline')).toMatchObject({ code: 0, out: `${BASELINE}: made; it holds 2\n` })
    write('src/old.py', `# above\n${PROJECT['src/old.py']}`)
    expect(await gate('--ci')).toMatchObject({ code: 0 })
    write('tests/test_new.py', 'import nowhere\n')
    const { code, out } = await gate()
    expect(code).toBe(1)
    expect(out).toContain(
      'FAILS  max-errors  1 error not in the baseline, at most 0 wanted, 2 findings in the baseline',
    )
    expect(out).not.toContain('test_gone.py')
    expect(read(BASELINE)).not.toContain('nowhere')
    expect((await gate('--no-baseline')).out).toContain('3 errors')
  })

  test('on a machine of a developer what is mended is taken out', async () => {
    await gate('--write-baseline')
    write('tests/test_gone.py', '')
    const { code, out } = await gate()
    expect(code).toBe(0)
    expect(out).toContain(`${BASELINE}: 1 taken out, whose fault is gone; 1 left`)
    expect(read(BASELINE)).toContain('helper.lost')
    expect(read(BASELINE)).not.toContain('gone')
  })

  test('in CI it fails, and the file stays', async () => {
    await gate('--write-baseline')
    const before = read(BASELINE)
    write('tests/test_gone.py', '')
    const { code, out } = await gate('--ci')
    expect(code).toBe(1)
    expect(out).toContain(
      'FAILS  baseline    1 fault of the baseline is gone (unresolved-import in tests/test_gone.py)',
    )
    expect(read(BASELINE)).toBe(before)
  })

  test.each([
    ['a part of the suite', ['tests/test_fine.py']],
    ['some of the rules', ['--select', 'syntax-error']],
    ['some of the tests', ['--', '-k', 'x']],
  ])('%s says nothing of the rest', async (_, args) => {
    await gate('--write-baseline')
    const before = read(BASELINE)
    mend()
    await gate(...args)
    expect(read(BASELINE)).toBe(before)
  })

  test('a run that stops says nothing of the rest', async () => {
    await gate('--write-baseline')
    const before = read(BASELINE)
    mend()
    write('conftest.py', 'import nowhere\n')
    await gate()
    expect(read(BASELINE)).toBe(before)
  })

  test('written anew it says how it changed', async () => {
    await gate('--write-baseline')
    write('tests/test_gone.py', 'import elsewhere\nimport nowhere\n')
    expect((await gate('--write-baseline')).out).toBe(`${BASELINE}: 2 added, 1 taken out; it holds 3\n`)
  })

  test.each([
    [
      'a later version',
      '{"version": 2, "findings": []}',
      'a later version of precollect wrote it (format 2; this one reads 1): update precollect',
    ],
    ['a merge conflict', '{\n<<<<<<< ours\n', 'it holds the marks of a merge conflict'],
    ['no JSON', '{', 'it is not JSON'],
    ['something else', '{"name": "shop"}', 'it is no baseline'],
  ])('%s is refused, and not written over', async (_, text, words) => {
    write(BASELINE, text)
    for (const more of [[], ['--write-baseline']]) {
      const { code, err } = await gate(...more)
      expect(code).toBe(2)
      expect(err).toContain(`precollect: ${BASELINE}: ${words}`)
    }
    expect(read(BASELINE)).toBe(text)
  })

  test('one that is named has to be there', async () => {
    const { code, err } = await gate('--baseline', 'kept.json')
    expect([code, err]).toEqual([
      2,
      'precollect: there is no baseline kept.json: make it with --write-baseline\n',
    ])
    await gate('--baseline', 'kept.json', '--write-baseline')
    expect((await gate('--baseline', 'kept.json')).code).toBe(0)
  })

  test.skipIf(process.getuid?.() === 0)('a folder that is closed', async () => {
    mkdirSync(join(laid.root, '.precollect'))
    chmodSync(join(laid.root, '.precollect'), 0o500)
    expect((await gate('--write-baseline')).err).toContain(`cannot write ${BASELINE}`)
  })

  test('a place where no file can be', async () => {
    write('.precollect', 'in the way')
    const { code, err } = await gate('--write-baseline')
    expect(code).toBe(2)
    expect(err).toContain(`cannot write ${BASELINE}`)
    expect(read('.precollect')).toBe('in the way')
  })
})

describe('--new-only', () => {
  beforeEach(() => {
    commitAll(laid.root)
  })

  test('what was there does not count', async () => {
    expect(await gate('--new-only', 'HEAD')).toMatchObject({
      code: 0,
      out: 'holds  max-errors  0 errors new since HEAD, at most 0 wanted\n',
    })
  })

  test('what came since counts, committed or not', async () => {
    git(laid.root, 'checkout', '-q', '-b', 'feature')
    write('tests/test_fine.py', 'import nowhere\n')
    commitAll(laid.root)
    write('tests/test_more.py', 'from helper import lost\n')
    const { code, out } = await gate('--new-only', 'main')
    expect(code).toBe(1)
    expect(out.match(/^.*: error .*$/gm)).toEqual([
      "tests/test_fine.py:1:8: error unresolved-import module 'nowhere' cannot be found",
      "tests/test_more.py:1:20: error missing-symbol module 'helper' has no name 'lost'",
    ])
  })

  test('of faults that are the same only those that came since count', async () => {
    const marked = '@pytest.mark.slwo\ndef test_c(): pass\n'
    write('tests/test_fine.py', `import pytest\n${marked}`)
    commitAll(laid.root)
    write('tests/test_fine.py', `import pytest\n\n${marked}${marked.replace('_c', '_d')}`)
    expect((await gate('--new-only', 'HEAD', '--max-warnings', '0')).out).toContain(
      '1 warning new since HEAD',
    )
  })

  test('a file that only moved has no new faults', async () => {
    write(
      'tests/test_gone.py',
      `${PROJECT['tests/test_gone.py']}${'# a line that makes it known again\n'.repeat(20)}`,
    )
    commitAll(laid.root)
    mkdirSync(join(laid.root, 'tests/unit'))
    renameSync(join(laid.root, 'tests/test_gone.py'), join(laid.root, 'tests/unit/test_gone.py'))
    git(laid.root, 'add', '-A')
    expect((await gate('--new-only', 'HEAD')).code).toBe(0)
  })

  test('an old fault that breaks a new test file counts', async () => {
    write('tests/test_new.py', 'import old\n')
    const { code, out } = await gate('--new-only', 'HEAD')
    expect(code).toBe(1)
    expect(out).toContain('src/old.py:1:20: error missing-symbol')
  })

  test('a package that came since was not there, not even as a folder', async () => {
    write('tests/test_gone.py', 'import made.part\n')
    commitAll(laid.root)
    write('src/made/__init__.py', '')
    write('src/made/part.py', 'import nowhere\n')
    // What failed before was the package: what is missing now is another module.
    expect((await gate('--new-only', 'HEAD')).out).toContain("module 'nowhere' cannot be found")
  })

  test('what is gone since was there', async () => {
    rmSync(join(laid.root, 'src/helper.py'))
    const { out } = await gate('--new-only', 'HEAD')
    expect(out.match(/^.*: error .*$/gm)).toEqual([
      "src/old.py:1:6: error unresolved-import module 'helper' cannot be found",
      "tests/test_fine.py:1:8: error unresolved-import module 'helper' cannot be found",
    ])
  })

  test('the place where the branch began counts, not what the other one did later', async () => {
    git(laid.root, 'checkout', '-q', '-b', 'feature')
    git(laid.root, 'checkout', '-q', 'main')
    mend()
    commitAll(laid.root)
    git(laid.root, 'checkout', '-q', 'feature')
    expect((await gate('--new-only', 'main')).code).toBe(0)
  })

  test('nothing is written', async () => {
    await gate('--new-only', 'HEAD')
    expect(git(laid.root, 'status', '--porcelain')).toBe('')
  })

  test('a revision that there is not, and a folder without a repository', async () => {
    expect(await gate('--new-only', 'nowhere')).toMatchObject({
      code: 2,
      err: "precollect: --new-only nowhere: no commit is called 'nowhere'\n",
    })
    expect((await gate('--new-only=--all')).code).toBe(2)
    rmSync(join(laid.root, '.git'), { recursive: true })
    expect((await gate('--new-only', 'HEAD')).err).toMatch(
      /^precollect: --new-only HEAD: not a git repository/,
    )
  })
})

describe("with pytest's word", () => {
  test('what nobody foresaw fails', async () => {
    mend()
    expect((await gate('--require-confirmed', '--min-collected', '4')).code).toBe(0)
    write('tests/test_data.py', 'import json\nname = json.loads("{}")["name"]\n')
    expect((await gate()).code).toBe(0)
    const { code, out } = await gate('--require-confirmed', '--max-errors', '1')
    expect(code).toBe(1)
    expect(out).toContain('FAILS  require-confirmed  pytest fails at 1 place that nobody foresaw')
  })

  test('tests are counted as pytest counts them', async () => {
    mend()
    write(
      'tests/test_fine.py',
      'import pytest\n@pytest.mark.parametrize("n", range(10))\ndef test_c(n): pass\n',
    )
    expect((await gate('--confirm', '--min-collected', '13')).out).toContain(
      'FAILS  min-collected  12 tests collected by pytest, at least 13 wanted',
    )
  })

  test('a freeze: a clean tree, every bar, the facts, and the tag where it is wanted', async () => {
    mend()
    commitAll(laid.root)
    write('notes.txt', '')
    expect(await gate('--freeze', 'v1')).toMatchObject({
      code: 2,
      err: 'precollect: --freeze v1: the tree is not clean: notes.txt\n',
    })
    const commit = commitAll(laid.root)
    const { code, out } = await gate('--freeze', 'v1')
    expect(code).toBe(0)
    expect(out).toContain(`\nv1\n\ncommit             ${commit}, 2024-01-02T03:04:05`)
    expect(out).toContain('collected          4 tests; 3 of 3 test files collect\n')
    expect(git(laid.root, 'tag')).toBe('')
    expect((await gate('--freeze', 'v1', '--tag')).out).toContain(`tagged ${commit.slice(0, 10)} as v1`)
    expect(git(laid.root, 'cat-file', '-t', 'v1')).toBe('tag')
    expect(git(laid.root, 'tag', '-l', '--format=%(contents)', 'v1')).toContain('4 tests; 3 of 3 test files')
    expect(await gate('--freeze', 'v1')).toMatchObject({
      code: 2,
      err: "precollect: --freeze v1: there is a tag 'v1' already\n",
    })
    expect((await gate('--freeze', 'v1..2')).err).toContain("'v1..2' can't be the name of a tag")
  })

  test('nothing is frozen while a bar fails', async () => {
    commitAll(laid.root)
    const { code, out } = await gate('--freeze', 'v1', '--tag')
    expect(code).toBe(1)
    expect(out).not.toContain('commit ')
    expect(git(laid.root, 'tag')).toBe('')
    expect(existsSync(join(laid.root, '.precollect'))).toBe(false)
  })
})

test.each([
  [['--write-baseline', '--new-only', 'HEAD'], '--write-baseline takes all findings: not with --new-only'],
  [['--tag'], '--tag: only with --freeze NAME'],
  [['--require-confirmed', '--no-interpreter'], '--no-interpreter: pytest cannot be run without one'],
  [['--max-errors', 'few'], 'expected a number'],
])('%j is refused', async (args, words) => {
  const { code, err } = await gate(...args)
  expect(code).toBe(2)
  expect(err).toContain(words)
})
