/** Code that runs at import raises: a raise statement, a failed assertion, an exit, a known call. */

import type { Failure } from '../simulate/trace.ts'
import { said } from './classify.ts'
import { howToInstall, missingModule } from './distributions.ts'
import { causesOf, type Rule, tell } from './rule.ts'

export const importTimeException: Rule = {
  id: 'import-time-exception',
  summary: 'code that runs at import raises an exception or ends the process',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'A statement at module level raises. The file and all that import it cannot be collected. `sys.exit()` at ' +
      'import ends the whole run from pytest 8.4 on.',
    why:
      'Collecting a test file imports it, so everything outside functions runs: assertions about the environment, ' +
      'a required variable, a script without `if __name__ == "__main__":`.',
    todo:
      'Move the code into a function, fixture or main guard. If the file cannot be used here, skip it: ' +
      '`pytest.skip("why", allow_module_level=True)`.',
    pytest: '{file}:{line}: in <module>\n    {source line}\nE   {Exception}: {message}',
    limits:
      'Reported only if every value that led to the exception is known. What an unknown call may raise is not ' +
      'foreseen. A variable of the environment counts as missing only if it is not set where precollect runs, and ' +
      'no conftest, plugin or library that is loaded could set it; an editor leaves this open.',
  },
  *check(context) {
    for (const cause of causesOf(context, 'import-time-exception')) {
      const { exception, message, detail } = cause.failure
      const text = said(message, context.plan.rootdir)
      const exits = detail.kind === 'exit'
      yield tell(context, cause, {
        what: exits
          ? `this line ends the process while the file is imported (${exception}${text && `: ${text}`})`
          : `this line raises ${exception} while the file is imported${text && `: ${text}`}`,
        todo: exits ? 'put it under if __name__ == "__main__":, or into a function' : remedy(cause.failure),
      })
    }
  },
}

function remedy(failure: Failure): string {
  if (failure.detail.kind === 'unset-variable')
    return `set ${failure.detail.name} where pytest runs, in a conftest for instance, or read it with a default`
  const missing = missingModule(failure)
  const cure = missing === null ? 'cure its reason' : `${howToInstall(missing)}, which it asks for`
  return `${cure}, or move the code into a function or fixture, so that importing does not run it`
}
