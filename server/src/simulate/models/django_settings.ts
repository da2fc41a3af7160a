/**
 * `django.conf.settings` of the one process: not configured, configured by a settings module or by a call of
 * `configure()`, or out of sight. Follows `LazySettings` of Django 4.2 to 5.2. Values are told where the
 * project's own module or call gives them; Django's defaults are not.
 */
import { remember } from '../../files/memo.ts'
import { isWithin } from '../../files/paths.ts'
import type { Span } from '../../files/span.ts'
import { bodyText } from '../body_words.ts'
import { exceptionClass, nativeClass } from '../classes.ts'
import { importModule } from '../importer.ts'
import type { Machine } from '../machine.ts'
import { elementsOf } from '../operate.ts'
import {
  type Args,
  constant,
  type Exc,
  type Func,
  type Instance,
  isString,
  type Module,
  NONE,
  native,
  PyRaise,
  same,
  tuple,
  UNKNOWN,
  type Value,
  withMore,
} from '../values.ts'
import { type Modelled, variable } from '../variables.ts'
import { callSpan } from './model.ts'

export const SETTINGS_MODULE = 'DJANGO_SETTINGS_MODULE'

export const IMPROPERLY_CONFIGURED = nativeClass('ImproperlyConfigured', 'django.core.exceptions', [
  exceptionClass('Exception'),
])
export const REGISTRY_NOT_READY = nativeClass('AppRegistryNotReady', 'django.core.exceptions', [
  exceptionClass('Exception'),
])

/** How far `apps.populate()` has come. */
export type Registry = 'empty' | 'loading' | 'apps' | 'models' | 'ready' | 'unknown'

export interface App {
  readonly name: string
  readonly config: Instance
}

export interface Django {
  /** A module: the one of DJANGO_SETTINGS_MODULE. */
  settings: 'unset' | 'configured' | 'unknown' | Module
  /** Given to `configure()` or assigned since. */
  readonly given: Map<string, Value>
  registry: Registry
  /** The installed apps; null: not all of them are known. */
  apps: readonly App[] | null
}

const states = new WeakMap<Machine, Django>()

/** What is known of Django in this process. */
export function djangoOf(m: Machine): Django {
  m.heap.journal.lose()
  return remember(states, m, () => ({ settings: 'unset', given: new Map(), registry: 'empty', apps: null }))
}

const installed = new WeakMap<Machine, boolean>()

/** Is an installed Django importable? The project that is Django itself is executed as any other. */
export function hasDjango(m: Machine): boolean {
  return remember(installed, m, () => {
    const spec = m.finder.findTopLevel('django', m.environment.sysPath)
    return spec?.file !== undefined && spec?.file !== null && !m.isProject(spec.file)
  })
}

/** A function of a library whose words show that it may ask for settings or the registry before they are there. */
export function asksDjango(m: Machine, fn: Func): boolean {
  if (!hasDjango(m)) return false
  const { settings, registry } = djangoOf(m)
  if (settings === 'unknown' || registry === 'ready') return false
  return /\b(?:settings|apps|get_user_model)\b/.test(bodyText(fn))
}

/** Code that was not seen may have configured Django: nothing is proved about it any more. */
export function loseDjango(m: Machine): void {
  const django = djangoOf(m)
  django.settings = 'unknown'
  django.registry = 'unknown'
}

/** An exception of Django's own. Once it counts as cured, Django counts as set up. */
export function refuse(m: Machine, exc: Exc): Value {
  if (!m.isHealed(exc)) throw new PyRaise(exc)
  loseDjango(m)
  return UNKNOWN
}

/** `settings.NAME`: loads the settings where nothing did yet. */
export function readSetting(m: Machine, name: string, focus: Span): Value {
  const django = djangoOf(m)
  if (django.settings === 'unset') loadSettings(m, django, name, focus)
  const given = django.given.get(name)
  if (given) return given
  if (typeof django.settings === 'object') {
    const slot = django.settings.ns.slots.get(name)
    if (slot && !slot.maybe) return slot.value
  }
  m.mayRaise(null)
  return UNKNOWN
}

/**
 * What DJANGO_SETTINGS_MODULE holds; null: it is not set, undefined where that can't be told. That a library could
 * set any variable is not enough: it has to be a plugin, or called under a name that says so.
 */
function settingsModule(m: Machine): string | null | undefined {
  const folders = remember(ownFolders, m, () =>
    ['django', 'pytest_django'].flatMap(name => folderOf(m, name)),
  )
  const own: Modelled = (file, computed) => computed || folders.some(folder => isWithin(file, folder))
  const value = variable(m, constant(SETTINGS_MODULE), own)
  return value === 'absent' ? null : value && isString(value) ? value.v : undefined
}

/** Django's management sets the variable from the command line, pytest-django from its options: see there. */
const ownFolders = new WeakMap<Machine, readonly string[]>()

function folderOf(m: Machine, name: string): readonly string[] {
  return m.finder.findTopLevel(name, m.environment.sysPath)?.path ?? []
}

/** `LazySettings._setup`. */
function loadSettings(m: Machine, django: Django, name: string, focus: Span): void {
  const module = settingsModule(m)
  if (module === undefined) return loseDjango(m)
  if (!module) {
    const message =
      `Requested setting ${name}, but settings are not configured. You must either define the environment ` +
      `variable ${SETTINGS_MODULE} or call settings.configure() before accessing settings.`
    refuse(m, m.exception(IMPROPERLY_CONFIGURED, message, { kind: 'django', needs: 'settings' }, { focus }))
    return
  }
  const value = importModule(m, module, focus)
  // Read by what the settings module itself imports, they are only half there.
  if (value.t === 'module' && m.states.get(value) === 'executing') return
  django.settings = value.t === 'module' ? value : 'unknown'
}

/** The object `django.conf.settings`. */
export function settingsObject(m: Machine): Value {
  const django = djangoOf(m)
  return native('django.conf.settings', null, {
    attribute: (name, focus) => {
      if (name === 'configured')
        return django.settings === 'unknown' ? UNKNOWN : constant(django.settings !== 'unset')
      if (name === 'configure') return native('settings.configure', args => configure(m, args))
      return name.startsWith('_') ? UNKNOWN : readSetting(m, name, focus)
    },
    assign: (name, value) => {
      const before = django.given.get(name)
      django.given.set(name, m.heap.doubtful ? commonStart(before, value) : value)
    },
  })
}

/** What a setting certainly begins with, where it is perhaps assigned: `INSTALLED_APPS += (...)` under a condition. */
function commonStart(before: Value | undefined, value: Value): Value {
  const [one, other] = [before ? elementsOf(before) : null, elementsOf(value)]
  if (!one || !other) return UNKNOWN
  const end = one.findIndex((item, i) => !other[i] || !same(item, other[i]))
  return withMore(tuple(end < 0 ? one : one.slice(0, end)))
}

function configure(m: Machine, args: Args): Value {
  const django = djangoOf(m)
  if (django.settings === 'unknown' || m.heap.doubtful) {
    m.mayRaise(exceptionClass('RuntimeError'))
    loseDjango(m)
    return NONE
  }
  if (django.settings !== 'unset') {
    const cls = exceptionClass('RuntimeError')
    const focus = callSpan(m)
    return m.throwUnlessHealed(m.exception(cls, 'Settings already configured.', { kind: 'other' }, { focus }))
  }
  django.settings = args.open || args.positional.length > 0 ? 'unknown' : 'configured'
  for (const [name, value] of args.keywords) django.given.set(name, value)
  return NONE
}
