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

/** What files import, as far as somebody asked, under numbers: those of a graph hold in all that are made of it. */
export class ImportGraph {
  private constructor(
    private readonly numbers: Map<string, number>,
    private readonly files: string[],
    private readonly imports: (readonly number[] | undefined)[],
  ) {}

  static empty(): ImportGraph {
    return new ImportGraph(new Map(), [], [])
  }

  /** The same, where it is not known what these files import. */
  without(files: readonly string[]): ImportGraph {
    const imports = [...this.imports]
    for (const file of files) {
      const number = this.numbers.get(file)
      if (number !== undefined) imports[number] = undefined
    }
    return new ImportGraph(this.numbers, this.files, imports)
  }

  /** `importsOf`: the files that a file led to when it was imported. */
  reachedFrom(collectors: readonly string[], importsOf: (file: string) => Iterable<string>): Reached {
    const met: number[] = []
    const indices: number[] = []
    const queue: number[] = []
    const meet = (number: number): number => {
      const index = indices[number]
      if (index !== undefined) return index
      queue.push(number)
      indices[number] = met.length
      return met.push(number) - 1
    }
    const imports: (readonly number[])[] = []
    const ordered = Uint32Array.from(collectors, collector => {
      const index = meet(this.numberOf(collector))
      for (let number = queue.pop(); number !== undefined; number = queue.pop()) {
        const known =
          this.imports[number] ?? Array.from(importsOf(this.files[number]!), file => this.numberOf(file))
        this.imports[number] = known
        imports[indices[number]!] = known.map(meet)
      }
      return index
    })
    return { files: met.map(number => this.files[number]!), collectors: ordered, ...packed(imports) }
  }

  private numberOf(file: string): number {
    return remember(this.numbers, file, () => this.files.push(file) - 1)
  }
}

/** The collectors that lead to a file, in their order; none where nobody comes to it. */
export function whoReaches(reached: Reached, file: string): readonly string[] {
  const target = reached.files.indexOf(file)
  if (target < 0) return []
  const importers = remember(importersIn, reached, () => turned(reached))
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
export function listed({ starts, next }: Lists, at: number): Uint32Array {
  return next.subarray(starts[at], starts[at + 1])
}

type Lists = Pick<Reached, 'starts' | 'next'>

const importersIn = new WeakMap<Reached, Lists>()

/** By file those that import it. */
function turned(reached: Reached): Lists {
  const starts = new Uint32Array(reached.files.length + 1)
  for (const target of reached.next) starts[target + 1]!++
  for (let at = 1; at < starts.length; at++) starts[at]! += starts[at - 1]!
  const next = new Uint32Array(reached.next.length)
  const ends = starts.slice()
  for (const from of reached.files.keys())
    for (const target of listed(reached, from)) next[ends[target]!++] = from
  return { starts, next }
}

function packed(lists: readonly (readonly number[])[]): Lists {
  const starts = new Uint32Array(lists.length + 1)
  for (const [at, list] of lists.entries()) starts[at + 1] = starts[at]! + list.length
  const next = new Uint32Array(starts[lists.length]!)
  for (const [at, list] of lists.entries()) next.set(list, starts[at])
  return { starts, next }
}
