/** A function that the settings name as taking each name once is called with one a second time. */
import { tellRegisteredTwice } from './registered_twice.ts'
import { detailsOf, type Rule } from './rule.ts'

const ID = 'duplicate-registration'

export const duplicateRegistration: Rule = {
  id: ID,
  summary: 'a name is registered twice with a function that takes each name once',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks: 'The second call raises, and with it the import and every test file that runs it.',
    why:
      'All test files share one process. A registry that lives as long as the process remembers what an earlier ' +
      'file registered, or what the same file did when it was imported under another name.',
    todo: 'Register each name once, from one module that is imported under one name.',
    pytest: 'E   {Exception}: {message}',
    limits:
      'Only functions that `[tool.precollect.registries]` names are watched, and only names and registries that ' +
      'are known exactly. What takes a name out of a registry again is not seen.',
  },
  *check(context) {
    for (const { cause, failure, detail } of detailsOf(context, ID, 'registered-twice')) {
      yield tellRegisteredTwice(context, cause, {
        thing: `'${detail.name}'`,
        first: detail.first,
        twice: detail.twice,
        cures: {
          twice: `import its file under one name only: the second call raises ${failure.exception}`,
          two: `register the name in one place: the second call raises ${failure.exception}`,
        },
      })
    }
  },
}
