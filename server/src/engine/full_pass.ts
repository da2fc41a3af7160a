/** An analysis and one full pass of pytest over it: what a verb that wants pytest's word once needs. */
import { Evidence } from '../confirm/evidence.ts'
import type { ObservedCollector } from '../confirm/observation.ts'
import { confirmedFindings } from '../report/confirmation.ts'
import type { Confirmation, ReportInput } from '../report/report_input.ts'
import type { Told } from './analyze.ts'
import { basisOf, currentOf, runPass } from './pass.ts'
import { TrackRecord } from './track_record.ts'

export interface FullPassRequest {
  readonly env: Readonly<Record<string, string>>
  /** null: by the last pass of the project. */
  readonly timeoutMs: number | null
  readonly onCollector?: (collector: ObservedCollector) => void
}

/**
 * Runs pytest, which executes the project's code: the caller has the user's word for it. What is to be reported: the
 * findings that were not refuted, and those that nobody foresaw. null: there is no interpreter.
 */
export async function confirmOnce(
  analysis: Told,
  { env, timeoutMs, onCollector }: FullPassRequest,
): Promise<ReportInput | null> {
  const basis = basisOf(analysis, [])
  const { executable } = basis
  if (executable === null) return null
  const record = TrackRecord.of(basis.rootdir, env)
  const current = currentOf(basis, analysis.findings, analysis.text)
  const evidence = new Evidence()
  const pass = await runPass(
    { ...basis, executable },
    { env, only: null, closures: basis.closures, timeoutMs: timeoutMs ?? record.limitMs, onCollector },
  )
  evidence.absorb(pass, current)
  const judged = evidence.judge(current)
  record.note(pass, judged, current)
  const told = analysis.tellsUnpredicted ? judged : { ...judged, told: [] }
  const predicted = analysis.findings
  const confirmation: Confirmation = {
    observation: pass.observation,
    judged: told,
    predicted,
    score: record.score,
  }
  return {
    ...analysis,
    findings: confirmedFindings({ predicted, judged: told }, false),
    confirmation,
  }
}
