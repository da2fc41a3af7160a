/** Every rule, in the order of the reference. A new rule is its file and one line here. */
import { basenameConflict } from './basename_conflict.ts'
import { brokenConftest } from './broken_conftest.ts'
import { brokenImport } from './broken_import.ts'
import { circularImport } from './circular_import.ts'
import { duplicateMetric } from './duplicate_metric.ts'
import { duplicateModuleIdentity } from './duplicate_module_identity.ts'
import { duplicateRegistration } from './duplicate_registration.ts'
import { duplicateTable } from './duplicate_table.ts'
import { duplicateTestName } from './duplicate_test_name.ts'
import { importTimeException } from './import_time_exception.ts'
import { importTimeMetric } from './import_time_metric.ts'
import { invalidConfiguration } from './invalid_configuration.ts'
import { invalidMarkExpression } from './invalid_mark_expression.ts'
import { invalidParametrize } from './invalid_parametrize.ts'
import { invocationDependent } from './invocation_dependent.ts'
import { leakedPath } from './leaked_path.ts'
import { leakedStub } from './leaked_stub.ts'
import { legacyImportHook } from './legacy_import_hook.ts'
import { misplacedMark } from './misplaced_mark.ts'
import { misplacedPytestPlugins } from './misplaced_pytest_plugins.ts'
import { missingAttribute } from './missing_attribute.ts'
import { missingPlugin } from './missing_plugin.ts'
import { missingSymbol } from './missing_symbol.ts'
import { moduleLevelSkip } from './module_level_skip.ts'
import { modulePackageCollision } from './module_package_collision.ts'
import { relativeImportBeyondTopLevel } from './relative_import_beyond_top_level.ts'
import type { Rule } from './rule.ts'
import { shadowedModule } from './shadowed_module.ts'
import { staleBytecode } from './stale_bytecode.ts'
import { syntaxError } from './syntax_error.ts'
import { uncollectableClass } from './uncollectable_class.ts'
import { uncollectableTest } from './uncollectable_test.ts'
import { unconfiguredDjango } from './unconfigured_django.ts'
import { undefinedName } from './undefined_name.ts'
import { unknownConfigOption } from './unknown_config_option.ts'
import { unmatchedTestpath } from './unmatched_testpath.ts'
import { unmetRequirement } from './unmet_requirement.ts'
import { unpredictedError } from './unpredicted_error.ts'
import { unregisteredMarker } from './unregistered_marker.ts'
import { unresolvedImport } from './unresolved_import.ts'
import { unusedSuppression } from './unused_suppression.ts'
import { warningAsError } from './warning_as_error.ts'
import { wrongInterpreter } from './wrong_interpreter.ts'

export const allRules: readonly Rule[] = [
  unresolvedImport,
  missingSymbol,
  circularImport,
  relativeImportBeyondTopLevel,
  brokenImport,
  syntaxError,
  undefinedName,
  missingAttribute,
  importTimeException,
  warningAsError,
  modulePackageCollision,
  basenameConflict,
  shadowedModule,
  duplicateModuleIdentity,
  staleBytecode,
  legacyImportHook,
  leakedStub,
  leakedPath,
  unregisteredMarker,
  misplacedMark,
  invalidMarkExpression,
  moduleLevelSkip,
  invalidParametrize,
  uncollectableTest,
  uncollectableClass,
  duplicateTestName,
  duplicateMetric,
  importTimeMetric,
  unconfiguredDjango,
  duplicateTable,
  duplicateRegistration,
  brokenConftest,
  misplacedPytestPlugins,
  missingPlugin,
  unknownConfigOption,
  unmatchedTestpath,
  invalidConfiguration,
  invocationDependent,
  unmetRequirement,
  wrongInterpreter,
  unusedSuppression,
  unpredictedError,
]

const byId = new Map(allRules.map(rule => [rule.id, rule]))

export function ruleById(id: string): Rule | undefined {
  return byId.get(id)
}
