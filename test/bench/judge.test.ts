/** The comparer of the benchmarks, by data: a record of pytest, a document of precollect, the verdict. */
import { describe, expect, test } from 'vitest'
import type { Document, FindingClaim, PredictedFailure } from '../../bench/shared/document.ts'
import { judge, type VerdictKind } from '../../bench/shared/judge.ts'
import { type OracleError, type OracleRecord, realityOf } from '../../bench/shared/record.ts'

const CWD = '/project'
const MISSING: OracleError = {
  node: 'tests/test_a.py',
  kind: 'module',
  raised: 'CollectError',
  cause: 'ModuleNotFoundError',
  message: "No module named 'x'",
  at: ['app/deep.py', 3],
}
const PREDICTED: PredictedFailure = {
  exception: 'ModuleNotFoundError',
  message: "No module named 'x'",
  path: 'app/deep.py',
  line: 3,
  rule: 'unresolved-import',
  subject: 'x',
  cause: null,
}

function record(parts: Partial<OracleRecord>): OracleRecord {
  return { stage: 'finished', exit: parts.errors ? 2 : 0, rootdir: '.', ...parts }
}

type Outcome = 'collects' | 'skips' | 'unknown' | PredictedFailure

function document(
  collectors: Record<string, Outcome>,
  parts: Partial<Pick<Document, 'root' | 'session' | 'findings'>> = {},
): Document {
  return {
    version: 1,
    tool: 'precollect',
    root: CWD,
    session: { outcome: 'runs', exitCode: null, failure: null },
    collectors: Object.entries(collectors).map(([path, said]) =>
      typeof said === 'string'
        ? { path, outcome: said, reason: said === 'unknown' ? 'a reason' : null, failure: null }
        : { path, outcome: 'fails', reason: null, failure: said },
    ),
    findings: [],
    ...parts,
  }
}

function finding(parts: Partial<FindingClaim>): FindingClaim {
  return {
    rule: 'unresolved-import',
    severity: 'error',
    path: 'app/deep.py',
    start: { line: 3, column: 1 },
    message: 'm',
    breaks: [],
    ...parts,
  }
}

function kinds(real: OracleRecord, said: Document | null): Record<string, VerdictKind> {
  return Object.fromEntries(judge(realityOf(real), said, CWD).collectors.map(each => [each.path, each.kind]))
}

describe('one collector', () => {
  const collected = record({ items: { 'tests/test_a.py': { test_one: 1 } } })
  const failed = record({ errors: [MISSING] })
  const skipped = record({ skips: [{ node: 'tests/test_a.py', reason: 'r' }] })
  const empty = record({ empty: ['tests/test_a.py'] })
  const nothing = record({})
  test.each<[string, OracleRecord, Outcome | null, VerdictKind]>([
    ['collected as said', collected, 'collects', 'agrees'],
    ['collected, said to fail', collected, PREDICTED, 'wrong alarm'],
    ['collected, said to skip', collected, 'skips', 'false skip'],
    ['collected, not known', collected, 'unknown', 'abstains'],
    ['collected, not mentioned', collected, null, 'not planned'],
    ['collected without items', empty, 'collects', 'agrees'],
    ['fails as said', failed, PREDICTED, 'hit'],
    ['fails, said to collect', failed, 'collects', 'miss'],
    ['fails, said to skip', failed, 'skips', 'miss'],
    ['fails, not mentioned', failed, null, 'miss'],
    ['fails, not known', failed, 'unknown', 'abstains'],
    ['skipped as said', skipped, 'skips', 'agrees'],
    ['skipped, said to collect', skipped, 'collects', 'skip unseen'],
    ['skipped, said to fail', skipped, PREDICTED, 'wrong alarm'],
    ['absent, said to collect', nothing, 'collects', 'not collected'],
    ['absent, said to fail', nothing, PREDICTED, 'wrong alarm'],
  ])('%s', (_, real, said, kind) => {
    const prediction = document(said === null ? {} : { 'tests/test_a.py': said })
    expect(kinds(real, prediction)).toEqual({ 'tests/test_a.py': kind })
  })

  test('an error of a class is one of its file', () => {
    const real = record({
      items: { 'tests/test_a.py': { test_one: 1 } },
      errors: [{ ...MISSING, node: 'tests/test_a.py::TestIt', kind: 'class' }],
    })
    expect(kinds(real, document({ 'tests/test_a.py': PREDICTED }))).toEqual({ 'tests/test_a.py': 'hit' })
  })

  test("a plugin's kind of file need not be predicted", () => {
    const real = record({ items: { 'docs/guide.rst': { 'guide.rst': 1 } } })
    expect(kinds(real, document({}))).toEqual({ 'docs/guide.rst': 'not judged' })
  })

  test('what lies below a folder that fails is not judged', () => {
    const real = record({ errors: [{ ...MISSING, node: 'tests', kind: 'conftest' }] })
    const said = document({ tests: PREDICTED, 'tests/sub/test_b.py': 'collects', 'test_c.py': 'collects' })
    expect(kinds(real, said)).toEqual({
      tests: 'hit',
      'tests/sub/test_b.py': 'not judged',
      'test_c.py': 'not collected',
    })
  })

  test('without a document all that fails is missed', () => {
    expect(kinds(failed, null)).toEqual({ 'tests/test_a.py': 'miss' })
  })
})

