/**
 * A plugin that is asked for and not there: a module of the project may have moved; else install it. Taking the option
 * out is the user's decision.
 */
import { pluginsWithOption } from '../../rules/distributions.ts'
import type { Fixer, Proposal } from '../fix.ts'
import { missingIn, proposalsForMoved } from '../moved_name.ts'

export const missingPlugin: Fixer = {
  rule: 'missing-plugin',
  *propose(finding, context): Iterable<Proposal> {
    const missing = missingIn(finding, context)
    const [top] = (missing?.module ?? '').split('.') as [string]
    if (context.index.topLevelNames().has(top)) yield* proposalsForMoved(finding, context)
    for (const name of pluginsWithOption(finding.subject)) {
      yield {
        key: `install ${name}`,
        title: `Install ${name}, which has the option '${finding.subject.split('=')[0]}'`,
        safety: 'manual',
        edit: null,
        command: `pip install ${name}`,
        because: 'it is the plugin that is known to have it',
      }
    }
  },
}
