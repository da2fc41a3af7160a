/**
 * What lies in compiled code for as long as a process lives, in no more room than it needs.
 *
 * Names and literals as strings of their own: of 13 units or more, V8 makes a part of a text a view of it, and whoever
 * keeps such a part keeps the whole text. Names that many files share are then one string as well. Of a list that was made by adding
 * to it, V8 keeps room for 16 items more.
 */

const SHORTEST_VIEW = 13
/** In UTF-16 units. As long as no more was compiled, views cost less than copies: so much text may stay. */
const SPARE = 64 * 1024 * 1024
/** Longer ones are hardly met twice. */
const LONGEST_SHARED = 64
const MOST_SHARED = 200_000

const shared = new Map<string, string>()

let compiled = 0

/** A text of that length is going to be compiled. */
export function noteCompiled(length: number): void {
  compiled += length
}

/** The same string, holding on to nothing once much was compiled. */
export function ownString(part: string): string {
  if (part.length < SHORTEST_VIEW || compiled < SPARE) return part
  if (part.length > LONGEST_SHARED) return copy(part)
  const known = shared.get(part)
  if (known !== undefined) return known
  if (shared.size === MOST_SHARED) shared.clear()
  const own = copy(part)
  shared.set(own, own)
  return own
}

function copy(part: string): string {
  return JSON.parse(JSON.stringify(part)) as string
}

/** The same list, without room for more. */
export function fitted<T>(list: readonly T[]): T[] {
  return list.slice()
}
