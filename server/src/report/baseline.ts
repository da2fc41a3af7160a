/**
 * The baseline: the findings that a project has agreed to live with for now, by fingerprint, so that edits above them
 * change nothing. Pure: texts and findings in, texts and answers out; who writes it, and when, is the gate's affair.
 */
import { join } from '../files/paths.ts'
import type { Finding } from '../rules/finding.ts'
import { whoReaches } from '../simulate/reached.ts'
import type { ReportInput } from './report_input.ts'

export interface BaselineEntry {
  readonly fingerprint: string
  /** For people, as the other two: the fingerprint alone decides. */
  readonly rule: string
  /** Relative to pytest's root folder. */
  readonly path: string
  readonly subject: string
}

export type Baseline = readonly BaselineEntry[]

export interface Compared {
  /** Findings that are not in the baseline. */
  readonly fresh: readonly Finding[]
  readonly known: readonly Finding[]
  /** Entries whose fault is gone. */
  readonly stale: Baseline
}

/** Where it lies if nobody says otherwise, below the folder that is checked. */
export const BASELINE_FILE = '.precollect/baseline.json'

const FORMAT = 1

/** The entries of a baseline file; a string that says what is wrong with it. */
export function readBaseline(text: string): Baseline | string {
  if (/^(?:<{7}|={7}|>{7})/m.test(text)) {
    return 'it holds the marks of a merge conflict: keep the entries that are on both sides, or write it anew with --write-baseline'
  }
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return 'it is not JSON'
  }
  const { version, findings } = (document ?? {}) as { version?: unknown; findings?: unknown }
  if (typeof version === 'number' && version > FORMAT) {
    return `a later version of precollect wrote it (format ${version}; this one reads ${FORMAT}): update precollect`
  }
  if (version !== FORMAT || !Array.isArray(findings) || !findings.every(isEntry)) return 'it is no baseline'
  return findings.map(({ fingerprint, rule, path, subject }) => ({ fingerprint, rule, path, subject }))
}

/** The file: one finding a line, in an order that makes small differences, with a line end. */
export function renderBaseline(baseline: Baseline): string {
  const lines = baseline
    .toSorted((a, b) => compare(a.path, b.path) || compare(a.rule, b.rule) || compare(a.subject, b.subject))
    .map(entry => `    ${JSON.stringify(entry)}`)
  const findings = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`
  return `{\n  "version": ${FORMAT},\n  "findings": ${findings}\n}\n`
}

/** What a baseline of the present state holds: errors and warnings; notes are none to live with. */
export function baselineOf(findings: readonly Finding[], path: (path: string) => string): Baseline {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ fingerprint, rule, span, subject }) => ({ fingerprint, rule, path: path(span.path), subject }))
}

/**
 * Notes are neither. An entry is stale only where its fault could have been seen: not while the run stops, while a
 * test file that reaches its place can't be judged, or, of what only pytest can tell, without a pass.
 */
export function compareWithBaseline(baseline: Baseline, input: ReportInput): Compared {
  const fingerprints = new Set(baseline.map(entry => entry.fingerprint))
  const counted = input.findings.filter(({ severity }) => severity !== 'info')
  const found = new Set(counted.map(finding => finding.fingerprint))
  return {
    fresh: counted.filter(({ fingerprint }) => !fingerprints.has(fingerprint)),
    known: counted.filter(({ fingerprint }) => fingerprints.has(fingerprint)),
    stale: baseline.filter(entry => !found.has(entry.fingerprint) && isJudged(entry, input)),
  }
}

/** The rule of what only a pass can tell. */
const OBSERVED = 'unpredicted-error'

function isJudged({ rule, path }: BaselineEntry, { trace, plan, confirmation }: ReportInput): boolean {
  if (trace.session.outcome !== 'runs' || plan.stops.length > 0) return false
  if (rule === OBSERVED && !confirmation) return false
  const place = join(plan.rootdir, path)
  const reaching = new Set([place, ...whoReaches(trace.reached, place)])
  return !trace.collectors.some(it => it.outcome === 'unknown' && reaching.has(it.path))
}

function isEntry(value: unknown): value is BaselineEntry {
  const entry = (value ?? {}) as Record<string, unknown>
  return ['fingerprint', 'rule', 'path', 'subject'].every(key => typeof entry[key] === 'string')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
