/**
 * The half of the cases that asks real pytest: each project is laid out on disk and collected for real, through
 * the same `confirm/` that ships, and every mark must be right. It needs no analyser; it keeps the cases true.
 */
import { describe, expect, test } from 'vitest'
import { covers, innermost, type Judgement, judge, type Prediction } from '../server/src/confirm/judge.ts'
import type { Observation, ObservedException } from '../server/src/confirm/observation.ts'
import { join, relative } from '../server/src/files/paths.ts'
import type { Finding } from '../server/src/rules/finding.ts'
import { type Case, type Mark, readCases, realOutcome, sessionStop } from './support/case_file.ts'
import { observe } from './support/observe.ts'
import { findPython } from './support/pythons.ts'

describe.concurrent('real pytest agrees with the marks', () => {
  for (const c of readCases()) {
    const python = findPython(c)
    test.skipIf(!python)(`${c.path}: ${c.title}`, async () => {
      const { root, observation } = await observe(c, python!)
      const judgement = judge(predictionOf(c, root), observation)
      expect(told(c, root, judgement, observation)).toEqual(expected(c, judgement, root))
    })
  }
})

/** The marks as a prediction that is right by definition. Spans hold lines here: `lineOf` has none to find. */
function predictionOf(c: Case, root: string): Prediction {
  const exitCode = sessionStop(c, 'real')
  const named = new Set([...c.outcomes.keys(), ...c.marks.flatMap(({ breaks }) => breaks)])
  return {
    session: { outcome: exitCode === null ? 'runs' : 'stops', exitCode },
    collectors: [...named].map(path => ({ path: join(root, path), outcome: realOutcome(c, path) })),
    findings: c.marks.map(mark => findingOf(mark, root)),
    rootdir: root,
    lineOf: span => span.start || 1,
  }
}

function findingOf(
  { path, line, columns, rule, severity, breaks, exitCode, raisedAt }: Mark,
  root: string,
): Finding {
  const place = (at: { path: string; line: number }) => ({
    path: join(root, at.path),
    start: at.line,
    end: at.line,
  })
  const span = columns ? place({ path, line }) : { path: join(root, path), start: 0, end: 0 }
  return {
    rule,
    severity,
    span,
    subject: '',
    what: '',
    why: '',
    todo: '',
    breaks: [...(exitCode === null ? [] : [root]), ...breaks.map(it => join(root, it))],
    chain: [span],
    ...(raisedAt.length > 0 ? { raised: raisedAt.map(place) } : {}),
    related: [],
    fingerprint: '',
  }
}

/** What came out, one line for each thing judged. */
function told(
  c: Case,
  root: string,
  { session, collectors, findings, unpredicted }: Judgement,
  o: Observation,
) {
  const end = o.end.kind === 'exited' ? `exit code ${o.end.code}` : o.end.kind
  return [
    `session ${session.observed}${session.observed === 'stops' ? `, ${end}` : ''}`,
    ...collectors.map(it => `${relative(root, it.path)} ${it.observed}: ${it.verdict}`),
    ...findings.map((state, index) => `${show(c.marks[index]!)} ${stateOf(c.marks[index]!, state, root, o)}`),
    ...unpredicted.map(it => `not marked: ${it.exceptions.map(place).join(' from ')}`),
  ]
}

function expected(c: Case, { collectors }: Judgement, root: string) {
  const exitCode = sessionStop(c, 'real')
  return [
    exitCode === null ? 'session runs' : `session stops, exit code ${exitCode}`,
    ...collectors.map(({ path }) => {
      const collector = relative(root, path)
      return `${collector} ${realOutcome(c, collector)}: agrees`
    }),
    ...c.marks.map(mark => `${show(mark)} ${expectedState(mark)}`),
  ]
}

function show({ path, line, rule }: Mark): string {
  return `${path}:${line} ${rule}`
}

/** Rules whose warnings are pytest's own: it has to give them at that very line. */
const WARNED_OF: ReadonlySet<string> = new Set(['unregistered-marker', 'uncollectable-class'])

function expectedState({ known, severity, rule }: Mark): string {
  if (severity !== 'error') return WARNED_OF.has(rule) ? 'confirmed' : 'predicted'
  if (known === 'SHADOWED') return 'shadowed'
  return known === 'FALSE' ? 'refuted' : 'confirmed'
}

/**
 * The judge confirms a finding whose line lies on the traceback. A mark is held to more: its line must be the
 * innermost one of the project in one exception of the chain, for there the change has to be made.
 */
function stateOf(mark: Mark, state: string, root: string, o: Observation): string {
  // pytest warns of some of them and not of others: its word is welcome and not asked for.
  if (mark.rule === 'misplaced-mark' && mark.severity !== 'error' && state === 'confirmed') return 'predicted'
  if (state !== 'confirmed' || mark.severity !== 'error') return state
  const places = mark.raisedAt.length > 0 ? mark.raisedAt : [mark]
  const failures = [...o.collectors, ...(o.stop ? [o.stop] : [])].map(it => it.exceptions)
  const frames = failures.flat().map(innermost)
  const here = places.every(({ path, line }) =>
    frames.some(frame => frame !== null && covers(frame, join(root, path), line)),
  )
  const nowhere = failures.some(it => it.length > 0 && it.every(exception => innermost(exception) === null))
  return here || nowhere
    ? state
    : `on the traceback, but innermost is ${failures.flat().map(place).join(' from ')}`
}

function place(exception: ObservedException): string {
  const frame = innermost(exception)
  return `${exception.type}: ${exception.message.split('\n')[0]} (${frame ? `${frame.path}:${frame.line}` : 'no place'})`
}
