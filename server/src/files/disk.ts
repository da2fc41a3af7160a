/**
 * The file system of this machine: the one place that asks the operating system. What it learned (listings,
 * stats, names that are not there) is kept until `forget`, so that one analysis sees one state of the disk
 * and asks for each folder once. It does not watch: whoever hears of a change calls `forget`.
 *
 * Case: `stat` and `read` take the last name of a path exactly as its folder lists it, also where the
 * system folds case, as Python's own finder does. The folders above it are taken as the system finds them:
 * a path typed by a user ('c:/users/me') need not be spelled as it is listed.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import type { DirEntry, FileStat, FileSystem } from './file_system.ts'
import { basename, dirname, isAbsolute, join, normalize, parents } from './paths.ts'

interface Listing {
  readonly entries: readonly DirEntry[]
  readonly byName: ReadonlyMap<string, DirEntry>
}

/** Larger files are no source code; keeping them would only cost memory. */
const LARGEST_FILE = 64 * 1024 * 1024

/** What the system answers where simply nothing is: no problem worth a report. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR'])

/** Where 'Tests' also opens 'tests', a name missing from a listing does not prove that the path is missing. */
const FOLDS_CASE = process.platform === 'win32' || process.platform === 'darwin'

export class DiskFileSystem implements FileSystem {
  private readonly listings = new Map<string, Listing | null>()
  private readonly stats = new Map<string, FileStat | null>()
  private readonly realpaths = new Map<string, string>()
  private readonly trouble = new Map<string, string>()
  /** Links to folders: what is cached below them may change under another name. */
  private readonly folderLinks = new Set<string>()

  stat(path: string): FileStat | null {
    const known = this.stats.get(path)
    if (known !== undefined) return known
    const stat = this.listed(path) === null ? null : this.ask(path)
    this.stats.set(path, stat)
    return stat
  }

  read(path: string): Uint8Array | null {
    // Only plain files: opening a pipe or a device could block for ever.
    const kind = this.listed(path)?.kind ?? this.stat(path)?.kind
    if (kind !== 'file') return null
    try {
      const bytes = readFileSync(path)
      if (bytes.length <= LARGEST_FILE) return bytes
      this.trouble.set(path, `larger than ${LARGEST_FILE / 1024 / 1024} MiB`)
    } catch (error) {
      this.note(path, error)
    }
    return null
  }

  list(path: string): readonly DirEntry[] | null {
    return this.listing(path)?.entries ?? null
  }

  realpath(path: string): string {
    const known = this.realpaths.get(path)
    if (known !== undefined) return known
    const real = this.resolve(path)
    this.realpaths.set(path, real)
    return real
  }

  problems(): readonly { readonly path: string; readonly reason: string }[] {
    return [...this.trouble].map(([path, reason]) => ({ path, reason }))
  }

  /**
   * Drops what is remembered: of the given paths, of all below them, of the listings they stand in, and of
   * whatever was reached through a link to a folder; without an argument, everything.
   */
  forget(paths?: readonly string[]): void {
    const memories = [this.listings, this.stats, this.realpaths, this.trouble]
    if (!paths) {
      for (const memory of memories) memory.clear()
      this.folderLinks.clear()
      return
    }
    const stale = new Set([...paths, ...this.folderLinks])
    for (const memory of memories) {
      for (const key of memory.keys()) {
        if (stale.has(key) || [...parents(key)].some(folder => stale.has(folder))) memory.delete(key)
      }
    }
    for (const path of paths) this.listings.delete(dirname(path))
  }

  /** The path's entry in its folder: null where the folder has none, undefined where it can't be asked. */
  private listed(path: string): DirEntry | null | undefined {
    const parent = dirname(path)
    if (parent === path) return undefined
    const listing = this.listing(parent)
    if (listing) return listing.byName.get(basename(path)) ?? null
    return this.trouble.has(parent) ? undefined : null
  }

  private listing(path: string): Listing | null {
    const known = this.listings.get(path)
    if (known !== undefined) return known
    const above = FOLDS_CASE ? undefined : this.listings.get(dirname(path))
    const listing = above && !above.byName.has(basename(path)) ? null : this.readFolder(path)
    this.listings.set(path, listing)
    return listing
  }

  private readFolder(path: string): Listing | null {
    try {
      const entries = readdirSync(path, { withFileTypes: true }).map(entry => {
        const link = entry.isSymbolicLink()
        const kind = link ? this.kindOfTarget(join(path, entry.name)) : kindOf(entry)
        return { name: entry.name, kind, link }
      })
      entries.sort((a, b) => (a.name < b.name ? -1 : 1))
      return { entries, byName: new Map(entries.map(entry => [entry.name, entry])) }
    } catch (error) {
      this.note(path, error)
      return null
    }
  }

  private kindOfTarget(link: string): DirEntry['kind'] {
    const stat = this.ask(link)
    this.stats.set(link, stat)
    if (stat?.kind === 'directory') this.folderLinks.add(link)
    if (!stat && !this.trouble.has(link)) this.trouble.set(link, 'broken symbolic link')
    return stat?.kind ?? 'other'
  }

  private ask(path: string): FileStat | null {
    try {
      const stats = statSync(path, { throwIfNoEntry: false })
      const kind = stats ? kindOf(stats) : 'other'
      return stats && kind !== 'other' ? { kind, size: stats.size, mtimeMs: stats.mtimeMs } : null
    } catch (error) {
      this.note(path, error)
      return null
    }
  }

  private resolve(path: string): string {
    const parent = dirname(path)
    const siblings = this.listings.get(parent)?.byName
    const entry = siblings?.get(basename(path))
    if (entry && !entry.link) return join(this.realpath(parent), entry.name)
    if (siblings && !entry && !FOLDS_CASE) return path
    try {
      const real = normalize(realpathSync.native(path))
      return isAbsolute(real) ? real : path
    } catch {
      // Nothing is there, or a loop of links: the caller's own path is the best answer.
      return path
    }
  }

  private note(path: string, error: unknown): void {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    if (!ABSENT.has(code)) this.trouble.set(path, code)
  }
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): DirEntry['kind'] {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other'
}
