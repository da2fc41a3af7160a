/** A name that nothing binds: a slip, or a module that nobody imported. */
import { nearest } from '../../rules/nearest.ts'
import { changeOf, editOf } from '../edit.ts'
import type { Fixer, Proposal } from '../fix.ts'
import { lineOf, replace, textAt } from '../replace.ts'

export const undefinedName: Fixer = {
  rule: 'undefined-name',
  *propose(finding, context): Iterable<Proposal> {
    const { path, start } = finding.span
    const name = finding.subject
    const text = context.text(path)
    if (text === null || textAt(context, finding.span) !== name) return
    const before = text.slice(0, start)
    const bound = [
      ...before.matchAll(/^(?:(?:async )?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)/gm),
    ]
    const imported = [...before.matchAll(/^(?:from[^\n]+)?import[ \t]+([\w ,]+)$/gm)].flatMap(found =>
      found[1]!.split(',').map(
        item =>
          item
            .trim()
            .split(/[ \t]+as[ \t]+/)
            .at(-1)!,
      ),
    )
    const near = nearest(name, [...bound.map(found => found[1] ?? found[2]!), ...imported])
    if (near !== null) {
      yield {
        key: `write ${near}`,
        title: `Write '${near}'`,
        safety: 'unsafe',
        edit: replace(context, finding.span, near),
        command: null,
        because: `'${near}' is bound above and spelled nearly the same`,
      }
    }
    // 'os.getcwd()' without 'import os': the name can only be the module.
    const isModule =
      context.environment.stdlibNames.includes(name) && /^\s*\./.test(text.slice(finding.span.end))
    const first = /^(?:import|from)\b/m.exec(before)
    if (!isModule || !first) return
    const at = lineOf(text, first.index).start
    yield {
      key: `import ${name}`,
      title: `Import '${name}'`,
      safety: 'safe',
      edit: editOf({ changed: [changeOf(path, text, [{ start: at, end: at, text: `import ${name}\n` }])] }),
      command: null,
      because: `'${name}' is a module of the standard library, and an attribute of it is read`,
    }
  },
}
