/** What pytest really failed at, and no other rule foresaw. Only a confirming pass makes such findings. */
import type { Rule } from './rule.ts'

export const unpredictedError: Rule = {
  id: 'unpredicted-error',
  summary: 'pytest failed here in a confirming pass, and no rule had foreseen it',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'The collector that is named, or the whole run: pytest was run with `--collect-only`, and this is what it said.',
    why:
      'Some failures depend on values that only exist while the code runs. `precollect confirm`, or confirmation in ' +
      'the editor, runs the real pytest and tells what the simulation could not know, at the innermost line of the ' +
      'project, with the full traceback.',
    todo: 'Read the traceback from its end: the last line of your own code is where the finding stands.',
    pytest: '{the exception and message, as pytest raised them}',
    limits:
      'Told only as long as no file that the collector imports has changed since the pass. A failure that depends ' +
      'on the order of files is told by a full pass only.',
  },
  *check() {},
}
