/** What ends a run before any code runs: exit code, exception and message, by version. */
import { describe, expect, test } from 'vitest'
import { planOf, stopsOf, VERSIONS } from './projects.ts'
import { stopCases } from './stop_cases.ts'

describe.each(stopCases)('$title', ({ files, args, env, kind, first }) => {
  let expected: string | null | undefined
  const byVersion = VERSIONS.map(version => {
    if (version in first) expected = first[version]
    return [version, expected] as const
  })

  test.each(byVersion)('%s', (version, stop) => {
    const plan = planOf({ 'test_a.py': '', ...files }, { version, args, env, kind })
    expect(stopsOf(plan)[0] ?? null).toBe(stop)
  })
})

test('later stops are kept behind the first one', () => {
  const plan = planOf(
    { 'pytest.ini': '[pytest]\nminversion = 99\naddopts = --foo\nunk = 1\nstrict_config = true\n' },
    { args: ['nope'] },
  )
  expect(plan.stops.map(({ phase, subject }) => [phase, subject])).toEqual([
    ['config', 'minversion'],
    ['options', '--foo'],
    ['collection', 'unk'],
    ['collection', 'nope'],
  ])
})

test('a stop stands where it was written', () => {
  const text = '[pytest]\naddopts =\n    -v\n    # --bar\n    --foo=1\n'
  const [stop] = planOf({ 'pytest.ini': text }).stops
  expect(text.slice(stop!.span!.start, stop!.span!.end)).toBe('--foo=1')
  expect(stop!.subject).toBe('--foo')
})

test.each([
  ['--cov=src', 'missing-plugin'],
  ['--foo', 'invalid-configuration'],
])('%s is a matter of %s', (option, rule) => {
  expect(planOf({}, { args: [option] }).stops.map(stop => stop.rule)).toEqual([rule])
})
