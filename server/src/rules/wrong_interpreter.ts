/** The interpreter that runs the tests is not the one the project is for. */
import { satisfies } from '@renovatebot/pep440'
import { missingModule } from './distributions.ts'
import { shown } from './impact.ts'
import type { Rule } from './rule.ts'

export const wrongInterpreter: Rule = {
  id: 'wrong-interpreter',
  summary: 'the chosen interpreter is too old or too new, or another environment has what is missing',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks:
      'Nothing by itself: syntax and modules that this Python does not have, and distributions that were installed ' +
      'into another environment, are errors of their own.',
    why:
      'Several environments lie about, and the one that is active, or that the editor was given, is not the one of ' +
      'the project. Or it was made with an interpreter that `requires-python` excludes.',
    todo:
      'Activate the right environment, or name it: `--python`, or `python` in `[tool.precollect]`. Make it again ' +
      'with a version that the project supports.',
    pytest: "E   ModuleNotFoundError: No module named '{module}'",
    limits:
      'Looked at are `requires-python`, and environments called `.venv`, `venv` or `env` in the working folder and ' +
      'those above it.',
  },
  *check(context) {
    const { needs, environment, otherEnvironments } = context
    const { executable, version, chosenBecause } = environment
    if (executable === null) return
    const python = version.join('.')
    const { requiresPython } = needs
    if (requiresPython && isOutside(python, requiresPython.specifier)) {
      yield {
        span: requiresPython.span,
        subject: 'requires-python',
        what: `the tests run with Python ${python}, and the project asks for ${requiresPython.specifier}`,
        why: `this interpreter was chosen because of: ${chosenBecause}`,
        todo: 'use an environment with a version that the project supports',
      }
    }
    for (const { folder, has } of otherEnvironments) {
      const found = context.causes.flatMap(cause => {
        const module = missingModule(cause.failure)
        return module !== null && has(module.split('.', 1)[0]!) ? [{ cause, module }] : []
      })
      const [first] = found
      if (!first) continue
      const more = found.length - 1
      yield {
        span: first.cause.span,
        subject: shown(context, folder),
        what: `'${first.module}' is installed in ${shown(context, folder)}, and the tests run with ${shown(context, executable)}`,
        why: `this interpreter was chosen because of: ${chosenBecause}${more === 0 ? '' : `; ${more} more of the missing modules ${more === 1 ? 'is' : 'are'} there`}`,
        todo: `use ${shown(context, folder)}: activate it, or name it with --python`,
      }
      return
    }
  },
}

function isOutside(version: string, specifier: string): boolean {
  try {
    return !satisfies(version, specifier)
  } catch {
    // No specifier of PEP 440: it says nothing.
    return false
  }
}
