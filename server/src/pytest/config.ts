/**
 * Values of configuration keys: the file's, the overrides of `-o`, aliases, and the conversion to the type
 * that a key is registered with (`Config.getini` of 7.0 to 9.2). Keys are described by `tables.ts`.
 */
import { dirname, join } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { Arg } from './argparse.ts'
import type { ConfigEntries, ConfigEntry } from './config_file.ts'
import type { Setting } from './plan.ts'
import { isFloat, isInteger, repr, splitShell, str, truth, typeName } from './python_text.ts'
import type { ValueFault } from './stop.ts'
import type { IniSpec, Plain } from './tables.ts'
import type { TomlValue } from './toml_file.ts'
import { atLeast } from './version.ts'

export interface Config {
  readonly version: string
  readonly cwd: string
  readonly inipath: string | null
  readonly entries: ConfigEntries
}

export interface IniValue {
  readonly value: Plain
  /** null where the key is not given and the default holds. */
  readonly entry: ConfigEntry | null
  /** Set where the conversion raises; `value` is the default then. */
  readonly fault: ValueFault | null
}

/** `config.getini(spec.name)`. */
export function readIniValue(config: Config, spec: IniSpec): IniValue {
  const entry = entryFor(config, spec)
  if (!entry) return { value: spec.default, entry: null, fault: null }
  const members = spec.type.split(' | ')
  const results = members.map(type => convert(config, spec, type, entry))
  const good = results.find(result => !('fault' in result))
  if (good && !('fault' in good)) return { value: good.value, entry, fault: null }
  const fault =
    members.length === 1 && results[0] && 'fault' in results[0]
      ? results[0].fault
      : typeError(config, spec, `one of ${typeRepr(spec)}`, entry.value)
  return { value: spec.default, entry, fault }
}

/** The value as a list of strings; [] where it is none. */
export function asList(value: Plain): readonly string[] {
  return Array.isArray(value) ? value : []
}

/** Every key that is given, as `Plan.settings` shows it. */
export function settingsOf(config: Config): Record<string, Setting> {
  const out: Record<string, Setting> = {}
  for (const [key, entry] of config.entries) {
    const value = Array.isArray(entry.value) ? entry.value.map(str).join('\n') : str(entry.value as TomlValue)
    out[key] = { value, span: entry.written?.span ?? null, origin: entry.origin }
  }
  return out
}

/** The items of a list-valued key, each at its own place: lines for 'linelist', words for 'args'. */
export function itemsOf(read: IniValue): Arg[] {
  const { entry } = read
  if (!entry) return asList(read.value).map(text => ({ text, span: null, origin: 'default' }))
  const lines = entry.written?.lines ?? []
  if (Array.isArray(entry.value)) {
    return asList(read.value).map((text, i) => ({
      text,
      span: lines[i]?.span ?? entrySpan(entry),
      origin: entry.origin,
    }))
  }
  const value = str(entry.value)
  let from = 0
  return asList(read.value).map(text => {
    const start = value.indexOf(text, from)
    if (start >= 0) from = start + text.length
    return {
      text,
      span: start < 0 ? entrySpan(entry) : spanWithin(entry, value, start, text.length),
      origin: entry.origin,
    }
  })
}

/** The words of an 'args' value written as text, with the places of the quoted originals. */
export function wordsOf(read: IniValue): Arg[] {
  const { entry } = read
  if (!entry || Array.isArray(entry.value)) return itemsOf(read)
  const value = str(entry.value)
  const split = splitShell(value)
  if ('error' in split) return []
  return split.words.map(({ text, start, end }) => ({
    text,
    span: spanWithin(entry, value, start, end - start),
    origin: entry.origin,
  }))
}

function entrySpan(entry: ConfigEntry): Span | null {
  return entry.written?.span ?? null
}

/** Maps a piece of a multi-line value to the line that it was written on. */
function spanWithin(entry: ConfigEntry, value: string, start: number, length: number): Span | null {
  const lines = entry.written?.lines ?? []
  let lineStart = 0
  for (const [index, line] of value.split('\n').entries()) {
    const within = start - lineStart
    if (within <= line.length) {
      const place = lines[index]
      if (!place) return entrySpan(entry)
      if (place.text !== line) return place.span
      const from = place.span.start + within
      return { path: place.span.path, start: from, end: Math.min(from + length, place.span.end) }
    }
    lineStart += line.length + 1
  }
  return entrySpan(entry)
}

/** Overrides go before files; of several spellings of one kind the canonical one counts. */
function entryFor({ entries }: Config, spec: IniSpec): ConfigEntry | null {
  const given = [spec.name, ...(spec.aliases ?? [])].flatMap(name => entries.get(name) ?? [])
  return given.find(entry => entry.override) ?? given[0] ?? null
}

type Converted = { readonly value: Plain } | { readonly fault: ValueFault }

function convert(config: Config, spec: IniSpec, type: string, entry: ConfigEntry): Converted {
  const { value } = entry
  if (type === 'choice') {
    if (typeof value !== 'string') return { fault: typeError(config, spec, 'a string', value) }
    if (spec.choices?.includes(value)) return { value }
    const wanted = `${prefix(config, spec)} expects one of ${typeRepr(spec)}, got ${repr(value)}`
    return { fault: { exception: 'ValueError', message: wanted } }
  }
  return entry.mode === 'ini' ? fromText(config, spec, type, value) : fromToml(config, spec, type, value)
}

