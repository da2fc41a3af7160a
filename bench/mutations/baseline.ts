/** Tells what a fault did from what was so before it. Pure. */
import { causeKey, type Judgement, type Verdict } from '../shared/judge.ts'
import type { RealFailure, Reality } from '../shared/record.ts'

/** True where pytest's own outcome differs in any collector, failure or verdict on the session. */
export function isChanged(before: Reality, after: Reality): boolean {
  const paths = new Set([...before.collectors.keys(), ...after.collectors.keys()])
  const told = ({ collectors }: Reality, path: string) => {
    const collector = collectors.get(path)
    return collector ? tell(collector.outcome, collector.failures) : ''
  }
  return (
    tellSession(before) !== tellSession(after) ||
    [...paths].some(path => told(before, path) !== told(after, path))
  )
}

function tellSession({ session }: Reality): string {
  return tell(`${session.outcome} ${session.exitCode}`, session.failure ? [session.failure] : [])
}

function tell(outcome: string, failures: readonly RealFailure[]): string {
  return [outcome, ...failures.map(causeKey)].join('\n')
}

/**
 * A judgement less what the unchanged tree's own says too: its failures, and the prediction's errors there, are
 * not the fault's. What agrees stays.
 */
export function without(judgement: Judgement, baseline: Judgement): Judgement {
  const verdicts = new Set(baseline.collectors.map(keyOf))
  const causes = new Set(baseline.causes.map(cause => cause.key))
  const claims = new Set(baseline.emptyClaims)
  return {
    ...judgement,
    collectors: judgement.collectors.filter(each => each.kind === 'agrees' || !verdicts.has(keyOf(each))),
    causes: judgement.causes.filter(cause => !causes.has(cause.key)),
    emptyClaims: judgement.emptyClaims.filter(claim => !claims.has(claim)),
    orderRight: baseline.orderRight === false ? null : judgement.orderRight,
  }
}

function keyOf({ path, kind, cause, truth }: Verdict): string {
  return [path, kind, cause, truth].join('\n')
}
