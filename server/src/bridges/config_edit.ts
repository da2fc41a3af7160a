/**
 * Edits of pytest's own configuration, where the project keeps it: ini or TOML, comments, order and layout kept. A
 * layout that is not understood is left alone: then there is no edit.
 */
import type { FileSystem } from '../files/file_system.ts'
import { basename, join } from '../files/paths.ts'
import { escapeRegExp } from '../files/words.ts'
import { readIni } from '../pytest/ini_file.ts'
import type { Plan } from '../pytest/plan.ts'
import { readToml, type Written } from '../pytest/toml_file.ts'
import { changeOf, editOf, type TextChange, type WorkspaceEdit } from './edit.ts'

interface Configured {
  readonly plan: Plan
  readonly fs: FileSystem
  readonly text: (path: string) => string | null
}

/** A setting that is a list. `words`: its items hold no blanks and may stand on one line (paths, arguments). */
export interface ListItem {
  readonly key: string
  readonly item: string
  readonly words: boolean
}

/**
 * The edit that adds an item to a list of the configuration in force; where there is none to `pyproject.toml`, or
 * to a new `pytest.ini`. null where the file can't be edited with certainty.
 */
export function addToList(context: Configured, added: ListItem): WorkspaceEdit | null {
  const { plan, fs, text } = context
  const pyproject = join(plan.rootdir, 'pyproject.toml')
  const path = plan.inipath ?? (fs.stat(pyproject) ? pyproject : null)
  if (path === null) {
    const created = { path: join(plan.rootdir, 'pytest.ini'), text: `[pytest]\n${iniEntry(added)}` }
    return editOf({ created: [created] })
  }
  const before = text(path)
  if (before === null) return null
  const changes = path.endsWith('.toml') ? inToml(path, before, added) : inIni(path, before, added)
  return changes && editOf({ changed: [changeOf(path, before, changes)] })
}

function iniEntry({ key, item, words }: ListItem): string {
  return words ? `${key} = ${item}\n` : `${key} =\n    ${item}\n`
}

function inIni(path: string, text: string, added: ListItem): TextChange[] | null {
  const file = readIni(path, text)
  if ('error' in file) return null
  const section = path.endsWith('.cfg') ? 'tool:pytest' : 'pytest'
  const entries = file.sections.get(section)
  const header = file.headers.get(section)
  if (!entries || !header)
    return insertion(text.length, `${lineEndFor(text)}[${section}]\n${iniEntry(added)}`)
  const entry = entries.get(added.key)
  if (!entry) return insertion(...behindLine(text, header.end), iniEntry(added))
  const last = entry.lines.at(-1)
  if (!last) return insertion(...behindLine(text, entry.span.end), `    ${added.item}\n`)
  const lineStart = text.lastIndexOf('\n', last.span.start) + 1
  const isOneLine = lineStart <= entry.span.start
  if (isOneLine && added.words) return insertion(last.span.end, ` ${added.item}`)
  const indent = isOneLine ? '    ' : text.slice(lineStart, last.span.start)
  return insertion(...behindLine(text, last.span.end), `${indent}${added.item}\n`)
}

function inToml(path: string, text: string, added: ListItem): TextChange[] | null {
  const file = readToml(path, text)
  if ('error' in file) return null
  const tables =
    basename(path) === 'pyproject.toml'
      ? [
          ['tool', 'pytest', 'ini_options'],
          ['tool', 'pytest'],
        ]
      : [['pytest'], ['tool', 'pytest', 'ini_options'], ['tool', 'pytest']]
  for (const table of tables) {
    const written = file.written([...table, added.key])
    if (written) return inTomlValue(text, written, added)
  }
  const line = `${added.key} = [${JSON.stringify(added.item)}]\n`
  for (const table of tables) {
    const names = table.map(escapeRegExp).join('[ \\t]*\\.[ \\t]*')
    const header = new RegExp(`^[ \\t]*\\[[ \\t]*${names}[ \\t]*\\]`, 'm').exec(text)
    if (header) return insertion(...behindLine(text, header.index + header[0].length), line)
  }
  const document = file.document as {
    readonly tool?: { readonly pytest?: unknown }
    readonly pytest?: unknown
  }
  // It is written in a way of its own: as an inline table, or with dotted keys.
  if (document.tool?.pytest !== undefined || document.pytest !== undefined) return null
  const table = tables[0]!.join('.')
  return insertion(text.length, `${text === '' ? '' : `${lineEndFor(text)}\n`}[${table}]\n${line}`)
}

function inTomlValue(text: string, { span, lines }: Written, { item, words }: ListItem): TextChange[] | null {
  const opening = /^\s*=\s*(\[|"""|'''|"|')/.exec(text.slice(span.end))
  const last = lines.at(-1)
  if (!opening) return null
  if (opening[1] !== '[') {
    const one = lines.length === 1 && last !== undefined
    if (words && one) return insertion(last.span.end, last.text === '' ? item : ` ${item}`)
    if (opening[1]!.length !== 3 || item.includes('\\')) return null
    const full = lines.findLast(line => line.text.trim() !== '')
    if (!full) return null
    return insertion(full.span.end, `\n${/^[ \t]*/.exec(full.text)![0]}${item}`)
  }
  return inTomlList(text, { span, lines }, item)
}

/** A string put behind the last item of an array, in its layout; null where the value is no array. */
export function inTomlList(text: string, { span, lines }: Written, item: string): TextChange[] | null {
  const opening = /^\s*=\s*\[/.exec(text.slice(span.end))
  if (!opening) return null
  const last = lines.at(-1)
  const at = span.end + opening[0].length
  const quoted = JSON.stringify(item)
  if (!last) return insertion(at, quoted)
  const lineStart = text.lastIndexOf('\n', last.span.start) + 1
  const indent = text.slice(lineStart, last.span.start)
  const rest = /^[ \t]*(,?)[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/.exec(text.slice(last.span.end))
  // Several items on a line, or the end of the list on it: the new one follows its neighbour.
  if (indent.trim() !== '' || !rest) return insertion(last.span.end, `, ${quoted}`)
  return [
    ...(rest[1] === ',' ? [] : insertion(last.span.end, ',')),
    ...insertion(...behindLine(text, last.span.end), `${indent}${quoted},\n`),
  ]
}

/** One insertion; the texts follow one another. */
export function insertion(at: number, ...texts: readonly string[]): TextChange[] {
  return [{ start: at, end: at, text: texts.join('') }]
}

/** Where the line of an offset ends, its line end included; a line end to begin with where it has none. */
export function behindLine(text: string, offset: number): [at: number, lead: string] {
  const end = text.indexOf('\n', offset)
  return end < 0 ? [text.length, '\n'] : [end + 1, '']
}

function lineEndFor(text: string): string {
  return text === '' || text.endsWith('\n') ? '' : '\n'
}
