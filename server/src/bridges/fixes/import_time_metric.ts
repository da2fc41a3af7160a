/** A metric that is registered at import: made safe for a second import by taking what is registered already. */
import type { Fixer } from '../fix.ts'
import { reuseRegistered } from './duplicate_metric.ts'

export const importTimeMetric: Fixer = {
  rule: 'import-time-metric',
  propose: (finding, context) => reuseRegistered(finding, finding.subject, context),
}
