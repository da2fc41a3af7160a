/**
 * Other contents laid over a file system: files changed, created or deleted that are not (yet) so on disk, such as
 * an editor's unsaved texts. Immutable: a new keystroke makes a new overlay over the same base.
 */
import type { Seen } from './disk_record.ts'
import { encodeText } from './encode.ts'
import type { DirEntry, FileStat, FileSystem } from './file_system.ts'
import { remember } from './memo.ts'
import { basename, parents } from './paths.ts'
import { walkFiles } from './walk.ts'

/** A path at which two file systems differ. */
export interface Difference {
  readonly path: string
  /** One of them has nothing there, or a folder where the other has a file. */
  readonly comesOrGoes: boolean
}

export class OverlayFileSystem implements FileSystem {
  private readonly base: FileSystem
  /** A text is made bytes of when somebody asks for them. */
  private readonly texts = new Map<string, string | Uint8Array>()
  private readonly encoded = new Map<string, Uint8Array>()
  private readonly deleted = new Set<string>()
  /** For every folder above a text: the names that the overlay puts there. */
  private readonly folders = new Map<string, Map<string, 'file' | 'directory'>>()

  /** `texts`: absolute path -> the file's text or bytes, or null where the file or whole folder is deleted. */
  constructor(base: FileSystem, texts: ReadonlyMap<string, string | Uint8Array | null>) {
    this.base = base
    for (const [path, text] of texts) {
      if (text === null) this.deleted.add(path)
      else {
        this.texts.set(path, text)
        this.place(path)
      }
    }
  }

  stat(path: string): FileStat | null {
    const bytes = this.bytes(path)
    if (bytes) return { kind: 'file', size: bytes.length, mtimeMs: 0 }
    const below = this.isDeleted(path) ? null : this.base.stat(path)
    if (below?.kind === 'directory' || !this.folders.has(path)) return below
    return { kind: 'directory', size: 0, mtimeMs: 0 }
  }

  read(path: string): Uint8Array | null {
    const bytes = this.bytes(path)
    if (bytes) return bytes
    return this.folders.has(path) || this.isDeleted(path) ? null : this.base.read(path)
  }

  list(path: string): readonly DirEntry[] | null {
    const below = this.isDeleted(path) || this.texts.has(path) ? null : this.base.list(path)
    const added = this.folders.get(path)
    if (!added && (!below || this.deleted.size === 0)) return below
    const entries = new Map<string, DirEntry>()
    const prefix = path.endsWith('/') ? path : `${path}/`
    for (const entry of below ?? []) {
      if (!this.deleted.has(prefix + entry.name)) entries.set(entry.name, entry)
    }
    for (const [name, kind] of added ?? []) {
      if (entries.get(name)?.kind !== kind) entries.set(name, { name, kind, link: false })
    }
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  realpath(path: string): string {
    return this.base.realpath(path)
  }

  seen(path: string): Seen | null {
    return this.isOfBase(path) ? (this.base.seen?.(path) ?? null) : null
  }

  isStill(path: string, seen: Seen): boolean {
    return this.isOfBase(path) && (this.base.isStill?.(path, seen) ?? false)
  }

  openText(path: string): string | null {
    const text = this.text(path)
    if (text === undefined) return this.isDeleted(path) ? null : (this.base.openText?.(path) ?? null)
    return typeof text === 'string' ? text : null
  }

  byteCode(source: string, tag: string): readonly Uint8Array[] {
    return this.text(source) !== undefined ? [] : (this.base.byteCode?.(source, tag) ?? [])
  }

  spellings(real: string): readonly string[] {
    return this.base.spellings?.(real) ?? []
  }

  problems(): readonly { readonly path: string; readonly reason: string }[] {
    return this.base.problems()
  }

  /** The editor's text, also where the analysis comes to the file by another name than the editor. */
  private text(path: string): string | Uint8Array | undefined {
    if (this.texts.size === 0) return undefined
    return this.texts.get(path) ?? this.texts.get(this.base.realpath(path))
  }

  private bytes(path: string): Uint8Array | undefined {
    const text = this.text(path)
    return typeof text === 'string' ? remember(this.encoded, path, () => encodeText(path, text)) : text
  }

  private isOfBase(path: string): boolean {
    return this.text(path) === undefined && !this.folders.has(path) && !this.isDeleted(path)
  }

  private isDeleted(path: string): boolean {
    if (this.deleted.size === 0) return false
    return this.deleted.has(path) || [...parents(path)].some(folder => this.deleted.has(folder))
  }

  /** Every path at which it may differ from the file system below it. */
  private *laid(): Iterable<string> {
    for (const path of this.texts.keys()) yield* [path, ...this.spellings(path)]
    yield* this.folders.keys()
    for (const path of this.deleted) {
      yield path
      if (this.base.stat(path)?.kind !== 'directory') continue
      for (const file of walkFiles(this.base, path, () => true)) {
        yield file.path
        for (const folder of parents(file.path)) {
          if (folder === path) break
          yield folder
        }
      }
    }
  }

  /**
   * Where two file systems differ that are laid over the same one, or one over the other; null where neither is so.
   * What lies below them counts as the same for both.
   */
  static differences(a: FileSystem, b: FileSystem): readonly Difference[] | null {
    const [mine, theirs] = [layersOf(a), layersOf(b)]
    const common = mine.find(fs => theirs.includes(fs))
    if (!common) return null
    const above = [mine, theirs].flatMap(layers => layers.slice(0, layers.indexOf(common)))
    const paths = new Set(above.flatMap(fs => (fs instanceof OverlayFileSystem ? [...fs.laid()] : [])))
    return [...paths].flatMap((path): Difference[] => {
      const kind = a.stat(path)?.kind
      if (b.stat(path)?.kind !== kind) return [{ path, comesOrGoes: true }]
      return kind === 'file' && !isSame(a.read(path), b.read(path)) ? [{ path, comesOrGoes: false }] : []
    })
  }

  /** The file system that it is laid over. */
  static below(fs: FileSystem): FileSystem | null {
    return fs instanceof OverlayFileSystem ? fs.base : null
  }

  private place(path: string): void {
    let child = path
    let kind: 'file' | 'directory' = 'file'
    for (const folder of parents(path)) {
      const names = this.folders.get(folder) ?? new Map<string, 'file' | 'directory'>()
      this.folders.set(folder, names)
      names.set(basename(child), kind)
      child = folder
      kind = 'directory'
    }
  }
}

/** The texts by all paths that are known to lead to them. */
export function byAllSpellings<T>(fs: FileSystem, texts: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const more = [...texts].flatMap(([path, text]) =>
    (fs.spellings?.(path) ?? []).flatMap(other => (texts.has(other) ? [] : [[other, text] as const])),
  )
  return more.length === 0 ? texts : new Map([...texts, ...more])
}

/** The file system and all that it is laid over, the uppermost first. */
function layersOf(fs: FileSystem): FileSystem[] {
  const layers = [fs]
  for (let below = OverlayFileSystem.below(fs); below; below = OverlayFileSystem.below(below))
    layers.push(below)
  return layers
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (!a || !b) return a === b
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
