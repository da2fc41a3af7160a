/**
 * Texts and compiled code of files, read once (of very many files the texts again): what the simulation looks things
 * up in. A store may outlive an analysis: a file that is certainly as it was is not read again, and one whose text is
 * unchanged is not compiled again.
 */

import { compileBody, compileModule } from '../compile/compile.ts'
import type { ModuleCode } from '../compile/module_code.ts'
import { cacheTag, isMadeOf } from '../environment/byte_code.ts'
import type { Environment } from '../environment/environment.ts'
import { decodeSource } from '../files/decode.ts'
import type { Seen } from '../files/disk_record.ts'
import { fileCache } from '../files/file_cache.ts'
import type { FileSystem } from '../files/file_system.ts'
import { contentHash } from '../files/hash.ts'
import { type FileText, KeptTexts, TextChanged } from '../files/kept_texts.ts'
import { remember } from '../files/memo.ts'
import { OverlayFileSystem } from '../files/overlay.ts'
import type { Standing } from '../files/standing.ts'
import { DIRECTIVE } from '../rules/suppress.ts'
import { lookedInto } from '../simulate/looked_into.ts'
import type { Unreadable } from '../simulate/machine.ts'
import type { CodeUnit } from '../simulate/values.ts'

interface Entry {
  /** What was seen of the file; null: it has to be read again. */
  seen: Seen | null
  /** What was open, if it was. */
  readonly open: string | null
  readonly text: FileText | null
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
  /** `compile`: makes the module anew. */
  get(hash: string, compile: () => ModuleCode): ModuleCode | null
  put(hash: string, code: ModuleCode): void
}

export class Sources {
  private readonly entries = fileCache<Entry>()
  private readonly texts = new KeptTexts([DIRECTIVE])
  private readonly bodies = new WeakMap<CodeUnit, Map<number, CodeUnit>>()
  private readonly checked = new Set<string>()
  /** What was looked at and may change untold: texts of the editor, files without a state. */
  private readonly unsettled = new Set<string>()
  /** What ever was so since all files were looked at, by the same object. */
  private loose: Standing & { readonly loose: Set<string> } = { since: {}, loose: new Set() }
  /** The files that were open in the last analysis; null: nothing is known of that. */
  private open: string | null = null
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

  /**
   * A new analysis over `fs` begins. Every file is looked at anew, once; with `open`, the files that are open in the
   * editor, only those whose text is not the disk's: nothing but such texts has changed since the last beginning.
   */
  begin(fs: FileSystem, open: Iterable<string> | null = null): void {
    const now = open && [...open].sort().join('\0')
    const isAnew = now === null || now !== this.open || !differInTexts(this.fs, fs)
    this.fs = fs
    if (isAnew) {
      this.checked.clear()
      this.loose = { since: {}, loose: new Set() }
    } else for (const path of this.unsettled) this.checked.delete(path)
    this.unsettled.clear()
    this.open = now
  }

  /** How the files stand in this analysis; null where the next one knows nothing of it. */
  get standing(): Standing | null {
    return this.open === null ? null : this.loose
  }

  /** What this interpreter has compiled already is taken to be right. */
  trust(interpreter: Environment): void {
    this.interpreter = interpreter
    this.tag = cacheTag(interpreter) ?? ''
  }

  /** Files may have changed on the disk; those at `paths` are read again, whatever they look like. */
  recheck(paths: readonly string[] = []): void {
    this.open = null
    for (const path of paths) {
      const entry = this.entries.get(path)
      if (entry) entry.seen = null
    }
  }

  /**
   * The decoded text; null where the file is missing, unreadable or undecodable. Throws TextChanged, as all that needs
   * a text: the next analysis reads that file anew.
   */
  text(path: string): string | null {
    return this.entry(path).text?.get() ?? null
  }

  /** False: the file does not hold the word. A text that was given up is not read again for one that all are asked for. */
  mayHold(path: string, word: string): boolean {
    return this.entry(path).text?.mayHold(word) ?? false
  }

