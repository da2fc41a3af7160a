/** A module that nothing serves: it may have moved. */
import type { Fixer } from '../fix.ts'
import { proposalsForMoved } from '../moved_name.ts'

export const unresolvedImportFixer: Fixer = {
  rule: 'unresolved-import',
  propose: proposalsForMoved,
}
