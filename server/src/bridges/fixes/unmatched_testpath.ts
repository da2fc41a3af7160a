/** `testpaths` names a folder that is not there: one that is spelt almost like it. */
import { join } from '../../files/paths.ts'
import { walkFiles } from '../../files/walk.ts'
import { nearest } from '../../rules/nearest.ts'
import type { Fixer, Proposal } from '../fix.ts'
import { replace, textAt } from '../replace.ts'

export const unmatchedTestpath: Fixer = {
  rule: 'unmatched-testpath',
  *propose(finding, context): Iterable<Proposal> {
    const { rootdir } = context.plan
    const written = textAt(context, finding.span).replace(/^["']|["']$/g, '')
    if (!/^[\w.-]+$/.test(written)) return
    const folders = (context.fs.list(rootdir) ?? [])
      .filter(
        ({ name, kind }) => kind === 'directory' && !name.startsWith('.') && hasTests(join(rootdir, name)),
      )
      .map(({ name }) => name)
    const near = nearest(written, folders)
    if (near === null) return
    const { path, start } = finding.span
    const at = start + textAt(context, finding.span).indexOf(written)
    yield {
      key: `write ${near}`,
      title: `Write '${near}'`,
      safety: 'unsafe',
      edit: replace(context, { path, start: at, end: at + written.length }, near),
      command: null,
      because: 'that folder is there, holds test files, and is spelt nearly the same',
    }

    function hasTests(folder: string): boolean {
      for (const { name } of walkFiles(context.fs, folder, () => true))
        if (/^test_.*\.py$|_test\.py$/.test(name)) return true
      return false
    }
  },
}
