/** The history of a real repository: what is recorded, what is told of it, and what is wrong with it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dirname, join } from '../../server/src/files/paths.ts'
import { readHistory, trendOf } from '../../server/src/report/history.ts'
import { command, type Ran } from '../support/command.ts'
import { commitAll, GIT_ENV, git } from '../support/git.ts'
import { type Laid, layOut } from '../support/on_disk.ts'
import { standardPython } from '../support/pythons.ts'

const HISTORY = '.precollect/history.ndjson'
const BUILT = fileURLToPath(new URL('../../dist/precollect.js', import.meta.url))
const FINE = 'def test_a(): pass\ndef test_b(): pass\n'

let laid: Laid
beforeEach(() => {
  laid = layOut('project', [
    ['pytest.ini', '[pytest]\n'],
    ['test_one.py', FINE],
    ['test_two.py', FINE],
  ])
  commitAll(laid.root)
})
afterEach(() => laid.remove())

const put = (path: string, text: string) => {
  mkdirSync(dirname(join(laid.root, path)), { recursive: true })
  writeFileSync(join(laid.root, path), text)
}
const kept = () => readFileSync(join(laid.root, HISTORY), 'utf8')
const history = (...args: string[]): Promise<Ran> => command(laid.root, GIT_ENV, ['history', ...args])

const recordState = (...more: string[]): Promise<Ran> =>
  command(laid.root, GIT_ENV, ['report', '--record', '--python', standardPython().interpreter, ...more])

/** A commit with this in `test_two.py`, recorded. */
async function commitState(text: string): Promise<string> {
  put('test_two.py', text)
  const commit = commitAll(laid.root)
  await recordState()
  return commit
}

describe('what is recorded', () => {
  test('one line for a state, by its commit; the file itself makes no tree dirty', async () => {
    expect((await recordState()).out).toMatch(/^\.precollect\/history\.ndjson: [0-9a-f]{10} recorded\n$/)
    await recordState()
    put('test_two.py', 'import nowhere\n')
    expect((await recordState()).out).toContain('with changes recorded')
    const { lines, troubles } = readHistory(kept())
    expect(troubles).toEqual([])
    expect(lines.map(({ dirty, errors, tests }) => [dirty, errors, tests.collects])).toEqual([
      [false, 0, 4],
      [false, 0, 4],
      [true, 1, 2],
    ])
    // Of one commit the last word counts.
    expect(trendOf({ lines, troubles }).map(({ errors }) => errors)).toEqual([0, 1])
  })

  test('without a repository there is no commit', async () => {
    rmSync(join(laid.root, '.git'), { recursive: true })
    expect((await recordState()).out).toBe(`${HISTORY}: the present state recorded\n`)
  })

  test('the commit where a cause came in and the one where it went', async () => {
    const first = await commitState(FINE)
    const broken = await commitState('import nowhere\n')
    await commitState('import nowhere\nimport elsewhere\n')
    const mended = await commitState(FINE)
    const { code, out } = await history('--cause', 'nowhere')
    expect(code).toBe(0)
    expect(out).toBe(
      [
        `${mended.slice(0, 10)} 2024-01-02, after ${readHistory(kept()).lines[2]!.revision!.slice(0, 10)}`,
        '  went  unresolved-import nowhere in test_two.py (1 test file)',
        '',
        `${broken.slice(0, 10)} 2024-01-02, after ${first.slice(0, 10)}`,
        '  came  unresolved-import nowhere in test_two.py (1 test file)',
        '',
      ].join('\n'),
    )
  })

  test('the trend as a chart and a table', async () => {
    await commitState(FINE)
    await commitState('import nowhere\n')
    const { out } = await history()
    expect(out).toMatch(/^Errors\n ▲\n1┤/)
    expect(out).toContain('Tests written in files that collect')
    expect(out).toContain('The last 2 states of 2 in .precollect/history.ndjson:')
    expect(out).toMatch(/2024-01-02 {2}[0-9a-f]{10} {6}2 {5}1 {6}2 {7}1 {9}0$/m)
  })

  test('a document for programs', async () => {
    await recordState()
    const document = JSON.parse((await history('--output-format', 'json')).out) as object
    expect(document).toMatchObject({
      version: 1,
      whole: true,
      troubles: [],
      lines: [{ version: 1, errors: 0 }],
    })
  })
})

describe('beside the report', () => {
  test('the files are written where they are wanted, with the trend, and the tree stays otherwise', async () => {
    await commitState(FINE)
    expect(git(laid.root, 'status', '--porcelain')).toBe('?? .precollect/')
    put('test_two.py', 'import nowhere\n')
    const { out } = await recordState('--output-dir', 'out')
    expect(out).toContain(`${join(laid.root, 'out/health.json')}\n`)
    expect(out).toContain('with changes recorded')
    const { trend } = JSON.parse(readFileSync(join(laid.root, 'out/health.json'), 'utf8')) as {
      trend: { errors: number }[]
    }
    expect(trend.map(({ errors }) => errors)).toEqual([0, 1])
  })

  test('where the files cannot be written nothing is recorded', async () => {
    put('out', 'in the way')
    expect((await recordState('--output-dir', 'out')).code).toBe(2)
    expect(existsSync(join(laid.root, HISTORY))).toBe(false)
  })
})

