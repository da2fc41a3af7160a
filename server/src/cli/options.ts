/** Options that several verbs share, and what their values have to be. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { FORMATS } from '../report/formats.ts'

/** What all verbs that analyse share. */
export function analysing(command: Command): Command {
  return command
    .option('--python <path>', 'interpreter or environment to use')
    .addOption(choice('--invocation <how>', 'how pytest is started', ['pytest', 'python -m pytest']))
    .addOption(choice('--color <when>', 'when to use colours', ['auto', 'always', 'never'], 'auto'))
    .option('--no-cache', 'neither use nor keep what earlier runs found out')
    .option('-q, --quiet', 'findings only')
    .option('-v, --verbose', 'also notes, what the verdicts rest on, and all that is not known')
}

/** For verbs that take what "precollect check" takes. */
export function ofPaths(command: Command): Command {
  return command
    .usage('[options] [PATH...] [-- PYTEST_ARGS...]')
    .argument('[PATH...]', 'a project, or what pytest is to collect; without it the current folder')
}

/** For verbs that tell findings. */
export function telling(command: Command): Command {
  return command
    .option('--select <rules>', 'rules to tell, separated by commas, or "all"', names)
    .option('--ignore <rules>', 'rules not to tell', names)
    .option('-e, --exit-zero', 'exit with 0 whatever is found')
}

/** For verbs with an answer of their own kind. */
export function printing(command: Command): Command {
  return command
    .addOption(choice('--output-format <format>', 'how to tell', ['full', 'json'], 'full'))
    .option('-o, --output-file <file>', 'write it to a file')
}

/** For verbs whose answer is a report. */
export function reporting(command: Command): Command {
  return telling(ofPaths(analysing(command)))
    .addOption(choice('--output-format <format>', 'how to report', [...FORMATS], 'full'))
    .option('-o, --output-file <file>', 'write the report to a file')
    .option('--statistics', 'counts in place of findings')
}

export function choice(flags: string, description: string, choices: string[], preset?: string): Option {
  return new Option(flags, description).choices(choices).default(preset)
}

export function toSeconds(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('expected a number of seconds')
  return value
}

export function toCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a number')
  return Number(text)
}

export function toAtLeastOne(text: string): number {
  const value = toCount(text)
  if (value < 1) throw new InvalidArgumentError('expected a whole number from 1')
  return value
}

/** A list separated by commas, also of an option that is given several times. */
function names(value: string, before: readonly string[] = []): readonly string[] {
  return [
    ...before,
    ...value
      .split(',')
      .map(name => name.trim())
      .filter(Boolean),
  ]
}
