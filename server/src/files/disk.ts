/**
 * The file system of this machine: the one place that asks the operating system. What it learned (listings,
 * stats, names that are not there) is kept until `forget`, so that one analysis sees one state of the disk
 * and asks for each folder once. It does not watch: whoever hears of a change calls `forget`.
 *
 * Case: `stat` and `read` take the last name of a path exactly as its folder lists it, also where the
 * system folds case, as Python's own finder does. The folders above it are taken as the system finds them:
 * a path typed by a user ('c:/users/me') need not be spelled as it is listed.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { ByteCodeHeaders } from './byte_code_headers.ts'
import {
  type DiskRecord,
  hashOfEntries,
  type Identity,
  identityOf,
  kindOf,
  lookAt,
  type Seen,
  type SeenFolder,
  targetOf,
} from './disk_record.ts'
import type { DirEntry, FileStat, FileSystem } from './file_system.ts'
import { contentHash } from './hash.ts'
import { basename, dirname, join, parents } from './paths.ts'

interface Listing {
  readonly entries: readonly DirEntry[]
  readonly byName: ReadonlyMap<string, DirEntry>
  /** Of the folder, before it was read. */
  readonly identity: Identity | null
  /** The names that were asked for; null: all of them. */
  asked: Set<string> | null
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
  /** Of what the system was asked about, at the time of `stats`. */
  private readonly identities = new Map<string, Identity>()
  private readonly contents = new Map<string, Seen>()
  /** Folders that the system, and not the listing above them, said are none. */
  private readonly unlisted = new Map<string, SeenFolder>()
  /** Answers of the system in `realpaths`. */
  private readonly resolved = new Map<string, true>()
  private readonly headers = new ByteCodeHeaders()
  /** Links to folders: what is cached below them may change under another name. */
  private readonly folderLinks = new Set<string>()

  /** `keeps`: what is read may be kept for a later process, which will ask for its hash. */
  constructor(private readonly keeps = true) {}

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
    const identity = this.identities.get(path) ?? lookAt(path)
    try {
      const bytes = readFileSync(path)
      this.contents.set(path, { identity, hash: this.keeps ? contentHash(bytes) : null })
      if (bytes.length <= LARGEST_FILE) return bytes
      this.trouble.set(path, `larger than ${LARGEST_FILE / 1024 / 1024} MiB`)
    } catch (error) {
      this.contents.set(path, { identity, hash: null })
      this.note(path, error)
    }
    return null
  }

  /** The bytes of a file that may have been written to, and is where it was. */
  readAgain(path: string): Uint8Array | null {
    for (const memory of [this.stats, this.identities, this.contents, this.trouble]) memory.delete(path)
    return this.read(path)
  }

  /** A hash of what `read` gave; null where it gave nothing. */
  contentHash(path: string): string | null {
    return this.contents.get(path)?.hash ?? null
  }

  byteCode(source: string, tag: string): readonly Uint8Array[] {
    return this.headers.of(source, tag)
  }

  list(path: string): readonly DirEntry[] | null {
    const listing = this.listing(path)
    if (listing) listing.asked = null
    return listing?.entries ?? null
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

  /** All that the answers so far rest on, less what follows from other parts of the record. */
  record(): DiskRecord {
    const folders = new Map(this.unlisted)
    for (const [path, listing] of this.listings) {
      if (!listing) continue
      const names = listing.asked && [...listing.asked]
      folders.set(path, { identity: listing.identity, hash: hashOfEntries(listing.entries, names), names })
    }
    const kinds = new Map<string, FileStat['kind'] | null>()
    for (const [path, stat] of this.stats) {
      if (!this.followsFromListing(path, stat)) kinds.set(path, stat?.kind ?? null)
    }
    const links = new Map<string, string>()
    for (const path of this.resolved.keys()) links.set(path, this.realpaths.get(path)!)
    return { files: new Map(this.contents), folders, kinds, links }
  }

  /**
   * Drops what is remembered: of the given paths, of all below them, of the listings they stand in, and of
   * whatever was reached through a link to a folder; without an argument, everything.
   */
  forget(paths?: readonly string[]): void {
    this.headers.forget()
    const memories = [
      ...[this.listings, this.stats, this.realpaths, this.trouble],
      ...[this.identities, this.contents, this.unlisted, this.resolved],
    ]
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
    if (listing) return look(listing, basename(path))
    return this.trouble.has(parent) ? undefined : null
  }

  private listing(path: string): Listing | null {
    const known = this.listings.get(path)
    if (known !== undefined) return known
    const above = FOLDS_CASE ? undefined : this.listings.get(dirname(path))
    const listing = above && !look(above, basename(path)) ? null : this.readFolder(path)
    this.listings.set(path, listing)
    return listing
  }

  private followsFromListing(path: string, stat: FileStat | null): boolean {
    const parent = dirname(path)
    const listing = this.listings.get(parent)
    const entry = listing?.byName.get(basename(path))
    if (entry) return !entry.link && entry.kind === stat?.kind
    return stat === null && listing !== undefined && !this.trouble.has(parent)
  }

  private readFolder(path: string): Listing | null {
    const identity = lookAt(path)
    try {
      const entries = readdirSync(path, { withFileTypes: true }).map(entry => {
        const link = entry.isSymbolicLink()
        const kind = link ? this.kindOfTarget(join(path, entry.name)) : kindOf(entry)
        return { name: entry.name, kind, link }
      })
      entries.sort((a, b) => (a.name < b.name ? -1 : 1))
      return {
        entries,
        byName: new Map(entries.map(entry => [entry.name, entry])),
        identity,
        asked: new Set(),
      }
    } catch (error) {
      this.unlisted.set(path, { identity, hash: null, names: null })
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
      if (stats) this.identities.set(path, identityOf(stats))
      return stats && kind !== 'other' ? { kind, size: stats.size, mtimeMs: stats.mtimeMs } : null
    } catch (error) {
      this.note(path, error)
      return null
    }
  }

  private resolve(path: string): string {
    const parent = dirname(path)
    const siblings = this.listings.get(parent)
    const entry = siblings && look(siblings, basename(path))
    if (entry && !entry.link) return join(this.realpath(parent), entry.name)
    if (siblings && !entry && !FOLDS_CASE) return path
    this.resolved.set(path, true)
    return targetOf(path)
  }

  private note(path: string, error: unknown): void {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    if (!ABSENT.has(code)) this.trouble.set(path, code)
  }
}

function look(listing: Listing, name: string): DirEntry | null {
  listing.asked?.add(name)
  return listing.byName.get(name) ?? null
}
