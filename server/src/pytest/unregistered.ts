/**
 * Options and keys that nobody knows, said only where nobody could: no loaded plugin whose registrations are
 * not all known, and no text of a conftest or of the project's own plugins that holds the name.
 */
import type { FileSystem } from '../files/file_system.ts'
import type { Arg, Parsed } from './argparse.ts'
import { type Config, givenKeys } from './config.ts'
import { type UsageContext, unrecognized, unrecognizedMessage } from './options.ts'
import type { ConfigWarning, Setting, Stop, StopPhase } from './plan.ts'
import type { PluginFacts } from './plugin_facts.ts'
import { internalError, usageError } from './stop.ts'
import { type IniSpec, measuredOptions } from './tables.ts'
import { makesError } from './warning_filters.ts'

export interface Registrants {
  readonly fs: FileSystem
  /** Plugins and initial conftests, with what is known of them. */
  readonly facts: readonly PluginFacts[]
}

export interface UnknownOptions {
  readonly stop: Stop | null
  /** Options that may be known to something that could not be read. */
  readonly doubtful: ReadonlySet<string>
  /** These, and those that certainly nobody defines. */
  readonly unknown: ReadonlySet<string>
}

/** "unrecognized arguments": the options that certainly nobody defines end the run. */
export function unknownOptions(
  parsed: Parsed,
  context: UsageContext & { readonly setup: NonNullable<UsageContext['setup']> },
  registrants: Registrants,
): UnknownOptions {
  const words = unrecognized(parsed, context.version)
  const options = words.filter(({ text }) => text.startsWith('-'))
  const certain = options.filter(({ text }) => !mayRegister(registrants, 'options', optionName(text)))
  const doubtful = new Set(
    options.filter(option => !certain.includes(option)).map(({ text }) => optionName(text)),
  )
  const unknown = new Set(options.map(({ text }) => optionName(text)))
  const isMeasured = ({ text }: Arg) =>
    measuredOptions().some(({ names }) => names.includes(optionName(text)))
  // The one that says which plugin is missing, if there is one.
  const told = certain.find(isMeasured) ?? certain[0]
  if (!told) return { stop: null, doubtful, unknown }
  const left = words.filter(word => !word.text.startsWith('-') || certain.includes(word))
  const message = unrecognizedMessage(
    left.map(({ text }) => text),
    context,
  )
  const subject = optionName(told.text)
  const rule = isMeasured(told) ? 'missing-plugin' : 'invalid-configuration'
  return {
    stop: usageError(message, { phase: 'options', span: told.span, subject, rule }),
    doubtful,
    unknown,
  }
}

/**
 * The words of a command line that are paths. One that does not exist and stands right behind an unknown
 * option is taken for the value of that option.
 */
export function pathsAmong(
  words: readonly Arg[],
  unknown: ReadonlySet<string>,
  exists: (word: string) => boolean,
): readonly Arg[] {
  return words.filter(({ text, span }, index) => {
    if (text.startsWith('-')) return false
    const before = words[index - 1]
    // What the settings end with has no value on the command line.
    const isBehind = before !== undefined && before.span?.path === span?.path
    return !isBehind || !unknown.has(before.text) || exists(text)
  })
}

export interface UnknownKeys {
  readonly warnings: readonly ConfigWarning[]
  readonly stop: Stop | null
}

export interface KeyPolicy {
  /** Conftests that register only when their folder is collected; keys are checked after that. */
  readonly lateConftests: readonly string[]
  readonly strict: boolean
  readonly filters: readonly Setting[]
  /** 'collection' where something else ends that: the check of keys then goes before it. */
  readonly phase: StopPhase
}

/**
 * "Unknown config option": a warning for each key, checked after collection; strict, or with a filter that
 * makes errors of warnings, the first one ends the run.
 */
export function unknownKeys(
  config: Config,
  known: readonly IniSpec[],
  registrants: Registrants,
  { lateConftests, strict, filters, phase }: KeyPolicy,
): UnknownKeys {
  const names = new Set(known.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]))
  const unknown = givenKeys(config).filter(
    key => !names.has(key) && !mayRegister(registrants, 'ini', key, lateConftests),
  )
  const warnings = unknown.map((key): ConfigWarning => {
    const span = config.entries.get(key)?.written?.span ?? null
    return { rule: 'unknown-config-option', message: `Unknown config option: ${key}`, span, subject: key }
  })
  const [first] = warnings
  if (!first) return { warnings, stop: null }
  const place = { phase, span: first.span, subject: first.subject, rule: first.rule }
  const message = `${first.message}\n`
  if (strict) return { warnings: [], stop: usageError(message, place) }
  if (makesError(filters, config.version, message) !== true) return { warnings, stop: null }
  return { warnings: [], stop: internalError('PytestConfigWarning', message, place) }
}

function mayRegister(
  { fs, facts }: Registrants,
  part: 'options' | 'ini',
  name: string,
  further: readonly string[] = [],
): boolean {
  if (facts.some(({ open }) => open.has(part))) return true
  const textOf = (path: string) => new TextDecoder().decode(fs.read(path) ?? new Uint8Array())
  const names = (text: string) => text.includes(`"${name}"`) || text.includes(`'${name}'`)
  return (
    facts.some(({ files }) => files.some(path => names(textOf(path)))) ||
    further.map(textOf).some(text => REGISTERS.test(text) && names(text))
  )
}

/** What a conftest says that registers anything, by itself or with the help of another module. */
const REGISTERS = /\b(?:addini|addoption|pytest_addoption)\b/

/** '--cov=src' -> '--cov', '-n4' -> '-n'. */
function optionName(text: string): string {
  return text.startsWith('--') ? text.split('=')[0]! : text.slice(0, 2)
}
