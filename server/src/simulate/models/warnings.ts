/**
 * warnings: under `error` filters a warning at import is an exception. The filters are the plan's, changed
 * by `simplefilter` and `filterwarnings`, restored by `catch_warnings`.
 */
import type { CallExpr } from '../../compile/module_code.ts'
import { atLeast } from '../../pytest/version.ts'
import { makesError, parseWarningFilter } from '../../pytest/warning_filters.ts'
import { getAttribute } from '../attribute.ts'
import { EXCEPTIONS, exceptionClass, isSubclass, nativeClass } from '../classes.ts'
import { stringOf } from '../evaluate.ts'
import { importModule } from '../importer.ts'
import type { Machine } from '../machine.ts'
import {
  type Args,
  type Class,
  constant,
  type Exc,
  HARMLESS,
  isNone,
  isString,
  NONE,
  native,
  PyRaise,
  truth,
  type Value,
} from '../values.ts'
import { contextObject } from './contexts.ts'
import { argument, type Model } from './model.ts'

export const warningsModels: readonly Model[] = [{ modules: ['warnings'], names: warningsNames }]

/** pytest's own warnings (`_pytest/warning_types.py`, 7.4 to 9.2), each with its bases. */
const HIERARCHY: Readonly<Record<string, readonly string[]>> = {
  PytestWarning: ['UserWarning'],
  PytestAssertRewriteWarning: ['PytestWarning'],
  PytestCacheWarning: ['PytestWarning'],
  PytestConfigWarning: ['PytestWarning'],
  PytestCollectionWarning: ['PytestWarning'],
  PytestDeprecationWarning: ['PytestWarning', 'DeprecationWarning'],
  PytestRemovedIn8Warning: ['PytestDeprecationWarning'],
  PytestRemovedIn9Warning: ['PytestDeprecationWarning'],
  PytestRemovedIn10Warning: ['PytestDeprecationWarning'],
  PytestExperimentalApiWarning: ['PytestWarning', 'FutureWarning'],
  PytestUnknownMarkWarning: ['PytestWarning'],
  PytestUnraisableExceptionWarning: ['PytestWarning'],
  PytestUnhandledThreadExceptionWarning: ['PytestWarning'],
  PytestFDWarning: ['PytestWarning'],
}

/** The same, as classes by name. */
export const PYTEST_WARNINGS: Readonly<Record<string, Class>> = (() => {
  const made: Record<string, Class> = {}
  for (const [name, bases] of Object.entries(HIERARCHY))
    made[name] = nativeClass(
      name,
      'pytest',
      bases.map(base => made[base] ?? exceptionClass(base)),
    )
  return made
})()
export const UNKNOWN_MARK_WARNING = PYTEST_WARNINGS.PytestUnknownMarkWarning!
export const COLLECTION_WARNING = PYTEST_WARNINGS.PytestCollectionWarning!
export const REMOVED_IN_9 = PYTEST_WARNINGS.PytestRemovedIn9Warning!
export const REMOVED_IN_10 = PYTEST_WARNINGS.PytestRemovedIn10Warning!
export const DEPRECATED = PYTEST_WARNINGS.PytestDeprecationWarning!
const OF_PYTEST = new Map(Object.entries(PYTEST_WARNINGS).map(([name, cls]) => [`pytest.${name}`, cls]))

function warningsNames(m: Machine): Record<string, Value> {
  return {
    warn: native('warnings.warn', args => {
      const [message] = args.positional
      const category = argument(args, 1, 'category')
      const cls =
        category?.t === 'class'
          ? category
          : message?.t === 'instance'
            ? message.cls
            : category
              ? null
              : exceptionClass('UserWarning')
      if (cls) warn(m, cls, message ? stringOf(message) : null)
      else m.mayRaise(exceptionClass('Warning'))
      return NONE
    }),
    simplefilter: native('warnings.simplefilter', (args, call) => {
      const category = argument(args, 1, 'category')
      const append = argument(args, 3, 'append')
      addFilter(m, args, {
        category: classOf(category, call, 1),
        message: constant(''),
        module: NONE,
        append,
      })
      return NONE
    }),
    filterwarnings: native('warnings.filterwarnings', (args, call) => {
      const [message, category, module, append] = (
        [
          [1, 'message'],
          [2, 'category'],
          [3, 'module'],
          [5, 'append'],
        ] as const
      ).map(([index, name]) => argument(args, index, name))
      addFilter(m, args, {
        category: classOf(category, call, 2),
        message: message ?? constant(''),
        module: module ?? NONE,
        append,
      })
      return NONE
    }),
    resetwarnings: native('warnings.resetwarnings', () => {
      m.warningFilters = []
      return NONE
    }),
    catch_warnings: native('warnings.catch_warnings', (args, call) => {
      const action = args.keywords.get('action')
      if (!action || isNone(action)) return withFilters(m, 'catch_warnings', [])
      const category = classOf(args.keywords.get('category'), call, -1)
      const filter = { category: isString(action) ? category : null, message: '', module: '' }
      return withFilters(m, 'catch_warnings', [{ action: isString(action) ? action.v : 'ignore', ...filter }])
    }),
  }
}

