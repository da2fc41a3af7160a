/** The formats that other programs read, each against the schema or the reader it is for. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { healthSchema } from '../../scripts/schema.mjs'
import { junitSchema, sarifSchema } from '../../scripts/schemas.mjs'
import { renderGithub, renderGitlab } from '../../server/src/report/code_host.ts'
import { health } from '../../server/src/report/health.ts'
import { renderJson } from '../../server/src/report/json.ts'
import { renderJsonLines } from '../../server/src/report/json_lines.ts'
import { renderJunit } from '../../server/src/report/junit.ts'
import { renderMarkdown } from '../../server/src/report/markdown.ts'
import type { ReportInput } from '../../server/src/report/report_input.ts'
import { renderSarif } from '../../server/src/report/sarif.ts'
import { World } from '../rules/world.ts'
import { broken, clean, input, planned } from './broken_project.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const strange = new World({
  'pytest.ini': '[pytest]\naddopts = --cov\n',
  'tests/a b/test_<&>.py': 'import gone_`|`\n',
})

/** Words that every format has to escape, in a run that stops. */
function odd(): ReportInput {
  const failure = strange.failure(
    'ModuleNotFoundError: No module named "gone_`|`" <b>\n::error ::%0A\u0000 ]]>',
    { kind: 'module-not-found', module: 'gone_`|`', searched: [], has: [], blocker: null },
    ['tests/a b/test_<&>.py', 'import gone_`|`', 'gone_`|`'],
  )
  const stop = {
    exitCode: 4,
    exception: 'UsageError',
    message: 'unrecognized arguments: --cov',
    span: strange.at('pytest.ini', '--cov'),
    rule: 'missing-plugin',
    subject: '--cov',
    phase: 'options' as const,
  }
  return input({ collectors: { 'tests/a b/test_<&>.py': [failure] }, plan: { stops: [stop] } }, strange)
}

const inputs: readonly (readonly [string, () => ReportInput])[] = [
  ['a broken suite', () => input(broken())],
  ['a healthy one', () => input(clean)],
  ['one with bridges and a plan', planned],
  ['nothing at all', () => input({}, new World({ 'a.py': '' }))],
  ['strange words, and a run that stops', odd],
]

describe('json', () => {
  test('docs/health.schema.json is what the types say; if not: node scripts/docs.mjs', () => {
    expect(readFileSync(here('../../docs/health.schema.json'), 'utf8')).toBe(healthSchema())
  })

  const validate = new Ajv({ allErrors: true }).compile(JSON.parse(healthSchema()))

  test.each(inputs)('the document of %s is of that schema', (_, of) => {
    const document = JSON.parse(renderJson(of(), health(of()), 'precollect 0.1.0'))
    validate(document)
    expect(validate.errors ?? []).toEqual([])
  })

  test('a document that lacks something is not', () => {
    const { causes, ...rest } = JSON.parse(renderJson(odd(), health(odd()), 'precollect 0.1.0'))
    expect(validate(rest)).toBe(false)
    expect(validate({ ...rest, causes: [{ ...causes[0], files: 'many' }] })).toBe(false)
  })

  test('lines hold the same, each an object with its type', () => {
    const of = input(broken())
    const lines = renderJsonLines(of, health(of), 'precollect 0.1.0').trimEnd().split('\n')
    const { causes, findings, collectors, testFiles, statistics, ...rest } = JSON.parse(
      renderJson(of, health(of), 'precollect 0.1.0'),
    )
    const typed = (type: string) => (part: object) => ({ type, ...part })
    expect(lines.map(line => JSON.parse(line))).toEqual([
      typed('report')(rest),
      ...causes.map(typed('cause')),
      ...findings.map(typed('finding')),
      ...collectors.map(typed('collector')),
      ...testFiles.map(typed('testFile')),
      typed('statistics')(statistics),
    ])
  })
})

