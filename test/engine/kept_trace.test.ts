/** A simulation that is kept over edits says what a new one would: random edits in the projects of the cases. */
import { expect, test } from 'vitest'
import { type Analysis, type AnalysisRequest, analyze, Remembered } from '../../server/src/engine/analyze.ts'
import { OverlayFileSystem } from '../../server/src/files/overlay.ts'
import { join } from '../../server/src/files/paths.ts'
import { type Case, readCases } from '../support/case_file.ts'
import { inMemory } from '../support/in_memory.ts'
import { findPython, type Python } from '../support/pythons.ts'

/** One case of so many: each costs several analyses. */
const ONE_OF = 25
const EDITS = 5
const LINES = ['# a note', 'x = 1', 'import os', "raise ValueError('x')", 'def test_more(): ...', 'return 1']

/** The same row of numbers below `limit` each time. */
function dice(seed: number): (limit: number) => number {
  let state = seed
  return limit => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * limit)
  }
}

function requestOf(c: Case, root: string, python: string): AnalysisRequest {
  return {
    cwd: join(root, c.cwd),
    paths: [],
    pytestArgs: c.pytestArgs,
    invocation: c.invocation,
    python,
    trusted: false,
    env: c.env,
    envIsExact: true,
    select: [],
    ignore: [],
  }
}

/** What there is to compare of an analysis. */
function plain({ trace, findings, causes }: Analysis) {
  return { trace, findings, causes }
}

/** The text with a line put in front of a random one, as far in as that. */
function edited(text: string, roll: (limit: number) => number): string {
  const lines = text.split('\n')
  const at = roll(lines.length)
  const indent = /^\s*/.exec(lines[at]!)![0]
  lines.splice(at, 0, indent + LINES[roll(LINES.length)]!)
  return lines.join('\n')
}

async function compare(c: Case, python: Python, seed: number): Promise<void> {
  const roll = dice(seed)
  const { fs, root, python: named } = inMemory(c, python)
  const request = requestOf(c, root, named)
  const texts = new Map(
    [...c.files].filter(([path]) => path.endsWith('.py')).map(([path, text]) => [join(root, path), text]),
  )
  if (texts.size === 0) return
  const remembered = new Remembered(fs)
  for (let edit = 0; edit <= EDITS; edit++) {
    if (edit > 0) {
      const path = [...texts.keys()][roll(texts.size)]!
      texts.set(path, edited(texts.get(path)!, roll))
    }
    const now = new OverlayFileSystem(fs, new Map(texts))
    remembered.kept.open = new Map(texts)
    const kept = await analyze(now, request, remembered)
    const fresh = await analyze(now, request)
    expect(plain(kept), `${c.path}, edit ${edit}: ${JSON.stringify([...texts])}`).toEqual(plain(fresh))
  }
}

const cases = readCases().filter((_, index) => index % ONE_OF === 0)
for (const [index, c] of cases.entries()) {
  const python = findPython(c)
  test.skipIf(!python)(`${c.path}: ${c.title}`, () => compare(c, python!, index + 1))
}

test('an edit in the body of a test is no reason to simulate again, one at module level is', async () => {
  const c = readCases().find(({ files }) => files.has('tests/test_ok.py'))!
  const { fs, root, python } = inMemory(c, findPython(c)!)
  const path = join(root, 'tests/test_ok.py')
  const remembered = new Remembered(fs)
  const analysed = async (text: string) => {
    // Of the files that hold tests the first one is searched for them, and never kept.
    const texts = new Map([
      [join(root, 'tests/test_aaa.py'), 'def test_a(): ...\n'],
      [path, text],
    ])
    remembered.kept.open = texts
    return (await analyze(new OverlayFileSystem(fs, texts), requestOf(c, root, python), remembered)).trace
  }
  const first = await analysed('def test_b():\n    assert 1\n')
  const second = await analysed('def test_b():\n    x = 1\n    assert x\n')
  expect(second.events).toBe(first.events)
  expect((await analysed('y = 1\ndef test_b():\n    x = 1\n    assert x\n')).events).not.toBe(first.events)
})
