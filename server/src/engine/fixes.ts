/** The fixes of a finding, verified: the one place that the command line and the editor get them from. */

import { editOf, type WorkspaceEdit } from '../bridges/edit.ts'
import { causeOf, type Fix, type FixContext, fixId, type Proposal } from '../bridges/fix.ts'
import { fixersOf } from '../bridges/fixes/all_fixers.ts'
import { readHistory } from '../bridges/history.ts'
import { missingIn } from '../bridges/moved_name.ts'
import { type Lost, readPastDefinitions } from '../bridges/past_definitions.ts'
import { SymbolIndex } from '../bridges/symbol_index.ts'
import { defeatsItself, type Effect, effectOf, harmless, helps, type Simulated } from '../bridges/verify.ts'
import { Repository } from '../environment/git.ts'
import { contentHash } from '../files/hash.ts'
import { remember } from '../files/memo.ts'
import { collectorsOf } from '../rules/causes.ts'
import type { Finding } from '../rules/finding.ts'
import type { Cured } from '../simulate/passed.ts'
import type { Analysis } from './analyze.ts'
import { type Cure, curedBy, cureOf, curesOf, movedCures } from './cures.ts'

/** More proposals of one finding than this are not tried: each costs a simulation. */
const MOST_TRIED = 12

/** What was made so far of one finding: proposals are tried in their order, and only as far as somebody asks. */
interface Tried {
  readonly proposals: readonly Proposal[]
  /** By key; null: it does not help. */
  readonly results: Map<string, Fix | null>
}

/** By analysis, then by fingerprint. */
const made = new WeakMap<Analysis, Map<string, Tried>>()

/**
 * All fixes of one finding of the analysis, best first. An edit that breaks anything, or brings nothing back, is
 * left out. Costs one simulation for each edit that is proposed, the first time it is asked.
 */
export async function fixesOf(analysis: Analysis, finding: Finding): Promise<readonly Fix[]> {
  await recallHistory(analysis)
  return [...verifiedFixes(analysis, finding, () => true)]
}

/** The same one by one, of the proposals that `wanted` accepts: what is not asked for is not tried. */
export function* verifiedFixes(
  analysis: Analysis,
  finding: Finding,
  wanted: (proposal: Proposal) => boolean,
): Generator<Fix> {
  const known = remember(made, analysis, () => new Map<string, Tried>())
  const { proposals, results } = remember(known, finding.fingerprint, () => {
    const context = contextOf(analysis)
    const proposals = fixersOf(finding.rule).flatMap(fixer => [...fixer.propose(finding, context)])
    return { proposals, results: new Map() }
  })
  const attempt = (proposal: Proposal): Fix | null => {
    const before = results.get(proposal.key)
    if (before !== undefined) return before
    const first = proposals.find(({ key }) => key === proposal.follows)
    // The last resort is one only where nothing mends.
    if (proposal.leavesOut && [...results.values()].some(fix => fix?.edit)) return null
    if ((first && !attempt(first)) || results.size >= MOST_TRIED) return null
    const fix = verified(analysis, finding, proposal)
    results.set(proposal.key, fix)
    return fix
  }
  for (const proposal of proposals) {
    const fix = wanted(proposal) ? attempt(proposal) : null
    if (fix) yield fix
  }
}

/** What an edit would do to the collection; null where it can't be made. */
export function effectOn(analysis: Analysis, edit: WorkspaceEdit): Effect | null {
  const after = analysis.simulateWith(edit)
  return after && effectOf(analysis, after, edit)
}

const contexts = new WeakMap<Analysis, FixContext>()
/** What git knows. */
type Recalled = Pick<FixContext, 'history' | 'past'>

const NOTHING: Recalled = { history: [], past: [] }
const recalled = new WeakMap<Analysis, Recalled>()

/** What fixers see of an analysis, without what git knows unless `recallHistory` was awaited before. */
export function contextOf(analysis: Analysis): FixContext {
  return remember(contexts, analysis, () => {
    const { fs, environment, plan, trace, causes, findings, needs, text, code, scans } = analysis
    const outside = causes.flatMap(({ failures }) =>
      failures.filter(({ foreign }) => foreign).map(({ focus }) => focus.path),
    )
    const index = new SymbolIndex({ fs, plan, environment, code, text }, scans, [...new Set(outside)])
    return { fs, environment, plan, trace, causes, findings, needs, text, code, index, ...NOTHING }
  })
}

/** Asks git what became of files and names that are gone, once; of a workspace that is not trusted nothing is asked. */
export async function recallHistory(analysis: Analysis): Promise<void> {
  const { plan, request } = analysis
  if (!request.trusted || recalled.has(analysis)) return
  const repository = await Repository.of(plan.rootdir, request.env)
  const context = contextOf(analysis)
  const known =
    typeof repository === 'string'
      ? NOTHING
      : {
          history: await readHistory(repository),
          past: await readPastDefinitions(repository, lostIn(context)),
        }
  recalled.set(analysis, known)
  contexts.set(analysis, { ...context, ...known })
}

