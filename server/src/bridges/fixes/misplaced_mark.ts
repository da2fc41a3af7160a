/** A mark on a fixture, which pytest ignores or refuses: it goes. `pytestmark` misspelt: its name. */
import { nearest } from '../../rules/nearest.ts'
import { changeOf, editOf } from '../edit.ts'
import type { Fixer, Proposal } from '../fix.ts'
import { lineOf, linesAround, replace, textAt } from '../replace.ts'

export const misplacedMark: Fixer = {
  rule: 'misplaced-mark',
  *propose(finding, context): Iterable<Proposal> {
    const { path, start, end } = finding.span
    const text = context.text(path)
    if (text === null) return
    const written = textAt(context, finding.span)
    if (written === finding.subject && nearest(written, ['pytestmark']) !== null) {
      yield {
        key: 'pytestmark',
        title: "Write 'pytestmark'",
        safety: 'unsafe',
        edit: replace(context, finding.span, 'pytestmark'),
        command: null,
        because: 'a mark under another name marks nothing; tests that ran are then marked',
      }
      return
    }
    const line = lineOf(text, start)
    const whole = /^[ \t]*@[\w.]*\bmark\.[\w]+(?:\([^()\n]*\))?[ \t]*\r?$/m.exec(
      text.slice(line.start).split('\n', 1)[0]!,
    )
    if (!whole || !/fixture/.test(finding.what)) return
    const lines = linesAround(text, start, end)
    yield {
      key: 'take off',
      title: `Take the mark '${finding.subject}' off the fixture`,
      safety: 'safe',
      edit: editOf({ changed: [changeOf(path, text, [{ ...lines, text: '' }])] }),
      command: null,
      because: 'it has no effect there',
    }
  },
}
