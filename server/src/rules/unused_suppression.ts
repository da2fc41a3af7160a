/** A comment that silences a rule where there is nothing to silence. */
import type { Rule } from './rule.ts'

export const unusedSuppression: Rule = {
  id: 'unused-suppression',
  summary: 'a precollect comment silences nothing',
  severity: 'warning',
  since: '0.1.0',
  tag: 'unnecessary',
  doc: {
    breaks: 'Nothing. The comment hides a fault that is no longer there, and would hide the next one.',
    why: 'The fault was cured, the comment moved away from its line, or the name of the rule is mistyped.',
    todo: 'Delete the comment, or the names in it that are not needed.',
    pytest: '(pytest does not know these comments)',
    limits:
      'Comments that silence rules which are switched off, and those in files that no collected test reaches or ' +
      'that could not be followed to the end, are not judged.',
  },
  /** Made by `run_rules.ts`, which alone knows what the other rules found. */
  check: () => [],
}
