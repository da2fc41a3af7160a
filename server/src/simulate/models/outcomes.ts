/** The exceptions by which pytest itself and unittest end a test, a module or the run. */
import { exceptionClass, isSubclass, nativeClass } from '../classes.ts'
import type { Exc } from '../values.ts'

const OUTCOME = nativeClass('OutcomeException', '_pytest.outcomes', [exceptionClass('BaseException')])
export const SKIPPED = nativeClass('Skipped', '_pytest.outcomes', [OUTCOME])
export const FAILED = nativeClass('Failed', '_pytest.outcomes', [OUTCOME])
export const XFAILED = nativeClass('XFailed', '_pytest.outcomes', [FAILED])
export const EXIT = nativeClass('Exit', '_pytest.outcomes', [exceptionClass('Exception')])
export const SKIP_TEST = nativeClass('SkipTest', 'unittest.case', [exceptionClass('Exception')])

/** Does it skip the test file whose import it ends? As `pytest_make_collect_report` of `_pytest.runner` has it. */
export function isSkip(exc: Exc): boolean {
  if (isSubclass(exc.cls, SKIP_TEST) === true) return true
  return isSubclass(exc.cls, SKIPPED) === true && exc.detail.kind !== 'skip-misused'
}
