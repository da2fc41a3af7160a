/** Anything else that pytest refuses or doubts in its configuration or command line. */
import { said } from './classify.ts'
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
      'not met, a warning filter that cannot be understood, a node id (`test_a.py::test_b`) that names nothing.',
    todo: 'Correct the value. The message is the one that pytest prints.',
    pytest: 'ERROR: {message}',
    limits:
      'Values that pytest reads only while tests run are not checked. What pytest only warns of is a warning.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) {
      // A place of no width stands for the file: nobody wrote the value down there.
      const written = cause.span.end > cause.span.start
      yield tell(context, cause, {
        what: said(cause.failure.message, context.plan.rootdir),
        todo: written ? 'correct it here' : 'correct it where pytest is started, or in its configuration',
      })
    }
    yield* tellConfigWarnings(context, ID, subject => `correct '${subject}'`)
  },
}
