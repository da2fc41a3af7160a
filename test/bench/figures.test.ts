/** What the benchmarks make of verdicts: sums, thresholds, and what a seeded fault did beside what was so before. */
import { describe, expect, test } from 'vitest'
import { isChanged, without } from '../../bench/mutations/baseline.ts'
import type { Document } from '../../bench/shared/document.ts'
import { judge } from '../../bench/shared/judge.ts'
import { type OracleRecord, realityOf } from '../../bench/shared/record.ts'
import { unmet } from '../../bench/shared/requirements.ts'
import { median, table } from '../../bench/shared/table.ts'
import { emptyTally, falseAlarms, sum, tallyOf } from '../../bench/shared/tally.ts'

const CWD = '/project'

function error(node: string, message = 'No module named x'): NonNullable<OracleRecord['errors']>[number] {
  return {
    node,
    kind: 'module',
    raised: 'CollectError',
    cause: 'ModuleNotFoundError',
    message,
    at: [node, 1],
  }
}

function reality(errors: NonNullable<OracleRecord['errors']>, collected: string[], skipped: string[] = []) {
  return realityOf({
    stage: 'finished',
    exit: errors.length > 0 ? 2 : 0,
    items: Object.fromEntries(collected.map(path => [path, { test_one: 1 }])),
    skips: skipped.map(node => ({ node, reason: 'r' })),
    errors,
  })
}

function document(outcomes: Record<string, 'collects' | 'fails' | 'skips' | 'unknown'>): Document {
  return {
    version: 1,
    tool: 'precollect',
    root: CWD,
    session: { outcome: 'runs', exitCode: 0, failure: null },
    collectors: Object.entries(outcomes).map(([path, outcome]) => ({
      path,
      outcome,
      reason: outcome === 'unknown' ? 'cannot say' : null,
      failure:
        outcome === 'fails'
          ? {
              exception: 'ModuleNotFoundError',
              message: 'm',
              path,
              line: 1,
              rule: 'r',
              subject: 'x',
              cause: null,
            }
          : null,
    })),
    findings: [],
  }
}

describe('tallies', () => {
  const real = reality([error('a.py'), error('b.py'), error('c.py')], ['d.py', 'e.py'], ['f.py', 'g.py'])
  const said = document({
    'a.py': 'fails',
    'b.py': 'collects',
    'c.py': 'unknown',
    'd.py': 'fails',
    'e.py': 'unknown',
    'f.py': 'skips',
    'g.py': 'collects',
  })
  const tally = tallyOf(judge(real, said, CWD), false)

  test('every verdict lands where it belongs', () => {
    expect(tally).toEqual({
      ...emptyTally(),
      runs: 1,
      judged: 7,
      failing: 3,
      predicted: 1,
      right: 1,
      missed: 1,
      wrongAlarms: 1,
      abstained: { fails: 1, collects: 1, skips: 0, absent: 0 },
      reasons: { 'cannot say': { fails: 1, collects: 1, skips: 0, absent: 0 } },
      skips: { real: 2, right: 1, unseen: 1, false: 0 },
      causes: { all: 3, found: 1 },
      sessions: { ...emptyTally().sessions, right: 1, exitCodeWrong: 1 },
    })
  })
  test('add up, reasons included', () => {
    const other = { ...tally, reasons: { 'no plan': { fails: 0, collects: 2, skips: 0, absent: 0 } } }
    const total = sum([tally, other])
    expect([total.runs, total.skips.real, total.abstained.fails]).toEqual([2, 4, 2])
    expect(total.reasons).toEqual({ ...tally.reasons, ...other.reasons })
  })
  test.each([
    [{}, []],
    [{ maxWrongAlarms: 1, minPredicted: 0.3, minCauses: 0.3, maxAbstained: 0.3, minSessions: 1 }, []],
    [{ maxWrongAlarms: 0 }, ['wrong alarms: 1 is above 0']],
    [{ minPredicted: 0.5, minRight: 0.5 }, ['predicted: 0.3333 is below 0.5', 'right: 0.3333 is below 0.5']],
  ])('thresholds %j', (required, lines) => {
    expect(unmet(tally, required)).toEqual(lines)
  })
  test('a run without a document never passes, and a threshold on nothing holds', () => {
    expect(unmet({ ...emptyTally(), runs: 1, broken: 1 }, { minPredicted: 1 })).toEqual([
      'runs without a document: 1 is above 0',
    ])
  })
})

describe('a seeded fault', () => {
  const before = reality([error('old.py')], ['a.py', 'b.py'])
  const after = reality([error('old.py'), error('a.py')], ['b.py'])

  test.each([
    ['the same outcome', before, before, false],
    ['one file more fails', before, after, true],
    ['another message', before, reality([error('old.py', 'other')], ['a.py', 'b.py']), true],
    ['a file is gone', before, reality([error('old.py')], ['a.py']), true],
  ])('changes: %s', (_, one, other, changed) => {
    expect(isChanged(one, other)).toBe(changed)
  })
  test('is judged without what was wrong before it', () => {
    const said = document({ 'old.py': 'collects', 'a.py': 'fails', 'b.py': 'fails' })
    const judged = judge(before, document({ 'old.py': 'collects', 'a.py': 'collects', 'b.py': 'fails' }), CWD)
    const tally = tallyOf(without(judge(after, said, CWD), judged), false)
    expect([tally.failing, tally.predicted, tally.missed, falseAlarms(tally)]).toEqual([1, 1, 0, 0])
    expect(tally.causes).toEqual({ all: 1, found: 1 })
  })
})

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
  [[], Number.NaN],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle)
})

test('a table is flush, its total set off', () => {
  expect(
    table(
      ['name', 'n'],
      [
        ['a', '1'],
        ['total', '10'],
      ],
      true,
    ),
  ).toBe(['name    n', '-----  --', 'a       1', '-----  --', 'total  10'].join('\n'))
})
