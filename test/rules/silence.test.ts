/** What settings and comments take away from the findings, and what stays the same while files change. */
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../server/src/rules/finding.ts'
import { runRules, withOverrides } from '../../server/src/rules/run_rules.ts'
import { DEFAULT_SETTINGS, type Settings } from '../../server/src/rules/settings.ts'
import { suppressionsIn } from '../../server/src/rules/suppress.ts'
import { type Happened, World } from './world.ts'

/** A test file whose second line imports two names that are missing, each behind the other. */
function world(line: string, above = 'import os'): { world: World; happened: Happened } {
  const made = new World({ 'tests/test_a.py': `${above}\n${line}\n` })
  const missing = (name: string) =>
    made.failure(
      `ImportError: cannot import name '${name}' from 'app'`,
      { kind: 'missing-symbol', module: 'app', file: null, name, cycle: null, has: [] },
      ['tests/test_a.py', line, name],
    )
  return { world: made, happened: { collectors: { 'tests/test_a.py': [missing('one'), missing('two')] } } }
}

function findings(line: string, settings: Partial<Settings> = {}, above?: string): readonly Finding[] {
  const { world: made, happened } = world(line, above)
  return runRules({ ...made.input(happened), settings: { ...DEFAULT_SETTINGS, ...settings } }).findings
}

const brief = (all: readonly Finding[]) =>
  all.map(({ severity, rule, what }) => `${severity} ${rule}: ${what}`)

const BOTH = [
  "error missing-symbol: module 'app' has no name 'one'",
  "warning missing-symbol: module 'app' has no name 'two'",
]
const LINE = 'from app import one, two'

describe('comments', () => {
  test.each([
    ['one rule', `${LINE}  # precollect: ignore[missing-symbol]`],
    ['several rules', `${LINE}  # precollect: ignore[missing-symbol,missing-symbol]`],
    ['every rule', `${LINE}  # precollect: ignore`],
    ['after another comment', `${LINE}  # noqa  # precollect:ignore`],
    ['the first line of the statement', 'from app import (  # precollect: ignore\n  one,\n  two,\n)'],
    ['the last line of the statement', 'from app import (\n  one,\n  two,\n)  # precollect: ignore'],
  ])('silence what stands on their line: %s', (_, line) => {
    expect(brief(findings(line))).toEqual([])
  })

  test('silence only their own line within a statement', () => {
    const line = 'from app import (\n  one,  # precollect: ignore\n  two,\n)'
    expect(brief(findings(line))).toEqual(BOTH.slice(1))
  })

  test('silence a whole file', () => {
    expect(brief(findings(LINE, {}, '# precollect: ignore-file[missing-symbol]'))).toEqual([])
    expect(brief(findings(LINE, {}, '# precollect: ignore-file'))).toEqual([])
  })

  test('that silence nothing are told', () => {
    expect(brief(findings(`${LINE}  # precollect: ignore[syntax-error]`))).toEqual([
      ...BOTH,
      "warning unused-suppression: this comment silences no 'syntax-error'",
    ])
    expect(brief(findings(LINE, {}, 'import os  # precollect: ignore'))).toEqual([
      'warning unused-suppression: this comment silences nothing',
      ...BOTH,
    ])
    expect(brief(findings(`${LINE}  # precollect: ignore[missing-symbl]`))).toEqual([
      ...BOTH,
      "warning unused-suppression: no rule is called 'missing-symbl'; did you mean 'missing-symbol'?",
    ])
  })

  test('are not called unused where that cannot be known', () => {
    const off = { ignore: ['syntax-error'] }
    expect(brief(findings(`${LINE}  # precollect: ignore[syntax-error]`, off))).toEqual(BOTH)
    expect(brief(findings(`${LINE}  # precollect: ignore[syntax-error, unused-suppression]`))).toEqual(BOTH)
    const { world: made, happened } = world(`${LINE}  # precollect: ignore[syntax-error]`)
    const doubt = { event: 'doubt', reason: 'exec', span: made.at('tests/test_a.py') } as const
    expect(brief(runRules(made.input({ ...happened, events: [doubt] })).findings)).toEqual(BOTH)
  })

  test.each([
    ['a string', 'x = "# precollect: ignore"'],
    ['a string with an escaped quote', String.raw`x = 'it\'s # precollect: ignore'`],
    ['a string over lines', 'x = """\n# precollect: ignore\n"""'],
    ['a string with quotes of the other kind', `x = '"""' + "# precollect: ignore" + '"""'`],
  ])('are no comments in %s', (_, text) => {
    expect(suppressionsIn('/p/a.py', text)).toEqual([])
  })

  test.each([
    ['after a string', 'x = "a"  # precollect: ignore[a, b]'],
    ['after an unclosed string', 'x = "a\ny = 1  # precollect: ignore[a, b]'],
    ['after an empty string', `x = ''  # precollect: ignore[a, b]`],
    ['after a raw string that ends in a backslash', String.raw`x = r'\\'  # precollect: ignore[a, b]`],
  ])('are found %s', (_, text) => {
    const start = text.indexOf('# precollect')
    const span = { path: '/p/a.py', start, end: text.length }
    expect(suppressionsIn('/p/a.py', text)).toEqual([{ span, wholeFile: false, rules: ['a', 'b'] }])
  })
})

