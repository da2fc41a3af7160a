/** Django: what of it depends on being configured. Its other modules are executed like any library's. */
import { remember } from '../../files/memo.ts'
import type { Machine } from '../machine.ts'
import { constant, native, tuple, UNKNOWN, type Value } from '../values.ts'
import { appConfigClass, modelClass, registryObject, setUp } from './django_apps.ts'
import {
  IMPROPERLY_CONFIGURED,
  REGISTRY_NOT_READY,
  SETTINGS_MODULE,
  settingsObject,
} from './django_settings.ts'
import type { Model } from './model.ts'

export const djangoModels: readonly Model[] = [
  {
    modules: ['django'],
    names: m => ({ VERSION: version(m), setup: native('django.setup', () => setUp(m)) }),
  },
  {
    modules: ['django.conf'],
    names: m => ({ settings: settingsObject(m), ENVIRONMENT_VARIABLE: constant(SETTINGS_MODULE) }),
  },
  { modules: ['django.apps', 'django.apps.registry', 'django.apps.config'], names: registry },
  {
    modules: ['django.core.exceptions'],
    names: () => ({ ImproperlyConfigured: IMPROPERLY_CONFIGURED, AppRegistryNotReady: REGISTRY_NOT_READY }),
  },
  { modules: ['django.db.models', 'django.db.models.base'], names: m => ({ Model: modelClass(m) }) },
]

/** Modules whose names ask for settings or the registry: what imports one of them may fail for want of either. */
export const DJANGO_GUARDS: ReadonlySet<string> = new Set(
  djangoModels
    .flatMap(({ modules }) => modules)
    .filter(name => !/^django(?:\.core\.exceptions)?$/.test(name)),
)

const registries = new WeakMap<Machine, Record<string, Value>>()

/** One registry, whichever module it is taken from. */
function registry(m: Machine): Record<string, Value> {
  return remember(registries, m, () => ({ apps: registryObject(m), AppConfig: appConfigClass(m) }))
}

/** `django.VERSION`: (5, 2, 1, 'final', 0). */
function version(m: Machine): Value {
  const found = m.environment.distributions.find(({ name }) => name.toLowerCase() === 'django')
  const numbers = /^(\d+)\.(\d+)(?:\.(\d+))?$/.exec(found?.version ?? '')
  if (!numbers) return UNKNOWN
  const [major, minor, patch = 0] = numbers.slice(1).map(part => Number(part ?? 0))
  return tuple([...[major!, minor!, patch].map(constant), constant('final'), constant(0)])
}
