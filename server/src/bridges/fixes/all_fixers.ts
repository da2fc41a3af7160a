/** All fixers, each in a file named like its rule. A fixer that is not listed here does not exist. */
import type { Fixer } from '../fix.ts'
import { basenameConflict } from './basename_conflict.ts'
import { brokenImport } from './broken_import.ts'
import { duplicateMetric } from './duplicate_metric.ts'
import { duplicateTestName } from './duplicate_test_name.ts'
import { importTimeException } from './import_time_exception.ts'
import { importTimeMetric } from './import_time_metric.ts'
import { invalidConfiguration } from './invalid_configuration.ts'
import { invocationDependent } from './invocation_dependent.ts'
import { leakedPath } from './leaked_path.ts'
import { leakedStub } from './leaked_stub.ts'
import { leaveOut } from './leave_out.ts'
import { legacyImportHook } from './legacy_import_hook.ts'
import { misplacedMark } from './misplaced_mark.ts'
import { misplacedPytestPlugins } from './misplaced_pytest_plugins.ts'
import { missingAttribute } from './missing_attribute.ts'
import { missingPlugin } from './missing_plugin.ts'
import { missingSymbol } from './missing_symbol.ts'
import { moduleLevelSkip } from './module_level_skip.ts'
import { modulePackageCollision } from './module_package_collision.ts'
import { relativeImportBeyondTopLevel } from './relative_import_beyond_top_level.ts'
import { shadowedModule } from './shadowed_module.ts'
import { staleBytecode } from './stale_bytecode.ts'
import { undefinedName } from './undefined_name.ts'
import { unknownConfigOption } from './unknown_config_option.ts'
import { unmatchedTestpath } from './unmatched_testpath.ts'
import { unmetRequirement } from './unmet_requirement.ts'
import { unregisteredMarker } from './unregistered_marker.ts'
import { unresolvedImport } from './unresolved_import.ts'
import { unusedSuppression } from './unused_suppression.ts'
import { warningAsError } from './warning_as_error.ts'

export const allFixers: readonly Fixer[] = [
  unresolvedImport,
  missingSymbol,
  importTimeException,
  relativeImportBeyondTopLevel,
  modulePackageCollision,
  basenameConflict,
  shadowedModule,
  staleBytecode,
  leakedStub,
  leakedPath,
  unregisteredMarker,
  moduleLevelSkip,
  duplicateMetric,
  importTimeMetric,
  warningAsError,
  misplacedMark,
  misplacedPytestPlugins,
  unknownConfigOption,
  unmatchedTestpath,
  missingAttribute,
  undefinedName,
  brokenImport,
  missingPlugin,
  invalidConfiguration,
  legacyImportHook,
  unmetRequirement,
  duplicateTestName,
  invocationDependent,
  unusedSuppression,
  leaveOut,
]

/** What can mend findings of a rule, in the order in which it is offered. */
export function fixersOf(rule: string): readonly Fixer[] {
  return allFixers.filter(fixer => fixer.rule === rule || fixer.rule === null)
}
