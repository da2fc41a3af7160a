/** A name that its module lacks: it may have moved. */
import type { Fixer } from '../fix.ts'
import { proposalsForMoved } from '../moved_name.ts'

export const missingSymbol: Fixer = {
  rule: 'missing-symbol',
  propose: proposalsForMoved,
}
