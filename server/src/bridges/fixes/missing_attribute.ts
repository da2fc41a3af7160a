/**
 * An attribute that a module lacks: a slip, a submodule that nobody imported, or a name that moved to another module and
 * is handed on.
 */
import { nearest } from '../../rules/nearest.ts'
import { changeOf, editOf, type TextChange } from '../edit.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'
import { bridgesForMoved } from '../moved_name.ts'
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
    const added = `${detail.module}.${detail.name}`
    const insertion = text === null ? null : importBefore(text, start, detail.module, added)
    if (insertion)
      yield {
        key: `import ${added}`,
        title: `Import '${added}' as well`,
        safety: 'safe',
        edit: editOf({ changed: [changeOf(path, text!, [insertion])] }),
        command: null,
        because: 'a submodule is an attribute of its package only once it was imported',
      }
    if (context.index.moduleNamed(detail.module)) yield* bridgesForMoved(finding, context)
  },
}

/** `import added` behind the last `import module` before a place; null where there is none. */
function importBefore(text: string, before: number, module: string, added: string): TextChange | null {
  const name = module.replaceAll('.', '\\.')
  const found = new RegExp(`^import ${name}(?:\\.[\\w.]+)?[ \\t]*(?:#.*)?$`, 'm').exec(text.slice(0, before))
  if (!found) return null
  const at = lineOf(text, found.index).start + found[0].length
  return { start: at, end: at, text: `\nimport ${added}` }
}
