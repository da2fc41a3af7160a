/** "Did you mean ...?": the nearest of the names that do exist. */

/** The candidate that differs least from `word`; null where none is close enough to be what was meant. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const limit = Math.floor(word.length / 3)
  let best: string | null = null
  let bestDistance = limit + 1
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) > limit) continue
    // A name that differs only in case or in '_' is always the nearest.
    const distance = fold(candidate) === fold(word) ? 0 : editDistance(word, candidate)
    if (distance < bestDistance || (distance === bestDistance && best !== null && candidate < best)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** How near two names are: 1 for the same but for case and '_', down to 0 where `nearest` would not take it. */
export function nearness(word: string, other: string): number {
  if (fold(word) === fold(other)) return 1
  const limit = Math.floor(word.length / 3)
  if (Math.abs(other.length - word.length) > limit) return 0
  const distance = editDistance(word, other)
  return distance > limit ? 0 : 1 - distance / word.length
}

/** Shorter names than this are near to too many others. */
const SHORTEST_SLIP = 4

/**
 * May one have been typed for the other? The same but for case and '_', or one letter more, less or another, or two
 * swapped. Whoever mistypes gets the first letter right, and a number that differs means another thing.
 */
export function isSlip(word: string, other: string): boolean {
  if (word === other) return false
  if (fold(word) === fold(other)) return true
  const numbers = (name: string) => name.replaceAll(/\D+/g, ' ').trim()
  const isLong = Math.min(word.length, other.length) >= SHORTEST_SLIP
  return isLong && word[0] === other[0] && numbers(word) === numbers(other) && editDistance(word, other) === 1
}

/** "; did you mean 'x'?" or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const name = nearest(word, candidates)
  return name === null ? '' : `; did you mean '${name}'?`
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '')
}

/** Insertions, deletions, replacements and swaps of neighbours, one each (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1)
      }
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
