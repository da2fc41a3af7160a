/**
 * The hooks of pytest-django that import the project: before the first conftest it puts the project's folder on
 * `sys.path` and loads the settings it is told of; then, and once more when everything is configured, it sets
 * Django up if its settings are there. Follows `pytest_django.plugin` 4.8 to 4.14.
 */
import type { DjangoStart } from '../pytest/plan.ts'
import { exceptionClass, isSubclass } from './classes.ts'
import type { Machine } from './machine.ts'
import { setUp } from './models/django_apps.ts'
import { djangoOf, loseDjango, readSetting, SETTINGS_MODULE } from './models/django_settings.ts'
import { constant, PyRaise } from './values.ts'
import { setVariable } from './variables.ts'

/** `pytest_load_initial_conftests`. What fails in it ends the run. */
export function startDjango(m: Machine, start: DjangoStart): void {
  if (start.project !== null) {
    m.heap.touch(m.sysPath)
    m.sysPath.items.unshift(constant(start.project))
  }
  if (start.settings) {
    setVariable(m, constant(SETTINGS_MODULE), constant(start.settings.module))
    // The class is picked, and may be changed, by an import hook of its own.
    if (start.configuration) loseDjango(m)
    else loadSettings(m, start, start.settings)
  }
  setUpDjango(m)
}

/** `pytest_configure`, after everybody else's: conftests may have configured the settings by then. */
export function setUpDjango(m: Machine): void {
  const { settings } = djangoOf(m)
  if (settings !== 'unset' && settings !== 'unknown') setUp(m)
}

function loadSettings(m: Machine, start: DjangoStart, { span }: NonNullable<DjangoStart['settings']>): void {
  const place = span ?? m.start
  m.start = place
  try {
    readSetting(m, 'DATABASES', place)
  } catch (error) {
    if (!(error instanceof PyRaise) || isSubclass(error.exc.cls, exceptionClass('ImportError')) !== true)
      throw error
    const { exc } = error
    // `from None`: the first exception is not shown, and its place is still the one to change.
    const message = `${exc.message}\n\n${start.outcome}`
    throw new PyRaise({ ...exc, cls: exceptionClass('ImportError'), message, cause: null })
  }
}
