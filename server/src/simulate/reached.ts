/**
 * Which files the import of a collector leads to, and which collectors lead to a file: asked of a graph, as lists for
 * each file would grow with the square of the project. Plain data, small enough to be kept with an analysis.
 */
import { remember } from '../files/memo.ts'

export interface Reached {
  /** All files that some collector leads to, collectors included, in the order in which a walk comes to them. */
  readonly files: readonly string[]
  /** The collectors in their order, as indices into `files`. */
  readonly collectors: Uint32Array
  /** `next[starts[i]]` up to, and without, `next[starts[i + 1]]` are the files that file `i` imports. */
  readonly starts: Uint32Array
  readonly next: Uint32Array
}

/** `importsOf`: the files that a file led to when it was imported. */
export function reachedFrom(
  collectors: readonly string[],
  importsOf: (file: string) => Iterable<string>,
): Reached {
  const indices = new Map<string, number>()
  const files: string[] = []
  const queue: string[] = []
  const meet = (file: string): number =>
    remember(indices, file, () => {
      queue.push(file)
      return files.push(file) - 1
    })
  const imports: (readonly number[])[] = []
  const ordered = Uint32Array.from(collectors, collector => {
    const index = meet(collector)
    for (let file = queue.pop(); file !== undefined; file = queue.pop())
      imports[indices.get(file)!] = Array.from(importsOf(file), meet)
    return index
  })
  return { files, collectors: ordered, ...packed(imports) }
}

/** The collectors that lead to a file, in their order; none where nobody comes to it. */
export function whoReaches(reached: Reached, file: string): readonly string[] {
  const { indices, importers } = remember(backwards, reached, () => turned(reached))
  const target = indices.get(file)
  if (target === undefined) return []
  const seen = new Uint8Array(reached.files.length)
  const queue = [target]
  seen[target] = 1
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const importer of listed(importers, at)) {
      if (seen[importer]) continue
      seen[importer] = 1
      queue.push(importer)
    }
  }
  return [...new Set(reached.collectors)].filter(at => seen[at]).map(at => reached.files[at]!)
}

/** The files that a file imports, as indices into `files`. */
export function listed({ starts, next }: Pick<Reached, 'starts' | 'next'>, at: number): Uint32Array {
  return next.subarray(starts[at], starts[at + 1])
}

interface Backwards {
  readonly indices: ReadonlyMap<string, number>
  readonly importers: Pick<Reached, 'starts' | 'next'>
}

const backwards = new WeakMap<Reached, Backwards>()

function turned(reached: Reached): Backwards {
  const importers: number[][] = reached.files.map(() => [])
  for (const at of importers.keys()) for (const next of listed(reached, at)) importers[next]!.push(at)
  return { indices: new Map(reached.files.map((file, at) => [file, at])), importers: packed(importers) }
}

function packed(lists: readonly (readonly number[])[]): Pick<Reached, 'starts' | 'next'> {
  const starts = new Uint32Array(lists.length + 1)
  for (const [at, list] of lists.entries()) starts[at + 1] = starts[at]! + list.length
  const next = new Uint32Array(starts[lists.length]!)
  for (const [at, list] of lists.entries()) next.set(list, starts[at])
  return { starts, next }
}
