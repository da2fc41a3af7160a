/** A walk through folders that ends: each real folder is entered once, however many links lead to it. */
import type { DirEntry, FileSystem } from './file_system.ts'
import { isWithin, join } from './paths.ts'

export interface WalkedFile {
  readonly path: string
  readonly name: string
}

/**
 * The files below `root`, entries of each folder in order of their names. `enter` says whether a folder is
 * worth going into; what can't be listed counts as empty. A link to a folder within `root` is left out, as
 * its files come under their own names; of several links to one folder outside, the first one is followed.
 */
export function* walkFiles(
  fs: FileSystem,
  root: string,
  enter: (path: string, entry: DirEntry) => boolean,
): Generator<WalkedFile> {
  const realRoot = fs.realpath(root)
  const entered = new Set([realRoot])
  const waiting = [root]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const below: string[] = []
    for (const entry of fs.list(folder) ?? []) {
      const path = join(folder, entry.name)
      if (entry.kind === 'file') yield { path, name: entry.name }
      if (entry.kind !== 'directory' || !enter(path, entry)) continue
      const real = fs.realpath(path)
      if (entered.has(real) || (entry.link && isWithin(real, realRoot))) continue
      entered.add(real)
      below.push(path)
    }
    waiting.push(...below.reverse())
  }
}
