/** A second test of one name: it gets a name of its own, and both are run. */
import type { Fixer, Proposal } from '../fix.ts'
import { replace, textAt } from '../replace.ts'

export const duplicateTestName: Fixer = {
  rule: 'duplicate-test-name',
  *propose(finding, context): Iterable<Proposal> {
    const text = context.text(finding.span.path)
    if (text === null || textAt(context, finding.span) !== finding.subject) return
    let number = 2
    while (new RegExp(`\\b${finding.subject}_${number}\\b`).test(text)) number++
    const name = `${finding.subject}_${number}`
    yield {
      key: 'rename',
      title: `Rename it to '${name}'`,
      safety: 'unsafe',
      edit: replace(context, finding.span, name),
      command: null,
      because: 'both tests are run then; if it is a copy, delete it',
    }
  },
}
