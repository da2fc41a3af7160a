/** The options of `precollect gate` and their help. */
import type { Command } from 'commander'
import type { CheckOptions } from './check.ts'
import { toCount, toSeconds } from './options.ts'

export interface GateOptions extends CheckOptions {
  /** Without it, as without the next two, what the project's settings say. */
  readonly maxErrors?: number
  readonly maxWarnings?: number
  readonly minCollected?: number | 'history'
  readonly requireConfirmed?: boolean
  readonly newOnly?: string
  /** A file; true: the usual one, if it is there; false: none. */
  readonly baseline: string | boolean
  readonly writeBaseline?: boolean
  readonly history: string
  /** undefined: found out. */
  readonly ci?: boolean
  readonly freeze?: string
  readonly tag?: boolean
  readonly timeout?: number
}

const HELP = `
No error is wanted unless --max-errors allows some; [tool.precollect.gate] can hold the
first three bars. Findings in the baseline do not count;
entries whose fault is gone are taken out of it, or, in CI, fail the gate. The baseline
grows by --write-baseline alone. --new-only and --freeze start git; --confirm,
--require-confirmed and --freeze run pytest --collect-only, which executes the project's code.

Exit codes: 0 every bar holds, 1 one does not, 2 wrong options, paths, settings or files,
3 a fault of precollect itself.`

/** `reporting` of the program, with what a gate has of its own. */
export function gateOptions(command: Command): Command {
  return command
    .description('fail unless the suite stands where it is to stand')
    .option('--max-errors <n>', 'at most so many errors (0)', toCount)
    .option('--max-warnings <n>', 'at most so many warnings', toCount)
    .option('--min-collected <n>', 'at least so many tests collected; "history": no fewer than ever', toFloor)
    .option('--confirm', 'run pytest as well, and count what it says')
    .option('--require-confirmed', 'and fail where pytest does not agree with the prediction')
    .option('--new-only <revision>', 'count only what is worse than where this branch left the revision')
    .option('--baseline <file>', 'findings not to count (.precollect/baseline.json, if it is there)', true)
    .option('--no-baseline', 'count all findings')
    .option('--write-baseline', 'make the present findings the baseline')
    .option('--history <file>', 'for --min-collected history', '.precollect/history.ndjson')
    .option('--ci', 'write nothing, and fail at a baseline that is out of date (found out by itself)')
    .option('--no-ci', "take the baseline as on a developer's machine")
    .option('--freeze <name>', "also want a clean tree and pytest's word; print the facts for a tag")
    .option('--tag', 'with --freeze: create the annotated tag')
    .option('--timeout <seconds>', 'end pytest after this time; without it by the last run', toSeconds)
    .option('--no-interpreter', 'never start the interpreter, not even to ask for its version')
    .addHelpText('after', HELP)
}

function toFloor(text: string): number | 'history' {
  return text === 'history' ? text : toCount(text)
}
