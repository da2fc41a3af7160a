/** Two tests of one name in one scope: Python keeps the second one alone. */
import { LineIndex } from '../files/lines.ts'
import type { Rule } from './rule.ts'

export const duplicateTestName: Rule = {
  id: 'duplicate-test-name',
  summary: 'a second test of the same name hides the first one',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks: 'Nothing is reported as failing, and that is the trouble: the first test is never run.',
    why: 'A module or class has one object for each name. pytest sees what is bound when the import is over.',
    todo: 'Rename one of the two, or take out the copy.',
    pytest: '(nothing: pytest does not see the first test)',
    limits:
      'Definitions on different branches, definitions behind decorators that are not known, and functions that are ' +
      'used before they are defined again are taken to be meant.',
  },
  *check(context) {
    for (const event of context.trace.events) {
      if (event.event !== 'duplicate-test') continue
      const text = context.text(event.first.path)
      const line = text === null ? '' : ` on line ${new LineIndex(text).position(event.first.start).line}`
      yield {
        span: event.span,
        subject: event.name,
        what: `'${event.name}' is defined a second time: the one${line} is never run`,
        why: 'pytest collects what the name is bound to in the end',
        todo: 'rename one of the two, or take out the copy',
        related: [{ span: event.first, message: `'${event.name}' is defined here first` }],
      }
    }
  },
}
