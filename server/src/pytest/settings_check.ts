/**
 * Settings that end a run before or right after collection: values of the wrong type, `minversion`,
 * `required_plugins`, log levels, warning filters. Which keys are read when, and the messages, are measured on
 * 7.4 to 9.2; keys that pytest reads only while it collects or runs tests are left alone.
 */
import { satisfies, valid } from '@renovatebot/pep440'
import type { Arg } from './argparse.ts'
import { asList, type Config, itemsOf, readIniValue } from './config.ts'
import type { Setting, Stop, StopPhase } from './plan.ts'
import { isInteger, repr } from './python_text.ts'
import { badValue, internalError, type StopPlace, traceback, usageError } from './stop.ts'
import type { IniSpec, Plain } from './tables.ts'
import { atLeast, isNewer } from './version.ts'
import {
  defaultWarningFilters,
  environmentWarningFilters,
  fromCommandLine,
  parseWarningFilter,
} from './warning_filters.ts'

export interface Settings {
  readonly config: Config
  /** By name; only keys of plugins that are in force. */
  readonly specs: ReadonlyMap<string, IniSpec>
}

/** When a key is first read; those that depend on the version are functions of it. */
const READ_IN: Readonly<Record<string, (version: string) => StopPhase | 'session'>> = {
  python_files: () => 'config',
  pythonpath: version => (atLeast(version, '8.4') ? 'config' : 'conftests'),
  filterwarnings: version => (atLeast(version, '9.2') ? 'config' : 'conftests'),
  required_plugins: () => 'plugins',
  testpaths: () => 'conftests',
  consider_namespace_packages: () => 'conftests',
  ...Object.fromEntries(
    [
      'markers',
      'empty_parameter_set_mark',
      'usefixtures',
      'console_output_style',
      'verbosity_test_cases',
      'tmp_path_retention_count',
      'tmp_path_retention_policy',
      'assertion_text_diff_style',
      'log_cli',
      'log_level',
      'log_format',
      'log_date_format',
      'log_auto_indent',
      'log_cli_level',
      'log_cli_format',
      'log_cli_date_format',
      'log_file',
      'log_file_mode',
      'log_file_level',
      'log_file_format',
      'log_file_date_format',
    ].map(key => [key, () => 'session' as const]),
  ),
}

/** Values that cannot be converted to the type of their key. */
export function typeStops({ config, specs }: Settings): Stop[] {
  const { version } = config
  return Object.entries(READ_IN).flatMap(([name, when]) => {
    const spec = specs.get(name)
    const read = spec && readIniValue(config, spec)
    if (!read?.entry) return []
    const phase = when(version)
    const place = placeOf(read.entry.written?.span ?? null, name, phase === 'session' ? 'collection' : phase)
    // Up to 8.0 relative paths had no meaning without a configuration file.
    if (spec?.type === 'paths' && config.inipath === null && !atLeast(version, '8.1')) {
      return [traceback('AssertionError', '', place)]
    }
    if (!read.fault) return []
    // The rewriting of assertions takes the default for a value that it cannot split.
    if (name === 'python_files' && read.fault.exception === 'ValueError' && !atLeast(version, '9.2'))
      return []
    return [badValue(version, read.fault, place, phase === 'session')]
  })
}

/** Values of the right type that pytest refuses when the session begins. */
export function valueStops(
  { config, specs }: Settings,
  options: Readonly<Record<string, { value: Plain }>>,
): Stop[] {
  const { version } = config
  const stops: Stop[] = []
  const check = (name: string, judge: (value: string, place: StopPlace) => Stop | null): void => {
    const spec = specs.get(name)
    const read = spec && readIniValue(config, spec)
    if (!read?.entry || read.fault || read.value === null || read.value === '') return
    const stop = judge(String(read.value), placeOf(read.entry.written?.span ?? null, name, 'collection'))
    if (stop) stops.push(stop)
  }
  check('empty_parameter_set_mark', (value, place) => {
    if (['skip', 'xfail', 'fail_at_collect'].includes(value)) return null
    const wanted = 'must be one of skip, xfail or fail_at_collect but it is'
    return usageError(`empty_parameter_set_mark ${wanted} ${repr(value)}`, place)
  })
  check('tmp_path_retention_policy', (value, place) => {
    if (['all', 'failed', 'none'].includes(value)) return null
    const message = `tmp_path_retention_policy must be either all, failed, none. Current input: ${value}.`
    return internalError('ValueError', message, place)
  })
  const integer = (value: string, place: StopPlace): Stop | null => {
    if (isInteger(value)) return null
    return internalError('ValueError', `invalid literal for int() with base 10: ${repr(value)}`, place)
  }
  check('tmp_path_retention_count', integer)
  check('verbosity_test_cases', (value, place) => (value === 'auto' ? null : integer(value, place)))
  if (!atLeast(version, '9.2')) {
    check('assertion_text_diff_style', (value, place) => {
      if (['ndiff', 'block'].includes(value)) return null
      return usageError(
        `assertion_text_diff_style must be one of 'ndiff', 'block'; got ${repr(value)}`,
        place,
      )
    })
  }
  return [...stops, ...levelStops({ config, specs }, options)]
}

