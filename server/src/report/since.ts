/**
 * What has become worse since a former state of the workspace. Pure. A fault is the same one while rule, path (as it
 * was before the file moved) and subject are; of several that are the same the last ones are new.
 */
import { relative } from '../files/paths.ts'
import type { Finding } from '../rules/finding.ts'
import type { ReportInput } from './report_input.ts'

export interface FormerState extends Pick<ReportInput, 'findings' | 'trace' | 'plan'> {
  /** Files that have moved since: their path now -> their path then. */
  readonly renamed: ReadonlyMap<string, string>
}

/**
 * Errors and warnings that were not there, and those that break what they did not: a test file that was collected,
 * or is new. A test file that could not be judged then is no proof of anything.
 */
export function worsened(
  { findings, plan }: Pick<ReportInput, 'findings' | 'plan'>,
  former: FormerState,
): Finding[] {
  const pathThen = (path: string) => former.renamed.get(path) ?? path
  const left = new Map<string, number>()
  for (const finding of former.findings) {
    const key = keyOf(finding, relative(former.plan.rootdir, finding.span.path))
    left.set(key, (left.get(key) ?? 0) + 1)
  }
  const outcomes = new Map(former.trace.collectors.map(({ path, outcome }) => [path, outcome]))
  const stood = (path: string) => !['fails', 'unknown'].includes(outcomes.get(pathThen(path)) ?? 'absent')
  const stoppedThen = former.trace.session.outcome !== 'runs' || former.plan.stops.length > 0
  return findings.filter(finding => {
    if (finding.severity === 'info') return false
    const key = keyOf(finding, relative(plan.rootdir, pathThen(finding.span.path)))
    const before = left.get(key) ?? 0
    if (before === 0) return true
    left.set(key, before - 1)
    return !stoppedThen && finding.breaks.some(path => path !== plan.rootdir && stood(path))
  })
}

function keyOf({ rule, subject }: Finding, path: string): string {
  return [rule, path, subject].join('\0')
}