  /** The same for what is only shown: of a file that has changed since, what it holds now. */
  textToShow(path: string): string | null {
    try {
      return this.text(path)
    } catch (error) {
      if (!(error instanceof TextChanged)) throw error
      return this.text(path)
    }
  }

  /** The content of a file as a hash of its text; null where there is none. */
  content(path: string): string | null {
    const entry = this.entry(path)
    if (entry.text !== null) entry.hash ??= contentHash(entry.text.get())
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
    const code = entry.unit?.code ?? this.compiled(path, entry, entry.text.get())
    entry.unit = { path, code, text: entry.text, project }
    return entry.unit
  }

  /** Text that code executes by itself, as if it stood in the file. */
  compile(text: string, path: string): CodeUnit {
    return { path, code: compileModule(text), text: { get: () => text }, project: true }
  }

  /** The operations of a function's body. */
  body(unit: CodeUnit, index: number): CodeUnit {
    lookedInto(unit.code).add(index)
    const made = remember(this.bodies, unit, () => new Map<number, CodeUnit>())
    return remember(made, index, () => {
      const { path, text, project } = unit
      return { path, code: compileBody(text.get(), unit.code.bodies[index]!), text, project }
    })
  }

  private compiled(path: string, entry: Entry, text: string): ModuleCode {
    const { bytesHash: hash } = entry
    const { store, tag } = this
    const accepted =
      hash !== null && tag !== '' ? store?.get(`${hash} ${tag}`, () => compileModule(text, true)) : null
    entry.acceptedBy = accepted || this.isAccepted(path) ? tag : ''
    const kept = accepted ?? (hash === null ? null : store?.get(hash, () => compileModule(text)))
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
    if (open !== null) this.noteUnsettled(path)
    if (known && open !== null && known.open === open) return known
    if (known?.seen && this.fs.isStill?.(path, known.seen)) return known
    const { text, error } = this.read(path)
    const seen = this.fs.seen?.(path) ?? null
    if (seen === null) this.noteUnsettled(path)
    const same = text !== null && known?.text?.is(text)
    const kept = same
      ? known!.text
      : text === null
        ? null
        : this.texts.keep(path, text, () => this.readAgain(path))
    if (known?.text && known.text !== kept) this.texts.drop(known.text)
    const bytesHash = this.store ? (seen?.hash ?? null) : null
    const acceptedBy = same ? known!.acceptedBy : ''
    const unit = same ? known!.unit : null
    const entry: Entry = { seen, open, text: kept, error, unit, acceptedBy, hash: null, bytesHash }
    this.entries.set(path, entry)
    return entry
  }

  private noteUnsettled(path: string): void {
    this.unsettled.add(path)
    this.loose.loose.add(path)
  }

  private readAgain(path: string): string | null {
    const { text } = this.read(path)
    // If it is another text, or none, it is that from the next look on.
    if (text === null || !this.entries.get(path)?.text?.is(text)) this.entries.delete(path)
    return text
  }

  private read(path: string): { readonly text: string | null; readonly error: string | null } {
    const bytes = this.fs.read(path)
    const decoded = bytes ? decodeSource(bytes) : null
    return {
      text: decoded && 'text' in decoded ? decoded.text : null,
      error: decoded && 'error' in decoded ? decoded.error : null,
    }
  }
}

/** Is there the same in the same places, but for texts? */
function differInTexts(a: FileSystem, b: FileSystem): boolean {
  return OverlayFileSystem.differences(a, b)?.every(({ comesOrGoes }) => !comesOrGoes) ?? false
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

  override mayHold(path: string, word: string): boolean {
    return this.touched(path) ? super.mayHold(path, word) : this.below.mayHold(path, word)
  }

  override text(path: string): string | null {
    return this.touched(path) ? super.text(path) : this.below.text(path)
  }

  override content(path: string): string | null {
    return this.touched(path) ? super.content(path) : this.below.content(path)
  }
}
