/** Thresholds that a run of a benchmark can be held to: for CI, where a figure must not get worse. */
import { type Command, InvalidArgumentError } from 'commander'
import { abstentions, falseAlarms, share, type Tally } from './tally.ts'

export interface Requirements {
  readonly maxWrongAlarms?: number
  readonly maxAbstained?: number
  readonly minPredicted?: number
  readonly minRight?: number
  readonly minCauses?: number
  readonly minSessions?: number
}

/** Adds the options; their values land in the command's options under the names of `Requirements`. */
export function withRequirements(command: Command): Command {
  return command
    .option('--max-wrong-alarms <n>', 'exit 1 with more false alarms of any kind', toCount)
    .option('--max-abstained <share>', 'exit 1 where a larger share of the collectors is "unknown"', toShare)
    .option('--min-predicted <share>', 'exit 1 where fewer of the failing collectors are predicted', toShare)
    .option('--min-right <share>', 'exit 1 where fewer have the exception and line right', toShare)
    .option('--min-causes <share>', 'exit 1 where fewer of the distinct causes are found', toShare)
    .option('--min-sessions <share>', 'exit 1 where fewer session verdicts are right', toShare)
}

/** What does not hold, one line each. A run without a document never passes. */
export function unmet(tally: Tally, required: Requirements): string[] {
  const atLeast = (what: string, found: number | null, least: number | undefined) =>
    least !== undefined && found !== null && found < least
      ? [`${what}: ${found.toFixed(4)} is below ${least}`]
      : []
  const atMost = (what: string, found: number | null, most: number | undefined) =>
    most !== undefined && found !== null && found > most ? [`${what}: ${found} is above ${most}`] : []
  return [
    ...atMost('runs without a document', tally.broken, 0),
    ...atMost('wrong alarms', falseAlarms(tally), required.maxWrongAlarms),
    ...atMost('abstained', share(abstentions(tally), tally.judged), required.maxAbstained),
    ...atLeast('predicted', share(tally.predicted, tally.failing), required.minPredicted),
    ...atLeast('right', share(tally.right, tally.failing), required.minRight),
    ...atLeast('causes', share(tally.causes.found, tally.causes.all), required.minCauses),
    ...atLeast('sessions', share(tally.sessions.right, tally.runs), required.minSessions),
  ]
}

/** A whole number of at least 0. */
export function toCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed.')
  return Number(text)
}

function toShare(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('a number from 0 to 1 is needed.')
  }
  return value
}
