/** Which interpreter runs the tests, and what else might. */
import { isWithin } from '../../files/paths.ts'
import { isOutside } from '../unmet_requirement.ts'
import { type HygieneCheck, seen } from './check.ts'

export const interpreters: HygieneCheck = {
  id: 'interpreters',
  summary: 'no interpreter, a wrong one, a broken one, or several environments side by side',
  *check(context) {
    const { environment, otherEnvironments, needs, workspace, env } = context
    const { executable, rejected, version, chosenBecause } = environment
    if (executable === null) {
      yield {
        severity: 'error',
        what: 'no interpreter was found: nothing is known of what is installed',
        todo: 'make an environment for the project, or name one with --python',
      }
    }
    for (const { path, reason } of rejected) {
      const own = isWithin(path, workspace) || path === env.VIRTUAL_ENV
      yield {
        severity: own ? 'warning' : 'info',
        what: `${seen(context, path)} was not taken: ${reason}`,
        todo: own ? 'make this environment anew, or delete it' : '',
      }
    }
    const python = version.join('.')
    const { requiresPython } = needs
    if (executable !== null && requiresPython && isOutside(python, requiresPython.specifier)) {
      yield {
        what: `the tests run with Python ${python}, and the project asks for ${requiresPython.specifier}`,
        todo: `this interpreter was chosen because of: ${chosenBecause}; use another one`,
      }
    }
    for (const { folder } of otherEnvironments) {
      yield {
        severity: 'info',
        what: `${seen(context, folder)} is another environment; the tests run with ${seen(context, executable ?? '')}`,
        todo: `chosen because of: ${chosenBecause}`,
      }
    }
  },
}
