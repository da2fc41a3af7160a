/** Which names are missing how often: the histogram that shows what to mend first. */
import type { Finding } from '../rules/finding.ts'
import type { Failure, Trace } from '../simulate/trace.ts'

/** Names and how many collectors fail for want of each; most frequent first, then by name. */
export type Histogram = ReadonlyMap<string, number>

export interface Statistics {
  /** By dotted module name, as Python names it. */
  readonly missingModules: Histogram
  /** By 'module.name'. */
  readonly missingSymbols: Histogram
}

/** Counts what each collector, and the session, fails with now; what waits behind is not counted. */
export function statistics({ session, collectors }: Trace): Statistics {
  const failures = [session.failure, ...collectors.map(collector => collector.failure)].filter(
    failure => failure !== null,
  )
  return {
    missingModules: histogram(failures.map(missingModule)),
    missingSymbols: histogram(failures.map(missingSymbol)),
  }
}

/** How many findings each rule has, most first. */
export function byRule(findings: readonly Finding[]): Histogram {
  return histogram(findings.map(finding => finding.rule))
}

function missingModule({ detail }: Failure): string | null {
  return detail.kind === 'module-not-found' ? detail.module : null
}

function missingSymbol({ detail }: Failure): string | null {
  const missing = detail.kind === 'missing-symbol' || detail.kind === 'missing-attribute'
  return missing ? `${detail.module}.${detail.name}` : null
}

function histogram(names: readonly (string | null)[]): Histogram {
  const counts = new Map<string, number>()
  for (const name of names) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)))
}
