/**
 * Warning filters as text: `filterwarnings` lines and `-W` options, parsed as pytest's `parse_warning_filter`
 * does. Importing the module of a category is left to `simulate`, which knows what can be imported.
 */
import type { Setting } from './plan.ts'
import { isInteger, repr, reprString } from './python_text.ts'
import { atLeast } from './version.ts'

export interface WarningFilter {
  readonly action: 'default' | 'always' | 'ignore' | 'module' | 'once' | 'error'
  /** A Python pattern held against the beginning of the message, case ignored; '' matches all. */
  readonly message: string
  /** '' for every warning, a builtin's name, or a dotted path that is imported. */
  readonly category: string
  /** A Python pattern held against the module's name; '' matches all. */
  readonly module: string
  /** 0 matches all. */
  readonly line: number
}

export interface WarningFilterFault {
  /** What pytest prints; with `exception` 'error' (`re.error`) it is a traceback instead of a usage error. */
  readonly error: string
  readonly exception: 'UsageError' | 'error'
}

const ACTIONS = ['default', 'always', 'ignore', 'module', 'once', 'error'] as const

const BUILTIN_WARNINGS: ReadonlySet<string> = new Set([
  'Warning',
  'UserWarning',
  'DeprecationWarning',
  'PendingDeprecationWarning',
  'SyntaxWarning',
  'RuntimeWarning',
  'FutureWarning',
  'ImportWarning',
  'UnicodeWarning',
  'BytesWarning',
  'ResourceWarning',
  'EncodingWarning',
])

/**
 * One filter, 'action:message:category:module:line'. On the command line message and module are plain text.
 * Regular expressions are checked from 8.4 on, and here only for the plain faults.
 */
export function parseWarningFilter(
  text: string,
  version: string,
  onCommandLine = false,
): WarningFilter | WarningFilterFault {
  const usage = (error: string): WarningFilterFault => ({
    error: wrapped(text, error),
    exception: 'UsageError',
  })
  const fields = fieldsOf(text)
  if (fields.length > 5) return usage(tooMany(fields.length))
  const [given = '', message = '', category = '', module = '', line = ''] = onCommandLine
    ? quoted(fields)
    : fields
  const action =
    given === '' ? 'default' : given === 'all' ? 'always' : ACTIONS.find(name => name.startsWith(given))
  if (action === undefined) return usage(`invalid action: ${reprString(given)}`)
  if (category !== '' && !category.includes('.') && !BUILTIN_WARNINGS.has(category)) {
    return usage(`AttributeError: module 'builtins' has no attribute '${category}'`)
  }
  if (line !== '' && !isInteger(line)) {
    const why = `invalid literal for int() with base 10: ${repr(line)}`
    return usage(`invalid lineno ${repr(line)}: ${why}`)
  }
  if (Number(line) < 0) return usage(`invalid lineno ${repr(line)}: number is negative`)
  for (const pattern of [message, module]) {
    const fault = patternFault(pattern)
    if (fault === null) continue
    if (atLeast(version, '8.4')) return usage(`Invalid regex ${repr(pattern)}: ${fault}`)
    return { error: fault, exception: 'error' }
  }
  return { action, message, category, module, line: Number(line) }
}

/** A `-W` option in the spelling of the configuration file, with its plain text turned into patterns. */
export function fromCommandLine(text: string): string {
  return quoted(fieldsOf(text)).join(':')
}

function fieldsOf(text: string): string[] {
  return text.split(':').map(field => field.trim())
}

/** Message and module as patterns that match just them; a module is matched to its end. */
function quoted(fields: readonly string[]): string[] {
  return fields.map((field, index) => {
    if (field === '' || (index !== 1 && index !== 3)) return field
    return index === 1 ? escapeRegExp(field) : `${escapeRegExp(field)}\\Z`
  })
}

/** Python's own filters, from PYTHONWARNINGS: in force from the start, and before those of pytest. */
export function environmentWarningFilters(pythonWarnings: string): readonly Setting[] {
  if (pythonWarnings === '') return []
  return pythonWarnings
    .split(',')
    .map(text => ({ value: fromCommandLine(text.trim()), span: null, origin: 'environment' as const }))
}

/**
 * What pytest puts in force before the configured filters (`catch_warnings_for_item`); one that is given later
 * wins. Where Python itself was told of filters, pytest does not ask for what is deprecated.
 */
export function defaultWarningFilters(version: string, pythonTold: boolean): readonly Setting[] {
  const shown = ['always::DeprecationWarning', 'always::PendingDeprecationWarning']
  const removed = 'error::pytest.PytestRemovedIn9Warning'
  const isError = atLeast(version, '9.0') && !atLeast(version, '9.1')
  return [...(pythonTold ? [] : shown), ...(isError ? [removed] : [])].map(value => ({
    value,
    span: null,
    origin: 'default' as const,
  }))
}

/**
 * Whether a PytestConfigWarning with this message ends the run, since the last filter that matches says
 * `error`. null where a filter may match and that is not known.
 */
export function makesError(filters: readonly Setting[], version: string, message: string): boolean | null {
  for (const { value } of filters.toReversed()) {
    const filter = parseWarningFilter(value, version)
    if ('error' in filter || filter.line !== 0) continue
    if (!CONFIG_WARNING.has(filter.category)) continue
    const matches = matchesStart(filter.message, message)
    if (matches === false) continue
    if (matches === null || filter.module !== '') return null
    return filter.action === 'error'
  }
  return false
}

const CONFIG_WARNING: ReadonlySet<string> = new Set([
  '',
  'Warning',
  'UserWarning',
  'pytest.PytestWarning',
  'pytest.PytestConfigWarning',
])

/** `re.compile(pattern, re.I).match(text)`; null where the pattern is beyond JavaScript's syntax. */
function matchesStart(pattern: string, text: string): boolean | null {
  if (/\(\?[^:=!]|\\[AZ]/.test(pattern)) return null
  try {
    return new RegExp(`^(?:${pattern})`, 'i').test(text)
  } catch {
    return null // a pattern that only Python understands
  }
}

function wrapped(filter: string, error: string): string {
  return `while parsing the following warning configuration:\n\n  ${filter}\n\nThis error occurred:\n\n${error}\n`
}

function tooMany(count: number): string {
  const url = 'https://docs.python.org/3/library/warnings.html#describing-warning-filters'
  return (
    `Too many fields (${count}), expected at most 5 separated by colons:\n\n  action:message:category:module:line\n\n` +
    `For more information please consult: ${url}\n`
  )
}

/** The faults of a pattern that need no full parser, in the words of Python's `re`. */
function patternFault(pattern: string): string | null {
  if (/^[*+?]/.test(pattern)) return 'nothing to repeat at position 0'
  const open: number[] = []
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern[at]!
    if (c === '\\') {
      if (at === pattern.length - 1) return `bad escape (end of pattern) at position ${at}`
      at++
    } else if (c === '[') {
      const first = pattern[at + 1] === '^' ? at + 2 : at + 1
      const set = pattern.slice(first).replace(/\\[\s\S]/g, '__')
      const end = set.indexOf(']', 1)
      if (end < 0) return `unterminated character set at position ${at}`
      at = first + end
    } else if (c === '(') open.push(at)
    else if (c === ')' && open.pop() === undefined) return `unbalanced parenthesis at position ${at}`
  }
  return open.length > 0 ? `missing ), unterminated subpattern at position ${open.at(-1)}` : null
}

/** `re.escape`. */
function escapeRegExp(text: string): string {
  return text.replace(/[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g, '\\$&')
}
