/**
 * How often the rules were right in a project, from verdict to verdict: precision and recall of each rule. A
 * verdict counts once for the same fault in the same text, however often it is passed. Plain data, so that it
 * can be kept.
 */
import { contentHash } from '../files/hash.ts'
import type { Finding } from '../rules/finding.ts'
import type { Current, Judged } from './evidence.ts'
import { kindOfError } from './kind_of_error.ts'
import { explaining } from './traceback.ts'

export interface Score {
  readonly version: 1
  /** By fault and text, oldest first. */
  readonly verdicts: Readonly<Record<string, Counted>>
}

export interface Counted {
  readonly rule: string
  readonly verdict: 'confirmed' | 'refuted' | 'missed'
}

export interface RuleScore {
  readonly rule: string
  readonly confirmed: number
  readonly refuted: number
  /** Failures of this rule's kind that no finding told. */
  readonly missed: number
  /** Shares; null where there is nothing to divide by. */
  readonly precision: number | null
  readonly recall: number | null
}

export const NO_SCORE: Score = { version: 1, verdicts: {} }

/** Older verdicts say little of the rules of today. */
const MOST_VERDICTS = 5000

/** The score with what a judgement adds. Only errors count: anything less was no promise. */
export function addToScore(score: Score, judged: Judged, current: Current): Score {
  const verdicts: Record<string, Counted> = { ...score.verdicts }
  const add = (key: string, counted: Counted) => {
    delete verdicts[key] // so that it stands with the newest
    verdicts[key] = counted
  }
  for (const [at, finding] of current.findings.entries()) {
    const verdict = judged.findings[at]
    if (finding.severity === 'error' && (verdict === 'confirmed' || verdict === 'refuted'))
      add(keyOf(finding, current), { rule: finding.rule, verdict })
  }
  for (const { path, place, exceptions } of judged.unpredicted) {
    const shown = explaining(exceptions)
    const where = place?.path ?? path ?? ''
    const key = [where, shown?.type, shown?.message, current.content(where)].join('\0')
    add(contentHash(key), { rule: kindOfError(exceptions), verdict: 'missed' })
  }
  const kept = Object.entries(verdicts).slice(-MOST_VERDICTS)
  return { version: 1, verdicts: Object.fromEntries(kept) }
}

/** By rule, most verdicts first; the last row, of the rule `all`, holds the sums. */
export function scoreByRule({ verdicts }: Score): readonly RuleScore[] {
  const counts = new Map<string, Record<Counted['verdict'], number>>()
  const all = { confirmed: 0, refuted: 0, missed: 0 }
  for (const { rule, verdict } of Object.values(verdicts)) {
    const count = counts.get(rule) ?? { confirmed: 0, refuted: 0, missed: 0 }
    counts.set(rule, count)
    count[verdict]++
    all[verdict]++
  }
  const weight = ({ confirmed, refuted, missed }: Record<Counted['verdict'], number>) =>
    confirmed + refuted + missed
  const rows = [...counts].sort(([a, x], [b, y]) => weight(y) - weight(x) || (a < b ? -1 : 1))
  return rows.length === 0 ? [] : [...rows, ['all', all] as const].map(([rule, count]) => share(rule, count))
}

function share(rule: string, count: Record<Counted['verdict'], number>): RuleScore {
  const { confirmed, refuted, missed } = count
  const of = (part: number, whole: number) => (whole === 0 ? null : part / whole)
  return {
    rule,
    ...count,
    precision: of(confirmed, confirmed + refuted),
    recall: of(confirmed, confirmed + missed),
  }
}

function keyOf({ fingerprint, span, chain }: Finding, { content }: Current): string {
  const files = [...new Set([span.path, ...chain.map(link => link.path)])]
  return contentHash([fingerprint, ...files.map(path => content(path) ?? '')].join('\0'))
}
