/** A name is imported from a module that was found but does not have it. */
import { wholeFile } from './classify.ts'
import { shown } from './impact.ts'
import { didYouMean } from './nearest.ts'
import { detailsOf, type Rule, tell } from './rule.ts'
import { remedyInLibrary } from './standard_library.ts'

export const missingSymbol: Rule = {
  id: 'missing-symbol',
  summary: 'a name is imported from a module that does not have it',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      '`from module import name` where the module exists but binds no such name when it is imported. Every test ' +
      'file that runs the import while it is collected is lost.',
    why:
      'The name was renamed, moved or deleted in the module, or another module of the same name is found first ' +
      'on `sys.path`.',
    todo:
      'Import the name from where it lives now, or define it again in the module. If many files still use the ' +
      'old place, a re-export there mends all of them at once.',
    pytest:
      "ImportError while importing test module '{test file}'.\n...\nE   ImportError: cannot import name '{name}' from '{module}' ({file})",
    limits:
      'Modules whose names cannot be known are never blamed: extension modules, modules with `__getattr__`, with ' +
      '`globals()` or `exec` tricks, or with a star import of such a module. Names of third-party modules are not ' +
      'checked, unless the module is plain and its text does not hold the name at all. What the standard library ' +
      'lacks is asked of the interpreter, where it may be started; nothing is said where other code may have put ' +
      'the name there.',
  },
  *check(context) {
    for (const { cause, detail } of detailsOf(context, 'missing-symbol', 'missing-symbol')) {
      const { module, file, name, has, standard } = detail
      const place = file === null ? '' : ` in ${shown(context, file)}`
      yield tell(context, cause, {
        what: `module '${module}' has no name '${name}'`,
        todo: standard
          ? remedyInLibrary(context, name, has)
          : `define it${place}, or import it from where it lives now${didYouMean(name, has)}`,
        related:
          file === null || standard ? [] : [{ span: wholeFile(file), message: `'${module}' is this file` }],
      })
    }
  },
}
