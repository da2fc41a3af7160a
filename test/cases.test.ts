/**
 * The half of the cases that asks the analyser: each project in memory, findings and marks matched one to one,
 * and an outcome for every collector. `oracle.test.ts` is the other half: it sees to it that the marks are true.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { type Analysis, analyze } from '../server/src/engine/analyze.ts'
import { LineIndex } from '../server/src/files/lines.ts'
import { join, relative } from '../server/src/files/paths.ts'
import type { Finding } from '../server/src/rules/finding.ts'
import { type Case, type Mark, predictedOutcome, readCases, sessionStop } from './support/case_file.ts'
import { inMemory } from './support/in_memory.ts'
import { findPython } from './support/pythons.ts'

const cases = readCases()

describe('the analyser agrees with the marks', () => {
  for (const c of cases) {
    const python = findPython(c)
    test.skipIf(!python)(`${c.path}: ${c.title}`, async () => {
      const { fs, root, python: named, startable } = inMemory(c, python!)
      const analysis = await analyze(fs, {
        cwd: join(root, c.cwd),
        paths: [],
        pytestArgs: c.pytestArgs,
        invocation: c.invocation,
        python: named,
        trusted: startable,
        env: c.env,
        envIsExact: true,
        select: [],
        ignore: [],
      })
      expect(told(c, root, analysis)).toEqual(expected(c, root, analysis))
    })
  }
})

/** Known disagreements are no skipped tests: they are asserted, and counted in public. */
afterAll(() => {
  for (const known of ['MISS', 'FALSE', 'UNSURE'] as const) {
    const where = cases.flatMap(c =>
      c.marks.filter(mark => mark.known === known).map(mark => `${c.path} ${mark.rule}`),
    )
    console.log(`${known}: ${where.length}${where.map(line => `\n  ${line}`).join('')}`)
  }
})

function told(c: Case, root: string, { trace, findings, text }: Analysis): string[] {
  const { outcome, exitCode } = trace.session
  const notes = new Set(c.marks.filter(mark => mark.severity === 'info').map(showMark))
  return [
    outcome === 'stops' ? `session stops, exit code ${exitCode}` : `session ${outcome}`,
    ...trace.collectors.map(it => `${relative(root, it.path)} ${it.outcome}`),
    ...findings
      .map(finding => showFinding(finding, root, text(finding.span.path) ?? ''))
      // A note is no claim about pytest: only those are compared that a case asks for.
      .filter((line, index) => findings[index]!.severity !== 'info' || notes.has(line))
      .sort(),
  ]
}

function expected(c: Case, root: string, { trace }: Analysis): string[] {
  const exitCode = sessionStop(c, 'predicted')
  const unsure = c.marks.some(mark => mark.known === 'UNSURE' && mark.exitCode !== null)
  const said = trace.collectors.map(it => relative(root, it.path))
  const named = [...c.outcomes.keys(), ...c.marks.flatMap(({ breaks }) => breaks)]
  return [
    exitCode !== null ? `session stops, exit code ${exitCode}` : unsure ? 'session unknown' : 'session runs',
    ...[...new Set([...said, ...named])].map(path => `${path} ${predictedOutcome(c, path)}`),
    ...c.marks
      .filter(({ known }) => known !== 'MISS')
      .map(showMark)
      .sort(),
  ]
}

function showMark({ path, line, columns, rule, severity, known, breaks, exitCode }: Mark): string {
  // What waits behind an earlier error, and what an interpreter would have to decide, are warnings.
  const now = known !== 'SHADOWED' && known !== 'UNSURE'
  const collectors = now ? [...(exitCode === null ? [] : ['.']), ...breaks] : []
  return show(path, line, columns, now ? severity : 'warning', rule, collectors)
}

function showFinding({ span, rule, severity, breaks }: Finding, root: string, text: string): string {
  const collectors = breaks.map(path => relative(root, path))
  const path = relative(root, span.path)
  if (span.start === 0 && span.end === 0) return show(path, 1, null, severity, rule, collectors)
  const lines = new LineIndex(text)
  const start = lines.position(span.start)
  const end = lines.position(span.end)
  const lastColumn = end.line === start.line ? end.column : endOfLine(text, span.start) + start.column
  return show(path, start.line, [start.column - 1, lastColumn - 1], severity, rule, collectors)
}

/** How many units from `offset` to the end of its line: a span of several lines is marked on its first one. */
function endOfLine(text: string, offset: number): number {
  const rest = text.slice(offset)
  const end = rest.search(/\r?\n/)
  return end < 0 ? rest.length : end
}

function show(
  path: string,
  line: number,
  columns: readonly [number, number] | null,
  severity: string,
  rule: string,
  collectors: readonly string[],
): string {
  // Where in a line a syntax error stands is the interpreter's business and differs between its versions.
  const place =
    columns === null
      ? path
      : rule === 'syntax-error'
        ? `${path}:${line}`
        : `${path}:${line}:${columns.join('-')}`
  return `${place} ${severity} ${rule}${collectors.length > 0 ? ` -> ${collectors.toSorted().join(', ')}` : ''}`
}
