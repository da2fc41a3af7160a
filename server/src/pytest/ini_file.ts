/**
 * Ini files as `iniconfig` reads them for pytest: not `configparser`'s dialect. No interpolation, no inline
 * comments in values, comment lines vanish even within a value, and a key may be given once only.
 */
import type { Span } from '../files/span.ts'
import { reprString } from './python_text.ts'
import type { Written } from './toml_file.ts'

export interface IniEntry extends Written {
  /** Lines joined with '\n', each stripped; blank and comment lines are gone. */
  readonly value: string
}

export interface IniFile {
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, IniEntry>>
  /** Where the name of each section stands. */
  readonly headers: ReadonlyMap<string, Span>
}

export interface IniError {
  /** As pytest prints it: '{path}:{line}: {reason}'. */
  readonly error: string
  readonly span: Span
}

interface OpenEntry {
  readonly key: string
  readonly span: Span
  readonly lines: { text: string; span: Span }[]
}

type Line =
  | { readonly kind: 'blank' }
  | { readonly kind: 'section'; readonly name: string }
  | { readonly kind: 'entry'; readonly key: string; readonly value: string; readonly valueAt: number }
  | { readonly kind: 'continuation'; readonly value: string }
  | { readonly kind: 'unexpected' }

/**
 * `text` is the decoded file without a byte order mark; offsets count from its first character. The faults of one line (an empty
 * section name, text that is neither) go before those of the whole (what stands in no section, duplicates),
 * as iniconfig reads all lines before it sorts them into sections.
 */
export function readIni(path: string, text: string): IniFile | IniError {
  const parsed: { line: Line; number: number; start: number; text: string }[] = []
  let number = 0
  let mayContinue = false
  for (const [start, raw] of physicalLines(text)) {
    number++
    const line = parseLine(raw)
    const fault = faultOf(line, raw, mayContinue)
    if (fault) return { error: `${path}:${number}: ${fault}`, span: { path, start, end: start + raw.length } }
    if (line.kind !== 'blank') parsed.push({ line, number, start, text: raw })
    if (line.kind === 'entry') mayContinue = true
    else if (line.kind === 'section') mayContinue = false
  }
  return gather(path, parsed)
}

function faultOf(line: Line, raw: string, mayContinue: boolean): string | null {
  if (line.kind === 'section' && line.name === '') return 'empty section name'
  if (line.kind === 'unexpected') return `unexpected line: ${reprString(raw.trimEnd())}`
  if (line.kind === 'continuation' && !mayContinue) return 'unexpected value continuation'
  return null
}

function gather(
  path: string,
  parsed: readonly { line: Line; number: number; start: number; text: string }[],
): IniFile | IniError {
  const sections = new Map<string, Map<string, IniEntry>>()
  const headers = new Map<string, Span>()
  let section: Map<string, IniEntry> | null = null
  let open: OpenEntry | null = null
  for (const { line, number, start, text } of parsed) {
    const whole: Span = { path, start, end: start + text.trimEnd().length }
    const fail = (reason: string): IniError => ({ error: `${path}:${number}: ${reason}`, span: whole })
    if (line.kind === 'section') {
      if (sections.has(line.name)) return fail(`duplicate section ${reprString(line.name)}`)
      section = new Map()
      sections.set(line.name, section)
      headers.set(line.name, whole)
    } else if (line.kind === 'entry') {
      if (section === null) return fail('no section header defined')
      if (section.has(line.key)) return fail(`duplicate name ${reprString(line.key)}`)
      open = { key: line.key, span: { path, start, end: start + line.key.length }, lines: [] }
      if (line.value !== '') addLine(open, line.value, path, start + line.valueAt)
      section.set(line.key, entryOf(open))
    } else if (line.kind === 'continuation' && section !== null && open !== null) {
      addLine(open, line.value, path, start + text.indexOf(line.value))
      section.set(open.key, entryOf(open))
    }
  }
  return { sections, headers }
}

function addLine(open: OpenEntry, text: string, path: string, start: number): void {
  open.lines.push({ text, span: { path, start, end: start + text.length } })
}

function entryOf({ span, lines }: OpenEntry): IniEntry {
  return { value: lines.map(line => line.text).join('\n'), span, lines: [...lines] }
}

/** Every line of `str.splitlines` with its offset, without its line end. */
function* physicalLines(text: string): Generator<[start: number, line: string]> {
  let start = 0
  while (start < text.length) {
    const rest = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g
    rest.lastIndex = start
    const end = rest.exec(text)
    yield [start, text.slice(start, end ? end.index : text.length)]
    start = end ? rest.lastIndex : text.length
  }
}

function parseLine(raw: string): Line {
  const line = raw.trimEnd()
  if (line === '' || /^\s*[#;]/.test(line)) return { kind: 'blank' }
  if (line.startsWith('[')) {
    const bare = line.split('#')[0]!.trimEnd().split(';')[0]!.trimEnd()
    if (bare.endsWith(']')) return { kind: 'section', name: bare.slice(1, -1) }
    return { kind: 'continuation', value: line.trim() }
  }
  if (/^\s/.test(line)) return { kind: 'continuation', value: line.trim() }
  const equals = line.indexOf('=')
  const colon = line.indexOf(':')
  // 'key = value' counts unless a ':' stands before the '='.
  const cut = equals >= 0 && !(colon >= 0 && colon < equals) ? equals : colon
  if (cut < 0) return { kind: 'unexpected' }
  const value = line.slice(cut + 1)
  const valueAt = cut + 1 + (value.length - value.trimStart().length)
  return { kind: 'entry', key: line.slice(0, cut).trim(), value: value.trim(), valueAt }
}
