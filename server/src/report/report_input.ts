/** What every report is made from: the plain results of an analysis, and the texts they point into. */
import type { Judged } from '../confirm/evidence.ts'
import type { Observation } from '../confirm/observation.ts'
import type { Score } from '../confirm/score.ts'
import type { Environment } from '../environment/environment.ts'
import type { Plan } from '../pytest/plan.ts'
import type { Cause } from '../rules/causes.ts'
import type { Finding } from '../rules/finding.ts'
import type { CollectorTrace, Trace } from '../simulate/trace.ts'
import type { RescuePlan } from './rescue_plan.ts'

export interface ReportInput {
  readonly environment: Environment
  readonly plan: Plan
  readonly trace: Trace
  readonly findings: readonly Finding[]
  readonly causes: readonly Cause[]
  /** Decoded text of a file; null where it is not at hand: places in it are then told as its beginning. */
  readonly text: (path: string) => string | null
  /** How many tests a test file writes down; 0 where it can't be read. */
  readonly tests: (path: string) => number
  /** What a real pass showed; without it nothing has been confirmed. */
  readonly confirmation?: Confirmation
  /** Bridges that were written and are still there; undefined: nobody looked. */
  readonly bridges?: readonly BridgeDebt[]
  /** The steps that bring the errors down; undefined: nobody looked for them. */
  readonly rescue?: RescuePlan
  /** Earlier runs, oldest first. */
  readonly history?: readonly TrendPoint[]
}

/** A module that was written to stand in for one that is gone: a debt until its users are moved. */
export interface BridgeDebt {
  /** Absolute. */
  readonly path: string
  /** The dotted name that it serves. */
  readonly module: string
  /** `overtaken`: the real module is there again; `broken`: what it hands on is not. */
  readonly state: 'needed' | 'unused' | 'overtaken' | 'broken'
  /** Why it is not simply needed; null where it is. */
  readonly because: string | null
  /** The names that it hands on, as far as its text tells. */
  readonly names: readonly string[]
  /** The files that still import it: absolute, tests of bridges left out. */
  readonly users: readonly string[]
}

/** How the suite stood at one commit. */
export interface TrendPoint {
  /** The revision's full hash, or another word for the state that was looked at. */
  readonly revision: string
  /** ISO 8601. */
  readonly at: string
  readonly files: Totals
  readonly tests: Totals
  readonly errors: number
  readonly warnings: number
  /** Did a real pass say so? */
  readonly confirmed: boolean
}

/** Counts by what becomes of a collector. */
export type Totals = Readonly<Record<CollectorTrace['outcome'], number>>

export interface Confirmation {
  readonly observation: Observation
  /** Of the predicted findings, in the order of `ReportInput.findings` of the analysis. */
  readonly judged: Judged
  readonly predicted: readonly Finding[]
  readonly score: Score
}
