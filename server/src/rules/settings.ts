/**
 * `[tool.precollect]` of pyproject.toml: which findings the project wants to see, and what the analysis needs
 * to know. Read once by the doors; a setting that is wrong is told with its line and counts as not given.
 */
import { parse, TomlError } from 'smol-toml'
import type { FileSystem } from '../files/file_system.ts'
import { dirname, join, parents } from '../files/paths.ts'
import { allRules } from './all_rules.ts'
import type { Severity } from './finding.ts'
import { globTest } from './glob.ts'
import { didYouMean } from './nearest.ts'
import { lineOfKey } from './toml_lines.ts'

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
  /** An interpreter or environment folder. */
  readonly python: string | null
  readonly invocation: 'pytest' | 'python -m pytest' | null
}

export interface SettingsProblem {
  readonly path: string
  /** From 1. */
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
}

/** In lists of rules it stands for every rule. */
export const ALL = 'all'

const SEVERITIES: readonly string[] = ['error', 'warning', 'info'] satisfies Severity[]
const INVOCATIONS: readonly string[] = ['pytest', 'python -m pytest']
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
  const parsed = parseToml(text)
  if ('problem' in parsed) {
    return { settings: DEFAULT_SETTINGS, problems: [{ path, ...parsed.problem }] }
  }
  const table = asTable(asTable(parsed.document.tool)?.precollect)
  return table === null ? null : new Reader(text, path).read(table)
}

/** The rules that a list of names stands for, and the names that are no rule's. */
export function checkRuleNames(names: readonly string[]): readonly string[] {
  const known = allRules.map(rule => rule.id)
  return names
    .filter(name => name !== ALL && !known.includes(name))
    .map(name => `no rule is called '${name}'${didYouMean(name, known)}`)
}

type Table = Readonly<Record<string, unknown>>

function asTable(value: unknown): Table | null {
  const plain =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  return plain ? (value as Table) : null
}

function parseToml(text: string): { document: Table } | { problem: { line: number; message: string } } {
  try {
    return { document: parse(text) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '')
    return { problem: { line: error.line, message: `this is not TOML: ${reason}` } }
  }
}

/** One reading of one table; collects what is wrong on the way. */
class Reader {
  private readonly problems: SettingsProblem[] = []

  constructor(
    private readonly text: string,
    private readonly path: string,
  ) {}

  read(table: Table): LoadedSettings {
    const readers: { readonly [key: string]: (value: unknown, key: string) => Partial<Settings> } = {
      select: (value, key) => ({ select: this.rules(value, [key]) }),
      ignore: (value, key) => ({ ignore: this.rules(value, [key]) ?? [] }),
      'per-file-ignores': (value, key) => ({ perFileIgnores: this.perFileIgnores(value, key) }),
      severity: (value, key) => ({ severity: this.severities(value, key) }),
      exclude: (value, key) => ({ exclude: this.patterns(value, [key]) }),
      python: (value, key) => ({ python: this.oneString(value, [key]) }),
      invocation: (value, key) => ({
        invocation: this.oneOf(value, [key], INVOCATIONS) as Settings['invocation'],
      }),
    }
    let settings: Settings = { ...DEFAULT_SETTINGS, folder: dirname(this.path) }
    for (const [key, value] of Object.entries(table)) {
      const reader = Object.hasOwn(readers, key) ? readers[key] : undefined
      if (reader) settings = { ...settings, ...reader(value, key) }
      else this.complain([key], `is not a setting of precollect${didYouMean(key, Object.keys(readers))}`)
    }
    return { settings, problems: this.problems }
  }

  private rules(value: unknown, key: readonly string[]): readonly string[] | null {
    const names = this.strings(value, key)
    if (names === null) return null
    for (const trouble of checkRuleNames(names)) this.complain(key, trouble)
    return names.filter(name => checkRuleNames([name]).length === 0)
  }

  private perFileIgnores(value: unknown, key: string): Settings['perFileIgnores'] {
    return this.entries(value, key).flatMap(([pattern, names]) => {
      const rules = this.rules(names, [key, pattern])
      return rules !== null && this.isPattern(pattern, [key, pattern]) ? [{ pattern, rules }] : []
    })
  }

  private severities(value: unknown, key: string): Settings['severity'] {
    const found: Record<string, Severity> = {}
    for (const [rule, severity] of this.entries(value, key)) {
      const [trouble] = checkRuleNames([rule])
      if (trouble) this.complain([key, rule], trouble)
      const word = this.oneOf(severity, [key, rule], SEVERITIES)
      if (word !== null && !trouble) found[rule] = word as Severity
    }
    return found
  }

  private patterns(value: unknown, key: readonly string[]): readonly string[] {
    return (this.strings(value, key) ?? []).filter(pattern => this.isPattern(pattern, key))
  }

  private isPattern(pattern: string, key: readonly string[]): boolean {
    if (globTest(pattern) !== null) return true
    this.complain(key, `'${pattern}' is not a pattern of files`)
    return false
  }

  private entries(value: unknown, key: string): [string, unknown][] {
    const table = asTable(value)
    if (table === null) this.complain([key], `must be a table, not ${kindOf(value)}`)
    return Object.entries(table ?? {})
  }

  private strings(value: unknown, key: readonly string[]): readonly string[] | null {
    if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
    this.complain(key, `must be a list of strings, not ${kindOf(value)}`)
    return null
  }

  private oneString(value: unknown, key: readonly string[]): string | null {
    if (typeof value === 'string') return value
    this.complain(key, `must be a string, not ${kindOf(value)}`)
    return null
  }

  private oneOf(value: unknown, key: readonly string[], words: readonly string[]): string | null {
    if (typeof value === 'string' && words.includes(value)) return value
    const shown = typeof value === 'string' ? `'${value}'` : kindOf(value)
    this.complain(key, `must be ${words.map(word => `'${word}'`).join(' or ')}, not ${shown}`)
    return null
  }

  private complain(key: readonly string[], message: string): void {
    const name = ['precollect', ...key].map(part => (/^[\w-]+$/.test(part) ? part : `"${part}"`)).join('.')
    const line = lineOfKey(this.text, [...TABLE, ...key])
    this.problems.push({ path: this.path, line, message: `tool.${name}: ${message}` })
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'a string'
  if (typeof value === 'boolean') return 'a boolean'
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number'
  return asTable(value) ? 'a table' : 'a date'
}
