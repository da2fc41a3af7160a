/**
 * `[tool.precollect]` of pyproject.toml: which findings the project wants to see, and what the analysis needs
 * to know. Read once by the doors; a setting that is wrong is told with its line and counts as not given.
 */
import type { FileSystem } from '../files/file_system.ts'
import { LineIndex } from '../files/lines.ts'
import { dirname, join, parents } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import { isTable, readToml, type TomlFile, type TomlTable, type TomlValue } from '../pytest/toml_file.ts'
import type { RegisteringFunction } from '../simulate/models/registries.ts'
import { allRules } from './all_rules.ts'
import type { Severity } from './finding.ts'
import { globTest } from './glob.ts'
import { didYouMean } from './nearest.ts'

export interface Settings {
  /** The folder of pyproject.toml: patterns and `python` are relative to it. null: defaults. */
  readonly folder: string | null
  /** Rules to tell; null: all. */
  readonly select: readonly string[] | null
  /** Rules not to tell, whatever `select` says. */
  readonly ignore: readonly string[]
  readonly perFileIgnores: readonly { readonly pattern: string; readonly rules: readonly string[] }[]
  readonly severity: Readonly<Record<string, Severity>>
  /** Patterns of files whose findings are not told. They are still collected: that is pytest's affair. */
  readonly exclude: readonly string[]
  /** An interpreter or environment folder: absolute where it is written as a path, else a name for PATH. */
  readonly python: string | null
  readonly invocation: 'pytest' | 'python -m pytest' | null
  /** Functions that raise when they are called twice with one name. */
  readonly registries: readonly RegisteringFunction[]
  /** Where `precollect gate` puts its bars; null: the project says nothing. Running pytest is not among them. */
  readonly gate: GateSettings
  readonly cache: CacheSettings
}

export interface CacheSettings {
  /** The address of a cache that several machines share; null: none. */
  readonly remote: string | null
  /** Nothing is put there. */
  readonly readOnly: boolean
}

export interface GateSettings {
  readonly maxErrors: number | null
  readonly maxWarnings: number | null
  /** Tests; `history`: no fewer than were ever recorded. */
  readonly minCollected: number | 'history' | null
}

export interface SettingsProblem {
  readonly span: Span
  /** Of the span's start, from 1. */
  readonly line: number
  readonly message: string
}

export interface LoadedSettings {
  readonly settings: Settings
  readonly problems: readonly SettingsProblem[]
}

export const DEFAULT_SETTINGS: Settings = {
  folder: null,
  select: null,
  ignore: [],
  perFileIgnores: [],
  severity: {},
  exclude: [],
  python: null,
  invocation: null,
  registries: [],
  gate: { maxErrors: null, maxWarnings: null, minCollected: null },
  cache: { remote: null, readOnly: false },
}

/** In lists of rules it stands for every rule. */
export const ALL = 'all'

const SEVERITIES: readonly string[] = ['error', 'warning', 'info'] satisfies Severity[]
const INVOCATIONS: readonly string[] = ['pytest', 'python -m pytest']
const GATE_KEYS: readonly string[] = ['max-errors', 'max-warnings', 'min-collected']
const CACHE_KEYS: readonly string[] = ['remote', 'read-only']
const REGISTRY_KEYS: readonly string[] = ['name', 'registry', 'raises']
const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u
const DOTTED = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)+$/u
const TABLE = ['tool', 'precollect'] as const

/** The settings of the nearest pyproject.toml, from `folder` upwards, that has the table. */
export function findSettings(fs: FileSystem, folder: string): LoadedSettings {
  for (const at of [folder, ...parents(folder)]) {
    const path = join(at, 'pyproject.toml')
    const bytes = fs.read(path)
    if (bytes === null) continue
    const loaded = readSettings(new TextDecoder().decode(bytes), path)
    if (loaded) return loaded
  }
  return { settings: DEFAULT_SETTINGS, problems: [] }
}

/** The settings that a pyproject.toml holds; null where it has no table for precollect. Never throws. */
export function readSettings(text: string, path: string): LoadedSettings | null {
  // A file that does not speak of precollect is none of its business, not even if it is broken.
  if (!text.includes('precollect')) return null
  const file = readToml(path, text)
  if ('error' in file) {
    const line = new LineIndex(text).position(file.span.start).line
    const problem = { span: file.span, line, message: `this is not TOML: ${file.error}` }
    return { settings: DEFAULT_SETTINGS, problems: [problem] }
  }
  const { tool } = file.document
  const table = isTable(tool) ? tool.precollect : undefined
  return isTable(table) ? new Reader(text, path, file).read(table) : null
}

