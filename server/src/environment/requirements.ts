/**
 * What the project itself says it needs: pyproject.toml, setup.cfg and files of requirements, as they are written
 * there. Whether it is installed is asked elsewhere; setup.py is code and is not read.
 */
import type { FileSystem } from '../files/file_system.ts'
import { join } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import { escapeRegExp } from '../files/words.ts'
import { readText } from './look.ts'
import { readToml, stringAt, type Table, valueAt } from './toml.ts'

export interface Requirement {
  /** As written. */
  readonly name: string
  /** Of PEP 440, e.g. '>=2,<3'; '' for any version, and where another notation is used. */
  readonly specifier: string
  readonly marker: string | null
  /** Where it is asked for, for people: "the extra 'test' of pyproject.toml", "requirements-dev.txt". */
  readonly group: string
  /** Needed by whoever installs the project, not only for a purpose. */
  readonly main: boolean
  readonly span: Span
}

export interface Needs {
  readonly requiresPython: { readonly specifier: string; readonly span: Span } | null
  readonly requirements: readonly Requirement[]
}

export const NO_NEEDS: Needs = { requiresPython: null, requirements: [] }

/** What the files of one folder say; never fails, what can't be read says nothing. */
export function readNeeds(fs: FileSystem, folder: string): Needs {
  const pyproject = join(folder, 'pyproject.toml')
  const config = join(folder, 'setup.cfg')
  const text = readText(fs, pyproject)
  const table = text === null ? {} : readToml(fs, pyproject)
  const cfg = readText(fs, config)
  const requirements = [
    ...(text === null ? [] : fromPyproject(pyproject, text, table)),
    ...(cfg === null ? [] : fromSetupCfg(config, cfg)),
    ...requirementFiles(fs, folder).flatMap(path => fromLines(path, readText(fs, path) ?? '', folder)),
  ]
  return { requiresPython: requiresPython(pyproject, text, table, config, cfg), requirements }
}

/** The name by which distributions are compared (PEP 503). */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

function requiresPython(
  pyproject: string,
  text: string | null,
  table: Table,
  config: string,
  cfg: string | null,
): Needs['requiresPython'] {
  const stated = stringAt(table, 'project', 'requires-python')
  if (stated !== null)
    return { specifier: stated, span: placeOf(pyproject, text ?? '', stated, 'requires-python') }
  const legacy = /^\s*python_requires\s*=\s*([^#\r\n]+)/m.exec(cfg ?? '')?.[1]?.trim()
  return legacy ? { specifier: legacy, span: placeOf(config, cfg ?? '', legacy, 'python_requires') } : null
}

function fromPyproject(path: string, text: string, table: Table): Requirement[] {
  const listed = (lists: unknown, group: string, main: boolean) =>
    strings(lists).flatMap(line => parse(line, path, text, group, main))
  const named = (value: unknown, name: (key: string) => string) =>
    Object.entries(isTable(value) ? value : {}).flatMap(([key, lines]) => listed(lines, name(key), false))
  const poetry = (value: unknown, group: string, main: boolean) =>
    Object.keys(isTable(value) ? value : {})
      .filter(name => name !== 'python')
      .map(name => ({ ...at(path, text, name), name, specifier: '', marker: null, group, main }))
      .filter(({ name }) => !isOptional(value, name))
  const groups = valueAt(table, 'tool', 'poetry', 'group')
  return [
    ...listed(valueAt(table, 'project', 'dependencies'), 'pyproject.toml', true),
    ...named(
      valueAt(table, 'project', 'optional-dependencies'),
      key => `the extra '${key}' of pyproject.toml`,
    ),
    ...named(valueAt(table, 'dependency-groups'), key => `the group '${key}' of pyproject.toml`),
    ...poetry(valueAt(table, 'tool', 'poetry', 'dependencies'), 'pyproject.toml', true),
    ...Object.entries(isTable(groups) ? groups : {}).flatMap(([key, group]) =>
      poetry(isTable(group) ? group.dependencies : null, `the group '${key}' of pyproject.toml`, false),
    ),
  ]
}

function isOptional(table: unknown, name: string): boolean {
  const value = isTable(table) ? table[name] : null
  return isTable(value) && value.optional === true
}

/** `install_requires` and the extras: one requirement a line, indented below the key or behind it. */
function fromSetupCfg(path: string, text: string): Requirement[] {
  const found: Requirement[] = []
  let section = ''
  let key = ''
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]/.exec(line)
    const entry = /^([\w.-]+)\s*[=:]\s*(.*)$/.exec(line)
    if (header) section = header[1]!
    if (header || entry) key = entry?.[1] ?? ''
    const value = entry ? entry[2]! : /^\s+\S/.test(line) ? line.trim() : ''
    if (value === '' || value.startsWith('#')) continue
    if (section === 'options' && key === 'install_requires')
      found.push(...parse(value, path, text, 'setup.cfg', true))
    if (section === 'options.extras_require')
      found.push(...parse(value, path, text, `the extra '${key}' of setup.cfg`, false))
  }
  return found
}

/** `requirements*.txt`, `*-requirements.txt`, and what lies in a folder `requirements`. */
export function requirementFiles(fs: FileSystem, folder: string): string[] {
  const files = (at: string, pattern: RegExp) =>
    (fs.list(at) ?? [])
      .filter(({ name, kind }) => kind === 'file' && pattern.test(name))
      .map(({ name }) => join(at, name))
  return [
    ...files(folder, /^(?:.*[-_.])?requirements(?:[-_.].*)?\.(?:txt|in)$/),
    ...files(join(folder, 'requirements'), /\.(?:txt|in)$/),
  ]
}

function fromLines(path: string, text: string, folder: string): Requirement[] {
  return text
    .split(/\r?\n/)
    .map(line =>
      line
        .replace(/(?:^|\s)#.*$/, '')
        .replace(/\s+--hash=\S+|\s*\\$/g, '')
        .trim(),
    )
    .filter(line => line !== '' && !line.startsWith('-') && !/^[\w+]+:\/\//.test(line))
    .flatMap(line => parse(line, path, text, path.slice(folder.length + 1), false))
}

/** One dependency with its place; nothing where the line is none. */
function parse(line: string, path: string, text: string, group: string, main: boolean): Requirement[] {
  const dependency = readDependency(line)
  return dependency ? [{ ...dependency, group, main, ...at(path, text, line) }] : []
}

/** One dependency specifier (PEP 508); null where it is none. */
export function readDependency(line: string): Pick<Requirement, 'name' | 'specifier' | 'marker'> | null {
  const parts = /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^;@]*)(@[^;]*)?(?:;(.*))?$/.exec(
    line,
  )
  if (!parts) return null
  const [, name = '', specifier = '', url, marker] = parts
  const plain = specifier.trim().replace(/^\((.*)\)$/, '$1')
  const known = url === undefined && (plain === '' || /^[<>=!~]/.test(plain))
  return { name, specifier: known ? plain : '', marker: marker?.trim() ?? null }
}

function at(path: string, text: string, word: string): { readonly span: Span } {
  return { span: placeOf(path, text, word, '') }
}

/** The first place of a text that stands by itself, behind a key if one is given. */
function placeOf(path: string, text: string, word: string, key: string): Span {
  const from = Math.max(0, key === '' ? 0 : text.indexOf(key))
  const found = new RegExp(`(?<![\\w.-])${escapeRegExp(word)}(?![\\w-])`).exec(text.slice(from))
  const start = found ? from + found.index : 0
  return { path, start, end: found ? start + word.length : 0 }
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Groups may include others by a table: only the lines are requirements. */
function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}