describe('sarif', () => {
  const log = (of: ReportInput, base = '/p') => JSON.parse(renderSarif(of, health(of), '0.1.0', base))

  test.skipIf(!existsSync(sarifSchema)).each(inputs)('of %s is of the official schema', (_, of) => {
    const schema = JSON.parse(readFileSync(sarifSchema, 'utf8').replace(/^\ufeff/, ''))
    const validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(schema)
    validate(log(of()))
    expect(validate.errors ?? []).toEqual([])
  })

  test('places are relative to the checkout, and absolute outside of it', () => {
    const [run] = log(odd()).runs
    const uris = run.results.map(
      (result: { locations: { physicalLocation: { artifactLocation: object } }[] }) =>
        result.locations[0]!.physicalLocation.artifactLocation,
    )
    expect(run.originalUriBaseIds).toEqual({ '%SRCROOT%': { uri: 'file:///p/' } })
    expect(uris).toContainEqual({ uri: 'tests/a%20b/test_%3C%26%3E.py', uriBaseId: '%SRCROOT%', index: 1 })
    const outside = JSON.stringify(log(odd(), '/elsewhere').runs[0].results)
    expect(outside).toContain('file:///p/tests/a%20b/test_%3C&%3E.py')
  })

  test('a result carries its rule, its way and its fingerprint', () => {
    const of = input(broken())
    const [run] = log(of).runs
    const [first] = run.results
    const told = of.findings.find(finding => finding.rule === 'missing-symbol')!
    expect(first.ruleId).toBe('missing-symbol')
    expect(run.tool.driver.rules[first.ruleIndex].id).toBe('missing-symbol')
    expect(first.partialFingerprints).toEqual({ 'precollect/v1': told.fingerprint })
    expect(first.codeFlows[0].threadFlows[0].locations).toHaveLength(2)
    expect(first.properties.breaks).toEqual(['tests/test_a.py', 'tests/test_b.py'])
  })
})

describe('junit', () => {
  test.skipIf(!existsSync(junitSchema)).each(inputs)("of %s is of Jenkins' schema", async (_, of) => {
    const result = await validateXML({
      xml: [{ fileName: 'health.junit.xml', contents: renderJunit(of(), health(of())) }],
      schema: [readFileSync(junitSchema, 'utf8')],
    })
    expect(result.errors).toEqual([])
  })

  test('a collector is a test case, whatever becomes of it', () => {
    const of = input(broken())
    const xml = renderJunit(of, health(of))
    expect(xml).toContain('<testsuite name="precollect" tests="7" failures="0" errors="3" skipped="2">')
    expect(xml).toContain('<testcase classname="tests.test_d" name="tests/test_d.py"/>')
    expect(xml).toMatch(/<error message="ImportError: cannot import name 'Group'[^"]*" type="ImportError">/)
    expect(xml).toContain(
      '<system-out><![CDATA[not decided: a condition could not be evaluated]]></system-out>',
    )
  })
})

describe('annotations', () => {
  test('github: the costliest first, with what its commands need escaped', () => {
    const of = input(broken())
    expect(renderGithub(of, health(of), '/').split('\n')[0]).toBe(
      "::error file=p/app/api.py,line=2,endLine=2,col=30,endColumn=35,title=precollect missing-symbol::module 'app.models' has no name 'Group'; tests/test_a.py and one more test file run into it and are not collected; define it in app/models.py, or import it from where it lives now; did you mean 'Groups'?",
    )
    for (const line of renderGithub(odd(), health(odd()), '/p').trimEnd().split('\n')) {
      expect(line).toMatch(/^::(error|warning|notice) file=[^:]*::[^\r\n]*$/)
    }
  })

  test('gitlab: each finding once, under its fingerprint', () => {
    const of = input(broken())
    const issues = JSON.parse(renderGitlab(of, health(of), '/p'))
    expect(issues[0]).toEqual({
      description: expect.stringMatching(/^module 'app\.models' has no name 'Group'; /),
      check_name: 'missing-symbol',
      fingerprint: of.findings.find(finding => finding.rule === 'missing-symbol')!.fingerprint,
      severity: 'critical',
      location: { path: 'app/api.py', lines: { begin: 2 } },
    })
    const prints = issues.map((issue: { fingerprint: string }) => issue.fingerprint)
    expect(new Set(prints).size).toBe(of.findings.length)
  })
})

