/** The verified fixes of findings, as the editor offers them. */
import { editOf, isEmpty, merged, type WorkspaceEdit } from '../../bridges/edit.ts'
import type { Fix } from '../../bridges/fix.ts'
import { harmless, inWords } from '../../bridges/verify.ts'
import { effectOn, fixesOf, verifiedFixes } from '../fixes.ts'
import type { Asked } from './question.ts'

export interface FixOffer extends Fix {
  /** The figures of its effect in words; null where there is no edit. */
  readonly brings: string | null
}

/** All fixes of the findings with these fingerprints, best first for each finding. */
export async function fixesFor(
  { analysis }: Asked,
  fingerprints: readonly string[],
): Promise<readonly FixOffer[]> {
  const wanted = new Set(fingerprints)
  const found: FixOffer[] = []
  for (const finding of analysis.findings) {
    if (!wanted.has(finding.fingerprint)) continue
    for (const fix of await fixesOf(analysis, finding))
      found.push({ ...fix, brings: fix.effect && inWords(fix.effect) })
  }
  return found
}

/**
 * The first safe fix of each finding in a file, of those that only change texts, made together; null where there is
 * none. What contradicts an earlier one, or does harm together with it, waits for the next time.
 */
export function fixAllOf({ analysis }: Asked, path: string): WorkspaceEdit | null {
  let all = editOf({})
  for (const finding of analysis.findings) {
    if (finding.span.path !== path) continue
    const [fix] = verifiedFixes(
      analysis,
      finding,
      ({ safety, edit }) => safety === 'safe' && changesOnly(edit),
    )
    const both = fix?.edit && merged(all, fix.edit)
    const effect = both && effectOn(analysis, both)
    if (effect && harmless(effect)) all = both
  }
  return isEmpty(all) ? null : all
}

function changesOnly(edit: WorkspaceEdit | null): boolean {
  return edit !== null && edit.created.length + edit.deleted.length + edit.renamed.length === 0
}
