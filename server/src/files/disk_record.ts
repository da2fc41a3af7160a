/**
 * What the operating system was asked about the disk and how it answered, as plain data: enough to tell later
 * whether it would answer the same. Knows nothing of what the answers were used for.
 *
 * Size and times stand for a content only where no change could have left them as they are: a change sets the
 * time of change, which nobody can set back, to the moment it is made. Where that moment lies so close to the
 * look that a second change could bear the same time, the content itself is compared.
 */
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import type { DirEntry, FileStat } from './file_system.ts'
import { contentHash } from './hash.ts'
import { isAbsolute, join, normalize } from './paths.ts'

/** Which file stands at a path, and in which state. */
export interface Identity {
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly inode: number
  /** It was changed just before the look: it may change again and keep size and times. */
  readonly young: boolean
}

/** A file that was read or a folder that was listed: what stood there, and a hash of it; null: it couldn't be read. */
export interface Seen {
  readonly identity: Identity | null
  readonly hash: string | null
}

/** Of a folder only some names may count: in /tmp, or a home, others come and go. null: all of them. */
export interface SeenFolder extends Seen {
  readonly names: readonly string[] | null
}

export interface DiskRecord {
  readonly files: ReadonlyMap<string, Seen>
  readonly folders: ReadonlyMap<string, SeenFolder>
  /** Paths of which only the kind counts; null: nothing is there. */
  readonly kinds: ReadonlyMap<string, FileStat['kind'] | null>
  /** Paths through links, with where they lead. */
  readonly links: ReadonlyMap<string, string>
}

/** Beyond the coarsest clock of a file system (FAT: two seconds), with room for one that runs behind ours. */
const YOUNG_MS = 5000

export function identityOf(stats: Stats): Identity {
  const { size, mtimeMs, ctimeMs, ino } = stats
  return { size, mtimeMs, ctimeMs, inode: ino, young: Date.now() - Math.max(mtimeMs, ctimeMs) < YOUNG_MS }
}

/** What stands at the path now; null where nothing is, or it can't be asked. */
export function lookAt(path: string): Identity | null {
  const stats = statOf(path)
  return stats ? identityOf(stats) : null
}

/** Is it certainly the same file in the same state? */
export function isSame(before: Identity | null, now: Identity | null): boolean {
  if (before === null || now === null) return before === now
  return (
    !before.young &&
    before.size === now.size &&
    before.mtimeMs === now.mtimeMs &&
    before.ctimeMs === now.ctimeMs &&
    before.inode === now.inode
  )
}

/** The content of a folder, as a hash: names, kinds and which of them are links; of some names alone, or of all. */
export function hashOfEntries(all: readonly DirEntry[], names: SeenFolder['names']): string {
  const counted = names && new Set(names)
  const entries = counted ? all.filter(({ name }) => counted.has(name)) : all
  return contentHash(entries.map(({ name, kind, link }) => `${name}\0${kind}\0${link}\n`).join(''))
}

/** How a folder's entries are told apart, before it is known where links lead. */
export function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): DirEntry['kind'] {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other'
}

/**
 * The record, if the disk answers now as it did then; null if it does not, or if that can't be told. What had to be
 * read to be sure has its new identity in the record that is returned; else it is the same object.
 */
export function recheck(record: DiskRecord): DiskRecord | null {
  for (const [path, kind] of record.kinds) if (kindAt(path) !== kind) return null
  for (const [path, target] of record.links) if (targetOf(path) !== target) return null
  const folders = recheckAll(record.folders, hashOfFolder)
  if (!folders) return null
  const files = recheckAll(record.files, hashOfFile)
  if (!files) return null
  const same = folders === record.folders && files === record.files
  return same ? record : { ...record, folders, files }
}

function recheckAll<T extends Seen>(
  all: ReadonlyMap<string, T>,
  hashAt: (path: string, before: T) => string | null,
): ReadonlyMap<string, T> | null {
  const renewed = new Map<string, T>()
  for (const [path, before] of all) {
    const now = lookAt(path)
    if (isSame(before.identity, now)) continue
    if (hashAt(path, before) !== before.hash) return null
    renewed.set(path, { ...before, identity: now })
  }
  return renewed.size === 0 ? all : new Map([...all, ...renewed])
}

/** The path with all links resolved, as the system does it; the path itself where that fails. */
export function targetOf(path: string): string {
  try {
    const real = normalize(realpathSync.native(path))
    return isAbsolute(real) ? real : path
  } catch {
    return path // Nothing, or a loop of links.
  }
}

/** What is at the path now; null where that is neither a file nor a folder. */
export function kindAt(path: string): FileStat['kind'] | null {
  const stats = statOf(path)
  const kind = stats ? kindOf(stats) : 'other'
  return kind === 'other' ? null : kind
}

function hashOfFile(path: string): string | null {
  try {
    return contentHash(readFileSync(path))
  } catch {
    return null
  }
}

function hashOfFolder(path: string, { names }: SeenFolder): string | null {
  try {
    const entries = readdirSync(path, { withFileTypes: true }).map(entry => {
      const link = entry.isSymbolicLink()
      const kind = link ? (kindAt(join(path, entry.name)) ?? 'other') : kindOf(entry)
      return { name: entry.name, kind, link }
    })
    return hashOfEntries(
      entries.sort((a, b) => (a.name < b.name ? -1 : 1)),
      names,
    )
  } catch {
    return null
  }
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}
