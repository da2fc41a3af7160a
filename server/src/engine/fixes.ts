/** The fixes of a finding, verified: the one place that the command line and the editor get them from. */

import type { WorkspaceEdit } from '../bridges/edit.ts'
import type { FixContext } from '../bridges/fix.ts'
import { type Fix, fixId, type Proposal } from '../bridges/fix.ts'
import { fixersOf } from '../bridges/fixes/all_fixers.ts'
import { type History, readHistory } from '../bridges/history.ts'
import { SymbolIndex } from '../bridges/symbol_index.ts'
import { type Effect, effectOf, helps } from '../bridges/verify.ts'
import { Repository } from '../environment/git.ts'
import { remember } from '../files/memo.ts'
import type { Finding } from '../rules/finding.ts'
import type { Analysis } from './analyze.ts'

/** More proposals of one finding than this are not tried: each costs a simulation. */
const MOST_TRIED = 12

/** By analysis, then by fingerprint. */
const made = new WeakMap<Analysis, Map<string, readonly Fix[]>>()

/**
 * All fixes of one finding of the analysis, best first. An edit that breaks anything, or brings nothing back, is
 * left out. Costs one simulation for each edit that is proposed, the first time it is asked.
 */
export async function fixesOf(analysis: Analysis, finding: Finding): Promise<readonly Fix[]> {
  const known = remember(made, analysis, () => new Map<string, readonly Fix[]>())
  const before = known.get(finding.fingerprint)
  if (before) return before
  const context = await contextOf(analysis)
  const fixes: Fix[] = []
  const helped = new Set<string | null>([null])
  let tried = 0
  for (const fixer of fixersOf(finding.rule)) {
    for (const proposal of fixer.propose(finding, context)) {
      if (!helped.has(proposal.follows) || (proposal.edit && tried++ >= MOST_TRIED)) continue
      const fix = verified(analysis, finding, proposal)
      if (!fix) continue
      fixes.push(fix)
      helped.add(proposal.key)
    }
  }
  known.set(finding.fingerprint, fixes)
  return fixes
}

/** What an edit would do to the collection; null where it can't be made. */
export function effectOn(analysis: Analysis, edit: WorkspaceEdit): Effect | null {
  const after = analysis.simulateWith(edit)
  return after && effectOf(analysis, after, edit)
}

const contexts = new WeakMap<Analysis, Promise<FixContext>>()

/** What fixers see of an analysis; made once. */
export function contextOf(analysis: Analysis): Promise<FixContext> {
  return remember(contexts, analysis, () => makeContext(analysis))
}

async function makeContext(analysis: Analysis): Promise<FixContext> {
  const { fs, environment, plan, trace, causes, findings, needs, text, code } = analysis
  const index = new SymbolIndex({ fs, plan, environment, code, text }, analysis.scans)
  const history = await historyOf(analysis)
  return { fs, environment, plan, trace, causes, findings, needs, text, code, index, history }
}

async function historyOf({ plan, request }: Analysis): Promise<History> {
  if (!request.trusted) return []
  const repository = await Repository.of(plan.rootdir, request.env)
  return typeof repository === 'string' ? [] : readHistory(repository)
}

/** null where it is no fix after all. */
function verified(analysis: Analysis, finding: Finding, { key, follows, ...proposal }: Proposal): Fix | null {
  const fix = { id: fixId(finding.fingerprint, key), finding: finding.fingerprint, ...proposal }
  if (proposal.edit === null) return { ...fix, effect: null }
  const effect = effectOn(analysis, proposal.edit)
  return effect && helps(effect) ? { ...fix, effect } : null
}
