/**
 * Options and their values: what `config.getoption` answers, and what pytest says where the command line is
 * wrong. How words become options is `argparse.ts`.
 */
import type { Arg, OptionUse, Parsed } from './argparse.ts'
import type { Invocation, OptionValue, Setting, Stop } from './plan.ts'
import { usageError } from './stop.ts'
import type { OptionSpec, Plain } from './tables.ts'
import { atLeast } from './version.ts'

/** What argparse's error messages mention besides the error. */
export interface UsageContext {
  readonly version: string
  readonly kind: Invocation['kind']
  /** Whose arguments were read: 'via addopts config'. */
  readonly source: string | null
  /** Known once the configuration file was found. */
  readonly setup: { readonly rootdir: string; readonly inipath: string | null } | null
}

/** The error of a stage of parsing as pytest prints it; null where there is none. */
export function parseStop(parsed: Parsed, context: UsageContext, phase: Stop['phase']): Stop | null {
  const { error } = parsed
  if (!error) return null
  const place = { phase, span: error.at.span, subject: error.at.text.split('=')[0]! }
  return usageError(error.bare ? error.message : usageMessage(error.message, context), place)
}

/** `usage: ...`, the error, and, by version, where the arguments came from. */
export function usageMessage(error: string, { version, kind, source, setup }: UsageContext): string {
  const hinted = source !== null && !atLeast(version, '9.0') ? `${error} (${source})` : error
  const lines = atLeast(version, '9.0')
    ? [...(source === null ? [] : [`  config source: ${source}`]), ...(setup ? setupLines(setup) : [])]
    : []
  return [usage(version, kind, hinted), ...lines].join('\n')
}

/** "unrecognized arguments", which names the configuration file and root in every version. */
export function unrecognizedMessage(
  words: readonly string[],
  { version, kind, setup }: UsageContext & { readonly setup: NonNullable<UsageContext['setup']> },
): string {
  return [usage(version, kind, `unrecognized arguments: ${words.join(' ')}`), ...setupLines(setup)].join('\n')
}

function usage(version: string, kind: Invocation['kind'], error: string): string {
  const asModule = atLeast(version, '9.1') ? 'python -m pytest' : '__main__.py'
  const program = kind === 'pytest' ? 'pytest' : asModule
  return `usage: ${program} [options] [file_or_dir] [file_or_dir] [...]\n${program}: error: ${error}`
}

function setupLines({ rootdir, inipath }: NonNullable<UsageContext['setup']>): string[] {
  return [`  inifile: ${inipath ?? 'None'}`, `  rootdir: ${rootdir}`]
}

/**
 * What pytest calls unrecognized: up to 8.4 all that argparse left over; from 9.0 on unknown options and what
 * stands behind the first run of words, since known options are taken out before words are counted.
 */
export function unrecognized({ extras, rest }: Parsed, version: string): readonly Arg[] {
  const isOption = ({ text }: Arg): boolean => text.startsWith('-')
  if (!extras.some(isOption)) return []
  if (!atLeast(version, '9.0')) return extras
  const first = rest.findIndex(arg => !isOption(arg))
  if (first < 0) return rest
  const behind = rest.slice(first)
  return [
    ...rest.slice(0, first),
    ...behind.slice(behind.findIndex(isOption) < 0 ? behind.length : behind.findIndex(isOption)),
  ]
}

/**
 * Destination, or any name of an option (`Config._opt2dest`) -> value: defaults, then every use in order, as argparse's
 * actions do it.
 */
export function optionValues(
  specs: readonly OptionSpec[],
  uses: readonly OptionUse[],
): Record<string, OptionValue> {
  const values = new Map<string, Plain>()
  // Of several options for one destination the first that has a default gives it.
  for (const spec of specs) if (values.get(spec.dest) == null) values.set(spec.dest, spec.default)
  for (const use of uses) values.set(use.spec.dest, valueAfter(use, values.get(use.spec.dest) ?? null))
  const known = Object.fromEntries(
    [...values].map(([dest, value]): [string, OptionValue] => [dest, { value }]),
  )
  for (const { names, dest } of specs) for (const name of names) known[name] ??= known[dest]!
  return known
}

function valueAfter({ spec, values }: OptionUse, before: Plain): Plain {
  const list = Array.isArray(before) ? (before as readonly string[]) : []
  const single = values.length > 0 ? converted(spec, values[0]!) : (spec.const ?? null)
  switch (spec.kind) {
    case 'true':
    case 'override_ini':
    case 'help':
      return true
    case 'false':
      return false
    case 'const':
      return spec.const ?? null
    case 'count':
    case 'less':
      return (typeof before === 'number' ? before : 0) + (spec.kind === 'count' ? 1 : -1)
    case 'append':
    case 'append_const':
      return [...list, String(single ?? '')]
    case 'extend':
      return [...list, ...values]
    case 'store':
      return spec.takes === 1 || spec.takes === '?' ? single : values
    default:
      return spec.takes === 0 ? true : values.length > 1 ? values : single
  }
}

function converted(spec: OptionSpec, value: string): Plain {
  return spec.type === 'int' || spec.type === 'float' ? Number(value.replaceAll('_', '')) : value
}

/** The words given to the options of one destination, in order. */
export function givenValues(parsed: Parsed, dest: string): Arg[] {
  return parsed.uses
    .filter(({ spec }) => spec.dest === dest)
    .flatMap(({ values, at }) => values.map(text => ({ ...at, text })))
}

/** The last word given to the option of that destination; null where it is not given. */
export function lastValue(parsed: Parsed, dest: string): string | null {
  return givenValues(parsed, dest).at(-1)?.text ?? null
}

export function isGiven(parsed: Parsed, dest: string): boolean {
  return parsed.uses.some(({ spec }) => spec.dest === dest)
}

/** Overrides of `-o`, and of the flags that stand for one (`--strict-markers` from 9.0 on), in order. */
export function overridesIn(parsed: Parsed): Arg[] {
  return parsed.uses.flatMap(({ spec, values, at }) => {
    if (spec.kind === 'override_ini') return [{ ...at, text: `${spec.ini}=true` }]
    return spec.dest === 'override_ini' ? values.map(text => ({ ...at, text })) : []
  })
}

/** The options that were given, by their longest name, as `Plan.settings` shows them. */
export function optionSettings(parsed: Parsed): Record<string, Setting> {
  const out: Record<string, Setting> = {}
  for (const { spec, values, at } of parsed.uses) {
    const name = spec.names.toSorted((a, b) => b.length - a.length)[0]!
    const before = spec.kind === 'append' ? out[name] : undefined
    const value = [...(before ? [before.value] : []), ...values].join('\n')
    out[name] = { value, span: at.span, origin: at.origin }
  }
  return out
}
