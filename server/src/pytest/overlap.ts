/**
 * Arguments that lie within other arguments. 7.x collects each; from 9.0 on the inner one is dropped
 * (`normalize_collection_arguments`); 8.x loses whole folders, which this file follows too.
 */
import { isWithin, parents } from '../files/paths.ts'
import { isCutOff } from './conftests.ts'
import type { StartPoint } from './start_points.ts'
import { atLeast } from './version.ts'

/** The start points that are collected, in the order given. */
export function withoutOverlap(
  starts: readonly StartPoint[],
  version: string,
  keepDuplicates: boolean,
  confcutdir: string,
): readonly StartPoint[] {
  if (keepDuplicates || !atLeast(version, '8.0')) return starts
  return atLeast(version, '9.0') ? prefixFree(starts) : notTakenForDuplicates(starts, confcutdir)
}

/** Sorted, an argument stands right behind the one that contains it. */
function prefixFree(starts: readonly StartPoint[]): readonly StartPoint[] {
  const order = starts.map((_, index) => index).sort((a, b) => compare(starts[a]!, starts[b]!) || a - b)
  const kept = new Set<number>()
  let last: StartPoint | null = null
  for (const index of order) {
    const start = starts[index]!
    if (last !== null && isSubsumed(start, last)) continue
    kept.add(index)
    last = start
  }
  return starts.filter((_, index) => kept.has(index))
}

function compare(a: StartPoint, b: StartPoint): number {
  const lists = [
    [a.path.split('/'), b.path.split('/')],
    [a.parts, b.parts],
    [[a.parameters ?? ''], [b.parameters ?? '']],
  ] as const
  for (const [left, right] of lists) {
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      if (left[i] === right[i]) continue
      return left[i] === undefined || (right[i] !== undefined && left[i]! < right[i]!) ? -1 : 1
    }
  }
  return 0
}

function isSubsumed(arg: StartPoint, by: StartPoint): boolean {
  if (by.path !== arg.path) return by.parts.length === 0 && isWithin(arg.path, by.path)
  if (!by.parts.every((part, i) => arg.parts[i] === part)) return false
  return by.parameters === null || by.parameters === arg.parameters
}

/**
 * In 8.x the folders on the way to an argument are collected while it is resolved, and a folder that has been
 * collected then is taken for a duplicate when its own turn comes: `pytest tests tests/unit` runs `tests/unit`
 * only. Collecting a folder anew, as is done for an argument that is a file in it, makes new nodes of all below.
 */
function notTakenForDuplicates(starts: readonly StartPoint[], confcutdir: string): readonly StartPoint[] {
  const collected = new Set<string>()
  const renewals = new Map<string, number>()
  const nodes = starts.map(({ path, kind, parts, module }) => {
    const above = module === null ? [...parents(path)] : []
    const cut = above.findIndex(folder => isCutOff(folder, confcutdir))
    const chain = [path, ...above.slice(0, cut < 0 ? undefined : cut)].reverse()
    let node = chain[0]!
    for (const [index, child] of chain.entries()) {
      if (index === 0) continue
      const anew = index === chain.length - 1 && kind === 'file' && parts.length === 0
      if (anew || !collected.has(node)) renewals.set(node, (renewals.get(node) ?? 0) + 1)
      collected.add(node)
      node = `${node}\0${renewals.get(node)}\0${child}`
    }
    return node
  })
  return starts.filter((start, index) => {
    if (start.kind === 'file') return true
    return !collected.has(nodes[index]!) && nodes.indexOf(nodes[index]!) === index
  })
}
