/** What every report is made from: the plain results of an analysis, and the texts they point into. */
import type { Judged } from '../confirm/evidence.ts'
import type { Observation } from '../confirm/observation.ts'
import type { Score } from '../confirm/score.ts'
import type { Environment } from '../environment/environment.ts'
import type { Plan } from '../pytest/plan.ts'
import type { Cause } from '../rules/causes.ts'
import type { Finding } from '../rules/finding.ts'
import type { Trace } from '../simulate/trace.ts'

export interface ReportInput {
  readonly environment: Environment
  readonly plan: Plan
  readonly trace: Trace
  readonly findings: readonly Finding[]
  readonly causes: readonly Cause[]
  /** Decoded text of a file; null where it is not at hand: places in it are then told as its beginning. */
  readonly text: (path: string) => string | null
  /** What a real pass showed; without it nothing has been confirmed. */
  readonly confirmation?: Confirmation
}

export interface Confirmation {
  readonly observation: Observation
  /** Of the predicted findings, in the order of `ReportInput.findings` of the analysis. */
  readonly judged: Judged
  readonly predicted: readonly Finding[]
  readonly score: Score
}