const LEVELS: ReadonlySet<string> = new Set([
  'CRITICAL',
  'FATAL',
  'ERROR',
  'WARN',
  'WARNING',
  'INFO',
  'DEBUG',
  'NOTSET',
])

/** `get_log_level_for_setting`: names of the logging module, or numbers. */
function levelStops(
  { config, specs }: Settings,
  options: Readonly<Record<string, { value: Plain }>>,
): Stop[] {
  return ['log_cli_level', 'log_level', 'log_file_level'].flatMap(name => {
    const spec = specs.get(name)
    if (!spec) return []
    const given = options[name]?.value
    const read = readIniValue(config, spec)
    const level = given ?? (read.fault ? null : read.value)
    if (typeof level !== 'string' || level === '') return []
    const word = level.toUpperCase()
    if (LEVELS.has(word) || isInteger(word)) return []
    const message = `${repr(word)} is not recognized as a logging level name for '${name}'. Please consider passing the logging level num instead.`
    const span = given == null ? (read.entry?.written?.span ?? null) : null
    return [usageError(message, placeOf(span, name, 'collection'))]
  })
}

/** `minversion`, by PEP 440. */
export function minversionStop({ config, specs }: Settings): Stop | null {
  const { version, inipath } = config
  const entry = config.entries.get('minversion')
  const spec = specs.get('minversion')
  if (!entry || !spec) return null
  const place = placeOf(entry.written?.span ?? null, 'minversion', 'config')
  const read = readIniValue(config, spec)
  if (read.fault && atLeast(version, '9.1')) return badValue(version, read.fault, place, false)
  if (typeof entry.value !== 'string') {
    if (!atLeast(version, '9.1')) return usageError(`${inipath}: 'minversion' must be a single value`, place)
    return traceback('InvalidVersion', `Invalid version: ${repr(entry.value)}`, place)
  }
  const wanted = entry.value
  if (wanted === '') return null
  if (valid(wanted) === null) return traceback('InvalidVersion', `Invalid version: ${repr(wanted)}`, place)
  if (!isNewer(wanted, version)) return null
  return usageError(`${inipath}: 'minversion' requires pytest-${wanted}, actual pytest-${version}'`, place)
}

/** `required_plugins` against the distributions whose entry points were loaded, compared letter by letter. */
export function requiredPluginsStop(
  { config, specs }: Settings,
  loaded: ReadonlyMap<string, string>,
): Stop | null {
  const spec = specs.get('required_plugins')
  const read = spec && readIniValue(config, spec)
  if (!read || read.fault) return null
  const missing = asList(read.value)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .filter(requirement => !isMet(requirement, loaded))
  if (missing.length === 0) return null
  const names = missing.join(', ')
  const place = { ...placeOf(read.entry?.written?.span ?? null, names, 'plugins'), rule: 'missing-plugin' }
  return usageError(`Missing required plugins: ${names}`, place)
}

function isMet(requirement: string, loaded: ReadonlyMap<string, string>): boolean {
  const parts =
    /^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*\(?([^;)]*)\)?\s*(?:;.*)?$/.exec(
      requirement,
    )
  const version = parts && loaded.get(parts[1]!)
  if (!parts || version === null || version === undefined) return false
  const specifier = parts[2]!.trim()
  return specifier === '' || valid(version) === null || satisfies(version, specifier, { prereleases: true })
}

export interface Filters {
  /** As `filterwarnings` lines, those of the file behind Python's and pytest's own: the last that matches wins. */
  readonly filters: readonly Setting[]
  readonly stop: Stop | null
}

/**
 * All warning filters in force, `-W` in the spelling of the file, and what pytest says of the first bad one.
 * `pythonWarnings` is the variable PYTHONWARNINGS.
 */
export function warningFilters(
  { config, specs }: Settings,
  commandLine: readonly Arg[],
  pythonWarnings: string,
): Filters {
  const { version } = config
  const spec = specs.get('filterwarnings')
  const lines = spec ? itemsOf(readIniValue(config, spec)) : []
  const filters: Setting[] = [
    ...environmentWarningFilters(pythonWarnings),
    ...defaultWarningFilters(version, pythonWarnings !== ''),
  ]
  let stop: Stop | null = null
  for (const arg of [...lines, ...commandLine]) {
    const given = commandLine.includes(arg)
    filters.push({ value: given ? fromCommandLine(arg.text) : arg.text, span: arg.span, origin: arg.origin })
    const filter = parseWarningFilter(arg.text, version, given)
    if (!('error' in filter) || stop) continue
    const place = placeOf(arg.span, arg.text, atLeast(version, '9.2') ? 'config' : 'conftests')
    stop =
      filter.exception === 'error' ? traceback('error', filter.error, place) : usageError(filter.error, place)
  }
  return { filters, stop }
}

function placeOf(span: StopPlace['span'], subject: string, phase: StopPhase): StopPlace {
  return { phase, span, subject }
}
