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
  isSame,
  kindOf,
  lookAt,
  type Seen,
  type SeenFolder,
  targetOf,
} from './disk_record.ts'
import type { DirEntry, FileStat, FileSystem } from './file_system.ts'
import { contentHash } from './hash.ts'
import { remember } from './memo.ts'
import { basename, dirname, isWithin, join, parents } from './paths.ts'

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
  /** What is cached of them, and below them, may change under another name. */
  private readonly links = new Set<string>()
  /** By real path; what `spellings` has said. */
  private readonly spelled = new Map<string, readonly string[]>()

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

  seen(path: string): Seen | null {
    return this.contents.get(path) ?? null
  }

  isStill(path: string, seen: Seen): boolean {
    const read = this.contents.get(path)
    if (read) return read === seen || (read.hash !== null && read.hash === seen.hash)
    const now = this.stat(path) && (this.identities.get(path) ?? null)
    if (now === null || !isSame(seen.identity, now)) return false
    this.contents.set(path, seen)
    return true
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
   * Drops what is remembered: of the given paths, of all below them, of the listings they stand in or that show that
   * there is no way to them, and of whatever was reached through a link; without an argument, everything.
   */
  forget(paths?: readonly string[]): void {
    this.headers.forget()
    this.spelled.clear()
    const memories = [
      ...[this.listings, this.stats, this.realpaths, this.trouble],
      ...[this.identities, this.contents, this.unlisted, this.resolved],
    ]
    if (!paths) {
      for (const memory of memories) memory.clear()
      this.links.clear()
      return
    }
    const named = paths.flatMap(path => [path, ...this.missingAbove(path)])
    const stale = new Set([...named, ...this.links])
    for (const memory of memories) {
      for (const key of memory.keys()) {
        if (stale.has(key) || [...parents(key)].some(folder => stale.has(folder))) memory.delete(key)
      }
    }
    for (const path of named) this.listings.delete(dirname(path))
  }

  /**
   * Those of the paths with which an answer so far may have to do: something was asked about them, about what is below
   * them, or about what has to be there for them to be.
   */
  concerning(paths: readonly string[]): string[] {
    if (paths.length === 0) return []
    const above = new Set<string>()
    for (const folder of this.listings.keys()) {
      for (let path = folder; !above.has(path); path = dirname(path)) above.add(path)
    }
    const concerns = (path: string) =>
      above.has(path) || this.stats.has(path) || this.contents.has(path) || this.isAsked(path)
    return paths.filter(path => [path, ...this.spellings(path)].some(concerns))
  }

  /** The folders, those that are not there included, about whose names anything was asked. */
  folders(): IterableIterator<string> {
    return this.listings.keys()
  }

  spellings(real: string): readonly string[] {
    if (this.links.size === 0) return []
    return remember(this.spelled, real, () =>
      [...this.links].flatMap(link => {
        const target = this.realpath(link)
        return target !== link && isWithin(real, target) ? [link + real.slice(target.length)] : []
      }),
    )
  }

  /** Did it count that the name is in the nearest folder above that is known, or that it is not? */
  private isAsked(path: string): boolean {
    for (let child = path; child !== dirname(child); child = dirname(child)) {
      const listing = this.listings.get(dirname(child))
      if (listing === null) return true
      if (!listing) continue
      const name = basename(child)
      if (child !== path && listing.byName.has(name)) return false
      return listing.asked === null || listing.asked.has(name)
    }
    return false
  }

  /** The folders on the way to the path of which it is known that they are not there. */
  private missingAbove(path: string): string[] {
    return [...parents(path)].filter(
      folder =>
        this.listings.get(folder) === null ||
        this.listings.get(dirname(folder))?.byName.has(basename(folder)) === false,
    )
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
    this.noteLink(link)
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
    const target = targetOf(path)
    if (target !== path) this.noteLink(path)
    return target
  }

  private noteLink(path: string): void {
    if (this.links.has(path)) return
    this.links.add(path)
    this.spelled.clear()
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
