/**
 * The report's model: how the suite stands, and what would mend most of it. Made once, told by each renderer
 * in its own way.
 */
import type { Judged } from '../confirm/evidence.ts'
import type { FindingState } from '../confirm/judge.ts'
import { endedByUs } from '../confirm/observation.ts'
import { type RuleScore, scoreByRule } from '../confirm/score.ts'
import { type SlowImport, slowImports } from '../confirm/slow_imports.ts'
import type { Environment } from '../environment/environment.ts'
import { dirname } from '../files/paths.ts'
import type { Plan } from '../pytest/plan.ts'
import type { Cause } from '../rules/causes.ts'
import { collectorsOf, waitingOf } from '../rules/causes.ts'
import type { Finding, Severity } from '../rules/finding.ts'
import { filesBehind } from '../rules/test_files.ts'
import type { CollectorTrace, Failure } from '../simulate/trace.ts'
import { type CureOrder, cureOrder } from './cure_order.ts'
import type { BridgeDebt, Confirmation, ReportInput, Totals, TrendPoint } from './report_input.ts'
import type { RescuePlan } from './rescue_plan.ts'
import { byRule, type Histogram, type Statistics, statistics } from './statistics.ts'

export type Outcome = CollectorTrace['outcome']
export type { BridgeDebt, Totals, TrendPoint }

