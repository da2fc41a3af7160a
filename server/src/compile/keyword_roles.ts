/** What Python's keywords, and the words that are keywords at times, do to the order of tokens in a line. */
import { Code } from './lexical.ts'

/** What a word that may be a keyword does; several of these together. */
export const Word = {
  /** It begins a statement or a clause, and stands nowhere else. */
  starter: 1,
  /** It wants an operand behind it. */
  hungry: 2,
  /** It is no operand, and anything may follow. */
  joint: 4,
  /** It may be a keyword at the beginning of a statement, and is a name elsewhere. */
  soft: 8,
  /** In its statement '/', '*' and ':' have uses of their own. */
  defining: 16,
  /** Only a function that is `async` may have it in its body, but for `async def`. */
  suspending: 32,
  /** It leaves a loop, or goes on with it. */
  leaving: 64,
} as const

/** Keywords and their roles by `bucketOf`: for most words there is nothing to compare with. */
const KEYWORDS: (readonly (readonly [word: string, roles: number])[] | undefined)[] = new Array(256)
const LONGEST_KEYWORD = 'continue'.length

/** By the first letter and the length; up to the longest keyword's, and for lower case, it is below 256. */
function bucketOf(code: number, length: number): number {
  return ((code & 31) << 3) | (length - 1)
}

for (const [role, words] of [
  [
    Word.starter,
    'assert break class continue def del elif except finally global nonlocal pass raise return try while with',
  ],
  [Word.hungry, 'and as assert await del elif global if import in is nonlocal not or while with'],
  [Word.joint, 'async class def else except finally for from lambda raise return try yield'],
  [Word.soft, 'case lazy match type'],
  [Word.defining, 'async class def from import type'],
  [Word.suspending, 'async await'],
  [Word.leaving, 'break continue'],
] as const) {
  for (const word of words.split(' ')) {
    const bucket = bucketOf(word.charCodeAt(0), word.length)
    const known = KEYWORDS[bucket] ?? []
    const [, roles = 0] = known.find(([other]) => other === word) ?? []
    KEYWORDS[bucket] = [...known.filter(([other]) => other !== word), [word, roles | role]]
  }
}

/** The roles of the word [at, end); 0 for names and numbers. */
export function rolesOf(text: string, at: number, end: number, code: number): number {
  const length = end - at
  if (length > LONGEST_KEYWORD || code < Code.letterA || code > Code.letterZ) return 0
  const known = KEYWORDS[bucketOf(code, length)]
  if (known === undefined) return 0
  for (let i = 0; i < known.length; i++) if (text.startsWith(known[i]![0], at)) return known[i]![1]
  return 0
}
