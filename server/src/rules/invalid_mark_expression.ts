/** `-m` and `-k`: expressions that pytest can't read, and names in `-m` that no marker has. */
import { said } from './classify.ts'
import { didYouMean } from './nearest.ts'
import { causesOf, type Rule, tell } from './rule.ts'

const ID = 'invalid-mark-expression'

export const invalidMarkExpression: Rule = {
  id: ID,
  summary: 'an expression for -m or -k cannot be read, or names a marker that does not exist',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'An expression that pytest cannot read ends the run with exit code 4, after all files were imported. A name ' +
      'in `-m` that no marker has selects nothing, or with `not` leaves nothing out, without a word; from pytest ' +
      '9.2 on that ends the run too where markers are strict.',
    why:
      'Names, `and`, `or`, `not` and parentheses are all that an expression may hold; arguments such as ' +
      '`-m "device(serial=1)"` came with pytest 8.3, and for `-m` alone. The last `-m` and the last `-k` count.',
    todo: 'Correct the expression, or register the marker.',
    pytest:
      "ERROR: Wrong expression passed to '-m': {expression}: at column {n}: {reason}\n\nERROR: Unknown marker(s) in '-m' expression: {names}. Use 'pytest --markers' to see available markers.",
    limits:
      'What an expression selects is not worked out. Where a plugin is loaded whose markers are not known, names ' +
      'are not checked.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) {
      const { detail, message } = cause.failure
      const registered = context.plan.markers.map(marker => marker.name)
      yield tell(context, cause, {
        what: said(message, context.plan.rootdir),
        todo:
          detail.kind === 'unknown-marker-selected'
            ? `correct the name, or register the marker${didYouMean(detail.name, registered)}`
            : 'correct the expression',
      })
    }
    for (const event of context.trace.events) {
      if (event.event !== 'unknown-marker-selected') continue
      yield {
        span: event.span,
        subject: event.name,
        severity: 'warning',
        what: `-m names '${event.name}', and no marker has that name`,
        why: 'no test can have it: pytest does not say so, and selects as if the name were false',
        todo: `correct the name, or register the marker${didYouMean(event.name, event.registered)}`,
      }
    }
  },
}
