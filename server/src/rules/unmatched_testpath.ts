/** `testpaths` that match nothing: pytest then looks everywhere. */
import { said } from './classify.ts'
import { causesOf, type Rule, tell, tellConfigWarnings } from './rule.ts'

const ID = 'unmatched-testpath'

export const unmatchedTestpath: Rule = {
  id: ID,
  summary: 'no pattern of testpaths matches anything',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks:
      'Nothing at once: pytest warns and collects from the current folder instead, and so may import files that ' +
      'are no tests. Where `filterwarnings` makes errors of warnings the run ends.',
    why: 'The folders were moved or renamed, or pytest is started from somewhere else.',
    todo: 'Correct `testpaths`, or take it out.',
    pytest:
      'PytestConfigWarning: No files were found in testpaths; consider removing or adjusting your testpaths configuration. Searching recursively from the current directory instead.',
    limits:
      'If only some of several patterns match, pytest drops the others in silence, and so does this rule.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) {
      const what = said(cause.failure.message, context.plan.rootdir)
      yield tell(context, cause, { what, todo: 'correct testpaths, or take it out' })
    }
    yield* tellConfigWarnings(context, ID, () => 'correct testpaths, or take it out')
  },
}
