/**
 * Valid Python that tree-sitter-python 0.25 can't read or misreads. Other text takes its place before the
 * parser sees it: nothing, where the meaning stays the same (`lazy` before an import, which the skeleton
 * remembers; defaults of type parameters (PEP 696), which are lazy; the last comma among bracketed `with`
 * items), or a common name for a word that only looks like a keyword (`type(x).y = z`, `print >>x`).
 */
import { Char, Code, classAt, isBlankCode, lineEnd, stringEnd, UNSURE } from './lexical.ts'

export interface Unreadable {
  readonly what: 'lazy' | 'type parameter default' | 'comma' | 'name'
  readonly start: number
  readonly end: number
}

const LAZY = /lazy[ \t\f]+(?=(?:import|from)\b)/y
const NAME = /(?:type(?=[ \t\f]*[[(])|print(?=[ \t\f]*>>))/y
const TYPE_PARAMETERS = /(?:class|type|(?:async[ \t\f]+)?def)[ \t\f]+[\w\u0080-\uffff]+[ \t\f]*\[/y
const BRACKETED_WITH = /(?:async[ \t\f]+)?with[ \t\f]*\(/y

/** What has to go from the logical line whose code begins at `first`, in order. */
export function unreadableParts(text: string, first: number, end: number): Unreadable[] {
  if (!'lwatpcd'.includes(text[first]!)) return []
  if (matches(LAZY, text, first)) return [{ what: 'lazy', start: first, end: LAZY.lastIndex }]
  if (matches(NAME, text, first)) return [{ what: 'name', start: first, end: NAME.lastIndex }]
  if (matches(BRACKETED_WITH, text, first)) return lastComma(text, BRACKETED_WITH.lastIndex, end)
  return matches(TYPE_PARAMETERS, text, first) ? typeDefaults(text, TYPE_PARAMETERS.lastIndex, end) : []
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** Calls `see` with each character of code inside the bracket that opens before `i`, and its depth there. */
function insideBracket(text: string, i: number, end: number, see: (at: number, depth: number) => void): void {
  let depth = 1
  while (i < end) {
    const kind = classAt(text, i)
    if (kind === Char.quote) {
      see(i, depth)
      i = stringEnd(text, i, end)
      if (i === UNSURE) return
      continue
    }
    if (kind === Char.comment) {
      i = lineEnd(text, i, end)
      continue
    }
    if (kind === Char.close) depth--
    if (kind !== Char.newline && !isBlankCode(text.charCodeAt(i))) see(i, depth)
    if (depth === 0) return
    if (kind === Char.open) depth++
    i++
  }
}

/** Each ` = default` of the type parameters behind `i`. */
function typeDefaults(text: string, i: number, end: number): Unreadable[] {
  const found: Unreadable[] = []
  let start = -1
  insideBracket(text, i, end, (at, depth) => {
    const character = text[at]
    if (start >= 0 && (depth === 0 || (depth === 1 && character === ','))) {
      found.push({ what: 'type parameter default', start, end: at })
      start = -1
    } else if (start < 0 && depth === 1 && character === '=' && !isComparison(text, at)) start = at
  })
  return found
}

/** Whether the '=' at `i` is part of '==', '<=' and the like. */
function isComparison(text: string, i: number): boolean {
  return text.charCodeAt(i + 1) === Code.equals || '=<>!:'.includes(text[i - 1]!)
}

/** The comma before the bracket that closes what opens before `i`, where the header's colon follows. */
function lastComma(text: string, i: number, end: number): Unreadable[] {
  let previous = -1
  let last = -1
  let closed = -1
  insideBracket(text, i, end, (at, depth) => {
    if (depth === 0) closed = at
    else {
      previous = last
      last = at
    }
  })
  if (closed < 0 || previous < 0 || text.charCodeAt(last) !== Code.comma) return []
  return /^[ \t\f]*:/.test(text.slice(closed + 1, closed + 20))
    ? [{ what: 'comma', start: last, end: last + 1 }]
    : []
}
