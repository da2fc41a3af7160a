/** An attribute that a module lacks: a slip, or a submodule that nobody imported. */
import { nearest } from '../../rules/nearest.ts'
import { changeOf, editOf } from '../edit.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'
import { lineOf, replace, textAt } from '../replace.ts'

export const missingAttribute: Fixer = {
  rule: 'missing-attribute',
  *propose(finding, context): Iterable<Proposal> {
    const detail = causeOf(context, finding)?.failure.detail
    if (detail?.kind !== 'missing-attribute' || textAt(context, finding.span) !== detail.name) return
    const { path, start } = finding.span
    const text = context.text(path)
    const near = nearest(detail.name, detail.has)
    if (near !== null) {
      yield {
        key: `write ${near}`,
        title: `Write '${near}'`,
        safety: 'unsafe',
        edit: replace(context, finding.span, near),
        command: null,
        because: `'${detail.module}' has '${near}', which is spelled nearly the same`,
      }
    }
    const statement = new RegExp(
      `^import ${detail.module.replaceAll('.', '\\.')}(?:\\.[\\w.]+)?[ \\t]*(?:#.*)?$`,
      'm',
    )
    const found = text === null ? null : statement.exec(text.slice(0, start))
    if (text === null || !found) return
    const at = lineOf(text, found.index).start + found[0].length
    const added = `${detail.module}.${detail.name}`
    yield {
      key: `import ${added}`,
      title: `Import '${added}' as well`,
      safety: 'safe',
      edit: editOf({ changed: [changeOf(path, text, [{ start: at, end: at, text: `\nimport ${added}` }])] }),
      command: null,
      because: 'a submodule is an attribute of its package only once it was imported',
    }
  },
}
