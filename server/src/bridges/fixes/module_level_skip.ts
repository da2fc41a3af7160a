/** `pytest.skip()` at module level: say that the whole file is meant. */
import { changeOf, editOf } from '../edit.ts'
import type { Fixer, Proposal } from '../fix.ts'
import { lineOf, textAt } from '../replace.ts'

export const moduleLevelSkip: Fixer = {
  rule: 'module-level-skip',
  *propose(finding, context): Iterable<Proposal> {
    const { path, start, end } = finding.span
    const text = context.text(path)
    const call = textAt(context, finding.span)
    if (text === null || !call.endsWith(')')) return
    const inside = withoutComments(call.slice(0, -1))
    const needsComma = !/[(,]$/.test(inside)
    const close = end - 1
    const line = lineOf(text, close)
    const isAlone = line.start + line.indent.length === close
    const argument = isAlone ? `    allow_module_level=True,\n${line.indent}` : 'allow_module_level=True'
    const comma = { start: start + inside.length, end: start + inside.length, text: ',' }
    const blank = isAlone || inside.endsWith('(') || /\s$/.test(call.slice(0, -1)) ? '' : ' '
    yield {
      key: 'allow',
      title: 'Pass allow_module_level=True',
      safety: 'safe',
      edit: editOf({
        changed: [
          changeOf(path, text, [
            ...(needsComma ? [comma] : []),
            { start: close, end: close, text: blank + argument },
          ]),
        ],
      }),
      command: null,
      because: 'a skip at module level can only mean the whole file',
    }
  },
}

/** Without the comments and blanks that it ends with: they say nothing about a comma before them. */
function withoutComments(text: string): string {
  const less = text.replace(/#[^'"\n]*$/, '').trimEnd()
  return less === text ? text : withoutComments(less)
}
