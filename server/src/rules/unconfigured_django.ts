/** Django is used at import before its settings or its app registry are there. */
import { said } from './classify.ts'
import { detailsOf, type Rule, type RuleContext, tell } from './rule.ts'

export const unconfiguredDjango: Rule = {
  id: 'unconfigured-django',
  summary: 'Django is asked for settings, apps or models before it is set up',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'Importing the file raises ImproperlyConfigured, AppRegistryNotReady or RuntimeError, and so does every ' +
      'import of it.',
    why:
      '`settings.X`, `get_user_model()` and each class derived from `models.Model` ask for the settings and for ' +
      'the registry of installed apps the moment they run. A test runner of Django sets both up first; pytest ' +
      'alone does not. A model also needs its app in INSTALLED_APPS, or an `app_label`.',
    todo:
      'Install pytest-django and name the settings: `DJANGO_SETTINGS_MODULE = "site.settings"` in the ' +
      "configuration file. Without the plugin call `settings.configure(...)` and `django.setup()` in the root's " +
      '`conftest.py`, before anything imports a model. Where the registry alone is missing, put the app into ' +
      'INSTALLED_APPS, or import the model inside the function that uses it.',
    pytest:
      'E   django.core.exceptions.ImproperlyConfigured: Requested setting {NAME}, but settings are not configured. ...',
    limits:
      'Said only while everything that could have set Django up was followed: an environment variable or a call ' +
      'that cannot be seen through ends it. Lazy objects (`gettext_lazy`, `reverse_lazy`) are not forced at import.',
  },
  *check(context) {
    for (const { cause, failure, detail } of detailsOf(context, 'unconfigured-django', 'django')) {
      const message = said(failure.message, context.plan.rootdir).split(/\. |\.$/)[0]
      yield tell(context, cause, {
        what: `this runs at import and Django refuses it with ${failure.exception}: ${message}`,
        todo: remedy(context, detail.needs),
      })
    }
  },
}

function remedy({ plan }: RuleContext, needs: 'settings' | 'registry' | 'app'): string {
  if (needs === 'app') return "add the model's app to INSTALLED_APPS, or give its Meta an app_label"
  if (needs === 'registry')
    return 'call django.setup() before this import, or import it where it is used: inside a function'
  return plan.django
    ? 'set DJANGO_SETTINGS_MODULE in the configuration file of pytest'
    : 'install pytest-django and set DJANGO_SETTINGS_MODULE in the configuration file of pytest'
}
