/** A `minversion` that is not met: the pytest that meets it. Lowering it is the user's decision. */
import { valid } from '@renovatebot/pep440'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'

export const invalidConfiguration: Fixer = {
  rule: 'invalid-configuration',
  *propose(finding, context): Iterable<Proposal> {
    const message = causeOf(context, finding)?.stop?.message ?? ''
    const wanted = /'minversion' requires pytest-(\S+), actual/.exec(message)?.[1]
    if (finding.subject !== 'minversion' || wanted === undefined || valid(wanted) === null) return
    yield {
      key: `install pytest ${wanted}`,
      title: `Install pytest ${wanted} or later`,
      safety: 'manual',
      edit: null,
      command: `pip install 'pytest>=${wanted}'`,
      settles: true,
      because: 'the configuration asks for it',
    }
  },
}
