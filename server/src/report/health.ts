/**
 * The report's model: how the suite stands, and what would mend most of it. Made once, told by each renderer
 * in its own way.
 */
import type { Cause } from '../rules/causes.ts'
import { collectorsOf } from '../rules/causes.ts'
import type { Finding } from '../rules/finding.ts'
import { filesBehind } from '../rules/test_files.ts'
import type { CollectorTrace, Failure } from '../simulate/trace.ts'
import type { ReportInput } from './report_input.ts'
import { type Statistics, statistics } from './statistics.ts'

export type Outcome = CollectorTrace['outcome']
export type Totals = Readonly<Record<Outcome, number>>

export interface Health {
  readonly session: SessionHealth
  /** Collectors of the trace by outcome. */
  readonly collectors: Totals
  /** Test files by what becomes of them: those below a folder that fails are lost with it. */
  readonly files: Totals
  /** Most damage first: what stops the run, then by test files lost now, then by those that wait. */
  readonly causes: readonly RankedCause[]
  /** How many collectors have at least one error, at least two in a row, and so on. */
  readonly layers: readonly number[]
  readonly statistics: Statistics
  /** Why verdicts are missing, most frequent reason first. */
  readonly doubts: readonly { readonly reason: string; readonly collectors: readonly string[] }[]
  /** What nobody could find out about the environment and the configuration. */
  readonly unknown: readonly string[]
}

export interface SessionHealth {
  readonly outcome: 'runs' | 'stops' | 'unknown'
  readonly exitCode: number | null
  readonly failure: Failure | null
  readonly cause: Cause | null
  readonly reason: string | null
}

export interface RankedCause {
  readonly cause: Cause
  /** What it is told by; null where that is silenced. */
  readonly finding: Finding | null
  /** Test files that are not collected because of it. */
  readonly files: number
}

export function health(input: ReportInput): Health {
  const { trace, environment, plan } = input
  return {
    session: session(input),
    collectors: totals(trace.collectors.map(collector => collector.outcome)),
    files: totals(fileOutcomes(input)),
    causes: rank(input),
    layers: layers(trace.collectors),
    statistics: statistics(trace),
    doubts: doubts(trace.collectors),
    unknown: [...new Set([...environment.unknown, ...plan.unknown])],
  }
}

/** A stop that the plan is certain of counts also where no code was simulated at all. */
function session({ trace, plan, causes }: ReportInput): SessionHealth {
  const { outcome, exitCode, failure, reason } = trace.session
  const stopping = causes.find(each => each.stopsRun) ?? null
  const stops = outcome === 'stops' || plan.stops.length > 0
  return {
    outcome: stops ? 'stops' : outcome,
    exitCode: exitCode ?? (stops ? (plan.stops[0]?.exitCode ?? null) : null),
    failure: stops ? (failure ?? stopping?.failure ?? null) : null,
    cause: stopping,
    reason,
  }
}

function totals(outcomes: Iterable<Outcome>): Totals {
  const counts = { collects: 0, fails: 0, skips: 0, unknown: 0 }
  for (const outcome of outcomes) counts[outcome]++
  return counts
}

/** What a conftest takes out of the plan while it runs has no outcome at all. */
function fileOutcomes({ trace, plan }: ReportInput): Iterable<Outcome> {
  const byFile = new Map<string, Outcome>()
  for (const { path, outcome } of trace.collectors) {
    for (const file of filesBehind(plan, path)) byFile.set(file, outcome)
  }
  return byFile.values()
}

function rank({ causes, findings, plan }: ReportInput): RankedCause[] {
  const told = new Map(findings.map(finding => [finding.fingerprint, finding]))
  const ranked = causes.map(cause => ({
    cause,
    finding: told.get(cause.id) ?? null,
    files: new Set(collectorsOf(cause).flatMap(path => filesBehind(plan, path))).size,
  }))
  return ranked.sort(
    (a, b) =>
      Number(b.cause.stopsRun) - Number(a.cause.stopsRun) ||
      b.files - a.files ||
      b.cause.occurrences.length - a.cause.occurrences.length ||
      compare(a.cause.span.path, b.cause.span.path) ||
      a.cause.span.start - b.cause.span.start,
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function layers(collectors: readonly CollectorTrace[]): number[] {
  const counts: number[] = []
  for (const { failure, behind } of collectors) {
    const depth = failure ? 1 + behind.length : 0
    for (let layer = 0; layer < depth; layer++) counts[layer] = (counts[layer] ?? 0) + 1
  }
  return counts
}

function doubts(collectors: readonly CollectorTrace[]): Health['doubts'] {
  const byReason = new Map<string, string[]>()
  for (const { path, outcome, reason } of collectors) {
    if (outcome !== 'unknown') continue
    const key = reason ?? 'no reason given'
    byReason.set(key, [...(byReason.get(key) ?? []), path])
  }
  return [...byReason]
    .map(([reason, paths]) => ({ reason, collectors: paths }))
    .sort((a, b) => b.collectors.length - a.collectors.length || compare(a.reason, b.reason))
}
