/**
 * Texts and compiled code of files, read once: what the simulation looks things up in. A store may outlive
 * an analysis: a file whose size and time are unchanged is not read again, and one whose text is unchanged
 * is not compiled again.
 */

import { compileBody, compileModule } from '../compile/compile.ts'
import type { ModuleCode } from '../compile/module_code.ts'
import { cacheTag, isMadeOf } from '../environment/byte_code.ts'
import type { Environment } from '../environment/environment.ts'
import { decodeSource } from '../files/decode.ts'
import { fileCache } from '../files/file_cache.ts'
import type { FileSystem } from '../files/file_system.ts'
import { contentHash } from '../files/hash.ts'
import { remember } from '../files/memo.ts'
import { lookedInto } from '../simulate/looked_into.ts'
import type { Unreadable } from '../simulate/machine.ts'
import type { CodeUnit } from '../simulate/values.ts'

interface Entry {
  /** Size and time of the file: equal means unread changes are none. '' where it has none. */
  readonly stamp: string
  /** What was open, if it was. */
  readonly open: string | null
  readonly text: string | null
  /** Why there is no text, in Python's words. */
  readonly error: string | null
  unit: CodeUnit | null
  /** Whose byte code was taken for a proof, when `unit` was made, that nothing is wrong with the text; '': nobody's. */
  acceptedBy: string
  /** Of the text; made when somebody asks. */
  hash: string | null
  /** Of the file's bytes; null for what is no file on the disk, and without a store. */
  readonly bytesHash: string | null
}

/**
 * Where compiled modules are kept from run to run, by the hash of their files' bytes; behind it stands the cache tag
 * of the Python that is known to take the text, if it was compiled without a suspicion for that.
 */
export interface CodeStore {
  get(hash: string): ModuleCode | null
  put(hash: string, code: ModuleCode): void
}

export class Sources {
  private readonly entries = fileCache<Entry>()
  private readonly bodies = new WeakMap<CodeUnit, Map<number, CodeUnit>>()
  private readonly checked = new Set<string>()
  private fs: FileSystem
  private interpreter: Environment | null = null
  /** Its cache tag; '' where no byte code counts. */
  private tag = ''

  /** `store`: where to look for compiled modules, and to put new ones; may be taken away between two analyses. */
  constructor(
    fs: FileSystem,
    public store: CodeStore | null = null,
  ) {
    this.fs = fs
  }

  /** A new analysis over `fs` begins: every file is looked at anew, once. */
  begin(fs: FileSystem): void {
    this.fs = fs
    this.checked.clear()
  }

  /** What this interpreter has compiled already is taken to be right. */
  trust(interpreter: Environment): void {
    this.interpreter = interpreter
    this.tag = cacheTag(interpreter) ?? ''
  }

  /** The decoded text; null where the file is missing, unreadable or undecodable. */
  text(path: string): string | null {
    return this.entry(path).text
  }

  /** The content of a file as a hash of its text; null where there is none. */
  content(path: string): string | null {
    const entry = this.entry(path)
    if (entry.text !== null) entry.hash ??= contentHash(entry.text)
    return entry.hash
  }

  /** The compiled module, or what Python would raise in its place. */
  code(path: string, project: boolean): CodeUnit | Unreadable {
    const entry = this.entry(path)
    if (entry.acceptedBy !== '' && entry.acceptedBy !== this.tag) entry.unit = null
    if (entry.unit && entry.unit.project === project) return entry.unit
    if (entry.text === null) {
      const unread = entry.error === null
      return {
        path,
        exception: unread ? 'PermissionError' : 'SyntaxError',
        message: unread ? `[Errno 13] Permission denied: '${path}'` : entry.error,
        span: { path, start: 0, end: 0 },
      }
    }
    const code = entry.unit?.code ?? this.compiled(path, entry, entry.text)
    entry.unit = { path, code, text: entry.text, project }
    return entry.unit
  }

  /** Text that code executes by itself, as if it stood in the file. */
  compile(text: string, path: string): CodeUnit {
    return { path, code: compileModule(text), text, project: true }
  }

  /** The operations of a function's body. */
  body(unit: CodeUnit, index: number): CodeUnit {
    lookedInto(unit.code).add(index)
    const made = remember(this.bodies, unit, () => new Map<number, CodeUnit>())
    return remember(made, index, () => {
      const { path, text, project } = unit
      return { path, code: compileBody(text, unit.code.bodies[index]!), text, project }
    })
  }

  private compiled(path: string, entry: Entry, text: string): ModuleCode {
    const { bytesHash: hash } = entry
    const { store, tag } = this
    const accepted = hash !== null && tag !== '' ? store?.get(`${hash} ${tag}`) : null
    entry.acceptedBy = accepted || this.isAccepted(path) ? tag : ''
    const kept = accepted ?? (hash === null ? null : store?.get(hash))
    if (kept) return kept
    const code = compileModule(text, entry.acceptedBy !== '')
    if (hash !== null) store?.put(entry.acceptedBy === '' ? hash : `${hash} ${tag}`, code)
    return code
  }

  /** Has the interpreter compiled the file as it stands? */
  private isAccepted(path: string): boolean {
    const { fs, interpreter, tag } = this
    const stat = fs.stat(path)
    if (!interpreter || tag === '' || !stat || !fs.byteCode) return false
    return fs.byteCode(path, tag).some(header => isMadeOf(stat, header, interpreter))
  }

  /** The same store over a file system that differs from its own in the paths of which `touched` is true. */
  laidOver(fs: FileSystem, touched: (path: string) => boolean): Sources {
    return new LaidOver(fs, touched, this)
  }

  protected entry(path: string): Entry {
    const known = this.entries.get(path)
    if (known && this.checked.has(path)) return known
    this.checked.add(path)
    const open = this.fs.openText?.(path) ?? null
    if (known && open !== null && known.open === open) return known
    const stat = this.fs.stat(path)
    const stamp = stat && stat.mtimeMs > 0 ? `${stat.size}:${stat.mtimeMs}` : ''
    if (known && stamp !== '' && known.stamp === stamp) return known
    const bytes = this.fs.read(path)
    const decoded = bytes ? decodeSource(bytes) : null
    const text = decoded && 'text' in decoded ? decoded.text : null
    const error = decoded && 'error' in decoded ? decoded.error : null
    const unit = known && text !== null && known.text === text ? known.unit : null
    const bytesHash = this.store ? (this.fs.contentHash?.(path) ?? null) : null
    const acceptedBy = unit && known ? known.acceptedBy : ''
    const entry: Entry = { stamp, open, text, error, unit, acceptedBy, hash: null, bytesHash }
    this.entries.set(path, entry)
    return entry
  }
}

/** Reads by itself what is touched, and leaves everything else, and what is kept of it, to the store below. */
class LaidOver extends Sources {
  constructor(
    fs: FileSystem,
    private readonly touched: (path: string) => boolean,
    private readonly below: Sources,
  ) {
    super(fs)
  }

  override code(path: string, project: boolean): CodeUnit | Unreadable {
    return this.touched(path) ? super.code(path, project) : this.below.code(path, project)
  }

  override body(unit: CodeUnit, index: number): CodeUnit {
    return this.touched(unit.path) ? super.body(unit, index) : this.below.body(unit, index)
  }

  override text(path: string): string | null {
    return this.touched(path) ? super.text(path) : this.below.text(path)
  }

  override content(path: string): string | null {
    return this.touched(path) ? super.content(path) : this.below.content(path)
  }
}
