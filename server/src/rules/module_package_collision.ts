/** `foo.py` beside `foo/__init__.py`: the package is taken, the module can never be imported. */
import { wholeFile } from './classify.ts'
import { shown } from './impact.ts'
import { causesOf, type Rule, type RuleContext, tell } from './rule.ts'

const ID = 'module-package-collision'

export const modulePackageCollision: Rule = {
  id: ID,
  summary: 'a module and a package of the same name lie in one folder',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks:
      'Nothing by itself: the package is imported and the module beside it is dead code. It becomes an error as ' +
      'soon as a name is imported that only the module has.',
    why: 'In one folder Python takes a package before a module of the same name, whatever lies in either.',
    todo: 'Move what is still needed from the module into the package, then delete or rename the module.',
    pytest: "E   ImportError: cannot import name '{name}' from '{module}' ({folder}/{module}/__init__.py)",
    limits:
      'The error is put down to the collision if the text of the hidden module has the missing name; a pair that ' +
      'no import asked for is not seen.',
  },
  *check(context) {
    const told = new Set<string>()
    for (const cause of causesOf(context, ID)) {
      const { detail } = cause.failure
      const name = detail.kind === 'missing-symbol' ? detail.name : cause.subject
      told.add(cause.span.path)
      yield tell(context, cause, {
        ...words(context, cause.subject, cause.span.path),
        what: `'${name}' is in this file, but '${cause.subject}' means the package beside it`,
        related: [{ span: cause.failure.focus, message: `'${name}' is imported here` }],
      })
    }
    for (const event of context.trace.events) {
      if (event.event !== 'collision' || told.has(event.module)) continue
      told.add(event.module)
      yield {
        ...words(context, event.name, event.module),
        span: wholeFile(event.module),
        subject: event.name,
        why: `an import of '${event.name}' always takes ${shown(context, event.package)}`,
        related: [
          { span: wholeFile(event.package), message: 'this package is imported instead' },
          { span: event.span, message: `'${event.name}' is imported here` },
        ],
      }
    }
  },
}

function words(context: RuleContext, name: string, module: string): { what: string; todo: string } {
  return {
    what: `${shown(context, module)} can never be imported: a package '${name}' lies beside it`,
    todo: 'move what is still needed into the package, then delete or rename this file',
  }
}
