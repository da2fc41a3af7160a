/** All fixers, each in a file named like its rule. A fixer that is not listed here does not exist. */
import type { Fixer } from '../fix.ts'
import { basenameConflict } from './basename_conflict.ts'
import { duplicateMetric } from './duplicate_metric.ts'
import { leakedStub } from './leaked_stub.ts'
import { misplacedPytestPlugins } from './misplaced_pytest_plugins.ts'
import { missingSymbol } from './missing_symbol.ts'
import { moduleLevelSkip } from './module_level_skip.ts'
import { modulePackageCollision } from './module_package_collision.ts'
import { relativeImportBeyondTopLevel } from './relative_import_beyond_top_level.ts'
import { staleBytecode } from './stale_bytecode.ts'
import { unregisteredMarker } from './unregistered_marker.ts'
import { unresolvedImport } from './unresolved_import.ts'

export const allFixers: readonly Fixer[] = [
  unresolvedImport,
  missingSymbol,
  relativeImportBeyondTopLevel,
  modulePackageCollision,
  basenameConflict,
  staleBytecode,
  leakedStub,
  unregisteredMarker,
  moduleLevelSkip,
  duplicateMetric,
  misplacedPytestPlugins,
]

/** What can mend findings of a rule, in the order in which it is offered. */
export function fixersOf(rule: string): readonly Fixer[] {
  return allFixers.filter(fixer => fixer.rule === rule)
}
