/**
 * The defaults of type parameters (PEP 696): tree-sitter-python 0.25 does not know them, and they are
 * evaluated lazily if at all, so they are cut out before it sees the text.
 */
import { Char, classAt, lineEnd, stringEnd, UNSURE } from './lexical.ts'

/** `i` stands behind the '[' that opens type parameters; gives each ` = default` as a pair of offsets. */
export function typeParameterDefaults(text: string, i: number, end: number): [from: number, to: number][] {
  const found: [number, number][] = []
  let from = -1
  let depth = 1
  while (i < end) {
    const kind = classAt(text, i)
    const code = text.charCodeAt(i)
    if (kind === Char.quote) {
      i = stringEnd(text, i, end)
      if (i === UNSURE) return []
      continue
    }
    if (kind === Char.comment) {
      i = lineEnd(text, i, end)
      continue
    }
    if (depth === 1 && from >= 0 && (code === 44 || kind === Char.close)) {
      found.push([from, i])
      from = -1
    }
    if (kind === Char.open) depth++
    else if (kind === Char.close && --depth === 0) return found
    else if (code === 61 && depth === 1 && from < 0 && !isComparison(text, i)) from = i
    i++
  }
  return []
}

/** Whether the '=' at `i` is part of '==', '<=' and the like. */
function isComparison(text: string, i: number): boolean {
  return text.charCodeAt(i + 1) === 61 || '=<>!:'.includes(text[i - 1]!)
}