/** A sentence for each name that is neither a rule's nor `all`. */
export function checkRuleNames(names: readonly string[]): readonly string[] {
  const known = allRules.map(rule => rule.id)
  return names
    .filter(name => name !== ALL && !known.includes(name))
    .map(name => `no rule is called '${name}'${didYouMean(name, known)}`)
}

/** One reading of one table; collects what is wrong on the way. */
class Reader {
  private readonly problems: SettingsProblem[] = []

  constructor(
    private readonly text: string,
    private readonly path: string,
    private readonly file: TomlFile,
  ) {}

  read(table: TomlTable): LoadedSettings {
    const folder = dirname(this.path)
    const readers: { readonly [key: string]: (value: TomlValue, key: string) => Partial<Settings> } = {
      select: (value, key) => ({ select: this.rules(value, [key]) }),
      ignore: (value, key) => ({ ignore: this.rules(value, [key]) ?? [] }),
      'per-file-ignores': (value, key) => ({ perFileIgnores: this.perFileIgnores(value, key) }),
      severity: (value, key) => ({ severity: this.severities(value, key) }),
      exclude: (value, key) => ({ exclude: this.patterns(value, [key]) }),
      python: (value, key) => ({ python: this.interpreter(value, [key], folder) }),
      invocation: (value, key) => ({
        invocation: this.oneOf(value, [key], INVOCATIONS) as Settings['invocation'],
      }),
      registries: (value, key) => ({ registries: this.registries(value, key) }),
      gate: (value, key) => ({ gate: this.gate(value, key) }),
      cache: (value, key) => ({ cache: this.cache(value, key) }),
    }
    let settings: Settings = { ...DEFAULT_SETTINGS, folder }
    for (const [key, value] of Object.entries(table)) {
      const reader = Object.hasOwn(readers, key) ? readers[key] : undefined
      if (reader) settings = { ...settings, ...reader(value, key) }
      else this.complain([key], `is not a setting of precollect${didYouMean(key, Object.keys(readers))}`)
    }
    return { settings, problems: this.problems }
  }

  private rules(value: TomlValue, key: readonly string[]): readonly string[] | null {
    const names = this.strings(value, key)
    if (names === null) return null
    return names.filter((name, index) => {
      const [trouble] = checkRuleNames([name])
      if (trouble) this.complain(key, trouble, index)
      return trouble === undefined
    })
  }

  private perFileIgnores(value: TomlValue, key: string): Settings['perFileIgnores'] {
    return this.entries(value, key).flatMap(([pattern, names]) => {
      const rules = this.rules(names, [key, pattern])
      return rules !== null && this.isPattern(pattern, [key, pattern]) ? [{ pattern, rules }] : []
    })
  }

  private severities(value: TomlValue, key: string): Settings['severity'] {
    const found: Record<string, Severity> = {}
    for (const [rule, severity] of this.entries(value, key)) {
      const trouble = rule === ALL ? 'names one rule at a time' : checkRuleNames([rule])[0]
      if (trouble) this.complain([key, rule], trouble)
      const word = this.oneOf(severity, [key, rule], SEVERITIES)
      if (word !== null && !trouble) found[rule] = word as Severity
    }
    return found
  }

  private gate(value: TomlValue, key: string): GateSettings {
    const given = Object.fromEntries(this.entries(value, key))
    for (const name of Object.keys(given)) {
      if (GATE_KEYS.includes(name)) continue
      this.complain([key, name], `is not a bar of the gate${didYouMean(name, GATE_KEYS)}`)
    }
    const least = given['min-collected']
    return {
      maxErrors: this.count(given['max-errors'], [key, 'max-errors']),
      maxWarnings: this.count(given['max-warnings'], [key, 'max-warnings']),
      minCollected: least === 'history' ? least : this.count(least, [key, 'min-collected']),
    }
  }

  private cache(value: TomlValue, key: string): CacheSettings {
    const given = Object.fromEntries(this.entries(value, key))
    for (const name of Object.keys(given)) {
      if (CACHE_KEYS.includes(name)) continue
      this.complain([key, name], `is not a setting of the cache${didYouMean(name, CACHE_KEYS)}`)
    }
    const { remote, 'read-only': readOnly } = given
    const isAddress = typeof remote === 'string' && /^(?:rediss?|https?):\/\//.test(remote)
    if (remote !== undefined && !isAddress)
      this.complain([key, 'remote'], "must be an address that begins with 'redis://' or 'https://'")
    if (readOnly !== undefined && typeof readOnly !== 'boolean')
      this.complain([key, 'read-only'], `must be true or false, not ${kindOf(readOnly)}`)
    return { remote: isAddress ? remote : null, readOnly: readOnly === true }
  }

