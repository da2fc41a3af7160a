/** `pytest.skip()` at module level: say that the whole file is meant. */
import type { Fixer, Proposal } from '../fix.ts'
import { replace, textAt } from '../replace.ts'

export const moduleLevelSkip: Fixer = {
  rule: 'module-level-skip',
  *propose(finding, context): Iterable<Proposal> {
    const call = textAt(context, finding.span)
    if (!call.endsWith(')')) return
    const inside = call.slice(0, -1).trimEnd()
    const comma = inside.endsWith('(') ? '' : inside.endsWith(',') ? ' ' : ', '
    const end = finding.span.end - 1
    yield {
      key: 'allow',
      title: 'Pass allow_module_level=True',
      safety: 'safe',
      edit: replace(context, { ...finding.span, start: end, end }, `${comma}allow_module_level=True`),
      command: null,
      because: 'a skip at module level can only mean the whole file',
    }
  },
}
