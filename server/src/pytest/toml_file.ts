/**
 * TOML files: the values by smol-toml, and, since that keeps no positions, a small lexical walk that finds
 * where each key and each item of an array was written. The walk trusts that the file has been parsed.
 */
import { parse, TomlError } from 'smol-toml'
import type { Span } from '../files/span.ts'

export type TomlValue = string | number | bigint | boolean | Date | readonly TomlValue[] | TomlTable
export interface TomlTable {
  readonly [key: string]: TomlValue
}

/** How a value is written: its lines or, for an array, its items; `text` is what the reader gets of each. */
export interface Written {
  /** The key. */
  readonly span: Span
  readonly lines: readonly { readonly text: string; readonly span: Span }[]
}

export interface TomlFault {
  /** As pytest prints it after the path; the words are smol-toml's, the position is tomllib's. */
  readonly error: string
  readonly span: Span
}

export interface TomlFile {
  readonly document: TomlTable
  /** Where the key at this path of names is written; null where it is not, or only as a table's header. */
  readonly written: (keys: readonly string[]) => Written | null
}

/** `text` is the decoded file. Numbers too large for JavaScript come as bigint. */
export function readToml(path: string, text: string): TomlFile | TomlFault {
  let document: TomlTable
  try {
    document = parse(text, { integersAsBigInt: 'asNeeded' }) as TomlTable
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const start = offsetOf(text, error.line, error.column)
    const reason = error.message.replace(/^Invalid TOML document: /, '').split('\n')[0]!
    return {
      error: `${reason} (at line ${error.line}, column ${error.column})`,
      span: { path, start, end: Math.min(start + 1, text.length) },
    }
  }
  let places: Map<string, Written> | null = null
  return {
    document,
    written: keys => {
      places ??= new Walk(path, text).places
      return places.get(keys.join('\0')) ?? null
    },
  }
}

export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0
  for (let n = 1; n < line; n++) {
    const next = text.indexOf('\n', start)
    if (next < 0) break
    start = next + 1
  }
  return Math.min(start + column - 1, text.length)
}

/** One pass over the text that notes every `key = value`, in tables and inline tables, with its full path. */
class Walk {
  readonly places = new Map<string, Written>()
  private readonly path: string
  private readonly text: string
  private at = 0

  constructor(path: string, text: string) {
    this.path = path
    this.text = text
    let table: readonly string[] = []
    for (this.skipBlank(); this.at < text.length; this.skipBlank()) {
      const before = this.at
      if (text[this.at] === '[') {
        while (text[this.at] === '[') this.at++
        table = this.keys()
        while (text[this.at] === ']') this.at++
      } else this.pair(table)
      if (this.at === before) this.at++
    }
  }

  /** `a.b = value`, with `at` on the first key. */
  private pair(table: readonly string[]): void {
    const start = this.at
    const keys = [...table, ...this.keys()]
    const span = { path: this.path, start, end: this.at }
    this.skipBlank()
    if (this.text[this.at] === '=') this.at++
    this.skipBlank()
    const lines = this.value(keys)
    this.places.set(keys.join('\0'), { span, lines: lines ?? [] })
  }

  private keys(): string[] {
    const out: string[] = []
    for (;;) {
      this.skipSpace()
      const quote = this.text[this.at]
      if (quote === '"' || quote === "'") out.push(this.string().text)
      else {
        const bare = /[A-Za-z0-9_-]+/y
        bare.lastIndex = this.at
        const found = bare.exec(this.text)
        if (!found) return out
        out.push(found[0])
        this.at = bare.lastIndex
      }
      const end = this.at
      this.skipSpace()
      if (this.text[this.at] !== '.') {
        this.at = end
        return out
      }
      this.at++
    }
  }

  /** Passes a value; null for an inline table, whose keys are noted under `keys`. */
  private value(keys: readonly string[]): Written['lines'] | null {
    const c = this.text[this.at]
    if (c === '"' || c === "'") return this.string().lines
    if (c === '{') {
      this.at++
      for (this.skipBlank(); this.at < this.text.length && this.text[this.at] !== '}'; this.skipBlank()) {
        const before = this.at
        if (this.text[this.at] === ',') this.at++
        else this.pair(keys)
        if (this.at === before) this.at++
      }
      this.at++
      return null
    }
    if (c === '[') return this.array(keys)
    const plain = /[^,\]}#\r\n]*/y
    plain.lastIndex = this.at
    const text = (plain.exec(this.text)?.[0] ?? '').trimEnd()
    const span = { path: this.path, start: this.at, end: this.at + text.length }
    this.at = span.end
    return [{ text, span }]
  }

  private array(keys: readonly string[]): Written['lines'] {
    const items: { text: string; span: Span }[] = []
    this.at++
    for (this.skipBlank(); this.at < this.text.length && this.text[this.at] !== ']'; this.skipBlank()) {
      const start = this.at
      if (this.text[this.at] === ',') this.at++
      else {
        const lines = this.value([...keys, String(items.length)])
        const text = lines?.length === 1 ? lines[0]!.text : this.text.slice(start, this.at)
        items.push({ text, span: { path: this.path, start, end: this.at } })
      }
      if (this.at === start) this.at++
    }
    this.at++
    return items
  }

  /** Passes a string; its lines as written, without the line end that may follow an opening `"""`. */
  private string(): { text: string; lines: Written['lines'] } {
    const quote = this.text[this.at]!
    const close = this.text.startsWith(quote.repeat(3), this.at) ? quote.repeat(3) : quote
    let start = this.at + close.length
    let end = start
    while (end < this.text.length && !this.text.startsWith(close, end))
      end += this.text[end] === '\\' && quote === '"' ? 2 : 1
    // Up to two quotes may stand before the closing three.
    while (close.length === 3 && this.text[end + 3] === quote) end++
    this.at = Math.min(end + close.length, this.text.length)
    if (close.length === 3) start += /^\r?\n/.exec(this.text.slice(start, start + 2))?.[0].length ?? 0
    const text = this.text.slice(start, end)
    const lines: { text: string; span: Span }[] = []
    for (const line of text.split('\n')) {
      const bare = line.replace(/\r$/, '')
      lines.push({ text: bare, span: { path: this.path, start, end: start + bare.length } })
      start += line.length + 1
    }
    return { text, lines }
  }

  private skipSpace(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at++
  }

  /** White space, line ends and comments. */
  private skipBlank(): void {
    const blank = /(?:\s|#[^\n]*)*/y
    blank.lastIndex = this.at
    blank.exec(this.text)
    this.at = Math.max(this.at, blank.lastIndex)
  }
}