describe('the cause of a hit', () => {
  const wrapped: OracleError = { ...MISSING, raised: 'RuntimeError', at: ['app/deep.py', 3] }
  const inner = { exception: 'ModuleNotFoundError', message: 'm', path: 'app/deep.py', line: 3 }
  const outer = { ...PREDICTED, exception: 'RuntimeError', line: 7 }
  test.each<[string, OracleError, PredictedFailure, string]>([
    ['exception and line', MISSING, PREDICTED, 'right'],
    ['another line', MISSING, { ...PREDICTED, line: 4 }, 'right type'],
    ['another file', MISSING, { ...PREDICTED, path: 'app/other.py' }, 'right type'],
    ['another exception', MISSING, { ...PREDICTED, exception: 'ImportError' }, 'wrong'],
    [
      'the exception pytest saw, at the place of what it was raised from',
      wrapped,
      { ...outer, cause: inner },
      'right',
    ],
    ['the exception pytest saw, elsewhere', wrapped, outer, 'right type'],
    ['no line of the project was shown', { ...MISSING, at: undefined }, { ...PREDICTED, line: 9 }, 'right'],
  ])('%s', (_, error, said, cause) => {
    const judged = judge(realityOf(record({ errors: [error] })), document({ 'tests/test_a.py': said }), CWD)
    expect(judged.collectors.map(each => each.cause)).toEqual([cause])
    expect(judged.causes.map(each => each.found)).toEqual([cause === 'right'])
  })

  test('counts once for many collectors, and is found where one of them is right', () => {
    const nodes = ['tests/test_a.py', 'tests/test_b.py', 'tests/test_c.py']
    const other = { ...MISSING, node: 'tests/test_d.py', at: ['tests/test_d.py', 1] as const }
    const real = record({ errors: [...nodes.map(node => ({ ...MISSING, node })), other] })
    const said = document({
      'tests/test_a.py': 'collects',
      'tests/test_b.py': PREDICTED,
      'tests/test_d.py': 'unknown',
    })
    expect(judge(realityOf(real), said, CWD).causes).toEqual([
      { key: "ModuleNotFoundError: No module named 'x' @ app/deep.py:3", found: true, collectors: 3 },
      { key: "ModuleNotFoundError: No module named 'x' @ tests/test_d.py:1", found: false, collectors: 1 },
    ])
  })
})

describe('findings of severity error', () => {
  const real = record({ items: { 'tests/test_a.py': { test_one: 1 } } })
  const failed = record({ errors: [MISSING] })
  const stopped = record({ stage: 'loaded', exit: 4, errors: [{ ...MISSING, kind: 'conftest' }] })

  test('one that breaks what collects is a wrong alarm, whatever its outcome says', () => {
    const said = document(
      { 'tests/test_a.py': 'collects' },
      { findings: [finding({ breaks: ['tests/test_a.py'] })] },
    )
    expect(kinds(real, said)).toEqual({ 'tests/test_a.py': 'wrong alarm' })
  })
  test('a warning is none', () => {
    const warning = finding({ severity: 'warning', breaks: ['tests/test_a.py'] })
    expect(kinds(real, document({ 'tests/test_a.py': 'collects' }, { findings: [warning] }))).toEqual({
      'tests/test_a.py': 'agrees',
    })
  })
  test('one that breaks what fails is not yet a prediction', () => {
    const said = document(
      { 'tests/test_a.py': 'unknown' },
      { findings: [finding({ breaks: ['tests/test_a.py'] })] },
    )
    expect(kinds(failed, said)).toEqual({ 'tests/test_a.py': 'abstains' })
  })
  test.each<[string, OracleRecord, string[]]>([
    ['the run goes on', real, ['app/deep.py:3 unresolved-import: m']],
    ['the run stops', stopped, []],
  ])('one that breaks nothing, where %s', (_, ran, claims) => {
    expect(judge(realityOf(ran), document({}, { findings: [finding({})] }), CWD).emptyClaims).toEqual(claims)
  })
})

