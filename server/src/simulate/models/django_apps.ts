/**
 * Django's app registry: `django.setup()`, which imports every installed app, its configuration and its models,
 * and what asks a registry that is not ready. Follows `django.apps` and `ModelBase.__new__` of 4.2 to 5.2.
 */
import { remember } from '../../files/memo.ts'
import type { Span } from '../../files/span.ts'
import { callFunction } from '../call.ts'
import { ancestry, exceptionClass, isSubclass, nativeClass, OBJECT } from '../classes.ts'
import { importModule, packagePath } from '../importer.ts'
import type { Machine } from '../machine.ts'
import { elementsOf } from '../operate.ts'
import {
  type Class,
  constant,
  type Instance,
  isString,
  list,
  mayHoldMore,
  NONE,
  native,
  PyRaise,
  truth,
  UNKNOWN,
  type Value,
} from '../values.ts'
import {
  type App,
  djangoOf,
  IMPROPERLY_CONFIGURED,
  loseDjango,
  REGISTRY_NOT_READY,
  readSetting,
  refuse,
} from './django_settings.ts'
import { argument, callSpan } from './model.ts'

const appConfigs = new WeakMap<Machine, Class>()

/** `django.apps.AppConfig`. */
export function appConfigClass(m: Machine): Class {
  return remember(appConfigs, m, () => nativeClass('AppConfig', 'django.apps.config', [OBJECT]))
}

/** `Apps.check_apps_ready`: where the settings are not configured either, those are complained of. */
function checkApps(m: Machine, focus: Span): void {
  const { registry } = djangoOf(m)
  if (registry === 'unknown') m.mayRaise(REGISTRY_NOT_READY)
  if (registry !== 'empty' && registry !== 'loading') return
  readSetting(m, 'INSTALLED_APPS', focus)
  if (djangoOf(m).registry === registry) notReady(m, "Apps aren't loaded yet.", focus)
}

function checkModels(m: Machine, focus: Span): void {
  const { registry } = djangoOf(m)
  if (registry === 'unknown') m.mayRaise(REGISTRY_NOT_READY)
  else if (registry !== 'models' && registry !== 'ready') notReady(m, "Models aren't loaded yet.", focus)
}

function notReady(m: Machine, message: string, focus: Span): void {
  refuse(m, m.exception(REGISTRY_NOT_READY, message, { kind: 'django', needs: 'registry' }, { focus }))
}

const ASK_FOR_APPS = new Set(['get_app_config', 'is_installed', 'get_containing_app_config'])

/** The object `django.apps.apps`. */
export function registryObject(m: Machine): Value {
  const asking = (name: string, check: (m: Machine, focus: Span) => void) =>
    native(`apps.${name}`, () => {
      check(m, callSpan(m))
      return UNKNOWN
    })
  return native('django.apps.apps', null, {
    attribute: name => {
      if (ASK_FOR_APPS.has(name) || name === 'check_apps_ready') return asking(name, checkApps)
      if (name === 'get_app_configs')
        return native('apps.get_app_configs', () => {
          checkApps(m, callSpan(m))
          const { apps } = djangoOf(m)
          return list(apps ? apps.map(({ config }) => config) : [], apps === null)
        })
      if (name === 'get_models' || name === 'check_models_ready') return asking(name, checkModels)
      if (name === 'get_model')
        return native('apps.get_model', args => {
          const needed = argument(args, 2, 'require_ready')
          const all = needed ? truth(needed) : true
          if (all !== null) (all ? checkModels : checkApps)(m, callSpan(m))
          return UNKNOWN
        })
      if (name === 'populate')
        return native('apps.populate', args => populate(m, argument(args, 0, 'installed_apps') ?? UNKNOWN))
      return UNKNOWN
    },
  })
}

/** `django.setup()`. */
export function setUp(m: Machine): Value {
  return populate(m, readSetting(m, 'INSTALLED_APPS', callSpan(m)))
}

/** `Apps.populate`: apps, then their models, then what each does when it is ready. */
function populate(m: Machine, entries: Value): Value {
  const django = djangoOf(m)
  if (django.registry === 'ready') return NONE
  const names = elementsOf(entries)
  if (django.registry !== 'empty' || m.heap.doubtful || !names?.every(isString)) {
    loseApps(m)
    return NONE
  }
  const focus = callSpan(m)
  try {
    django.registry = 'loading'
    const apps = names.map(entry => createApp(m, entry.v as string, focus))
    const known = apps.filter(app => app !== null)
    django.apps = known.length === apps.length ? known : null
    django.registry = 'apps'
    for (const { name } of known) importPart(m, name, 'models', focus)
    django.registry = 'models'
    for (const { config } of known) callReady(m, config)
    django.registry = 'ready'
    if (mayHoldMore(entries)) loseApps(m)
  } catch (error) {
    loseDjango(m)
    throw error
  }
  return NONE
}

/** There may be applications that nobody knows, and what they import. */
function loseApps(m: Machine): void {
  loseDjango(m)
  m.unseenImports = true
  m.mayRaise(null)
}

