/**
 * A light reading of one Python file, without a parse: which names it may define, and what it imports. A superset,
 * for finding the few files that are worth compiling. What was read is kept while the file is as it was.
 */
import { type ScannedImport, scanImports } from '../compile/import_scan.ts'
import { decodeSource } from '../files/decode.ts'
import type { Seen } from '../files/disk_record.ts'
import { fileCache } from '../files/file_cache.ts'
import type { FileSystem } from '../files/file_system.ts'

export interface FileScan {
  /** Names behind `def` and `class`, and names that are assigned to, at any depth. */
  readonly defines: ReadonlySet<string>
  readonly imports: readonly ScannedImport[]
  /** Dotted names with which quoted text begins, each once. */
  readonly quoted: readonly string[]
}

/** The same as plain data. */
export interface StoredScan {
  readonly defines: readonly string[]
  readonly imports: readonly ScannedImport[]
  readonly quoted: readonly string[]
}

/** Where scans are kept from run to run, by the hash of their files' bytes. */
export interface ScanStore {
  get(hash: string): StoredScan | null
  put(hash: string, scan: StoredScan): void
}

const NOTHING: FileScan = { defines: new Set(), imports: [], quoted: [] }

const DEFINED = /^[ \t]*(?:(?:async[ \t]+)?def|class|type)[ \t]+([\w\u0080-\uffff]+)/gm
/** `a = `, `a: int = `, `a = b = ` and `a, (b, c) = `, not `a == b`. */
const ASSIGNED =
  /^[ \t]*((?:[\w\u0080-\uffff([*][\w\u0080-\uffff, ()[\]*]*?[ \t]*(?::[^=\n]*)?=(?!=)[ \t]*)+)/gm
const ANNOTATION = /:[^=]*/g
const QUOTED = /["']([\w\u0080-\uffff]+(?:\.[\w\u0080-\uffff]+)+)/g
const NAME = /[\w\u0080-\uffff]+/g

/** Keeps what was read from one analysis to the next. */
export class FileScans {
  private readonly known = fileCache<{ readonly seen: Seen | null; readonly scan: FileScan }>()

  constructor(private readonly store: ScanStore | null = null) {}

  /** Of a file that can't be read: nothing. */
  of(fs: FileSystem, path: string): FileScan {
    const before = this.known.get(path)
    if (before?.seen && fs.isStill?.(path, before.seen)) return before.scan
    const bytes = fs.read(path)
    const seen = fs.seen?.(path) ?? null
    const hash = this.store && bytes ? (seen?.hash ?? null) : null
    const kept = hash === null ? null : this.store?.get(hash)
    const scan = kept ? { ...kept, defines: new Set(kept.defines) } : scanBytes(bytes)
    if (hash !== null && !kept) this.store?.put(hash, { ...scan, defines: [...scan.defines] })
    this.known.set(path, { seen, scan })
    return scan
  }
}

function scanBytes(bytes: Uint8Array | null): FileScan {
  const decoded = bytes && decodeSource(bytes)
  return decoded && 'text' in decoded ? scanFile(decoded.text) : NOTHING
}

export function scanFile(text: string): FileScan {
  const defines = new Set<string>()
  for (const [, name] of text.matchAll(DEFINED)) defines.add(name!)
  for (const [, targets] of text.matchAll(ASSIGNED)) {
    for (const [name] of targets!.replace(ANNOTATION, '').matchAll(NAME)) defines.add(name)
  }
  const quoted = [...new Set(Array.from(text.matchAll(QUOTED), ([, name]) => name!))]
  return { defines, imports: text.includes('import') ? scanImports(text) : [], quoted }
}