describe('the session', () => {
  const conftest = record({
    stage: 'loaded',
    exit: 4,
    errors: [{ ...MISSING, node: 'tests/conftest.py', kind: 'conftest', raised: 'ConftestImportFailure' }],
  })
  const usage = record({
    stage: 'none',
    exit: 4,
    errors: [
      {
        node: '',
        kind: 'usage',
        raised: 'UsageError',
        cause: 'UsageError',
        message: 'unrecognized arguments: --cov',
      },
    ],
  })
  const runs = record({ items: { 'tests/test_a.py': { test_one: 1 } } })
  const exited = record({ exit: 2 })
  const stops = (exitCode: number | null, failure: PredictedFailure | null): Document['session'] => ({
    outcome: 'stops',
    exitCode,
    failure,
  })
  const refused = { ...PREDICTED, exception: 'UsageError', subject: '--cov' }
  const goesOn: Document['session'] = { outcome: 'runs', exitCode: 0, failure: null }
  const unsure: Document['session'] = { outcome: 'unknown', exitCode: null, failure: null }
  test.each<[string, OracleRecord, Document['session'], string, string | null]>([
    ['stops as said', conftest, stops(4, PREDICTED), 'right', 'right'],
    [
      'stops, for another reason',
      conftest,
      stops(4, { ...PREDICTED, exception: 'ImportError' }),
      'right',
      'wrong',
    ],
    ['stops, at another line', conftest, stops(4, { ...PREDICTED, line: 9 }), 'right', 'right type'],
    ['stops, with another exit code', conftest, stops(1, PREDICTED), 'right', 'right type'],
    ['stops, said to run', conftest, goesOn, 'miss', null],
    ['stops, not known', conftest, unsure, 'abstains', null],
    ['refuses an option as said', usage, stops(4, refused), 'right', 'right'],
    ['refuses another option', usage, stops(4, { ...refused, subject: '--dist' }), 'right', 'right type'],
    ['runs as said', runs, goesOn, 'right', null],
    ['runs, said to stop', runs, stops(4, PREDICTED), 'wrong alarm', null],
    ['is ended by pytest.exit', exited, stops(2, null), 'right', 'right'],
  ])('%s', (_, real, session, kind, cause) => {
    expect(judge(realityOf(real), document({}, { session }), CWD).session).toMatchObject({ kind, cause })
  })

  test('collectors of a run that stopped before collecting are not judged', () => {
    const said = document({ 'tests/test_a.py': PREDICTED, 'tests/test_b.py': 'collects' })
    expect(kinds(conftest, said)).toEqual({
      'tests/test_a.py': 'not judged',
      'tests/test_b.py': 'not judged',
    })
  })
  test('an internal error after collection leaves the collectors to judge', () => {
    const real = record({
      exit: 3,
      items: { 'tests/test_a.py': { test_one: 1 } },
      errors: [
        { ...MISSING, node: '', kind: 'internal' },
        { ...MISSING, node: 'tests/test_b.py' },
      ],
    })
    const said = document({ 'tests/test_a.py': 'collects', 'tests/test_b.py': PREDICTED })
    expect(kinds(real, said)).toEqual({ 'tests/test_a.py': 'agrees', 'tests/test_b.py': 'hit' })
    expect(judge(realityOf(real), said, CWD).session.kind).toBe('miss')
  })
})

describe('paths and order', () => {
  const two = record({ items: { 'tests/test_b.py': { test_one: 1 }, 'tests/test_a.py': { test_one: 1 } } })

  test('both sides are seen from the folder pytest was started in', () => {
    const real = realityOf({
      ...record({ errors: [{ ...MISSING, at: ['../app/deep.py', 3] }] }),
      rootdir: '..',
    })
    const judged = judge(real, document({ 'tests/test_a.py': PREDICTED }), `${CWD}/sub`)
    expect(judged.collectors.map(({ path, kind, cause }) => [path, kind, cause])).toEqual([
      ['../tests/test_a.py', 'hit', 'right'],
    ])
  })
  test.each<[string, string[], boolean | null]>([
    ['the same', ['tests/test_b.py', 'tests/test_a.py'], true],
    ['another', ['tests/test_a.py', 'tests/test_b.py'], false],
    ['not comparable', ['tests/test_z.py'], null],
  ])('order: %s', (_, paths, right) => {
    const said = document(Object.fromEntries(paths.map(path => [path, 'collects'])))
    expect(judge(realityOf(two), said, CWD).orderRight).toBe(right)
  })
})
