/** Values in Python's own words, for messages that quote them. */
import type { Value } from './values.ts'

/** `repr()` of a value; '...' for what isn't known or would be the place in memory. */
export function representation(value: Value): string {
  switch (value.t) {
    case 'const':
      if (typeof value.v === 'string') return quoted(value.v)
      if (value.v === null) return 'None'
      return typeof value.v === 'boolean' ? (value.v ? 'True' : 'False') : String(value.v)
    case 'bytes':
      return `b${quoted(value.v)}`
    case 'tuple':
      return `(${all(value.items)}${value.items.length === 1 ? ',' : ''})`
    case 'list':
      return value.open ? '[...]' : `[${all(value.items)}]`
    case 'set':
      return value.open || value.items.size === 0 ? 'set(...)' : `{${all([...value.items.values()])}}`
    case 'dict': {
      const items = [...value.items.values()]
      const shown = items.map(({ key, value }) => `${representation(key)}: ${representation(value)}`)
      return value.open ? '{...}' : `{${shown.join(', ')}}`
    }
    case 'class':
      return `<class '${value.module === 'builtins' ? '' : `${value.module}.`}${value.name}'>`
    default:
      return '...'
  }
}

function all(values: readonly Value[]): string {
  return values.map(representation).join(', ')
}

/** A str as Python quotes it: with double quotes only where that spares a backslash. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
  const inner = [...text].map(c => escapes[c] ?? (c === quote ? `\\${c}` : c)).join('')
  return quote + inner + quote
}

/** `type(value).__name__`; null where it isn't known. */
export function typeName(value: Value): string | null {
  switch (value.t) {
    case 'const':
      if (value.v === null) return 'NoneType'
      if (typeof value.v === 'string') return 'str'
      if (typeof value.v === 'boolean') return 'bool'
      return typeof value.v === 'number' && !Number.isInteger(value.v) ? 'float' : 'int'
    case 'set':
      return value.frozen ? 'frozenset' : 'set'
    case 'tuple':
    case 'list':
    case 'dict':
    case 'bytes':
    case 'module':
      return value.t
    case 'func':
      return 'function'
    case 'class':
      return 'type'
    default:
      return null
  }
}
