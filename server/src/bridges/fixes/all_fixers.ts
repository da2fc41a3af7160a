/** All fixers, each in a file named like its rule. A fixer that is not listed here does not exist. */
import type { Fixer } from '../fix.ts'
import { missingSymbolFixer } from './missing_symbol.ts'
import { unresolvedImportFixer } from './unresolved_import.ts'

export const allFixers: readonly Fixer[] = [unresolvedImportFixer, missingSymbolFixer]

/** What can mend findings of a rule, in the order in which it is offered. */
export function fixersOf(rule: string): readonly Fixer[] {
  return allFixers.filter(fixer => fixer.rule === rule)
}
