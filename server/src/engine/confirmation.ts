/**
 * When real passes run for one workspace folder, and what they mean for the newest analysis. Never two at once,
 * never without trust; each may be cancelled at any time, as what it saw until then is kept.
 *
 * Every published analysis is a new generation. A pass that comes to its end in a later one is harmless: its
 * verdicts are tied to the content of files, and what changed meanwhile is collected again.
 */
import { type Current, Evidence, type Judged, type Pass } from '../confirm/evidence.ts'
import { NO_SCORE, scoreByRule } from '../confirm/score.ts'
import { DiskFileSystem } from '../files/disk.ts'
import type { AnalysisView, Mark } from './job.ts'
import { currentOf, diskText, type PassBasis, runPass } from './pass.ts'
import { takeRecords } from './records.ts'
import { TrackRecord } from './track_record.ts'

export type ConfirmMode = 'off' | 'manual' | 'onSave' | 'periodic'

export interface ConfirmSettings {
  readonly mode: ConfirmMode
  /** Between full passes in the mode `periodic`. */
  readonly intervalMs: number
  /** May the project's code be executed? Without it nothing ever runs, whatever the mode. */
  readonly trusted: boolean
  readonly env: Readonly<Record<string, string>>
}

export interface ConfirmationListener {
  /** A pass begins; `ended` follows. */
  began(total: number, cancel: () => void): void
  progressed(done: number, total: number): void
  ended(): void
  /** Passes mean something else for the newest analysis than before. */
  changed(): void
  log(message: string): void
}

/** Milliseconds of quiet before a pass that nobody asked for; between such full passes at least the others. */
const QUIET_MS = 1500
const LEAST_BETWEEN_MS = 60_000
const TIMES_ITS_LENGTH = 3
const LOOK_FOR_RECORDS_MS = 5000

export class Confirmation {
  private settings: ConfirmSettings = { mode: 'off', intervalMs: 0, trusted: false, env: {} }
  private readonly evidence = new Evidence()
  private view: AnalysisView | null = null
  private current: Current | null = null
  private marked: AnalysisView | null = null
  private generation = 0
  private running: AbortController | null = null
  private track: TrackRecord | null = null
  private saves = false
  private disputed = false
  private lastFullAt = 0
  private timer: NodeJS.Timeout | null = null
  private readonly looking: NodeJS.Timeout
  private disposed = false

  /** `texts`: what is open in the editor now, by path. */
  constructor(
    private readonly listener: ConfirmationListener,
    private readonly texts: () => ReadonlyMap<string, string>,
    private readonly quietMs = QUIET_MS,
  ) {
    this.looking = setInterval(() => this.look(), LOOK_FOR_RECORDS_MS)
    this.looking.unref()
  }

  configure(settings: ConfirmSettings): void {
    this.settings = settings
    if (settings.mode === 'off' || !settings.trusted) this.running?.abort()
    this.consider()
  }

  /** A new analysis counts from now on. */
  update(view: AnalysisView): void {
    this.view = view
    this.generation++
    this.refresh()
    this.consider()
  }

  /**
   * The newest analysis without what was refuted, with what nobody foresaw, and a mark for each finding; null before
   * the first one.
   */
  get shown(): AnalysisView | null {
    const { view, current } = this
    if (!view?.pass || !current) return view
    this.marked ??= this.mark(view, view.pass, current)
    return this.marked
  }

  /** A file was saved: in the mode `onSave` what imports it is collected again. */
  saved(): void {
    this.saves = true
    this.refresh()
    this.consider()
  }

  /**
   * A pass that somebody asked for: over everything, or over the test files that import `path`. Returns a sentence
   * for the one who asked; never rejects. `signal` ends the pass.
   */
  async request(path: string | null, signal?: AbortSignal): Promise<string> {
    const { mode, trusted } = this.settings
    if (mode === 'off') return 'confirmation is switched off'
    if (!trusted) return 'this folder is not trusted: pytest would execute its code'
    this.refresh()
    const { current } = this
    const basis = this.view?.pass
    if (!current || !basis) return 'nothing was analysed yet'
    if (basis.executable === null) return 'there is no interpreter to run pytest with'
    if (this.running) return 'a pass is under way'
    const only = path === null ? null : this.collectorsOf(path, basis)
    if (only?.length === 0) return 'no test file imports this file'
    const pass = await this.run(only, signal)
    return pass ? this.tell(pass) : 'the pass was cancelled'
  }

  dispose(): void {
    this.disposed = true
    clearInterval(this.looking)
    if (this.timer) clearTimeout(this.timer)
    this.running?.abort()
  }

  private mark(view: AnalysisView, basis: PassBasis, current: Current): AnalysisView {
    const judged = this.evidence.judge(current)
    const marks = new Map<string, Mark>()
    for (const [at, { fingerprint }] of view.findings.entries()) {
      marks.set(fingerprint, { state: judged.findings[at]!, traceback: judged.tracebacks[at]! })
    }
    const told = basis.tellsUnpredicted ? judged.told : []
    for (const { finding, traceback } of told)
      marks.set(finding.fingerprint, { state: 'confirmed', traceback })
    const kept = view.findings.filter((_, at) => judged.findings[at] !== 'refuted')
    return { ...view, findings: [...kept, ...told.map(it => it.finding)], texts: this.textsFor(told), marks }
  }

  private collectorsOf(path: string, { collectors, open }: PassBasis): readonly string[] {
    return collectors.some(it => it.path === path) ? [path] : (open.get(path) ?? [])
  }

