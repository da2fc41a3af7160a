/** A comment that silences nothing: it goes, unless it silences something else as well. */
import { changeOf, editOf } from '../edit.ts'
import type { Fixer, Proposal } from '../fix.ts'
import { lineOf, linesAround } from '../replace.ts'

export const unusedSuppression: Fixer = {
  rule: 'unused-suppression',
  *propose(finding, context): Iterable<Proposal> {
    const { path, start } = finding.span
    const text = context.text(path)
    // Of several rules some may be needed: which ones, only a person sees at a glance.
    if (text === null || finding.subject.includes(',')) return
    // What is said behind it belongs to it, up to the next comment on the line.
    const end = finding.span.end + /^[^#\r\n]*/.exec(text.slice(finding.span.end))![0].length
    const line = lineOf(text, start)
    const alone = line.start + line.indent.length === start
    const blank = /[ \t]*$/.exec(text.slice(line.start, start))![0].length
    const place = alone ? linesAround(text, start, end) : { start: start - blank, end }
    yield {
      key: 'delete',
      title: 'Delete the comment',
      safety: 'safe',
      edit: editOf({ changed: [changeOf(path, text, [{ ...place, text: '' }])] }),
      command: null,
      because: 'it would hide the next fault at this place',
    }
  },
}
