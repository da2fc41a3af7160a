/**
 * One key for each file that stands for its content and that of all files that its import leads to. Files that import
 * each other in a circle lead to the same files: they share what they lead to (Tarjan's algorithm finds them, those
 * at the bottom first), so that the work grows with the imports alone.
 */
import { contentHash } from '../files/hash.ts'
import { listed, type Reached } from '../simulate/reached.ts'

/** By the index of the file; `own`: what stands for the content of one file. */
export function closureKeys(reached: Reached, own: (file: string) => string): readonly string[] {
  const keys: string[] = []
  for (const circle of circles(reached)) {
    const parts = circle.map(at => own(reached.files[at]!)).sort()
    const below = new Set(circle.flatMap(at => Array.from(listed(reached, at), next => keys[next] ?? '')))
    // What has no key yet is of the circle itself.
    below.delete('')
    const key = contentHash([...parts, ...[...below].sort()].join())
    for (const at of circle) keys[at] = key
  }
  return keys
}

/** The files in groups that import each other, each behind all that it imports. */
function* circles(reached: Reached): Generator<readonly number[]> {
  const { files } = reached
  const order = new Int32Array(files.length).fill(-1)
  const lowest = new Int32Array(files.length)
  const open = new Uint8Array(files.length)
  const stack: number[] = []
  let met = 0
  const path: { readonly at: number; readonly next: Uint32Array; done: number }[] = []
  const enter = (at: number): void => {
    order[at] = lowest[at] = met++
    open[at] = 1
    stack.push(at)
    path.push({ at, next: listed(reached, at), done: 0 })
  }
  for (const root of files.keys()) {
    if (order[root] === -1) enter(root)
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const { at, next } = step
      if (step.done < next.length) {
        const to = next[step.done++]!
        if (order[to] === -1) enter(to)
        else if (open[to]) lowest[at] = Math.min(lowest[at]!, order[to]!)
        continue
      }
      path.pop()
      const above = path.at(-1)
      if (above) lowest[above.at] = Math.min(lowest[above.at]!, lowest[at]!)
      if (lowest[at] !== order[at]) continue
      const circle = stack.splice(stack.lastIndexOf(at))
      for (const each of circle) open[each] = 0
      yield circle
    }
  }
}