/** Ini mode: a string or a list of them. */
function fromText(config: Config, spec: IniSpec, type: string, value: TomlValue): Converted {
  const items = Array.isArray(value) ? value.map(item => str(item as TomlValue)) : null
  switch (type) {
    case 'linelist':
      return { value: items ?? nonBlankLines(str(value)) }
    case 'args':
    case 'paths':
    case 'pathlist': {
      const split = items ? { words: items.map(text => ({ text })) } : splitShell(str(value))
      if ('error' in split) return { fault: { exception: 'ValueError', message: split.error } }
      const words = split.words.map(word => word.text)
      return { value: type === 'args' ? words : words.map(word => resolve(config, word)) }
    }
    case 'bool': {
      const answer = truth(str(value))
      if (answer !== null) return { value: answer }
      return {
        fault: {
          exception: 'ValueError',
          message: `invalid truth value ${repr(str(value).trim().toLowerCase())}`,
        },
      }
    }
    case 'int':
    case 'float': {
      const article = type === 'int' ? 'an int string' : 'a float string'
      const long = type === 'int' ? 'integer' : 'float'
      if (typeof value !== 'string') {
        const message = `Expected ${article} for option ${spec.name} of type ${long}, but got: ${repr(value)}`
        return { fault: { exception: 'TypeError', message } }
      }
      if (type === 'int' ? isInteger(value) : isFloat(value))
        return { value: Number(value.replaceAll('_', '')) }
      const why =
        type === 'int' ? 'invalid literal for int() with base 10' : 'could not convert string to float'
      return { fault: { exception: 'ValueError', message: `${why}: ${repr(value)}` } }
    }
    default:
      return { value: items ?? str(value) }
  }
}

/** TOML mode: no conversion, the type must be the right one. */
function fromToml(config: Config, spec: IniSpec, type: string, value: TomlValue): Converted {
  switch (type) {
    case 'linelist':
    case 'args':
    case 'paths':
    case 'pathlist': {
      if (!Array.isArray(value)) return { fault: typeError(config, spec, `a list for type '${type}'`, value) }
      const wrong = value.findIndex(item => typeof item !== 'string')
      if (wrong >= 0) {
        const item = value[wrong] as TomlValue
        const message = `${prefix(config, spec)} expects a list of strings, but item at index ${wrong} is ${typeName(item)}: ${repr(item)}`
        return { fault: { exception: 'TypeError', message } }
      }
      const items = value as readonly string[]
      return { value: type.startsWith('path') ? items.map(item => resolve(config, item)) : items }
    }
    case 'bool':
      return typeof value === 'boolean' ? { value } : { fault: typeError(config, spec, 'a bool', value) }
    case 'int':
      return typeName(value) === 'int'
        ? { value: Number(value) }
        : { fault: typeError(config, spec, 'an int', value) }
    case 'float':
      return typeName(value) === 'int' || typeName(value) === 'float'
        ? { value: Number(value) }
        : { fault: typeError(config, spec, 'a float', value) }
    default:
      return typeof value === 'string' ? { value } : { fault: typeError(config, spec, 'a string', value) }
  }
}

function typeError(config: Config, spec: IniSpec, wanted: string, value: TomlValue): ValueFault {
  const message = `${prefix(config, spec)} expects ${wanted}, got ${typeName(value)}: ${repr(value)}`
  return { exception: 'TypeError', message }
}

function prefix({ inipath }: Config, spec: IniSpec): string {
  return `${inipath}: config option '${spec.name}'`
}

function typeRepr(spec: IniSpec): string {
  const choices = (spec.choices ?? []).map(choice => repr(choice)).join(' | ')
  return spec.type.replace('choice', choices)
}

/** Paths count from the file's folder, without a file (8.0 on) from the working directory. */
function resolve({ inipath, cwd }: Config, path: string): string {
  return join(inipath === null ? cwd : dirname(inipath), path)
}

function nonBlankLines(text: string): string[] {
  return text.split('\n').flatMap(line => line.trim() || [])
}

/** The overrides of `-o key=value`, later ones over earlier ones; the first malformed one as it is given. */
export function readOverrides(given: readonly Arg[]): { entries: ConfigEntries; malformed: Arg | null } {
  const entries = new Map<string, ConfigEntry>()
  for (const { text, span, origin } of given) {
    const equals = text.indexOf('=')
    if (equals < 0) return { entries, malformed: { text, span, origin } }
    const value = text.slice(equals + 1)
    const written = span && { span, lines: [{ text: value, span }] }
    entries.set(text.slice(0, equals), { value, mode: 'ini', override: true, origin, written })
  }
  return { entries, malformed: null }
}

/**
 * The configuration with overrides laid over it. Up to 8.4 an override only answers for its key and does not
 * make an unknown key a given one; from 9.0 on it stands as if it were in the file.
 */
export function withOverrides(config: Config, overrides: ConfigEntries): Config {
  return { ...config, entries: new Map([...config.entries, ...overrides]) }
}

/** The keys that pytest checks for being known, sorted as it reports them. */
export function givenKeys({ entries, version }: Config): string[] {
  const counted = [...entries].filter(([, entry]) => !entry.override || atLeast(version, '9.0'))
  return counted.map(([key]) => key).sort()
}
