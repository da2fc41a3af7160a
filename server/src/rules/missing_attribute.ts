/** An attribute of a module is read at import and nothing has bound it. */
import { didYouMean } from './nearest.ts'
import { detailsOf, type Rule, tell } from './rule.ts'
import { remedyInLibrary } from './standard_library.ts'

export const missingAttribute: Rule = {
  id: 'missing-attribute',
  summary: 'an attribute is read from a module that does not have it',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'A statement that runs while the file is imported reads `module.name`, and the module has no such name.',
    why:
      'The name was renamed or removed, or it is a submodule that nobody has imported so far: `import package` ' +
      'does not import `package.module`.',
    todo: 'Correct the name, or import the submodule by its full name before it is used.',
    pytest: "E   AttributeError: module '{module}' has no attribute '{name}'",
    limits:
      'Only attributes of modules whose names are all known, and of the standard library, whose names the ' +
      'interpreter is asked for where it may be started.',
  },
  *check(context) {
    for (const { cause, detail } of detailsOf(context, 'missing-attribute', 'missing-attribute')) {
      yield tell(context, cause, {
        what: `module '${detail.module}' has no attribute '${detail.name}'`,
        todo: detail.standard
          ? remedyInLibrary(context, detail.name, detail.has)
          : `correct the name, or write 'import ${detail.module}.${detail.name}' if it is a submodule${didYouMean(detail.name, detail.has)}`,
      })
    }
  },
}
