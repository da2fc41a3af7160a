/**
 * One configuration file, of the seven kinds that pytest knows: does it count, and what does it say? Follows
 * `_pytest/config/findpaths.py` of 7.0 to 9.2. Which file is looked at, and in which order, is `rootdir.ts`.
 */
import type { FileSystem } from '../files/file_system.ts'
import { basename } from '../files/paths.ts'
import { strictMessage } from '../files/utf8_faults.ts'
import { readIni } from './ini_file.ts'
import type { Setting, Stop } from './plan.ts'
import { str, typeName } from './python_text.ts'
import { traceback, usageError } from './stop.ts'
import {
  isTable,
  readToml,
  type TomlFile,
  type TomlTable,
  type TomlValue,
  type Written,
} from './toml_file.ts'
import { atLeast } from './version.ts'

/** A key of the configuration with what was given for it. */
export interface ConfigEntry {
  /** In ini mode a string or a list; in TOML mode whatever TOML holds. */
  readonly value: TomlValue
  /** How the value is to be read: as text to be split and converted, or as it stands with its type checked. */
  readonly mode: 'ini' | 'toml'
  /** Given with `-o`, which goes before any file. */
  readonly override: boolean
  readonly origin: Setting['origin']
  readonly written: Written | null
}

export type ConfigEntries = ReadonlyMap<string, ConfigEntry>

/** null: the file holds no configuration of pytest and the search goes on. */
export type LoadedConfig = { readonly entries: ConfigEntries } | { readonly stop: Stop } | null

/** The files of one folder, in the order in which pytest asks them. */
export function configNames(version: string): readonly string[] {
  const native = atLeast(version, '9.0') ? ['pytest.toml', '.pytest.toml'] : []
  return [...native, 'pytest.ini', '.pytest.ini', 'pyproject.toml', 'tox.ini', 'setup.cfg']
}

/** Suffixes that a file given with `-c` may have; before 9.2 any other is taken in silence for an empty file. */
export const CONFIG_SUFFIXES: readonly string[] = ['.cfg', '.ini', '.toml']

/** The configuration in an existing file, by its name and suffix. */
export function loadConfigFile(fs: FileSystem, path: string, version: string): LoadedConfig {
  const suffix = CONFIG_SUFFIXES.find(known => path.endsWith(known))
  if (suffix === undefined) return null
  const bytes = fs.read(path)
  if (bytes === null) return null
  const place = { phase: 'config', span: { path, start: 0, end: 0 }, subject: basename(path) } as const
  const fault = strictMessage(bytes)
  if (fault !== null) return { stop: traceback('UnicodeDecodeError', fault, place) }
  const text = new TextDecoder().decode(bytes)
  if (suffix !== '.toml') return loadIni(path, text, version)
  if (bytes[0] === 0xef)
    return { stop: usageError(`${path}: Invalid statement (at line 1, column 1)`, place) }
  const file = readToml(path, text)
  if ('error' in file) return { stop: usageError(`${path}: ${file.error}`, { ...place, span: file.span }) }
  return loadToml(path, file, version)
}

function loadIni(path: string, text: string, version: string): LoadedConfig {
  const name = basename(path)
  const file = readIni(path, text)
  if ('error' in file) {
    return { stop: usageError(file.error, { phase: 'config', span: file.span, subject: name }) }
  }
  const cfg = path.endsWith('.cfg')
  const section = file.sections.get(cfg ? 'tool:pytest' : 'pytest')
  if (section) {
    const given = [...section].map(([key, entry]) => [key, fromFile(entry.value, 'ini', entry)] as const)
    return { entries: new Map(given) }
  }
  if (cfg) {
    const header = file.headers.get('pytest')
    if (!header) return null
    const message =
      '[pytest] section in setup.cfg files is no longer supported, change to [tool:pytest] instead.'
    return { stop: traceback('Failed', message, { phase: 'config', span: header, subject: name }) }
  }
  const alwaysCounts = name === 'pytest.ini' || (name === '.pytest.ini' && atLeast(version, '9.0'))
  return alwaysCounts ? { entries: new Map() } : null
}

