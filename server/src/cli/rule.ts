/** `precollect rule`: the pages of the rules, for those who read in the terminal. */
import { allRules, ruleById } from '../rules/all_rules.ts'
import { didYouMean } from '../rules/nearest.ts'
import { rulePage } from '../rules/reference.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import type { Io } from './io.ts'

/** The page of one rule, or a table of all. Throws a UsageError for a rule that there is not. */
export function showRule(id: string | undefined, { stdout }: Io): number {
  if (id === undefined) {
    const width = Math.max(...allRules.map(rule => rule.id.length))
    for (const rule of allRules) {
      stdout.write(`${rule.id.padEnd(width)}  ${rule.severity.padEnd(7)}  ${rule.summary}\n`)
    }
    return ExitCode.clean
  }
  const rule = ruleById(id)
  if (!rule) {
    const near = didYouMean(
      id,
      allRules.map(each => each.id),
    )
    throw new UsageError(`no rule is called '${id}'${near}`)
  }
  stdout.write(`${rulePage(rule)}\n`)
  return ExitCode.clean
}
