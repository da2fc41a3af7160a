/**
 * All that is missing in a workspace and could be served by something in it, most wanted first; and the bridges that
 * are there, with what has become of them.
 */
import { type Bridge, type BridgeState, bridgesIn } from '../bridges/bridges_in.ts'
import { type Candidate, keyOf, type Missing } from '../bridges/candidate.ts'
import { candidatesFor, pastOf, pastReason } from '../bridges/candidates.ts'
import { merged, type WorkspaceEdit } from '../bridges/edit.ts'
import type { Fix, FixContext } from '../bridges/fix.ts'
import { bridgeKey, missingIn, surroundingsOf } from '../bridges/moved_name.ts'
import { harmless } from '../bridges/verify.ts'
import { collectorsOf } from '../rules/causes.ts'
import { providerOf } from '../rules/distributions.ts'
import type { Finding } from '../rules/finding.ts'
import { howTo, requirementFor } from '../rules/requirement.ts'
import { testFiles } from '../rules/test_files.ts'
import type { Analysis } from './analyze.ts'
import { contextOf, effectOn, recallHistory, verifiedFixes } from './fixes.ts'

/** A module or name that is missing, wherever it is asked for. */
export interface MissingName {
  readonly missing: Missing
  /** Of its findings the one that breaks most. */
  readonly finding: Finding
  /** Collectors that fail for want of it now. */
  readonly breaks: readonly string[]
  /** Names that the whole workspace wants of it. */
  readonly wanted: readonly string[]
  readonly importers: readonly string[]
  /** What git and the project's requirements know of it, for people. */
  readonly known: readonly string[]
  /** Best first, verified. */
  readonly servings: readonly Serving[]
}

export interface Serving {
  readonly candidate: Candidate
  /** The imports rewritten in all files; null where that does not help. */
  readonly rewrite: Fix | null
  readonly bridge: Fix | null
}

/** Nobody reads on. */
const MOST_SERVINGS = 3

/** `top`: only so many, the most wanted ones; each costs a few simulations. */
export async function missingNames(analysis: Analysis, top: number): Promise<MissingName[]> {
  await recallHistory(analysis)
  const context = contextOf(analysis)
  const around = surroundingsOf(context)
  // Where the run stops all of them fail.
  const breaksOf = new Map(
    context.causes.map(cause => [
      cause.id,
      cause.stopsRun ? [...testFiles(context.plan)] : collectorsOf(cause),
    ]),
  )
  const groups = new Map<string, { missing: Missing; finding: Finding; breaks: Set<string> }>()
  const damage = ({ fingerprint }: Finding) => breaksOf.get(fingerprint)?.length ?? 0
  const byDamage = analysis.findings.toSorted((a, b) => damage(b) - damage(a))
  for (const finding of byDamage) {
    const missing =
      finding.rule === 'unresolved-import' || finding.rule === 'missing-symbol'
        ? missingIn(finding, context)
        : null
    if (!missing) continue
    const key = nameOf(missing)
    const group = groups.get(key) ?? { missing, finding, breaks: new Set<string>() }
    groups.set(key, group)
    for (const path of breaksOf.get(finding.fingerprint) ?? []) group.breaks.add(path)
  }
  const ranked = [...groups.values()].sort((a, b) => b.breaks.size - a.breaks.size)
  return ranked.slice(0, top).map(({ missing, finding, breaks }) => {
    const { names, importers } = context.index.wanted(
      missing.kind === 'module' ? missing.module : `${missing.module}.${missing.name}`,
    )
    const asked = missing.kind === 'module' ? [] : context.index.wanted(missing.module).importers
    return {
      missing,
      finding,
      breaks: [...breaks],
      wanted: missing.kind === 'module' ? [...names].sort() : [missing.name],
      importers: [...new Set([...importers, ...asked])].sort(),
      known: knownOf(missing, context),
      servings: servings(analysis, finding, candidatesFor(missing, around)),
    }
  })
}

function knownOf(missing: Missing, { history, plan, needs, environment }: FixContext): string[] {
  const past = pastOf(nameOf(missing), history, plan.rootdir)
  const asked = missing.kind === 'module' ? requirementFor({ needs, environment }, missing.module) : null
  const provider = missing.kind === 'module' ? providerOf(missing.module) : null
  return [
    ...(past ? [pastReason(past, plan.rootdir)] : []),
    ...(asked ? [`${asked.group} asks for ${asked.name}: ${howTo(asked)}`] : []),
    ...(provider && !asked ? [`the distribution ${provider} provides it`] : []),
  ]
}

/** The first few candidates that help; a bridge is tried for the best of them, and where the imports can't be rewritten. */
function servings(analysis: Analysis, finding: Finding, candidates: readonly Candidate[]): Serving[] {
  const found: Serving[] = []
  for (const candidate of candidates) {
    if (found.length === MOST_SERVINGS) break
    const attempt = (...keys: readonly string[]): Fix | null => {
      for (const fix of verifiedFixes(analysis, finding, ({ key }) => keys.includes(key))) return fix
      return null
    }
    const rewrite = attempt(`everywhere ${keyOf(candidate)}`)
    const bridge =
      rewrite === null || found.length === 0
        ? attempt(bridgeKey(candidate, 'helper'), bridgeKey(candidate, 'plain'))
        : null
    if (rewrite || bridge) found.push({ candidate, rewrite, bridge })
  }
  return found
}

/** 'package.module' or 'package.module.name'. */
export function nameOf(missing: Missing): string {
  return missing.kind === 'module' ? missing.module : `${missing.module}.${missing.name}`
}

/** The best bridge of each, as far as they agree and do no harm together. */
export function bridgesTogether(
  analysis: Analysis,
  missing: readonly MissingName[],
): { readonly edit: WorkspaceEdit | null; readonly made: readonly MissingName[] } {
  let edit: WorkspaceEdit | null = null
  const made: MissingName[] = []
  for (const each of missing) {
    const bridge = each.servings.find(serving => serving.bridge)?.bridge?.edit
    if (!bridge) continue
    const both: WorkspaceEdit | null = edit === null ? bridge : merged(edit, bridge)
    if (!both) continue
    if (edit !== null) {
      const effect = effectOn(analysis, both)
      if (!effect || !harmless(effect)) continue
    }
    edit = both
    made.push(each)
  }
  return { edit, made }
}

/** The bridges of the workspace, and what has become of each. */
export function existingBridges(analysis: Analysis): readonly (Bridge & { readonly state: BridgeState })[] {
  return bridgesIn(contextOf(analysis))
}
