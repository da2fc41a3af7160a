/**
 * `check --fix`: one fix for each finding that has one, made round after round until nothing is left that a fix would
 * mend. It works on drafts; whoever asked writes them.
 */
import { Drafts } from '../bridges/draft.ts'
import { isEmpty, merged, type WorkspaceEdit } from '../bridges/edit.ts'
import type { Fix, Proposal } from '../bridges/fix.ts'
import { harmless } from '../bridges/verify.ts'
import type { FileSystem } from '../files/file_system.ts'
import type { Finding } from '../rules/finding.ts'
import { type Analysis, type AnalysisRequest, analyze, type Remembered } from './analyze.ts'
import { effectOn, recallHistory, verifiedFixes } from './fixes.ts'

/** What a fix uncovers is mended in the next round; a project whose faults lie deeper asks again. */
const MOST_ROUNDS = 10

export interface Mended {
  readonly fixes: readonly { readonly finding: Finding; readonly fix: Fix }[]
  readonly drafts: Drafts
  /** As it would be. */
  readonly analysis: Analysis
  /** How many findings a fix would mend that only `unsafe` allows. */
  readonly withheld: number
}

/** Which fixes are made besides those that are safe. */
export interface Allowed {
  /** Those that may mean something else. */
  readonly unsafe: boolean
  /** Of these also the ones that leave test files out of the collection. */
  readonly leaveOut: boolean
}

/** `analysis` is that of the files as they are. */
export async function mend(
  fs: FileSystem,
  request: AnalysisRequest,
  remembered: Remembered,
  analysis: Analysis,
  allowed: Allowed,
): Promise<Mended> {
  const drafts = new Drafts(fs)
  const fixes: { finding: Finding; fix: Fix }[] = []
  let now = analysis
  const { unsafe, leaveOut } = allowed
  const mayMake = ({ safety, leavesOut }: Proposal) =>
    safety === 'safe' || (unsafe && safety === 'unsafe' && (leaveOut || !leavesOut))
  await recallHistory(now)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const made = batch(now, mayMake)
    if (made.fixes.length === 0 || !drafts.add(made.edit!)) break
    fixes.push(...made.fixes)
    now = await analyze(drafts.fs, request, remembered)
    await recallHistory(now)
  }
  return { fixes, drafts, analysis: now, withheld: unsafe ? 0 : withheld(now) }
}

interface Batch {
  readonly edit: WorkspaceEdit | null
  readonly fixes: readonly { readonly finding: Finding; readonly fix: Fix }[]
}

/** The best fix of each finding, as far as they agree with one another and do no harm together. */
function batch(analysis: Analysis, allowed: (proposal: Proposal) => boolean): Batch {
  let edit: WorkspaceEdit | null = null
  let fixes: Batch['fixes'] = []
  const mended = new Set<string>()
  for (const finding of analysis.findings) {
    // A note is no fault.
    if (finding.severity === 'info' || mended.has(finding.fingerprint)) continue
    for (const fix of verifiedFixes(analysis, finding, allowed)) {
      if (fix.edit === null || isEmpty(fix.edit)) continue
      const both: WorkspaceEdit | null = edit === null ? fix.edit : merged(edit, fix.edit)
      if (both === null) continue
      if (edit !== null && JSON.stringify(both) !== JSON.stringify(edit)) {
        const effect = effectOn(analysis, both)
        if (effect === null || !harmless(effect)) continue
      }
      edit = both
      fixes = [...fixes, { finding, fix }]
      for (const id of fix.effect?.cured ?? []) mended.add(id)
      break
    }
  }
  return { edit, fixes }
}

function withheld(analysis: Analysis): number {
  return analysis.findings.filter(finding => {
    if (finding.severity === 'info') return false
    const [first] = verifiedFixes(
      analysis,
      finding,
      ({ safety, leavesOut }) => safety === 'unsafe' && !leavesOut,
    )
    return first !== undefined
  }).length
}
