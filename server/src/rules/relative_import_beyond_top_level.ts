/** A relative import in a file that has no package, or not enough packages, above it. */
import { basename } from '../files/paths.ts'
import { detailsOf, type Rule, tell } from './rule.ts'

export const relativeImportBeyondTopLevel: Rule = {
  id: 'relative-import-beyond-top-level',
  summary: 'a relative import leaves the package that the file belongs to',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'A relative import is executed in a file that has no package, or fewer packages above it than dots.',
    why:
      'The package of a test file is made by pytest: it goes up while there is an `__init__.py`. A test file with ' +
      'none beside it is a top-level module, and no relative import can work in it.',
    todo:
      'Import by the full name, or add the missing `__init__.py` files (mind that this also changes the names ' +
      'under which the neighbouring test files are imported).',
    pytest:
      'E   ImportError: attempted relative import with no known parent package\nE   ImportError: attempted relative import beyond top-level package',
    limits: 'In Python 3.8 the second form is a ValueError.',
  },
  *check(context) {
    const id = 'relative-import-beyond-top-level'
    for (const { cause, detail } of detailsOf(context, id, 'relative-import')) {
      const file = basename(cause.span.path)
      const alone = detail.reason === 'no parent package'
      yield tell(context, cause, {
        what: alone
          ? `relative import in ${file}, which belongs to no package`
          : `relative import with more dots than there are packages above ${file}`,
        todo: alone
          ? 'import by the full name, or make its folder a package with an __init__.py'
          : 'import by the full name, or take away the dots that are too many',
      })
    }
  },
}