describe('markdown', () => {
  const markdown = (of: ReportInput) => renderMarkdown(of, health(of), 'precollect 0.1.0')

  test('what is broken, what to mend, and each finding folded', () => {
    expect(markdown(input(broken()))).toMatchInlineSnapshot(`
      "## ❌ precollect: 3 test files fail to collect

      | | collect | fail | skipped | not decided |
      |---|--:|--:|--:|--:|
      | test files | 1 | 3 | 1 | 1 |
      | tests written in them | 0 | 0 | 0 | 0 |

      2 errors, 1 warning.

      ### 2 root causes

      | test files | tests | rule | place | what |
      |--:|--:|---|---|---|
      | 2 | 0 | \`missing-symbol\` | \`app/api.py:2\` | module 'app.models' has no name 'Group' |
      | 1 | 0 | \`unresolved-import\` | \`tests/test_c.py:1\` | module 'nowhere' cannot be found |

      **Mend first:** these 3 bring 3 lost test files to 0.

      1. \`app.models.Group\` (missing-symbol): 2 left
      1. \`nowhere\` (unresolved-import): 1 left
      1. \`nowhere\` (unresolved-import): 0 left

      **Missing modules:** \`nowhere\` (1)

      **Missing names:** \`app.models.Group\` (2)

      **Not decided:**

      - 1 file: a condition could not be evaluated

      ### Findings

      <details><summary>error <code>missing-symbol</code> app/api.py:2: module 'app.models' has no name 'Group'</summary>

      \`\`\`python
      from app.models import User, Group
      \`\`\`

      Way: \`tests/test_a.py:1\` → \`app/api.py:2\`

      Why: tests/test\\_a.py and one more test file run into it and are not collected.<br>To do: define it in app/models.py, or import it from where it lives now; did you mean 'Groups'?

      </details>

      <details><summary>error <code>unresolved-import</code> tests/test_c.py:1: module 'nowhere' cannot be found</summary>

      \`\`\`python
      import nowhere
      \`\`\`

      Why: pytest cannot collect this test file.<br>To do: install the distribution that provides 'nowhere', or correct the import if it is a module that moved.

      </details>

      <details><summary>warning <code>unresolved-import</code> tests/test_a.py:2: module 'nowhere' cannot be found</summary>

      \`\`\`python
      import nowhere
      \`\`\`

      Why: it waits behind an earlier error in tests/test\\_a.py and shows once that is cured.<br>To do: install the distribution that provides 'nowhere', or correct the import if it is a module that moved.

      </details>

      <sub>precollect 0.1.0; Python 3.12.1 (\`/p/.venv/bin/python\`), pytest 9.0.2, started as \`pytest\`</sub>
      "
    `)
  })

  test('a healthy suite in a few lines', () => {
    expect(markdown(input(clean))).toMatchInlineSnapshot(`
      "## ✅ precollect: all 6 test files collect

      | | collect | fail | skipped | not decided |
      |---|--:|--:|--:|--:|
      | test files | 6 | 0 | 0 | 0 |
      | tests written in them | 0 | 0 | 0 | 0 |

      0 errors, 0 warnings.

      <sub>precollect 0.1.0; Python 3.12.1 (\`/p/.venv/bin/python\`), pytest 9.0.2, started as \`pytest\`</sub>
      "
    `)
  })

  test('words of a project are no markup', () => {
    const text = markdown(odd())
    expect(text).not.toMatch(/<b>|::error/)
    expect(text).toContain('`` gone_`\\|` ``')
  })

  test('keeps within what a comment may hold, and says what it left out', () => {
    const of = input(broken())
    const like = of.findings[0]!
    const findings = Array.from({ length: 3000 }, (_, at) => ({ ...like, fingerprint: String(at) }))
    const text = markdown({ ...of, findings })
    expect(text.length).toBeLessThan(65_536)
    expect(text).toMatch(/\n\d+ more findings would not fit in here\.\n/)
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length)
  })
})