  private count(value: TomlValue | undefined, key: readonly string[]): number | null {
    if (value === undefined) return null
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
    const shown = typeof value === 'string' || typeof value === 'number' ? `'${value}'` : kindOf(value)
    this.complain(key, `must be a whole number, not ${shown}`)
    return null
  }

  private registries(value: TomlValue, key: string): readonly RegisteringFunction[] {
    return this.entries(value, key).flatMap(([name, given]) => {
      const place = [key, name]
      const before = this.problems.length
      if (!DOTTED.test(name))
        this.complain(place, 'must be a module and a name in it, such as "app.metrics.counter"')
      if (!isTable(given)) {
        this.complain(place, `must be a table, not ${kindOf(given)}`)
        return []
      }
      for (const part of Object.keys(given)) {
        if (REGISTRY_KEYS.includes(part)) continue
        const message = `is not a part of a registry; those are ${REGISTRY_KEYS.join(', ')}`
        this.complain([...place, part], `${message}${didYouMean(part, REGISTRY_KEYS)}`)
      }
      const entry = {
        function: name,
        name: this.parameter(given.name, [...place, 'name']) ?? 0,
        registry: this.parameter(given.registry, [...place, 'registry']),
        raises: this.className(given.raises, [...place, 'raises']) ?? 'ValueError',
      }
      return this.problems.length === before ? [entry] : []
    })
  }

  /** A parameter by its position or name; null where it isn't given. */
  private parameter(value: TomlValue | undefined, key: readonly string[]): number | string | null {
    if (value === undefined) return null
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
    if (typeof value === 'string' && IDENTIFIER.test(value)) return value
    const shown = typeof value === 'string' || typeof value === 'number' ? `'${value}'` : kindOf(value)
    this.complain(key, `must be a parameter's position, from 0, or its name, not ${shown}`)
    return null
  }

  private className(value: TomlValue | undefined, key: readonly string[]): string | null {
    if (value === undefined) return null
    if (typeof value === 'string' && (IDENTIFIER.test(value) || DOTTED.test(value))) return value
    const shown = typeof value === 'string' ? `'${value}'` : kindOf(value)
    this.complain(
      key,
      `must be the name of an exception, such as "ValueError" or "app.errors.Taken", not ${shown}`,
    )
    return null
  }

  private patterns(value: TomlValue, key: readonly string[]): readonly string[] {
    return (this.strings(value, key) ?? []).filter((pattern, index) => this.isPattern(pattern, key, index))
  }

  private isPattern(pattern: string, key: readonly string[], index?: number): boolean {
    if (globTest(pattern) !== null) return true
    this.complain(key, `'${pattern}' is not a pattern of files`, index)
    return false
  }

  private entries(value: TomlValue, key: string): [string, TomlValue][] {
    if (isTable(value)) return Object.entries(value)
    this.complain([key], `must be a table, not ${kindOf(value)}`)
    return []
  }

  private strings(value: TomlValue, key: readonly string[]): readonly string[] | null {
    if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
    this.complain(key, `must be a list of strings, not ${kindOf(value)}`)
    return null
  }

  /** 'python3.12' is looked for in PATH; '.venv' and whatever has a separator is a place. */
  private interpreter(value: TomlValue, key: readonly string[], folder: string): string | null {
    if (typeof value !== 'string') {
      this.complain(key, `must be a string, not ${kindOf(value)}`)
      return null
    }
    return /^\.|[\\/]/.test(value) ? join(folder, value) : value
  }

  private oneOf(value: TomlValue, key: readonly string[], words: readonly string[]): string | null {
    if (typeof value === 'string' && words.includes(value)) return value
    const shown = typeof value === 'string' ? `'${value}'` : kindOf(value)
    this.complain(key, `must be ${words.map(word => `'${word}'`).join(' or ')}, not ${shown}`)
    return null
  }

  /** `index`: the item of the list that is wrong. */
  private complain(key: readonly string[], message: string, index = -1): void {
    const name = ['precollect', ...key].map(part => (/^[\w-]+$/.test(part) ? part : `"${part}"`)).join('.')
    const span = this.place(key, index)
    const { line } = new LineIndex(this.text).position(span.start)
    this.problems.push({ span, line, message: `tool.${name}: ${message}` })
  }

  /** Where the item or key is written, or else the nearest key above it. */
  private place(key: readonly string[], index: number): Span {
    for (let depth = key.length; depth > 0; depth--) {
      const written = this.file.written([...TABLE, ...key.slice(0, depth)])
      if (written) return written.lines[depth === key.length ? index : -1]?.span ?? written.span
    }
    return { path: this.path, start: 0, end: 0 }
  }
}

function kindOf(value: TomlValue): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'a string'
  if (typeof value === 'boolean') return 'a boolean'
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number'
  return isTable(value) ? 'a table' : 'a date'
}
