/**
 * The one way to what is on disk or in the editor. Implementations: `disk`, `memory` (tests, cases) and
 * `overlay` (unsaved text over another one). Nothing above this room knows which one it has.
 *
 * Paths are absolute, normalised, with '/' on every platform ('C:/x' on Windows). All operations are
 * synchronous and never throw: what can't be read is `null` and its reason is in `problems`.
 */

import type { Seen } from './disk_record.ts'

export interface FileStat {
  readonly kind: 'file' | 'directory'
  readonly size: number
  readonly mtimeMs: number
}

export interface DirEntry {
  readonly name: string
  /** What the entry is after following symbolic links; 'other' for sockets, devices and broken links. */
  readonly kind: 'file' | 'directory' | 'other'
  readonly link: boolean
}

export interface FileSystem {
  /** Follows symbolic links; null where nothing is there or it can't be reached. */
  stat(path: string): FileStat | null
  /** The bytes of a file; null where there is none or it can't be read. */
  read(path: string): Uint8Array | null
  /** Entries sorted by code unit of the name; null where it is no directory or can't be read. */
  list(path: string): readonly DirEntry[] | null
  /** The path with all symbolic links resolved; the path itself where that fails. */
  realpath(path: string): string
  /** What could not be read so far, for the report: path and the system's reason (EACCES, ELOOP). */
  problems(): readonly { readonly path: string; readonly reason: string }[]
  /** The text that stands for the file's content, where somebody has it open; null for any other file. */
  openText?(path: string): string | null
  /** Further paths that are known to lead through links to the file with this real path. Missing where there are no links. */
  spellings?(real: string): readonly string[]
  /** What `read` saw of the file; null where it gave nothing, or a text stands for it. Missing where files have no state. */
  seen?(path: string): Seen | null
  /** Is the file certainly as it was seen then? The answers rest on it from now on as if it had been read again. */
  isStill?(path: string, seen: Seen): boolean
  /**
   * The headers, up to 16 bytes each, of what Python and pytest keep in `__pycache__` of a source, for an interpreter's
   * cache tag ('cpython-311'). It comes and goes with every run of theirs: nothing that is kept may rest on it. Missing
   * where there is none.
   */
  byteCode?(source: string, tag: string): readonly Uint8Array[]
}
