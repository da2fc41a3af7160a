/**
 * Texts of files that were read: all of them, until they take more room than is meant for them. Then those that nobody
 * has asked for longest are given up, and read again when somebody asks. What reads otherwise by then is told, never
 * given out: places in the former text would mean nothing in it.
 */
import { contentHash } from './hash.ts'
import { remember } from './memo.ts'

/** In UTF-16 units: more than most projects have with all that they import. */
const MOST_KEPT = 128 * 1024 * 1024

/** So much of it is taken once some were given up. */
const ROOM_LEFT = 0.9

/** A file was written to in the middle of an analysis, which has to be made again. */
export class TextChanged extends Error {
  constructor(path: string) {
    super(`${path} was changed while it was analysed`)
  }
}

export class FileText {
  /** When it was asked for last, as the room counts it. */
  usedAt = 0
  /** Of a text that was given up. */
  private hash: string | null = null
  /** What is known of words, also of a text that was given up. */
  private readonly words = new Map<string, boolean>()

  /** `again`: reads it; null where there is no text any more. */
  constructor(
    readonly path: string,
    /** Null: given up. */
    private held: string | null,
    private readonly room: KeptTexts,
    private readonly again: () => string | null,
  ) {}

  /** Throws TextChanged. */
  get(): string {
    if (this.held === null) {
      const text = this.again()
      if (text === null || !this.is(text)) throw new TextChanged(this.path)
      this.held = text
      this.room.add(this)
    } else this.room.use(this)
    return this.held
  }

  is(text: string): boolean {
    return this.held === null ? this.hash === contentHash(text) : this.held === text
  }

  /** False: the text does not hold the word. It is not read again for that. */
  mayHold(word: string): boolean {
    const { held } = this
    if (held === null) return this.words.get(word) ?? true
    return remember(this.words, word, () => held.includes(word))
  }

  /** How much room it takes. */
  get size(): number {
    return this.held?.length ?? 0
  }

  giveUp(): void {
    if (this.held === null) return
    this.hash ??= contentHash(this.held)
    for (const word of this.room.sought) this.mayHold(word)
    this.held = null
  }
}

export class KeptTexts {
  private readonly held = new Set<FileText>()
  private size = 0
  private now = 0

  /** `sought`: words that somebody looks for in all texts. */
  constructor(
    readonly sought: readonly string[] = [],
    private readonly most = MOST_KEPT,
  ) {}

  /** `text` is what `read` gave. */
  keep(path: string, text: string, read: () => string | null): FileText {
    const kept = new FileText(path, text, this, read)
    this.add(kept)
    return kept
  }

  /** Another text stands in its place: it takes room no longer than somebody else holds it. */
  drop(text: FileText): void {
    if (this.held.delete(text)) this.size -= text.size
  }

  /** It was asked for. */
  use(text: FileText): void {
    text.usedAt = ++this.now
  }

  add(text: FileText): void {
    this.use(text)
    this.held.add(text)
    this.size += text.size
    if (this.size > this.most) this.makeRoom(text)
  }

  /** Gives up many at once: who was asked for longest ago is only found by looking at all of them. */
  private makeRoom(wanted: FileText): void {
    for (const oldest of [...this.held].sort((a, b) => a.usedAt - b.usedAt)) {
      if (this.size <= this.most * ROOM_LEFT || oldest === wanted) break
      this.held.delete(oldest)
      this.size -= oldest.size
      oldest.giveUp()
    }
  }
}
