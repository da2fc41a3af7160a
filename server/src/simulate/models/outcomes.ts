/** The exceptions by which pytest itself ends a test, a module or the run. */
import { exceptionClass, nativeClass } from '../classes.ts'

const OUTCOME = nativeClass('OutcomeException', '_pytest.outcomes', [exceptionClass('BaseException')])
export const SKIPPED = nativeClass('Skipped', '_pytest.outcomes', [OUTCOME])
export const FAILED = nativeClass('Failed', '_pytest.outcomes', [OUTCOME])
export const XFAILED = nativeClass('XFailed', '_pytest.outcomes', [FAILED])
export const EXIT = nativeClass('Exit', '_pytest.outcomes', [exceptionClass('Exception')])