describe('settings', () => {
  test('select and ignore', () => {
    expect(brief(findings(LINE, { select: ['syntax-error'] }))).toEqual([])
    expect(brief(findings(LINE, { select: ['all'], ignore: ['missing-symbol'] }))).toEqual([])
    expect(brief(findings(LINE, { select: ['missing-symbol'] }))).toEqual(BOTH)
  })

  test('the command line takes the place of select and adds to ignore', () => {
    const settings = { ...DEFAULT_SETTINGS, select: ['syntax-error'], ignore: ['leaked-stub'] }
    expect(withOverrides(settings, { select: [], ignore: [] })).toEqual(settings)
    expect(withOverrides(settings, { select: ['missing-symbol'], ignore: ['undefined-name'] })).toEqual({
      ...settings,
      select: ['missing-symbol'],
      ignore: ['leaked-stub', 'undefined-name'],
    })
  })

  test('by file', () => {
    const byFile = (pattern: string, rules: string[]) =>
      findings(LINE, { perFileIgnores: [{ pattern, rules }] })
    expect(brief(byFile('tests/*', ['missing-symbol']))).toEqual([])
    expect(brief(byFile('test_a.py', ['all']))).toEqual([])
    expect(brief(byFile('tests/*', ['syntax-error']))).toEqual(BOTH)
    expect(brief(byFile('src/*', ['missing-symbol']))).toEqual(BOTH)
    expect(brief(findings(LINE, { exclude: ['tests'] }))).toEqual([])
  })

  test('patterns are relative to the folder of the settings', () => {
    const perFileIgnores = [{ pattern: 'p/tests/*', rules: ['all'] }]
    expect(brief(findings(LINE, { perFileIgnores, folder: '/' }))).toEqual([])
    expect(brief(findings(LINE, { perFileIgnores }))).toEqual(BOTH)
  })

  test('severity by rule', () => {
    expect(
      brief(findings(LINE, { severity: { 'missing-symbol': 'info' } })).map(text => text.split(':')[0]),
    ).toEqual(['info missing-symbol', 'info missing-symbol'])
  })
})

test('a silenced cause is still a cause: the collector fails all the same', () => {
  const { world: made, happened } = world(`${LINE}  # precollect: ignore`)
  const { causes } = runRules(made.input(happened))
  expect(causes.map(({ subject, occurrences }) => [subject, occurrences])).toEqual([
    ['app.one', [{ collector: '/p/tests/test_a.py', layer: 0 }]],
    ['app.two', [{ collector: '/p/tests/test_a.py', layer: 1 }]],
  ])
})

test('fingerprints survive edits above, tell equal faults apart, and are those of the causes', () => {
  const prints = (line: string, above?: string) =>
    findings(line, {}, above).map(finding => finding.fingerprint)
  const [one, two] = prints(LINE)
  expect(one).toMatch(/^[0-9a-f]{16}$/)
  expect(one).not.toBe(two)
  expect(prints(`  ${LINE}`, 'import os\n\n\n')).toEqual([one, two])

  const made = new World({ 'test_a.py': 'import gone\nimport gone\n', 'test_b.py': '' })
  const detail = { kind: 'module-not-found', module: 'gone', searched: [], has: [], blocker: null } as const
  const first = made.failure("ModuleNotFoundError: No module named 'gone'", detail, [
    'test_a.py',
    'import gone',
  ])
  const second = {
    ...first,
    span: made.at('test_a.py', '\nimport gone'),
    focus: made.at('test_a.py', '\nimport gone'),
  }
  const result = runRules(made.input({ collectors: { 'test_b.py': [second], 'test_a.py': [first] } }))
  expect(new Set(result.findings.map(finding => finding.fingerprint))).toEqual(
    new Set(result.causes.map(cause => cause.id)),
  )
  expect(new Set(result.causes.map(cause => cause.id)).size).toBe(2)
})

test('a finding that has no cause never has the fingerprint of one that has', () => {
  const made = new World({ 'test_a.py': '@mark.mine\n@mark.other\n@mark.mine\n' })
  const cause = made.failure("Failed: 'mine' not found", { kind: 'unknown-marker', name: 'mine' }, [
    'test_a.py',
    '\n@mark.mine',
    'mark.mine',
  ])
  const event = {
    event: 'unknown-marker',
    name: 'mine',
    span: made.at('test_a.py', 'mark.mine'),
    strict: false,
  } as const
  const { findings } = runRules(made.input({ collectors: { 'test_a.py': [cause] }, events: [event] }))
  expect(findings.map(finding => finding.severity)).toEqual(['warning', 'error'])
  expect(findings[0]!.fingerprint).not.toBe(findings[1]!.fingerprint)
})