/** `AppConfig.create`; null where the name that the configuration gives isn't known. */
function createApp(m: Machine, entry: string, focus: Span): App | null {
  const [, module, className] = /^(.+)\.([A-Z]\w*)$/.exec(entry) ?? []
  if (module && className) return appOfClass(m, module, className, focus)
  importModule(m, entry, focus)
  const part = importPart(m, entry, 'apps', focus)
  const configs =
    part?.t === 'module'
      ? [...part.ns.slots.values()].flatMap(({ value }) =>
          value.t === 'class' && isSubclass(value, appConfigClass(m)) && value !== appConfigClass(m)
            ? [value]
            : [],
        )
      : []
  const standard = configs.filter(config => truth(attributeOf(config, 'default') ?? UNKNOWN) === true)
  const config = standard[0] ?? (configs.length === 1 ? configs[0]! : null)
  return appOf(m, config ? (nameOf(config) ?? entry) : entry, config)
}

/** An entry that names a class: 'shop.apps.ShopConfig'. */
function appOfClass(m: Machine, module: string, className: string, focus: Span): App | null {
  const found = importModule(m, module, focus)
  const config = found.t === 'module' ? found.ns.slots.get(className)?.value : undefined
  if (config?.t !== 'class') {
    const missing = found.t === 'module' && found.kind === 'project' && !found.ns.open && !config
    if (!missing) return null
    const message = `Module '${module}' does not contain a '${className}' class.`
    m.throwUnlessHealed(m.exception(exceptionClass('ImportError'), message, { kind: 'other' }, { focus }))
    return null
  }
  const name = nameOf(config)
  if (name === null) return null
  importApp(m, name, config, focus)
  return appOf(m, name, config)
}

function appOf(m: Machine, name: string, cls: Class | null): App {
  const attributes = m.heap.namespace()
  m.heap.set(attributes, 'name', constant(name))
  m.heap.set(attributes, 'module', m.modules.get(name) ?? UNKNOWN)
  return { name, config: { t: 'instance', cls: cls ?? appConfigClass(m), attributes, exception: null } }
}

function importApp(m: Machine, name: string, config: Class, focus: Span): void {
  try {
    importModule(m, name, focus)
  } catch (error) {
    if (!(error instanceof PyRaise) || isSubclass(error.exc.cls, exceptionClass('ImportError')) !== true)
      throw error
    const message = `Cannot import '${name}'. Check that '${config.module}.${config.name}.name' is correct.`
    const more = { focus, cause: error.exc }
    m.throwUnlessHealed(m.exception(IMPROPERLY_CONFIGURED, message, { kind: 'other' }, more))
  }
}

/** `module_has_submodule`, and its import. */
function importPart(m: Machine, app: string, part: string, focus: Span): Value | null {
  const module = m.modules.get(app)
  const path = module ? packagePath(m, module) : null
  if (!Array.isArray(path)) return null
  const name = `${app}.${part}`
  return m.finder.findSubmodule(name, part, path) ? importModule(m, name, focus) : null
}

function nameOf(config: Class): string | null {
  const name = attributeOf(config, 'name')
  return isString(name) ? name.v : null
}

/** What a class body or one of its bases binds; undefined where nothing does, or that can't be told. */
function attributeOf(cls: Class, name: string): Value | undefined {
  for (const ancestor of ancestry(cls)) {
    if (ancestor === null) return undefined
    const slot = ancestor.ns.slots.get(name)
    if (slot) return slot.maybe ? UNKNOWN : slot.value
  }
  return undefined
}

function callReady(m: Machine, config: Instance): void {
  const ready = attributeOf(config.cls, 'ready')
  if (ready?.t === 'func') callFunction(m, ready, { positional: [config], keywords: new Map(), open: false })
}

const models = new WeakMap<Machine, Class>()

/** `django.db.models.Model`. */
export function modelClass(m: Machine): Class {
  return remember(models, m, () => ({
    ...nativeClass('Model', 'django.db.models.base', [OBJECT]),
    metaclass: (cls: Class) => newModel(m, cls),
  }))
}

/** `ModelBase.__new__`, which looks for the app that the class belongs to. */
function newModel(m: Machine, cls: Class): void {
  const focus = callSpan(m)
  checkApps(m, focus)
  const { registry, apps } = djangoOf(m)
  if (registry === 'unknown' || registry === 'empty' || registry === 'loading' || apps === null) return
  const module = cls.ns.slots.get('__module__')?.value
  if (!isString(module) || apps.some(({ name }) => `${module.v}.`.startsWith(`${name}.`))) return
  if (!needsLabel(cls)) return
  const message = `Model class ${module.v}.${cls.name} doesn't declare an explicit app_label and isn't in an application in INSTALLED_APPS.`
  const detail = { kind: 'django', needs: 'app' } as const
  m.throwUnlessHealed(m.exception(exceptionClass('RuntimeError'), message, detail, { focus }))
}

/** True for a concrete model in whose `Meta`, or that of a base, nothing can name an app. */
function needsLabel(cls: Class): boolean {
  for (const ancestor of ancestry(cls)) {
    if (ancestor === null) return false
    const meta = ancestor.ns.slots.get('Meta')
    if (!meta) continue
    if (meta.maybe || meta.value.t !== 'class') return false
    const names = [...ancestry(meta.value)]
    if (names.some(it => it === null || it.ns.slots.has('app_label'))) return false
    if (ancestor === cls && names.some(it => it?.ns.slots.has('abstract'))) return false
  }
  return true
}
