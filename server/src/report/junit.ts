/**
 * JUnit's XML, as Jenkins' schema has it and GitLab and their kin read it: each collector is a test case that is
 * collected, fails or is skipped. What is only warned of is not in it.
 */
import junit, { type TestCase } from 'junit-report-builder'
import { collectorsOf } from '../rules/causes.ts'
import type { Finding } from '../rules/finding.ts'
import type { Failure } from '../simulate/trace.ts'
import type { Health } from './health.ts'
import { Places } from './places.ts'
import type { ReportInput } from './report_input.ts'

/** The builder counts there what the schema counts in suites alone. */
const SKIPPED_OF_ALL = /(<testsuites\b[^>]*?) skipped="\d+"/

/** One suite, `precollect`; a run that stops is a test case of its own, `session`. */
export function renderJunit(input: ReportInput, model: Health): string {
  const places = new Places(input)
  const findings = findingsByCollector(model)
  const builder = junit.newBuilder()
  const suite = builder.testSuite().name('precollect')
  const { session } = model
  const ending = suite.testCase().className('pytest').name('session')
  if (session.outcome === 'stops') {
    const told = model.causes.find(({ cause }) => cause.stopsRun)?.finding ?? null
    const message = session.failure ? headline(session.failure) : 'the whole run stops'
    ending.error(legal(message), session.failure?.exception, legal(details(session.failure, told, places)))
  } else if (session.outcome === 'unknown') leaveOut(ending, session.reason ?? 'not decided')
  const unforeseen = new Map(
    (input.confirmation?.judged.unpredicted ?? []).map(({ path, exceptions }) => [path, exceptions[0]]),
  )
  for (const { path, failure, reason } of input.trace.collectors) {
    const outcome = model.outcomes.get(path)
    const shown = places.path(path)
    const test = suite.testCase().className(className(shown)).name(shown)
    if (outcome === 'fails' && !failure) {
      const exception = unforeseen.get(path)
      test.error(legal(exception ? `${exception.type}: ${exception.message}` : 'pytest does not collect it'))
    } else if (outcome === 'fails' && failure) {
      const text = details(failure, findings.get(path) ?? null, places)
      test.error(legal(headline(failure)), failure.exception, legal(text))
    } else if (outcome === 'skips') leaveOut(test, reason ?? 'skipped')
    else if (outcome === 'unknown') leaveOut(test, `not decided: ${reason ?? 'no reason given'}`)
  }
  return `${builder.build().replace(SKIPPED_OF_ALL, '$1')}\n`
}

/** The reason stands where every reader shows it: the builder has none in `skipped`. */
function leaveOut(test: TestCase, reason: string): void {
  test.skipped().standardOutput(legal(reason))
}

function findingsByCollector({ causes }: Health): ReadonlyMap<string, Finding> {
  const found = new Map<string, Finding>()
  for (const { cause, finding } of causes) {
    if (finding) for (const path of collectorsOf(cause)) found.set(path, finding)
  }
  return found
}

function headline({ exception, message }: Failure): string {
  return `${exception}: ${message}`
}

function details(failure: Failure | null, finding: Finding | null, places: Places): string {
  return [
    ...(failure ? failure.chain.map(span => `${places.short(span)}`) : []),
    ...(failure ? [headline(failure)] : []),
    ...(finding ? ['', `${finding.rule}: ${finding.what}`, finding.why, finding.todo] : []),
  ].join('\n')
}

/** `tests/unit/test_a.py` is `tests.unit.test_a`, as pytest's own reports have it. */
function className(path: string): string {
  return path.replace(/\.py$/, '').replaceAll('/', '.')
}

/** Without the characters that XML 1.0 has no way to write. */
function legal(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
}
