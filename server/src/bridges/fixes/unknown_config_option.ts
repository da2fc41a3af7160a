/** A key of the configuration that nobody reads: it is spelled nearly like one that pytest reads. */
import { builtinPlugins, builtinRegistered } from '../../pytest/tables.ts'
import { nearest } from '../../rules/nearest.ts'
import type { Fixer, Proposal } from '../fix.ts'
import { replace, textAt } from '../replace.ts'

export const unknownConfigOption: Fixer = {
  rule: 'unknown-config-option',
  *propose(finding, context): Iterable<Proposal> {
    const { pytestVersion, settings } = context.plan
    const plugins = new Set(builtinPlugins(pytestVersion).map(({ name }) => name))
    const known = builtinRegistered(pytestVersion, plugins).ini.map(({ name }) => name)
    const near = nearest(
      finding.subject,
      known.filter(name => !(name in settings)),
    )
    if (near === null || textAt(context, finding.span) !== finding.subject) return
    yield {
      key: `write ${near}`,
      title: `Write '${near}'`,
      safety: 'unsafe',
      edit: replace(context, finding.span, near),
      command: null,
      because: `pytest reads '${near}', which is spelled nearly the same`,
    }
  },
}
