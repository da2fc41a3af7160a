/**
 * What pytest itself and well-known plugins register, measured from real releases (`data/*.json`, made by
 * `scripts/measure_pytest.py`). What a plugin that is not listed registers is read from its source elsewhere.
 */
import builtinTables from './data/builtin.json' with { type: 'json' }
import pluginTables from './data/plugins.json' with { type: 'json' }
import { atLeast } from './version.ts'

export type OptionKind =
  | 'store'
  | 'true'
  | 'false'
  | 'const'
  | 'append'
  | 'append_const'
  | 'count'
  | 'less' // counts downwards
  | 'extend'
  | 'help'
  | 'override_ini'
  | 'other'

export type Plain = string | number | boolean | null | readonly string[]

/** A command line option, as argparse knows it. */
export interface OptionSpec {
  readonly names: readonly string[]
  readonly dest: string
  /** How many arguments follow it. */
  readonly takes: number | '?' | '*' | '+'
  readonly kind: OptionKind
  readonly default: Plain
  readonly const?: Plain
  readonly choices?: readonly string[]
  /** How an argument is converted, where that can fail: 'int', 'float', 'directory', 'filename'. */
  readonly type?: string
  /** For 'override_ini': the key that it sets to 'true'. */
  readonly ini?: string
}

/** A key of the configuration file. `type` may be a union such as 'int | string': the first that accepts wins. */
export interface IniSpec {
  readonly name: string
  readonly type: string
  readonly default: Plain
  readonly aliases?: readonly string[]
  readonly choices?: readonly string[]
}

export interface Registered {
  readonly options: readonly OptionSpec[]
  readonly ini: readonly IniSpec[]
  /** Lines as `--markers` shows them: 'name(arguments): text'. */
  readonly markers: readonly string[]
}

export interface BuiltinPlugin {
  readonly name: string
  /** Loaded without being asked for. */
  readonly loaded: boolean
  /** Cannot be switched off. */
  readonly essential: boolean
}

interface Range {
  readonly from: string
  readonly to: string
}
interface Owned extends Range {
  readonly plugin: string
}

interface BuiltinTables {
  readonly versions: readonly string[]
  readonly plugins: readonly (BuiltinPlugin & Range)[]
  readonly options: readonly (OptionSpec & Owned)[]
  readonly ini: readonly (IniSpec & Owned)[]
  readonly markers: readonly ({ readonly line: string } & Owned)[]
}

export interface MeasuredPlugin {
  readonly name: string
  readonly version: string
  readonly entryPoints: Readonly<Record<string, string>>
  readonly options: readonly OptionSpec[]
  readonly ini: readonly IniSpec[]
  /** null where its `pytest_configure` could not be run. */
  readonly markers: readonly string[] | null
}

const builtin = builtinTables as unknown as BuiltinTables
const measured = (pluginTables as unknown as { readonly plugins: readonly MeasuredPlugin[] }).plugins

/** Plugins that come with this version of pytest, in load order, those that are off by default included. */
export function builtinPlugins(version: string): readonly BuiltinPlugin[] {
  return holding(builtin.plugins, version)
}

/**
 * What the named built-in plugins register. Keys that pytest's own core registers (`addopts`, ...) always
 * belong to it. A version between two measured ones is taken for the earlier.
 */
export function builtinRegistered(version: string, plugins: ReadonlySet<string>): Registered {
  const active = <T extends Owned>(records: readonly T[]): T[] =>
    holding(records, version).filter(({ plugin }) => plugin === 'config' || plugins.has(plugin))
  return {
    options: active(builtin.options),
    ini: active(builtin.ini),
    markers: active(builtin.markers).map(({ line }) => line),
  }
}

/** The table of a plugin, by its distribution; null where there is none for that very version. */
export function measuredPlugin(distribution: string, version: string): MeasuredPlugin | null {
  const wanted = normalName(distribution)
  return measured.find(plugin => normalName(plugin.name) === wanted && plugin.version === version) ?? null
}

/** The options of all measured plugins. */
export function measuredOptions(): readonly OptionSpec[] {
  return measured.flatMap(({ options }) => options)
}

/** PEP 503: the spelling under which two names of a distribution are equal. */
export function normalName(distribution: string): string {
  return distribution.toLowerCase().replace(/[-_.]+/g, '-')
}

function holding<T extends Range>(records: readonly T[], version: string): T[] {
  const now = position(version)
  return records.filter(
    ({ from, to }) => builtin.versions.indexOf(from) <= now && now <= builtin.versions.indexOf(to),
  )
}

/** The index of the newest measured version that is not newer than this one. */
function position(version: string): number {
  return Math.max(
    0,
    builtin.versions.findLastIndex(known => atLeast(version, known)),
  )
}
