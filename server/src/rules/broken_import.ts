/** An import in the project succeeds in finding a third-party module, which then fails inside itself. */
import type { Failure } from '../simulate/trace.ts'
import { said } from './classify.ts'
import { howToInstall, missingModule } from './distributions.ts'
import { causesOf, type Rule, tell } from './rule.ts'

export const brokenImport: Rule = {
  id: 'broken-import',
  summary: 'an installed module is found but fails while it is imported',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'The imported module exists, but importing it raises: a dependency of it is not installed, an extra of the ' +
      'distribution is missing, or its version does not fit the Python or the other distributions here.',
    why:
      'An import runs the module and all that it imports. The first exception in there ends the import of every ' +
      'module on the way back, up to the test file.',
    todo: 'Install what the innermost error names, as a rule by installing the distribution with the extra it needs.',
    pytest:
      '{project file}:{line}: in <module>\n    import {module}\n{third-party file}:{line}: in <module>\n...\nE   {Exception}: {message}',
    limits:
      'Third-party modules are followed through their imports, conditions and `raise` statements only. A failure ' +
      'inside compiled code or inside a function called while importing is not foreseen.',
  },
  *check(context) {
    for (const cause of causesOf(context, 'broken-import')) {
      const { exception, message } = cause.failure
      const text = said(message, context.plan.rootdir)
      yield tell(context, cause, {
        what: `what is imported here fails inside itself: ${exception}${text === '' ? '' : `: ${text}`}`,
        todo: remedy(cause.failure),
      })
    }
  },
}

function remedy(failure: Failure): string {
  const name = missingModule(failure)
  if (name === null) return 'install a version of it that fits this Python and its dependencies'
  return `${howToInstall(name)}, which it needs`
}
