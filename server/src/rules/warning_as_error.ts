/** A warning that is issued at import meets a filter that makes an error of it. */

import { said } from './classify.ts'
import type { Finding } from './finding.ts'
import { detailsOf, type Rule, type RuleContext, tell } from './rule.ts'

export const warningAsError: Rule = {
  id: 'warning-as-error',
  summary: 'a warning issued at import is made an error by filterwarnings',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks: 'A warning is issued while a file is imported, and the filters turn it into an exception there.',
    why: 'The filters of `filterwarnings` and `-W` are in force during collection too; the last that matches wins.',
    todo:
      'Cure what the warning is about, or add a filter for this one behind the general one, for example ' +
      '`ignore:text of the message:DeprecationWarning`.',
    pytest: 'E   {Category}: {message}',
    limits: 'Only warnings whose category and text are known, and filters whose patterns can be evaluated.',
  },
  *check(context) {
    for (const { cause, failure, detail } of detailsOf(context, 'warning-as-error', 'warning')) {
      yield tell(context, cause, {
        what: `${detail.category} at import is an error here: ${said(failure.message, context.plan.rootdir)}`,
        todo: `cure it, or add 'ignore:...:${detail.category}' to the end of filterwarnings`,
        related: filterPlaces(context),
      })
    }
  },
}

/** Where the project asks for errors: the last of the filters that say so. */
function filterPlaces(context: RuleContext): Finding['related'] {
  const filter = context.plan.filterwarnings.findLast(({ value, span }) => span && /^\s*error\b/.test(value))
  if (!filter?.span) return []
  return [{ span: filter.span, message: `'${filter.value.trim()}' makes errors of warnings` }]
}
