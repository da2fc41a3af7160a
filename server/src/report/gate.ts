/**
 * The gate: whether a suite stands where a team wants it to. Pure: the bars and what was found in, one answer for each
 * bar out. Which findings count (all, those not in the baseline, those that are new) is decided before.
 */
import { endedByUs } from '../confirm/observation.ts'
import type { Finding } from '../rules/finding.ts'
import type { BaselineEntry } from './baseline.ts'
import type { Health } from './health.ts'
import { wrap } from './layout.ts'
import type { Confirmation, ReportInput } from './report_input.ts'
import { count, painter, type Style } from './style.ts'

export interface Bars {
  readonly maxErrors: number
  readonly maxWarnings: number | null
  readonly minCollected: { readonly tests: number; readonly because: string } | null
  readonly requireConfirmed: boolean
}

export interface Counted {
  /** The findings that count. */
  readonly findings: readonly Finding[]
  /** What they are, for people: 'new since main', 'not in the baseline'; null: all there are. */
  readonly which: string | null
  /** How many do not count, as the baseline has them. */
  readonly known: number
  /** Entries of the baseline whose fault is gone, where that is not to be; else none. */
  readonly stale: readonly BaselineEntry[]
}

export type BarName = 'max-errors' | 'max-warnings' | 'min-collected' | 'require-confirmed' | 'baseline'

export interface BarResult {
  readonly bar: BarName
  readonly holds: boolean
  /** How it stands, and what was wanted. */
  readonly words: string
}

/** One result for each bar there is. */
export function judgeBars(bars: Bars, counted: Counted, input: ReportInput, model: Health): BarResult[] {
  const { maxErrors, maxWarnings, minCollected, requireConfirmed } = bars
  const results = [fewErrors(maxErrors, counted, model)]
  if (maxWarnings !== null) results.push(few('warning', 'max-warnings', maxWarnings, counted, 0))
  if (counted.stale.length > 0) results.push(staleBaseline(counted.stale))
  if (minCollected !== null) results.push(enoughCollected(minCollected, model))
  if (requireConfirmed) results.push(confirmed(input.confirmation))
  return results
}

/** A run that stops fails also where its cause is silenced. */
function fewErrors(most: number, counted: Counted, { session, causes }: Health): BarResult {
  const told = causes.some(({ cause, finding }) => cause === session.cause && finding !== null)
  const silenced = session.outcome === 'stops' && !told ? 1 : 0
  return few('error', 'max-errors', most, counted, silenced)
}

function few(
  severity: 'error' | 'warning',
  bar: BarName,
  most: number,
  { findings, which, known }: Counted,
  more: number,
): BarResult {
  const number = findings.filter(it => it.severity === severity).length + more
  const apart = known > 0 ? `, ${count(known, 'finding')} in the baseline` : ''
  const words = `${count(number, severity)}${which === null ? '' : ` ${which}`}, at most ${most} wanted${apart}`
  return { bar, holds: number <= most, words }
}

function staleBaseline(stale: readonly BaselineEntry[]): BarResult {
  const [first] = stale
  const words =
    `${count(stale.length, 'fault')} of the baseline ${stale.length === 1 ? 'is' : 'are'} gone ` +
    `(${first!.rule} in ${first!.path}${stale.length > 1 ? ', ...' : ''}): ` +
    'run `precollect gate` on your machine, which takes them out, and commit the file'
  return { bar: 'baseline', holds: false, words }
}

/** How many tests count as collected: pytest's own number, else those written in files that may collect. */
export function collectedTests({ collected, tests, session }: Health): number {
  if (collected !== null) return collected
  return session.outcome === 'stops' ? 0 : tests.collects + tests.unknown
}

function enoughCollected(
  { tests: least, because }: NonNullable<Bars['minCollected']>,
  model: Health,
): BarResult {
  const number = collectedTests(model)
  const doubt = model.collected === null && model.tests.unknown > 0
  const how = model.collected !== null ? 'collected by pytest' : 'written in test files that collect'
  const words =
    `${count(number, 'test')} ${how}${doubt ? ` or can't be judged` : ''}, ` +
    `at least ${least} wanted${because === '' ? '' : ` (${because})`}`
  return { bar: 'min-collected', holds: number >= least, words }
}

function confirmed(confirmation: Confirmation | undefined): BarResult {
  const trouble = confirmation ? disagreement(confirmation) : 'pytest was not run'
  const words = trouble ?? `pytest agrees with every prediction`
  return { bar: 'require-confirmed', holds: trouble === null, words }
}

/** Why a pass does not confirm what was predicted; null where it does. */
function disagreement({ observation, judged, predicted }: Confirmation): string | null {
  const { end } = observation
  if (endedByUs(end)) return `pytest did not come to its end: ${end.kind}`
  if (end.kind === 'died') return `pytest died of ${end.signal}`
  if (judged.session.agrees === false) {
    return `the run was predicted to be one that ${judged.session.predicted}, and pytest's ${judged.session.observed}`
  }
  const refuted = predicted.filter((it, at) => it.severity === 'error' && judged.findings[at] === 'refuted')
  if (refuted.length > 0) return `pytest refutes ${count(refuted.length, 'error')}`
  const unforeseen = judged.unpredicted.length
  if (unforeseen > 0) return `pytest fails at ${count(unforeseen, 'place')} that nobody foresaw`
  return null
}

/** The end of a report for people: each bar, failing ones first, and the verdict. */
export function renderGate(results: readonly BarResult[], style: Style): string {
  const paint = painter(style)
  const width = Math.max(0, ...results.map(({ bar }) => bar.length))
  const order = results.toSorted((a, b) => Number(a.holds) - Number(b.holds))
  const lines = order.flatMap(({ bar, holds, words }) => {
    const mark = holds ? 'holds' : 'FAILS'
    const [first = '', ...rest] = wrap(words, style.width, `${mark}  ${bar.padEnd(width)}  `)
    const colored = holds ? paint.green(mark) : paint.bold(paint.red(mark))
    return [colored + first.slice(mark.length), ...rest]
  })
  return lines.map(line => `${line}\n`).join('')
}

/** The part `gate` of the JSON document. */
export interface JsonGate {
  readonly passes: boolean
  readonly bars: readonly BarResult[]
  /** Fingerprints of the findings that count. */
  readonly counted: readonly string[]
}

export function jsonGate(results: readonly BarResult[], { findings }: Counted): JsonGate {
  return {
    passes: results.every(({ holds }) => holds),
    bars: results,
    counted: findings.map(({ fingerprint }) => fingerprint),
  }
}
