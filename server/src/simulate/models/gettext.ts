/** gettext: what puts `_` and its kin among the built-ins. Translations themselves are unknown. */
import { setAttribute } from '../attribute.ts'
import { nativeClass, OBJECT } from '../classes.ts'
import { importModule } from '../importer.ts'
import type { Machine } from '../machine.ts'
import { elementsOf } from '../operate.ts'
import { type Args, isNone, isString, NONE, native, UNKNOWN, type Value } from '../values.ts'
import { argument, callSpan, type Model } from './model.ts'

export const gettextModels: readonly Model[] = [{ modules: ['gettext'], names: gettextNames }]

function gettextNames(m: Machine): Record<string, Value> {
  const translations = (): Value => {
    const attributes = m.heap.namespace(true)
    m.heap.set(
      attributes,
      'install',
      native('gettext.install', args => install(m, argument(args, 0, 'names'))),
    )
    return { t: 'instance', cls: CLASS, attributes, exception: null }
  }
  const CLASS = nativeClass('NullTranslations', 'gettext', [OBJECT], translations)
  return {
    install: native('gettext.install', (args: Args) => install(m, argument(args, 2, 'names'))),
    translation: native('gettext.translation', translations),
    NullTranslations: CLASS,
    GNUTranslations: nativeClass('GNUTranslations', 'gettext', [CLASS], translations),
  }
}

/** What `NullTranslations.install` of CPython's gettext.py binds. */
function install(m: Machine, names: Value | undefined): Value {
  const builtins = importModule(m, 'builtins', callSpan(m))
  const bind = (name: string) => setAttribute(m, builtins, name, UNKNOWN)
  bind('_')
  const more = names === undefined || isNone(names) ? [] : elementsOf(names)
  for (const name of ['gettext', 'lgettext', 'lngettext', 'ngettext', 'pgettext', 'npgettext'])
    if (more === null || more.some(one => !isString(one) || one.v === name)) bind(name)
  return NONE
}