test('runs at the same time lose nothing', async () => {
  const args = [BUILT, 'report', '--record', '--python', standardPython().interpreter]
  const env = { ...GIT_ENV, PRECOLLECT_CACHE_DIR: join(dirname(laid.root), 'cache') }
  const runs = Array.from({ length: 6 }, () => spawn(process.execPath, args, { cwd: laid.root, env }))
  const codes = await Promise.all(runs.map(run => once(run, 'close').then(([code]) => code as number)))
  expect(codes).toEqual([0, 0, 0, 0, 0, 0])
  expect(readHistory(kept())).toMatchObject({ troubles: [], lines: [{}, {}, {}, {}, {}, {}] })
})

describe('the floor', () => {
  const gate = (...args: string[]) =>
    command(laid.root, GIT_ENV, [
      'gate',
      '--no-interpreter',
      '--no-ci',
      '--min-collected',
      'history',
      ...args,
    ])

  test('no fewer tests than ever, until fewer are accepted', async () => {
    expect((await gate()).out).toContain('nothing is recorded yet that could be a floor')
    const best = await commitState(FINE)
    await commitState('def test_a(): pass\n')
    const { code, out } = await gate()
    expect(code).toBe(1)
    expect(out).toContain(
      `FAILS  min-collected  3 tests written in test files that collect, at least 4 wanted (as recorded at ${best.slice(0, 10)})`,
    )
    await recordState('--accept-fewer')
    expect((await gate()).code).toBe(0)
  })

  test('a history that is broken is none', async () => {
    await recordState()
    put(HISTORY, kept().replace('"collects":4', '"collects":1'))
    const { code, err } = await gate()
    expect(code).toBe(2)
    expect(err).toBe(
      `precollect: the history is broken\n${HISTORY}:1: it was changed after it had been written\n`,
    )
  })
})

describe('two branches', () => {
  test('lines of both sides in any order are a whole history, and the next one joins them', async () => {
    await recordState()
    commitAll(laid.root)
    const common = kept()
    await commitState('import nowhere\n')
    const ours = kept().slice(common.length)
    put(HISTORY, common)
    await commitState(`${FINE}def test_c(): pass\n`)
    const theirs = kept().slice(common.length)
    put(HISTORY, common + ours + theirs)
    expect((await history()).code).toBe(0)
    await recordState()
    const { lines, troubles } = readHistory(kept())
    expect(troubles).toEqual([])
    expect(lines.at(-1)!.previous).toEqual([lines[2]!.hash, lines[1]!.hash])
  })

  test('git merges them by itself where it is told to', async () => {
    put('.gitattributes', `${HISTORY} merge=union\n`)
    await recordState()
    commitAll(laid.root)
    git(laid.root, 'checkout', '-q', '-b', 'feature')
    await recordState()
    commitAll(laid.root)
    git(laid.root, 'checkout', '-q', 'main')
    await recordState()
    commitAll(laid.root)
    git(laid.root, 'merge', '-q', '--no-edit', 'feature')
    expect(readHistory(kept())).toMatchObject({ troubles: [], lines: [{}, {}, {}] })
  })

  test('a conflict is told as one, and nothing is added', async () => {
    await recordState()
    put(HISTORY, `<<<<<<< HEAD\n${kept()}=======\n>>>>>>> feature\n`)
    const before = kept()
    const { code, err, out } = await history()
    expect(code).toBe(1)
    expect(err.split('\n')[0]).toBe(
      `${HISTORY}:1: a mark of a merge conflict: delete such lines and keep those of both sides, in any order`,
    )
    expect(out).toContain('1 state')
    expect((await recordState()).err).toContain('the history is broken')
    expect(kept()).toBe(before)
  })
})

describe('a broken chain', () => {
  beforeEach(async () => {
    await recordState()
    await recordState()
    await recordState()
  })

  test.each([
    [
      'a line that was changed',
      (lines: string[]) => lines.with(1, lines[1]!.replace('"errors":0', '"errors":7')),
      [2, 3],
    ],
    ['a line that was taken away', (lines: string[]) => lines.toSpliced(1, 1), [2]],
    ['a line that was cut off', (lines: string[]) => lines.with(2, lines[2]!.slice(0, 40)), [3]],
    ['a line of a later version', (lines: string[]) => [...lines, '{"version":2,"hash":"x"}'], [4]],
    ['a line of something else', (lines: string[]) => ['{"a":1}', ...lines], [1]],
  ])('%s', async (_, change, wrong) => {
    put(HISTORY, `${change(kept().trimEnd().split('\n')).join('\n')}\n`)
    const { code, err } = await history()
    expect(code).toBe(1)
    expect(err.match(/(?<=ndjson:)\d+/g)?.map(Number)).toEqual(wrong)
  })

  test('line ends of another system break nothing', async () => {
    put(HISTORY, kept().replaceAll('\n', '\r\n'))
    expect((await history()).code).toBe(0)
  })

  test('a line that was cut off keeps no later one from being whole', async () => {
    const cut = kept().slice(0, -20)
    put(HISTORY, cut)
    expect(await recordState()).toMatchObject({
      code: 2,
      err: expect.stringContaining('it was cut off, or is no line of a history'),
    })
    // What was whole before is: the rest can be deleted by hand.
    put(HISTORY, cut.slice(0, cut.lastIndexOf('\n') + 1))
    await recordState()
    expect((await history()).code).toBe(0)
  })
})

test('where there is none, and where none can be', async () => {
  const { code, err } = await history()
  expect([code, err]).toEqual([
    2,
    `precollect: there is no history ${HISTORY}: \`precollect report --record\` begins one\n`,
  ])
  put('.precollect', 'in the way')
  expect((await recordState()).err).toContain(`cannot write ${HISTORY}`)
})
