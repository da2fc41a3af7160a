/** The order in which findings matter, for reports of which only the beginning may be read or shown. */
import type { Finding } from '../rules/finding.ts'
import type { Health } from './health.ts'

const SEVERITY = { error: 0, warning: 1, info: 2 }

/** Errors first, by the test files that their causes cost; then warnings and notes, by place. */
export function byDamage({ causes }: Health, findings: readonly Finding[]): readonly Finding[] {
  const rank = new Map(causes.map(({ cause }, at) => [cause.id, at]))
  const rankOf = (finding: Finding) => rank.get(finding.fingerprint) ?? rank.size
  return findings.toSorted((a, b) => SEVERITY[a.severity] - SEVERITY[b.severity] || rankOf(a) - rankOf(b))
}
