/** A name is read at import that nothing has bound. */
import { detailsOf, type Rule, tell } from './rule.ts'

export const undefinedName: Rule = {
  id: 'undefined-name',
  summary: 'a name is read at import that nothing has bound',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks: 'A statement that runs while the file is imported reads a name that is bound nowhere before it.',
    why:
      'An import was removed while the name is still in use, the definition stands further down, or the name is ' +
      'only imported under `if TYPE_CHECKING:` and is used in a decorator, a default, a base class or an ' +
      'annotation that is evaluated.',
    todo:
      'Import or define the name before this line. For annotations `from __future__ import annotations` puts the ' +
      'evaluation off.',
    pytest: "E   NameError: name '{name}' is not defined",
    limits:
      'Names that are bound on some paths only, and modules with star imports, `globals()` or `exec` that cannot ' +
      'be followed, are not reported. Function bodies are checked only if they run at import.',
  },
  *check(context) {
    for (const { cause, detail } of detailsOf(context, 'undefined-name', 'undefined-name')) {
      yield tell(context, cause, {
        what: `name '${detail.name}' is not defined when this line runs`,
        todo: `import or define '${detail.name}' before this line`,
      })
    }
  },
}