/** The names that files of the workspace lack. */
function lostIn(context: FixContext): Lost[] {
  return context.findings.flatMap(finding => {
    const missing = missingIn(finding, context)
    const owner = missing?.kind === 'name' ? context.index.moduleNamed(missing.module) : null
    return missing?.kind === 'name' && owner ? [{ path: owner.path, name: missing.name }] : []
  })
}

/** null where it does not help. */
function verified(
  analysis: Analysis,
  finding: Finding,
  { key, follows, alone, ...proposal }: Proposal,
): Fix | null {
  const fix = { id: fixId(finding.fingerprint, key), finding: finding.fingerprint, ...proposal }
  const { edit, provides = [], settles } = proposal
  const cause = causeOf(contextOf(analysis), finding)
  const settled = settles && cause ? curesOf(cause) : []
  if (edit === null && provides.length === 0 && settled.length === 0) return { ...fix, effect: null }
  const effect = tryOut(analysis, finding, { edit: edit ?? editOf({}), provides, settled })
  if (effect && !(alone && effect.uncovered.length > 0)) return { ...fix, effect }
  // Of several things that stop the run one alone brings nothing back, and has to be done all the same.
  return settles ? { ...fix, effect: null } : null
}

/** What is tried: an edit, with what a command brings. */
interface Attempt {
  readonly edit: WorkspaceEdit
  readonly provides: readonly string[]
  readonly settled: readonly Cure[]
}

/** The effect of what is proposed, where it does some good and no harm. */
function tryOut(analysis: Analysis, finding: Finding, attempt: Attempt): Effect | null {
  const trial = trialOf(analysis, inFrontOf(analysis, finding), attempt)
  if (trial === null) return null
  const { after, effect, inVain } = trial
  if (inVain) return null
  const isMerelyTold = causeOf(contextOf(analysis), finding) === null
  const mends = isMerelyTold && !after.tells(finding.fingerprint) && harmless(effect)
  return helps(effect) || mends ? effect : null
}

interface Trial {
  readonly after: Simulated
  readonly effect: Effect
  /** See `defeatsItself`. */
  readonly inVain: boolean
}

const trials = new WeakMap<Analysis, Map<string, { readonly trial: Trial | null }>>()

/** What comes of an edit, once: a module that moved is missed at many places, and each proposes the same. */
function trialOf(analysis: Analysis, inFront: readonly Cure[], attempt: Attempt): Trial | null {
  const { edit, provides, settled } = attempt
  const known = remember(trials, analysis, () => new Map<string, { readonly trial: Trial | null }>())
  return remember(known, trialKey(inFront, attempt), () => {
    const before =
      inFront.length === 0 ? analysis : analysis.simulateWith(editOf({}), cured(analysis, inFront, []))
    const cures = movedCures([...inFront, ...settled], edit)
    const after = analysis.simulateWith(edit, cured(analysis, cures, provides))
    if (!before || !after) return { trial: null }
    const effect = effectOf(before, after, edit)
    return { trial: { after, effect, inVain: defeatsItself(effect, after, edit) } }
  }).trial
}

/** What the simulation of a fix's edit showed, where nothing had to be cured for it; null where it was not made. */
export function shownBy(analysis: Analysis, { edit, provides = [] }: Fix): Simulated | null {
  const attempt = { edit: edit ?? editOf({}), provides, settled: [] }
  return trials.get(analysis)?.get(trialKey([], attempt))?.trial?.after ?? null
}

function trialKey(inFront: readonly Cure[], attempt: Attempt): string {
  return contentHash(JSON.stringify([inFront, attempt]))
}

/** What has to be cured for a cause to show that only waits behind others. */
function inFrontOf({ causes, trace }: Analysis, { fingerprint }: Finding): readonly Cure[] {
  const cause = causes.find(({ id }) => id === fingerprint)
  if (!cause || cause.stopsRun || collectorsOf(cause).length > 0) return []
  const layers = new Map(cause.occurrences.map(({ collector, layer }) => [collector, layer]))
  return trace.collectors.flatMap(({ path, failure, behind }) => {
    const layer = layers.get(path)
    return failure && layer !== undefined ? [failure, ...behind].slice(0, layer).map(cureOf) : []
  })
}

function cured({ cured }: Analysis, cures: readonly Cure[], provides: readonly string[]): Cured {
  const more = curedBy(cures, provides)
  return {
    sites: new Set([...cured.sites, ...more.sites]),
    installed: new Set([...cured.installed, ...more.installed]),
  }
}
