/** How a text calls a function: a light reading of the arguments, without a parse. */
import { lineEnd, stringEnd, UNSURE } from '../compile/lexical.ts'

export interface Call {
  readonly positional: number
  readonly keywords: readonly string[]
  /** `*` or `**` stands among the arguments. */
  readonly stars: boolean
}

/** Every call of `name`, bare or as an attribute, whose end is found. */
export function callsOf(name: string, text: string): Call[] {
  const calls: Call[] = []
  for (const found of text.matchAll(new RegExp(String.raw`(?<!\w|\bdef |\bclass )${name}\s*\(`, 'g'))) {
    const items = itemsFrom(text, found.index + found[0].length)
    if (items === null) continue
    const keywords = items.flatMap(item => /^(\w+)\s*=(?!=)/.exec(item)?.[1] ?? [])
    const stars = items.some(item => item.startsWith('*'))
    calls.push({ positional: items.length - keywords.length, keywords, stars })
  }
  return calls
}

/** The items up to the closing bracket, without blanks around; null where it is not found. */
function itemsFrom(text: string, start: number): string[] | null {
  const items: string[] = []
  let depth = 0
  let from = start
  for (let at = start; at < text.length; at++) {
    const sign = text[at]!
    if (sign === '"' || sign === "'") {
      const end = stringEnd(text, at, text.length)
      if (end === UNSURE) return null
      at = end - 1
    } else if (sign === '#') at = lineEnd(text, at, text.length) - 1
    else if ('([{'.includes(sign)) depth++
    else if (depth > 0 && ')]}'.includes(sign)) depth--
    else if (depth === 0 && (sign === ',' || sign === ')')) {
      const item = text.slice(from, at).trim()
      if (item !== '') items.push(item)
      if (sign === ')') return items
      from = at + 1
    }
  }
  return null
}
