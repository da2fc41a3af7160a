/** All fixers, each in a file named like its rule. A fixer that is not listed here does not exist. */
import type { Fixer } from '../fix.ts'

export const allFixers: readonly Fixer[] = []

/** What can mend findings of a rule, in the order in which it is offered. */
export function fixersOf(rule: string): readonly Fixer[] {
  return allFixers.filter(fixer => fixer.rule === rule)
}