function loadToml(path: string, file: TomlFile, version: string): LoadedConfig {
  const name = basename(path)
  const own = atLeast(version, '9.0') && (name === 'pytest.toml' || name === '.pytest.toml')
  if (own) return fromPytestTable(path, file, version) ?? { entries: new Map() }
  const project = fromToolPytest(path, file, version)
  if (name === 'pyproject.toml' || !atLeast(version, '9.2') || (project && 'stop' in project)) return project
  if (project === null) return fromPytestTable(path, file, version)
  if (!('pytest' in file.document)) return project
  const message =
    `${path}: Cannot use both [pytest] and [tool.pytest]/[tool.pytest.ini_options] in the same file. Please use ` +
    "[pytest], which is what pytest's own configuration files use; the [tool.pytest] tables are meant for pyproject.toml."
  return { stop: usageError(message, { phase: 'config', span: null, subject: name }) }
}

/** The table `[pytest]` of `pytest.toml`. */
function fromPytestTable(path: string, file: TomlFile, version: string): LoadedConfig {
  const table = file.document.pytest
  if (table !== undefined)
    return isTable(table) ? entriesOf(file, ['pytest'], table, 'toml') : noTable(path, table)
  if (!atLeast(version, '9.2')) return null
  const stray = Object.keys(file.document).filter(key => !isTable(file.document[key]))
  if (stray.length === 0) return null
  const message = `${path}: pytest configuration must be under a [pytest] table (found top-level options: ${stray.join(', ')})`
  const span = file.written([stray[0]!])?.span ?? null
  return { stop: usageError(message, { phase: 'config', span, subject: basename(path) }) }
}

/** `[tool.pytest.ini_options]` and, from 9.0 on, `[tool.pytest]`. */
function fromToolPytest(path: string, file: TomlFile, version: string): LoadedConfig {
  const tool = file.document.tool ?? {}
  if (!isTable(tool)) return noTable(path, tool)
  const table = tool.pytest ?? {}
  if (!isTable(table)) return noTable(path, table)
  const { ini_options: options, ...native } = table
  const hasNative = atLeast(version, '9.0') && Object.keys(native).length > 0
  if (hasNative && options !== undefined && !isEmpty(options)) {
    const message =
      `${path}: Cannot use both [tool.pytest] (native TOML types) and [tool.pytest.ini_options] (string-based INI format) ` +
      'simultaneously. Please use [tool.pytest] with native TOML types (recommended) or [tool.pytest.ini_options] for ' +
      'backwards compatibility.'
    const span = file.written(['tool', 'pytest', Object.keys(native)[0]!])?.span ?? null
    return { stop: usageError(message, { phase: 'config', span, subject: basename(path) }) }
  }
  if (hasNative) return entriesOf(file, ['tool', 'pytest'], native, 'toml')
  if (options === undefined) return null
  if (!isTable(options)) return noTable(path, options)
  return entriesOf(file, ['tool', 'pytest', 'ini_options'], options, 'ini')
}

/** Where pytest expects a table and takes it for granted. */
function noTable(path: string, value: TomlValue): LoadedConfig {
  const place = { phase: 'config', span: { path, start: 0, end: 0 }, subject: basename(path) } as const
  return { stop: traceback('AttributeError', `'${typeName(value)}' object has no attribute 'items'`, place) }
}

function entriesOf(
  file: TomlFile,
  table: readonly string[],
  values: TomlTable,
  mode: 'ini' | 'toml',
): { entries: ConfigEntries } {
  const entries = Object.entries(values).map(([key, value]) => {
    const plain = mode === 'ini' && !Array.isArray(value) ? str(value) : value
    return [key, fromFile(plain, mode, file.written([...table, key]))] as const
  })
  return { entries: new Map(entries) }
}

function fromFile(value: TomlValue, mode: 'ini' | 'toml', written: Written | null): ConfigEntry {
  return { value, mode, override: false, origin: 'file', written }
}

function isEmpty(value: TomlValue): boolean {
  return (
    value === '' ||
    value === 0 ||
    value === false ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  )
}
