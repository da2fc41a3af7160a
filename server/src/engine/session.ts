/**
 * What stands behind the language server for one workspace folder: changes in, findings out. It decides
 * *when* to analyse and which result is still true; the analysis itself is an `Analyst`'s, and what becomes
 * of the findings is the listener's.
 *
 * Every change starts a new generation, and one analysis runs at a time. A result is published only if
 * its generation is still the newest: a stale one is dropped, and the analysis that replaces it is already due.
 *
 * Files outside of the folder concern it once an analysis has looked for something beside them. A change of others is no
 * reason to analyse, nor to give up: only at the end of an analysis it shows whether it came to look there.
 */
import { kindAt } from '../files/disk_record.ts'
import { dirname, isWithin } from '../files/paths.ts'
import type { AnalysisRequest } from './analyze.ts'
import { type AnalysisView, type Analyst, type FirstWord, GivenUp, type Job } from './job.ts'
import type { About, Kind, Reply } from './questions/question.ts'

export interface SessionListener {
  /** An analysis begins. `published` or `failed` follows, or another `started` if this one became stale. */
  started(): void
  /** What is told of the one file that was edited, of its newest text. `published` follows, as long as nothing else changes. */
  firstWord(word: FirstWord): void
  published(view: AnalysisView): void
  /** A fault of our own, for the log; what was published before still stands. */
  failed(message: string): void
}

/** Milliseconds of quiet. */
export interface Pace {
  /** Before an analysis, at least and at most: as long as the last one took, for what takes long is often in vain. */
  readonly least: number
  readonly most: number
  /** Before it is told that half-typed text does not parse. */
  readonly halfTyped: number
}

type Concerns = (path: string) => boolean

const editorPace: Pace = { least: 10, most: 150, halfTyped: 1000 }

export class Session {
  private request: AnalysisRequest | null = null
  private readonly texts = new Map<string, string>()
  /** Open files edited since they were opened or saved. */
  private readonly typed = new Set<string>()
  /** Paths changed on the disk since the last job was given out. */
  private changed = new Set<string>()
  /** Others may have, too. */
  private anything = false
  /** Changed on the disk where no analysis is known to have looked, with what would make a difference of it. */
  private readonly aside = new Map<string, Concerns>()
  /** The folders in which any analysis has looked for something, as far as views have told. */
  private readonly looked = new Set<string>()
  /** An analysis that may have looked elsewhere is under way, or came to no end. */
  private looks = false

  /** Of what was published last. */
  private halfTyped: readonly string[] = []

  /** How long the last analysis took that came to its end. */
  private lastMs = 0

  private generation = 0
  private settledGeneration = 0
  private publishedGeneration = -1
  private running = false
  /** The timer fired during an analysis: the next one starts as soon as it ends. */
  private due = false
  private timer: NodeJS.Timeout | null = null
  /** The typing has stopped for a while: the next analysis says so. */
  private paused = false
  private readonly waiters: (() => void)[] = []
  private disposed = false

  constructor(
    private readonly analyst: Analyst,
    private readonly listener: SessionListener,
    private readonly pace: Pace = editorPace,
  ) {}

  /** What to analyse, and how. Nothing runs before the first call. */
  configure(request: AnalysisRequest): void {
    this.request = request
    this.change(0)
  }

  /** The text of a file that is open in the editor: analysed at once when it is opened, later while typing. */
  setText(path: string, text: string): void {
    const before = this.texts.get(path)
    if (before === text) return
    this.texts.set(path, text)
    if (before !== undefined) this.typed.add(path)
    if (this.concerns(path)) this.change(before === undefined ? 0 : this.pause)
  }

  /** From now on the file's text on the disk counts. */
  closeText(path: string): void {
    if (!this.texts.delete(path)) return
    this.typed.delete(path)
    // Changes on the disk were not noted while the open text hid them.
    if (this.note(new Map([[path, this.concerns]]))) this.change(0)
  }

  /** The text as it stands is meant: what waits for a pause goes on at once. */
  saved(path: string): void {
    if (!this.texts.has(path)) return
    const typed = this.typed.delete(path)
    if (this.timer || (typed && this.halfTyped.includes(path))) this.schedule(0)
  }

  /** Files or folders were made, changed or deleted on the disk; `anything`: others may have been, too. */
  filesChanged(paths: readonly string[], anything = false): void {
    if (anything) this.anything = true
    const noted = this.note(new Map(paths.map(path => [path, this.concerns])))
    if (anything || noted) this.change(this.pause)
  }

