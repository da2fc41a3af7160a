/**
 * The imports of a file by their look alone, at any depth, functions included: a superset, for deciding that
 * a module can reach nothing that is absent. No parse; what stands in comments behind code may be in it too.
 */
import { Code, isWordCode, skipBlanks } from './lexical.ts'
import { Quotes } from './quotes.ts'

export interface ScannedImport {
  /** As written, without leading dots; '' in `from . import x`. */
  readonly module: string
  /** The number of leading dots. */
  readonly level: number
  /** What `from ... import` asks for; empty for `import module`. */
  readonly names: readonly string[] | '*'
  /** Offset of the word `import`. */
  readonly at: number
}

const IMPORT = 'import'
/** All that stands before most `import`s of a `from` on their line. */
const USUAL_FROM = /^[ \t]*from[ \t]+(\.*(?:\w+(?:\.\w+)*)?)[ \t]+$/
/** `from` and what stands between it and `import`, at the end of a stretch of text. */
const FROM = new RegExp(
  String.raw`(?<![\w\u0080-\uffff])from(GAP*(?:\.GAP*)*(?:NAME(?:GAP*\.GAP*NAME)*)?GAP*)$`
    .replaceAll('GAP', String.raw`(?:[ \t\f]|\\\r?\n|\\\r)`)
    .replaceAll('NAME', String.raw`[\w\u0080-\uffff]+`),
)
/** `from` and its module stand at most this far before `import`. */
const LOOK_BEHIND = 400
/** The rest of a statement: to the line's end, over backslashes. */
const REST = /(?:[^\n\r#;\\]+|\\(?:\r\n?|\n))*/y
const BEFORE_BRACKET = /[\s\\]*\(/y
const BLANK = /(?:\s|\\|#.*)+/g
/** Most items of an import list. */
const USUAL_ITEM = /^\w+(?:\.\w+)*$/
/** One item of an import list, with blanks made plain. */
const ITEM = /^ ?(\*|[\w\u0080-\uffff]+(?: ?\. ?[\w\u0080-\uffff]+)*)(?: as [\w\u0080-\uffff]+)? ?$/

/** All import statements of `text`, in order, and perhaps what only looks like one. */
export function scanImports(text: string): ScannedImport[] {
  const found: ScannedImport[] = []
  const quotes = new Quotes(text)
  for (let at = text.indexOf(IMPORT); at >= 0; at = text.indexOf(IMPORT, at + IMPORT.length)) {
    const behind = at + IMPORT.length
    if (isWordCode(text.charCodeAt(at - 1)) || isWordCode(text.charCodeAt(behind))) continue
    if (quotes.around(at) || isCommentedOut(text, at)) continue
    const before = text.slice(Math.max(joinedStart(text, at), at - LOOK_BEHIND), at)
    const from = USUAL_FROM.exec(before) ?? (before.includes('from') ? FROM.exec(before) : null)
    if (from === null) {
      if (!begins(before)) continue
      for (const module of items(restOfLine(text, behind))) found.push({ module, level: 0, names: [], at })
      continue
    }
    const source = from[1]!.replace(/[\s\\]/g, '')
    const module = source.replace(/^\.+/, '')
    const names = items(bracketed(text, behind) ?? restOfLine(text, behind))
    if (source !== '' && names.length > 0) {
      const level = source.length - module.length
      found.push({ module, level, names: names.includes('*') ? '*' : names, at })
    }
  }
  return found
}

/** Is the line of `at` nothing but a comment? */
function isCommentedOut(text: string, at: number): boolean {
  const first = skipBlanks(text, text.lastIndexOf('\n', at) + 1)
  return text.charCodeAt(first) === Code.hash && !text.slice(first, at).includes('\r')
}

/** May a statement begin behind this part of a line? */
function begins(before: string): boolean {
  return /(?:^|[:;\r])[\s\\]*(?:lazy[\s\\]+)?$/.test(before)
}

/** The beginning of the line of `at`, and of those before it that a backslash joins with it. */
function joinedStart(text: string, at: number): number {
  let newline = text.lastIndexOf('\n', at)
  while (newline > 0) {
    const before = text.charCodeAt(newline - 1) === Code.carriageReturn ? newline - 2 : newline - 1
    if (text.charCodeAt(before) !== Code.backslash) break
    newline = text.lastIndexOf('\n', newline - 1)
  }
  return newline + 1
}

function restOfLine(text: string, at: number): string {
  REST.lastIndex = at
  return REST.exec(text)?.[0] ?? ''
}

/** What stands between the brackets that open at `at`, comments included; null where none do. */
function bracketed(text: string, at: number): string | null {
  BEFORE_BRACKET.lastIndex = at
  if (!BEFORE_BRACKET.test(text)) return null
  const start = BEFORE_BRACKET.lastIndex
  let comment = text.indexOf('#', start)
  let end = text.indexOf(')', start)
  while (comment >= 0 && comment < end) {
    const line = text.indexOf('\n', comment)
    if (line < 0) return null
    if (line > end) end = text.indexOf(')', line)
    comment = text.indexOf('#', line)
  }
  return end < 0 ? null : text.slice(start, end)
}

/** The names of an import list without their aliases. */
function items(list: string): string[] {
  const names: string[] = []
  for (const item of (/[#\\]/.test(list) ? list.replace(BLANK, ' ') : list).split(',')) {
    const usual = item.trim()
    if (USUAL_ITEM.test(usual)) names.push(usual)
    else {
      const name = ITEM.exec(item.replace(BLANK, ' '))?.[1]
      if (name !== undefined) names.push(name.replaceAll(' ', ''))
    }
  }
  return names
}