export interface Health {
  readonly session: SessionHealth
  /** Collectors of the trace by outcome: what pytest said where it was asked, else what was predicted. */
  readonly collectors: Totals
  /** By collector, in the order of the trace. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  /** Test files by what becomes of them: those below a folder that fails are lost with it. */
  readonly files: Totals
  /** Test functions that are written in those files, a parametrized one counted once. */
  readonly tests: Totals
  /** Tests that pytest itself was seen to collect; null without a pass that came to its end. */
  readonly collected: number | null
  /** Every test file with an outcome, by path. */
  readonly testFiles: readonly TestFile[]
  /** Every folder that holds test files, by path, its own files alone. */
  readonly folders: readonly FolderHealth[]
  readonly findings: FindingCounts
  /** Most damage first: what stops the run, then by test files lost now, then by those that wait. */
  readonly causes: readonly RankedCause[]
  /** How many collectors have at least one error, at least two in a row, and so on. */
  readonly layers: readonly number[]
  readonly statistics: Statistics
  /** The causes to mend first, and what is left after each. */
  readonly cures: CureOrder
  readonly environment: EnvironmentHealth
  /** How predictions and a real pass agree; null without a pass. */
  readonly verdicts: VerdictHealth | null
  /** Of a real pass, slowest first by their own time. */
  readonly slowImports: readonly SlowImport[]
  /** null where nobody looked for them. */
  readonly bridges: readonly BridgeDebt[] | null
  /** The steps that bring the errors down; null where nobody looked for them. */
  readonly rescue: RescuePlan | null
  /** Earlier runs, oldest first. */
  readonly trend: readonly TrendPoint[]
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

export interface TestFile {
  readonly path: string
  readonly outcome: Outcome
  readonly tests: number
  /** Why it fails now; null where it does not, or fails for what is told elsewhere. */
  readonly cause: Cause | null
}

export interface FolderHealth {
  readonly path: string
  readonly files: Totals
  readonly tests: Totals
}

export interface FindingCounts {
  readonly bySeverity: Readonly<Record<Severity, number>>
  readonly byRule: Histogram
}

/** What the verdicts hold for. */
export interface EnvironmentHealth {
  readonly python: string
  readonly implementation: Environment['implementation']
  readonly platform: Environment['platform']
  readonly executable: string | null
  readonly chosenBecause: string
  readonly pytest: string
  /** Loaded before the first conftest, in pytest's order. */
  readonly plugins: readonly {
    readonly name: string
    readonly distribution: string | null
    readonly version: string | null
  }[]
  readonly invocation: Plan['invocation']['kind']
  readonly invocationBecause: string
  readonly arguments: readonly string[]
  readonly rootdir: string
  readonly configuration: string | null
}

export interface VerdictHealth {
  readonly session: Judged['session']
  /** The errors that were predicted, by what pytest said of them. */
  readonly states: Readonly<Record<FindingState, number>>
  /** Failures that nothing foretold. */
  readonly unforeseen: number
  /** Until now, in this project: by rule, the last row (`all`) the sums. */
  readonly score: readonly RuleScore[]
}

export interface RankedCause {
  readonly cause: Cause
  /** What it is told by; null where that is silenced. */
  readonly finding: Finding | null
  /** Test files that are not collected because of it. */
  readonly files: number
  /** Test functions in those files. */
  readonly tests: number
  /** Test files that would fail because of it next. */
  readonly waiting: number
}

const SLOWEST = 25
const MOST_CURES = 25

export function health(input: ReportInput): Health {
  const { trace, findings, causes, plan, confirmation, tests } = input
  const outcomes = outcomesOf(input)
  const testFiles = filesOf(input, outcomes, tests)
  return {
    session: session(input),
    outcomes,
    collectors: totals([...outcomes.values()].map(outcome => [outcome, 1])),
    files: totals(testFiles.map(({ outcome }) => [outcome, 1])),
    tests: totals(testFiles.map(({ outcome, tests }) => [outcome, tests])),
    collected: collectedTests(confirmation),
    testFiles,
    folders: folders(testFiles),
    findings: { bySeverity: bySeverity(findings), byRule: byRule(findings) },
    causes: rank(input, tests),
    layers: layers(trace.collectors),
    statistics: statistics(trace),
    cures: cureOrder(causes, collector => filesBehind(plan, collector).length, MOST_CURES),
    environment: environmentOf(input),
    verdicts: confirmation ? verdicts(confirmation) : null,
    slowImports: confirmation ? slowImports(confirmation.observation, 'self', SLOWEST) : [],
    bridges: input.bridges ?? null,
    rescue: input.rescue ?? null,
    trend: input.history ?? [],
    doubts: doubts(trace.collectors),
    unknown: [...new Set([...input.environment.unknown, ...plan.unknown])],
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

function totals(counted: Iterable<readonly [Outcome, number]>): Totals {
  const counts = { collects: 0, fails: 0, skips: 0, unknown: 0 }
  for (const [outcome, number] of counted) counts[outcome] += number
  return counts
}

type CountTests = ReportInput['tests']

/** By collector: what pytest said where it came to it, else what was predicted. */
function outcomesOf({ trace, confirmation }: ReportInput): ReadonlyMap<string, Outcome> {
  const outcomes = new Map(trace.collectors.map(({ path, outcome }) => [path, outcome]))
  for (const { path, observed } of confirmation?.judged.collectors ?? [])
    if (observed !== 'unseen' && outcomes.has(path)) outcomes.set(path, observed)
  return outcomes
}

/** What a conftest takes out of the plan while it runs has no outcome at all. */
function filesOf(
  { plan, causes }: ReportInput,
  outcomes: ReadonlyMap<string, Outcome>,
  tests: CountTests,
): readonly TestFile[] {
  const byCollector = new Map<string, Cause>()
  for (const cause of causes) for (const path of collectorsOf(cause)) byCollector.set(path, cause)
  const files = new Map<string, TestFile>()
  for (const [path, outcome] of outcomes) {
    const cause = byCollector.get(path) ?? null
    for (const file of filesBehind(plan, path))
      files.set(file, { path: file, outcome, tests: tests(file), cause })
  }
  return [...files.values()].sort((a, b) => compare(a.path, b.path))
}

function folders(files: readonly TestFile[]): readonly FolderHealth[] {
  const byFolder = new Map<string, TestFile[]>()
  for (const file of files) {
    const folder = dirname(file.path)
    const same = byFolder.get(folder)
    if (same) same.push(file)
    else byFolder.set(folder, [file])
  }
  return [...byFolder]
    .sort(([a], [b]) => compare(a, b))
    .map(([path, own]) => ({
      path,
      files: totals(own.map(({ outcome }) => [outcome, 1])),
      tests: totals(own.map(({ outcome, tests }) => [outcome, tests])),
    }))
}

/** Of a full pass that came to its end by itself. */
function collectedTests(confirmation: Confirmation | undefined): number | null {
  if (!confirmation || endedByUs(confirmation.observation.end)) return null
  return confirmation.observation.collectors
    .filter(({ kind }) => kind === 'module' || kind === 'file')
    .reduce((sum, { items }) => sum + items, 0)
}

function bySeverity(findings: readonly Finding[]): FindingCounts['bySeverity'] {
  const counts = { error: 0, warning: 0, info: 0 }
  for (const { severity } of findings) counts[severity]++
  return counts
}

function environmentOf({ environment, plan }: ReportInput): EnvironmentHealth {
  const { kind, because, args } = plan.invocation
  const versions = new Map(environment.distributions.map(({ name, version }) => [name, version]))
  return {
    python: environment.version.join('.'),
    implementation: environment.implementation,
    platform: environment.platform,
    executable: environment.executable,
    chosenBecause: environment.chosenBecause,
    pytest: plan.pytestVersion,
    plugins: plan.plugins.map(({ name, distribution }) => ({
      name,
      distribution,
      version: distribution === null ? null : (versions.get(distribution) ?? null),
    })),
    invocation: kind,
    invocationBecause: because,
    arguments: args,
    rootdir: plan.rootdir,
    configuration: plan.inipath,
  }
}

function verdicts({ judged, predicted, score }: Confirmation): VerdictHealth {
  const states = { predicted: 0, confirmed: 0, shadowed: 0, refuted: 0, unseen: 0 }
  for (const [at, state] of judged.findings.entries()) {
    if (predicted[at]!.severity === 'error') states[state]++
  }
  return { session: judged.session, states, unforeseen: judged.unpredicted.length, score: scoreByRule(score) }
}

function rank({ causes, findings, plan }: ReportInput, tests: CountTests): RankedCause[] {
  const told = new Map(findings.map(finding => [finding.fingerprint, finding]))
  const ranked = causes.map(cause => {
    const files = new Set(collectorsOf(cause).flatMap(path => filesBehind(plan, path)))
    return {
      cause,
      finding: told.get(cause.id) ?? null,
      files: files.size,
      tests: [...files].reduce((sum, file) => sum + tests(file), 0),
      waiting: new Set(waitingOf(cause).flatMap(path => filesBehind(plan, path))).size,
    }
  })
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