/** A context with these filters on top, behind which those of before are in force again. */
function withFilters(m: Machine, name: string, added: readonly Filter[]): Value {
  return contextObject(m, name, () => {
    const before = [...m.warningFilters]
    if (added.length > 0) m.warningFilters = [...before, ...added]
    return {
      target: HARMLESS,
      swallows: () => false,
      exit: () => {
        m.warningFilters = before
      },
    }
  })
}

/** `pytest.warns` and `pytest.deprecated_call` record every warning: none is an error inside. */
export function recordsWarnings(m: Machine, name: string): Value {
  return withFilters(m, name, [
    { action: 'always', category: exceptionClass('Warning'), message: '', module: '' },
  ])
}

/**
 * Puts filters of the plan in force, on top of those that are: all of them, or with 'python' those that Python
 * had before pytest. Categories with a dot are imported; where that fails pytest up to 8.4 stops, and later
 * warns (raises PyRaise).
 */
export function applyFilters(m: Machine, which: 'all' | 'python'): void {
  const added: Filter[] = []
  for (const [index, { value, span, origin }] of m.plan.filterwarnings.entries()) {
    if (which === 'python' && origin !== 'environment') continue
    const filter = parseWarningFilter(value, m.plan.pytestVersion)
    if ('error' in filter) continue
    m.start = span ?? m.start
    const category =
      filter.category === '' ? exceptionClass('Warning') : categoryOf(m, filter.category, value, index)
    if (category === 'skip') continue
    added.push({ action: filter.action, message: filter.message, category, module: filter.module })
  }
  for (const line of which === 'all' ? m.addedFilters : []) {
    const filter = line === null ? null : parseWarningFilter(line, m.plan.pytestVersion)
    if (filter && 'error' in filter) continue
    const category = filter?.category
      ? (EXCEPTIONS.get(filter.category) ?? OF_PYTEST.get(filter.category))
      : null
    added.push({ ...(filter ?? ANYTHING), action: filter?.action ?? 'ignore', category: category ?? null })
  }
  m.warningFilters = [...m.warningFilters, ...added]
}

const ANYTHING = { message: '', module: '' }

type Filter = Machine['warningFilters'][number]

/** pytest 7's `pytest_configure` is called under this one alone. */
export function showAllWarnings(m: Machine): void {
  m.warningFilters = [{ action: 'default', category: exceptionClass('Warning'), message: '', module: '' }]
}

function categoryOf(m: Machine, name: string, filter: string, index: number): Class | null | 'skip' {
  const known = EXCEPTIONS.get(name) ?? OF_PYTEST.get(name)
  if (known || !name.includes('.')) return known ?? null
  const dot = name.lastIndexOf('.')
  const module = name.slice(0, dot)
  try {
    const value = importModule(m, module, m.start)
    if (value.t !== 'module' || value.kind !== 'project') return null
    const category = getAttribute(m, value, name.slice(dot + 1), m.start)
    return category.t === 'class' ? category : null
  } catch (error) {
    if (!(error instanceof PyRaise) || isSubclass(error.exc.cls, exceptionClass('Exception')) !== true)
      throw error
    return refuseCategory(m, module, filter, index, error.exc)
  }
}

/**
 * Since 9.0 a module that can't be imported is warned of; every other exception ends the run. What has to change is
 * the filter, or the line of the module that fails.
 */
function refuseCategory(m: Machine, module: string, filter: string, index: number, cause: Exc): 'skip' {
  const subject = cause.detail.kind === 'module-not-found' ? cause.detail.module : module
  const inFilter = cause.span.path === m.start.path
  const refuse = (cls: Class, message: string) =>
    m.throwUnlessHealed(
      inFilter
        ? m.exception(cls, message, { kind: 'configuration', subject }, { cause })
        : {
            ...cause,
            cls,
            message,
            cause: { exception: cause.cls.name, message: cause.message, span: cause.span },
          },
    )
  if (!atLeast(m.plan.pytestVersion, '9.0') || !isSubclass(cause.cls, exceptionClass('ImportError'))) {
    const words = `${cause.cls.name}: ${cause.message}`
    const head = 'while parsing the following warning configuration:'
    refuse(USAGE_ERROR, `${head}\n\n  ${filter}\n\nThis error occurred:\n\n${words}`)
    return 'skip'
  }
  const message = `Failed to import filter module '${subject}': ${filter}`
  if (makesError(m.plan.filterwarnings.slice(0, index), m.plan.pytestVersion, message))
    refuse(PYTEST_WARNINGS.PytestConfigWarning!, message)
  return 'skip'
}

