/** A conftest that is valid Python and that pytest refuses. */
import { said } from './classify.ts'
import { causesOf, type Rule, tell } from './rule.ts'

export const brokenConftest: Rule = {
  id: 'broken-conftest',
  summary: 'pytest refuses what a conftest.py does',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'The whole run, if the conftest is loaded before collection starts (those of the root folder, of the given ' +
      'paths and of `test*` folders right below them); else everything below its folder.',
    why:
      'The conftest itself can be imported, but pytest does not accept it: a module-level skip in a conftest that is ' +
      'loaded first, a hook that does not exist or has wrong arguments.',
    todo: 'Follow what pytest says.',
    pytest: 'INTERNALERROR> {Exception}: {message}\n\nSkipped: {reason}',
    limits:
      'An exception that a conftest runs into while it is imported is told by the rule of that exception, at its ' +
      'own line. Functions named like hooks are left alone where a plugin that is loaded declares hooks of its own.',
  },
  *check(context) {
    for (const cause of causesOf(context, 'broken-conftest')) {
      const { exception, message } = cause.failure
      yield tell(context, cause, {
        what: `pytest refuses this conftest: ${exception}: ${said(message, context.plan.rootdir)}`,
        todo: 'change the line as the message says',
      })
    }
  },
}
