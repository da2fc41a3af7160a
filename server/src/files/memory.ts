/** A file system that is a map of texts: what tests and `.case` files run on. No links, no permissions. */
import type { DirEntry, FileStat, FileSystem } from './file_system.ts'
import { basename, parents } from './paths.ts'

export class MemoryFileSystem implements FileSystem {
  private readonly files = new Map<string, Uint8Array>()
  private readonly folders = new Map<string, Map<string, 'file' | 'directory'>>()

  /** `files`: absolute path -> text (UTF-8) or bytes. A path that ends in '/' is an empty folder. */
  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    this.folders.set('/', new Map())
    for (const [path, content] of Object.entries(files)) {
      if (path.endsWith('/')) {
        this.addFolder(path.slice(0, -1))
        continue
      }
      this.files.set(path, typeof content === 'string' ? new TextEncoder().encode(content) : content)
      this.link(path, 'file')
    }
  }

  stat(path: string): FileStat | null {
    const file = this.files.get(path)
    if (file) return { kind: 'file', size: file.length, mtimeMs: 0 }
    return this.folders.has(path) ? { kind: 'directory', size: 0, mtimeMs: 0 } : null
  }

  read(path: string): Uint8Array | null {
    return this.files.get(path) ?? null
  }

  list(path: string): readonly DirEntry[] | null {
    const folder = this.folders.get(path)
    if (!folder) return null
    return [...folder]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, kind]) => ({ name, kind, link: false }))
  }

  realpath(path: string): string {
    return path
  }

  problems(): readonly { path: string; reason: string }[] {
    return []
  }

  private addFolder(path: string): void {
    if (this.folders.has(path)) return
    this.folders.set(path, new Map())
    this.link(path, 'directory')
  }

  private link(path: string, kind: 'file' | 'directory'): void {
    const [parent] = parents(path)
    if (parent === undefined) return
    this.addFolder(parent)
    this.folders.get(parent)!.set(basename(path), kind)
  }
}