/** pytest refuses its configuration. */
export const USAGE_ERROR = nativeClass('UsageError', '_pytest.config.exceptions', [
  exceptionClass('Exception'),
])

/**
 * pytest catches warnings around each collector, for which Python asks `sys.modules` for `warnings` anew: a stand-in
 * without its filters ends the run.
 */
export function missWarnings(m: Machine): void {
  const { modules, leaks } = m
  const entry = modules.get('warnings')
  const by = leaks.writerOf('warnings')
  if (!by || entry === undefined) return
  if (entry?.t !== 'module' ? entry !== null : entry.ns.open || entry.ns.slots.has('filters')) return
  const name = 'filters'
  const message = entry
    ? `module 'warnings' has no attribute '${name}'`
    : `'NoneType' object has no attribute '${name}'`
  const detail = { kind: 'missing-attribute' as const, module: 'warnings', name, cycle: false, has: [], by }
  const exc = m.exception(exceptionClass('AttributeError'), message, detail, {
    span: by.span,
    focus: by.span,
  })
  m.throwUnlessHealed(exc)
}

interface Added {
  readonly category: Class | null
  readonly message: Value
  readonly module: Value
  readonly append: Value | undefined
}

function addFilter(m: Machine, args: Args, { category, message, module, append }: Added): void {
  const [action] = args.positional
  const last = append ? truth(append) : false
  // A filter that isn't known wholly is kept as one that may match: it only ever silences us.
  const isKnown = isString(action) && isString(message) && last !== null && !args.open
  const filter = {
    action: isString(action) ? action.v : 'error',
    category: isKnown ? category : null,
    message: isString(message) && !args.open ? message.v : '',
    module: module === NONE || (isString(module) && module.v === '') ? '' : '.',
  }
  m.warningFilters = last ? [filter, ...m.warningFilters] : [...m.warningFilters, filter]
}

/**
 * The category that the call gives; null: unknown. A class of a package that isn't executed is one of its own: what it
 * is called tells that it is none of those that others derive from.
 */
function classOf(category: Value | undefined, call: CallExpr | null, index: number): Class | null {
  if (category === undefined) return exceptionClass('Warning')
  if (category.t === 'class') return category
  const written = call?.args[index] ?? call?.keywords.find(({ name }) => name === 'category')?.value
  const name = written?.e === 'name' ? written.id : written?.e === 'attr' ? written.name : ''
  const isOwn =
    /^_?[A-Z]\w*[a-z]\w*Warning\w*$/.test(name) && !EXCEPTIONS.has(name) && !(name in PYTEST_WARNINGS)
  return isOwn ? nativeClass(name, '', [exceptionClass('Warning')]) : null
}

/**
 * A warning is issued at the present place. Raises where the filter that decides says `error`; a filter
 * whose category or pattern isn't known makes the answer unknown, and then nothing is raised.
 */
export function warn(m: Machine, cls: Class, message: string | null): void {
  const decided = actionFor(m, cls, message)
  if (decided === null) return m.mayRaise(cls)
  if (decided !== 'error') return
  if (!m.frame.unit.project) return
  const marker =
    cls === UNKNOWN_MARK_WARNING ? (/pytest\.mark\.(\w+)/.exec(message ?? '')?.[1] ?? null) : null
  throw new PyRaise(m.exception(cls, message ?? '', { kind: 'warning', category: cls.name, marker }))
}

/** The action of the last filter that matches; 'default' where none does; null where that isn't known. */
export function actionFor(m: Machine, cls: Class, message: string | null): string | null {
  for (const filter of m.warningFilters.toReversed()) {
    const subclass = filter.category && isSubclass(cls, filter.category)
    const matches = message === null ? null : matchesStart(filter.message, message)
    if (subclass === false || matches === false) continue
    if (subclass === null || (matches === null && filter.message)) return null
    // Which module a warning is attributed to depends on stack levels that were not simulated.
    if (filter.module) return null
    return filter.action
  }
  return 'default'
}

/** Python's `re.match(pattern, text, re.I)`; null for patterns that JavaScript reads differently. */
function matchesStart(pattern: string, text: string): boolean | null {
  if (/\(\?[^:=!]|\\[AZ]|\{,/.test(pattern)) return null
  try {
    return new RegExp(`^(?:${pattern})`, 'i').test(text)
  } catch {
    return null // not a pattern that JavaScript knows
  }
}
