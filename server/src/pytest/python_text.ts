/**
 * Small pieces of Python's standard library that configuration passes through: `shlex.split`, `repr`,
 * `str` and truth of a setting. No file is read here.
 */
import type { TomlValue } from './toml_file.ts'

export interface ShellWord {
  readonly text: string
  /** Offsets into the text that was split, quotes included. */
  readonly start: number
  readonly end: number
}

export type ShellWords = { readonly words: readonly ShellWord[] } | { readonly error: string }

/** Python's `shlex.split(text)`: POSIX rules, '#' is an ordinary character. The error is that of its ValueError. */
export function splitShell(text: string): ShellWords {
  const words: ShellWord[] = []
  let at = 0
  while (at < text.length) {
    if (/[ \t\r\n]/.test(text[at]!)) {
      at++
      continue
    }
    const start = at
    let word = ''
    while (at < text.length && !/[ \t\r\n]/.test(text[at]!)) {
      const c = text[at]!
      if (c === '\\') {
        if (at + 1 >= text.length) return { error: 'No escaped character' }
        word += text[at + 1]
        at += 2
      } else if (c === "'" || c === '"') {
        const quoted = readQuoted(text, at)
        if (quoted === null) return { error: 'No closing quotation' }
        word += quoted.text
        at = quoted.end
      } else {
        word += c
        at++
      }
    }
    words.push({ text: word, start, end: at })
  }
  return { words }
}

/** Within double quotes a backslash escapes only itself and the quote; within single quotes nothing. */
function readQuoted(text: string, open: number): { text: string; end: number } | null {
  const quote = text[open]!
  let out = ''
  for (let at = open + 1; at < text.length; at++) {
    const c = text[at]!
    if (c === quote) return { text: out, end: at + 1 }
    const next = text[at + 1]
    if (quote === '"' && c === '\\' && (next === '"' || next === '\\')) {
      out += next
      at++
    } else out += c
  }
  return null
}

/** Python's `repr` of a value that came from TOML or an ini file. */
export function repr(value: TomlValue): string {
  if (typeof value === 'string') return reprString(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`
  if (typeof value !== 'object' || value instanceof Date) return str(value)
  const entries = Object.entries(value).map(([key, item]) => `${reprString(key)}: ${repr(item)}`)
  return `{${entries.join(', ')}}`
}

/** Python's `str` of the same; numbers keep TOML's notion of float and integer as far as JavaScript does. */
export function str(value: TomlValue): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof Date) return value.toISOString()
  return repr(value)
}

/** The name of the value's type in Python. */
export function typeName(value: TomlValue): string {
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (typeof value === 'bigint') return 'int'
  if (Array.isArray(value)) return 'list'
  return value instanceof Date ? 'datetime' : 'dict'
}

/** pytest's `_strtobool`; null where it raises `ValueError: invalid truth value ...`. */
export function truth(text: string): boolean | null {
  const word = text.trim().toLowerCase()
  if (['y', 'yes', 't', 'true', 'on', '1'].includes(word)) return true
  return ['n', 'no', 'f', 'false', 'off', '0'].includes(word) ? false : null
}

/** Whether `int(text)` succeeds in Python. */
export function isInteger(text: string): boolean {
  return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text)
}

/** Whether `float(text)` succeeds in Python. */
export function isFloat(text: string): boolean {
  const digits = '\\d+(?:_\\d+)*'
  const pattern = `^\\s*[+-]?(?:(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:e[+-]?${digits})?|inf(?:inity)?|nan)\\s*$`
  return new RegExp(pattern, 'i').test(text)
}

export function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escapes: Record<string, string> = {
    '\\': '\\\\',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    [quote]: `\\${quote}`,
  }
  const body = text.replace(/[\\\n\r\t'"\x00-\x1f\x7f]/g, c => {
    if (c in escapes) return escapes[c]!
    return c === '"' || c === "'" ? c : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return quote + body + quote
}