  /** Looks anew at what the newest analysis and the disk have in common. */
  private refresh(): void {
    this.marked = null
    const { view } = this
    const basis = view?.pass
    if (!view || !basis) {
      this.current = null
      return
    }
    const disk = new DiskFileSystem()
    const unsaved = [...this.texts()].filter(([path, text]) => diskText(disk, path) !== text)
    const text = (path: string) => view.texts.get(path) ?? this.texts().get(path) ?? diskText(disk, path)
    this.current = currentOf(
      basis,
      view.findings,
      text,
      unsaved.map(([path]) => path),
    )
  }

  /** Is a pass due that nobody asked for? Then it runs after a while of quiet. */
  private consider(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    const wait = this.nextIn()
    if (wait === null) return
    this.timer = setTimeout(() => {
      this.timer = null
      const next = this.next()
      if (next !== undefined) void this.run(next)
      else this.consider()
    }, wait)
    this.timer.unref()
  }

  private nextIn(): number | null {
    const { mode, trusted, intervalMs } = this.settings
    if (this.disposed || this.running || !trusted || !this.current) return null
    if (mode === 'off' || mode === 'manual' || !this.view?.pass?.executable) return null
    if (this.next() !== undefined) return this.quietMs
    const waits = [
      ...(this.disputed ? [this.lastFullAt + this.leastBetween() - Date.now()] : []),
      ...(mode === 'periodic' ? [this.lastFullAt + intervalMs - Date.now()] : []),
    ]
    return waits.length > 0 ? Math.max(this.quietMs, Math.min(...waits)) : null
  }

  /** null: a full pass; a list: one over these test files; undefined: none is due. */
  private next(): readonly string[] | null | undefined {
    const { mode, intervalMs } = this.settings
    const { current } = this
    if (!current) return undefined
    const since = Date.now() - this.lastFullAt
    if (this.evidence.isEmpty || (mode === 'periodic' && since >= intervalMs)) return null
    if (this.disputed && since >= this.leastBetween()) return null
    if (mode === 'onSave' && !this.saves) return undefined
    // What is not saved yet can't be collected.
    const outdated = this.evidence.outdated(current).filter(path => current.closures.get(path) !== null)
    if (outdated.length === 0) return undefined
    return outdated.length < current.collectors.length ? outdated : null
  }

  private leastBetween(): number {
    return Math.max(LEAST_BETWEEN_MS, TIMES_ITS_LENGTH * (this.track?.fullMs ?? 0))
  }

  /** Never rejects. null where it was cancelled before it came to anything. */
  private async run(only: readonly string[] | null, signal?: AbortSignal): Promise<Pass | null> {
    const { settings, current, generation } = this
    const basis = this.view?.pass
    if (!current || !basis || basis.executable === null || this.running || !settings.trusted) return null
    const control = new AbortController()
    if (signal?.aborted) return null
    signal?.addEventListener('abort', () => control.abort(), { once: true })
    this.running = control
    this.saves = false
    this.track ??= TrackRecord.of(basis.rootdir, settings.env)
    const total = only?.length ?? basis.collectors.length
    let done = 0
    this.listener.began(total, () => control.abort())
    const pass = await runPass(
      { ...basis, executable: basis.executable },
      {
        env: settings.env,
        only,
        closures: current.closures,
        timeoutMs: this.track.limitMs,
        signal: control.signal,
        onCollector: ({ kind }) => {
          if (kind === 'module' || kind === 'file') this.listener.progressed(++done, total)
        },
      },
    ).catch((error: Error) => {
      this.listener.log(`the pass failed: ${error.message}`)
      return null
    })
    this.running = null
    this.listener.ended()
    if (this.disposed) return null
    if (only === null) this.lastFullAt = Date.now()
    if (pass) this.take(pass, current, generation)
    this.consider()
    return pass?.observation.end.kind === 'cancelled' ? null : pass
  }

  private take(pass: Pass, current: Current, generation: number): void {
    const disputes = this.evidence.absorb(pass, current)
    this.disputed = pass.only === null ? false : this.disputed || disputes.length > 0
    this.refresh()
    if (this.current && generation === this.generation) {
      this.track?.note(pass, this.evidence.judge(this.current), this.current)
    }
    this.listener.log(this.tell(pass))
    this.listener.changed()
  }

  /** What the user's own runs with the probe have written since. */
  private look(): void {
    const { current, settings } = this
    const basis = this.view?.pass
    if (!current || !basis || settings.mode === 'off' || this.running) return
    for (const pass of takeRecords(basis, settings.env)) this.take(pass, current, this.generation)
  }

  private tell({ observation, only }: Pass): string {
    const { end, milliseconds, collectors, pytest } = observation
    const what =
      only === null ? 'all test files' : only.length === 1 ? '1 test file' : `${only.length} test files`
    const failed = collectors.filter(it => it.outcome === 'fails').length
    const how = end.kind === 'exited' ? `exit code ${end.code}` : end.kind
    const seconds = (milliseconds / 1000).toFixed(1)
    const all = scoreByRule(this.track?.score ?? NO_SCORE).at(-1)
    const share = (value: number | null | undefined) => value?.toFixed(2) ?? '-'
    const score = all ? `; here so far: precision ${share(all.precision)}, recall ${share(all.recall)}` : ''
    return `pytest ${pytest ?? '(not started)'} over ${what}: ${failed} failed, ${how}, ${seconds} s${score}`
  }

  private textsFor(told: Judged['told']): AnalysisView['texts'] {
    const texts = new Map(this.view!.texts)
    for (const { finding } of told) {
      for (const { path } of [finding.span, ...finding.chain]) {
        const text = texts.has(path) ? null : this.current!.text(path)
        if (text !== null) texts.set(path, text)
      }
    }
    return texts
  }
}