  /** What may be folders came or went. */
  foldersChanged(paths: readonly string[]): void {
    if (this.note(new Map(paths.map(path => [path, this.concernsAsFolder])))) this.change(this.pause)
  }

  /** May what is in the file make a difference? */
  readonly concerns: Concerns = path =>
    !this.request || isWithin(path, this.request.cwd) || this.looked.has(dirname(path))

  private readonly concernsAsFolder: Concerns = path =>
    this.looked.has(path) || (this.looked.has(dirname(path)) && kindAt(path) === 'directory')

  /** Notes for the next job what makes a difference, and for later what does not; is there any that does? */
  private note(paths: ReadonlyMap<string, Concerns>): boolean {
    const visible = [...paths].filter(([path]) => !this.texts.has(path))
    const [now, later] = [visible.filter(isConcern), visible.filter(each => !isConcern(each))]
    for (const [path] of now) this.changed.add(path)
    if (this.looks) for (const [path, concerns] of later) this.aside.set(path, concerns)
    return now.length > 0
  }

  /** What was published last holds for the newest texts. */
  get isCurrent(): boolean {
    return this.publishedGeneration === this.generation
  }

  /** Resolves when what is published holds for the newest text and no analysis is under way or due. */
  async settled(): Promise<void> {
    if (this.disposed || (this.request && this.settledGeneration === this.generation)) return
    await new Promise<void>(resolve => this.waiters.push(resolve))
  }

  dispose(): void {
    this.disposed = true
    if (this.timer) clearTimeout(this.timer)
    this.analyst.dispose()
    this.release()
  }

  /** What was analysed last, asked a question; null before that. Rejects with `GivenUp`: see `Analyst.ask`. */
  ask<K extends Kind>(kind: K, about: About<K>, signal?: AbortSignal): Promise<Reply<K> | null> {
    return this.disposed ? Promise.resolve(null) : this.analyst.ask(kind, about, signal)
  }

  private get pause(): number {
    return Math.min(this.pace.most, Math.max(this.pace.least, this.lastMs))
  }

  private change(delay: number): void {
    this.generation++
    this.paused = false
    if (this.running) this.analyst.giveUp()
    if (this.request && !this.disposed) this.schedule(delay)
  }

  private schedule(delay: number): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.timer = null
      if (this.running) this.due = true
      else void this.run()
    }, delay)
  }

  /** Never rejects. */
  private async run(): Promise<void> {
    const { generation, request, paused } = this
    if (!request) return
    const { anything } = this
    const texts = new Map([...this.texts].filter(([path]) => this.concerns(path)))
    const changed = [...this.changed]
    this.changed.clear()
    this.anything = false
    this.running = true
    this.looks = true
    this.listener.started()
    const began = performance.now()
    const outcome = await this.analyst
      .analyze({ request, texts, typed: new Set(this.typed), paused, changed, anything }, word => {
        if (generation === this.generation && !this.disposed) this.listener.firstWord(word)
      })
      .catch(asError)
    this.running = false
    if (this.disposed) return
    if (!(outcome instanceof Error)) {
      this.lastMs = performance.now() - began
      this.lookBeside(outcome, texts)
    }
    if (outcome instanceof Error && !(outcome instanceof GivenUp)) this.listener.failed(outcome.message)

    if (generation === this.generation) {
      if (outcome instanceof Error) this.release()
      else this.publish(outcome, paused)
    }
    if (this.due) {
      this.due = false
      void this.run()
    }
  }

  /** Where an analysis came to look for the first time, something may have changed untold, or be open. */
  private lookBeside({ looked = [] }: AnalysisView, texts: Job['texts']): void {
    this.looks = false
    for (const folder of looked) this.looked.add(folder)
    const noted = this.note(new Map([...this.aside].filter(isConcern)))
    this.aside.clear()
    const opened = [...this.texts.keys()].some(path => !texts.has(path) && this.concerns(path))
    if (noted || opened) this.change(0)
  }

  private publish(view: AnalysisView, paused: boolean): void {
    this.publishedGeneration = this.generation
    this.halfTyped = view.halfTyped
    const meant = view.halfTyped.some(path => !this.typed.has(path))
    if (view.halfTyped.length > 0 && (meant || !paused)) {
      this.paused = true
      this.schedule(meant ? 0 : this.pace.halfTyped)
    }
    // Who waits goes on after this turn, so also when the listener fails, and never before it was told.
    this.release()
    this.listener.published(view)
  }

  private release(): void {
    this.settledGeneration = this.generation
    for (const resolve of this.waiters.splice(0)) resolve()
  }
}

function isConcern([path, concerns]: readonly [string, Concerns]): boolean {
  return concerns(path)
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
