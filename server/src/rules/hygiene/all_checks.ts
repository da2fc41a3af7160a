/**
 * The checks of `precollect doctor`, in the order in which they are told. Plugins that can't be loaded and modules that
 * hide each other are faults that rules tell.
 */
import { byteCode } from './byte_code.ts'
import type { Complaint, HygieneCheck, HygieneContext } from './check.ts'
import { dependencies } from './dependencies.ts'
import { duplicates } from './duplicates.ts'
import { editableInstalls } from './editable_installs.ts'
import { interpreters } from './interpreters.ts'
import { toolCaches } from './tool_caches.ts'
import { variables } from './variables.ts'

export const allChecks: readonly HygieneCheck[] = [
  interpreters,
  dependencies,
  editableInstalls,
  duplicates,
  variables,
  byteCode,
  toolCaches,
]

export function runChecks(context: HygieneContext): Complaint[] {
  return allChecks.flatMap(({ id, check }) =>
    [...check(context)].map(said => ({
      severity: 'warning' as const,
      todo: '',
      removable: [],
      ...said,
      check: id,
    })),
  )
}
