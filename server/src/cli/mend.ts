/** `check --fix`, `--unsafe-fixes` and `--diff`: what can be mended is mended, or shown as a patch, before the report. */
import type { Analysis, AnalysisRequest, Remembered } from '../engine/analyze.ts'
import { mend } from '../engine/mend.ts'
import { uncommitted } from '../engine/uncommitted.ts'
import type { DiskFileSystem } from '../files/disk.ts'
import { relative } from '../files/paths.ts'
import { type Applied, applyChanges } from '../files/transaction.ts'
import { renderDiff } from '../report/diff.ts'
import { renderFixed } from '../report/fixed.ts'
import type { Style } from '../report/style.ts'
import { UsageError } from './exit_code.ts'

export interface MendOptions {
  readonly fix?: boolean
  readonly unsafeFixes?: boolean
  readonly leaveOut?: boolean
  readonly diff?: boolean
}

export interface MendedText {
  /** What to print: a patch, or what was done. */
  readonly text: string
  /** Were, or would, files be changed? */
  readonly changes: boolean
}

/** Writes the fixes, or only tells them. Throws a UsageError where the files can't be written: then none was. */
export async function mendOrDiff(
  fs: DiskFileSystem,
  request: AnalysisRequest,
  remembered: Remembered,
  analysis: Analysis,
  options: MendOptions,
  style: Style,
): Promise<MendedText> {
  const mended = await mend(fs, request, remembered, analysis, {
    // What an unsafe fix would mend is not to be left out instead.
    unsafe: options.unsafeFixes === true || options.leaveOut === true,
    leaveOut: options.leaveOut === true,
  })
  const root = request.cwd
  const { drafts, fixes, withheld } = mended
  if (options.diff) return { text: renderDiff(drafts.drafts(), root), changes: !drafts.isEmpty }
  const changes = drafts.changes()
  const mixed = await uncommitted(
    root,
    changes.map(({ path }) => path),
    request.env,
  )
  const written = writtenOr(applyChanges(changes), root).map(path => relative(root, path))
  fs.forget()
  const uncommittedFiles = mixed.map(path => relative(root, path))
  return {
    text: renderFixed({ before: analysis, fixes, written, withheld, uncommitted: uncommittedFiles }, style),
    changes: changes.length > 0,
  }
}

/** The files that were written. Throws a UsageError that names what was in the way. */
export function writtenOr(applied: Applied, root: string): readonly string[] {
  if (applied.refused.length === 0) return applied.written
  throw new UsageError(`nothing was written:\n${reasons(applied, root)}`)
}

/** What was in the way, a line for each file. */
export function reasons({ refused }: Applied, root: string): string {
  return refused.map(({ path, reason }) => `  ${relative(root, path)}: ${reason}`).join('\n')
}
