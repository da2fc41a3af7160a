/** Anything else that pytest refuses or doubts in its configuration or command line. */
import { withoutRoot } from './classify.ts'
import { causesOf, type Rule, tell, tellConfigWarnings } from './rule.ts'

const ID = 'invalid-configuration'

export const invalidConfiguration: Rule = {
  id: ID,
  summary: 'pytest refuses its configuration or command line',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks: 'The whole run: pytest ends with a usage error before it collects anything.',
    why:
      'A value of the wrong type, a file that cannot be parsed, a path that does not exist, a `minversion` that is ' +
      'not met, a warning filter that cannot be understood.',
    todo: 'Correct the value. The message is the one that pytest prints.',
    pytest: 'ERROR: {message}',
    limits:
      'Values that pytest reads only while tests run are not checked. What pytest only warns of is a warning.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) {
      const { span } = cause.stop ?? {}
      yield tell(context, cause, {
        what: withoutRoot(cause.failure.message, context.plan.rootdir),
        todo: span ? 'correct it here' : 'correct it where pytest is started, or in its configuration',
      })
    }
    yield* tellConfigWarnings(context, ID, subject => `correct '${subject}'`)
  },
}
