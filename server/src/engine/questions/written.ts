/** What a configuration file of pytest says, with the place of each line: of the text in the editor, as far as it can be read. */
import type { Span } from '../../files/span.ts'
import { readIni } from '../../pytest/ini_file.ts'
import { isTable, readToml, type TomlTable, type TomlValue } from '../../pytest/toml_file.ts'

export interface WrittenLine {
  /** The line of a text, the item of a list: without quotes. */
  readonly text: string
  readonly span: Span
}

const TABLES: readonly (readonly string[])[] = [
  ['tool', 'pytest', 'ini_options'],
  ['tool', 'pytest'],
  ['pytest'],
]
const SECTIONS: readonly string[] = ['pytest', 'tool:pytest']

/** The lines of each of pytest's keys; none in a file that can't be read, as while it is typed in. */
export function writtenSettings(path: string, text: string): ReadonlyMap<string, readonly WrittenLine[]> {
  const found = new Map<string, readonly WrittenLine[]>()
  if (path.endsWith('.toml')) {
    const file = readToml(path, text)
    if ('error' in file) return found
    for (const table of TABLES) {
      for (const key of Object.keys(tableAt(file.document, table) ?? {})) {
        const written = file.written([...table, key])
        if (written && !found.has(key)) found.set(key, written.lines)
      }
    }
  } else if (/\.(?:ini|cfg)$/.test(path)) {
    const file = readIni(path, text)
    if ('error' in file) return found
    for (const section of SECTIONS)
      for (const [key, { lines }] of file.sections.get(section) ?? [])
        if (!found.has(key)) found.set(key, lines)
  }
  return found
}

function tableAt(document: TomlTable, path: readonly string[]): TomlTable | null {
  let value: TomlValue | undefined = document
  for (const key of path) value = isTable(value) ? value[key] : undefined
  return isTable(value) ? value : null
}

/** The first place of a word in a line; null where it is not written out (escapes). */
export function placeIn(line: WrittenLine, word: string, text: string): Span | null {
  const { path, start, end } = line.span
  const at = text.slice(start, end).indexOf(word)
  return at < 0 ? null : { path, start: start + at, end: start + at + word.length }
}
