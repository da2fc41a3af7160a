/**
 * Names of modules in strings that moved with them. Where a call or setting is known to take such a name, it is rewritten
 * (`patch("old.place.f")`, `pytest_plugins`, an entry point, `-p`); any other string that holds nothing but the name is
 * told: it may be one, or only look like it.
 */
import { stringEnd, UNSURE } from '../compile/lexical.ts'
import type { TextChange } from './edit.ts'

/** Where a dotted name of a module, or of something in one, is now; the name itself where it did not move. */
export type Moved = (dotted: string) => string

export interface NamedInStrings {
  readonly changes: readonly TextChange[]
  /** Offsets of the strings that are only told. */
  readonly others: readonly number[]
}

const NOTHING: NamedInStrings = { changes: [], others: [] }

/** A dotted name, or the plain name of a module, with what an entry point has behind it. */
const NAME = /^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?::[A-Za-z_][\w.]*)?$/
/** What takes such a name as its first argument. */
const CALL =
  /\b(?:patch|patch\.(?:dict|multiple)|setattr|delattr|import_module|importorskip|find_spec|__import__|reload_module)\(\s*$/
const PLUGINS = /^pytest_plugins[ \t]*(?::[^=\n]*)?=[ \t]*(?:[[(](?:\s|,|#[^\n]*\n|"[^"\n]*"|'[^'\n]*')*)?$/

/** In the text of a Python file. */
export function namedInStrings(text: string, moved: Moved): NamedInStrings {
  const changes: TextChange[] = []
  const others: number[] = []
  for (const [start, end] of stringsAndComments(text)) {
    // A string of one line, without a prefix that could mean something.
    if (text[start] === '#' || text[start + 1] === text[start] || /\w/.test(text[start - 1] ?? '')) continue
    const name = NAME.exec(text.slice(start + 1, end - 1))?.[1]
    if (name === undefined) continue
    const now = moved(name)
    if (now === name) continue
    const plugins = text.lastIndexOf('pytest_plugins', start)
    const known =
      CALL.test(text.slice(Math.max(0, start - 80), start)) ||
      (plugins >= 0 && PLUGINS.test(text.slice(plugins, start)))
    if (known) changes.push({ start: start + 1, end: start + 1 + name.length, text: now })
    else if (name.includes('.')) others.push(start)
  }
  return changes.length + others.length === 0 ? NOTHING : { changes, others }
}

/** In a file of settings: entry points, and plugins that the command line asks for. */
export function namedInSettings(text: string, moved: Moved): readonly TextChange[] {
  const found = [
    ...text.matchAll(/(?<![\w.])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?=:[A-Za-z_])/g),
    ...text.matchAll(/(?<=(?:^|[\s"'])-p[ \t"',]*)([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)/gm),
  ]
  return found.flatMap(({ 0: name, index: start }) => {
    const now = moved(name)
    return now === name ? [] : [{ start, end: start + name.length, text: now }]
  })
}

/** Of each the place, from its first quote or `#` on. */
export function stringsAndComments(text: string): [start: number, end: number][] {
  const found: [number, number][] = []
  const opening = /["'#]/g
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const start = match.index
    const newline = text.indexOf('\n', start)
    const lineEnd = newline < 0 ? text.length : newline
    const closed = match[0] === '#' ? lineEnd : stringEnd(text, start, text.length)
    const end = closed === UNSURE ? lineEnd : closed
    found.push([start, end])
    opening.lastIndex = Math.max(end, start + 1)
  }
  return found
}
