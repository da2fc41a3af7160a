/**
 * `precollect confirm`: an analysis, then a real collect-only pass, and one report of both. Asking for it on the
 * command line is the trust that running a project's code needs.
 */
import { Evidence, type Judged, type Pass } from '../confirm/evidence.ts'
import { endedByUs, type Observation } from '../confirm/observation.ts'
import { analyze, Remembered, type Told } from '../engine/analyze.ts'
import { analyzeDisk } from '../engine/analyze_disk.ts'
import { basisOf, currentOf, type PassBasis, runPass } from '../engine/pass.ts'
import { TrackRecord } from '../engine/track_record.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { dirname, join, relative } from '../files/paths.ts'
import { makeFolder, writeText } from '../files/write.ts'
import { artifacts } from '../report/artifacts.ts'
import { confirmedFindings } from '../report/confirmation.ts'
import { health } from '../report/health.ts'
import type { ReportInput } from '../report/report_input.ts'
import {
  type CheckOptions,
  put,
  refuseNoInterpreter,
  refuseWrongSettings,
  render,
  requestOf,
} from './check.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import type { Io } from './io.ts'
import { progressOn } from './progress.ts'
import { resolveTarget, type Target } from './target.ts'

export interface ConfirmOptions extends CheckOptions {
  readonly artifacts?: string
  /** Seconds. */
  readonly timeout?: number
  readonly watch?: boolean
  /** Seconds between full passes while watching. */
  readonly interval?: number
}

/** How often the disk is looked at for changes. */
const LOOK_MS = 1000

/** Puts a report where it is to go. */
export type Tell = (input: ReportInput, target: Target) => Promise<void>

type Basis = PassBasis & { readonly executable: string }

/** Throws a UsageError for paths, options or settings that are wrong, and where there is no interpreter. */
export async function confirm(
  paths: readonly string[],
  pytestArgs: readonly string[],
  options: ConfirmOptions,
  io: Io,
  tell: Tell = async input => put(await render(input, health(input), options, io), options, io),
): Promise<number> {
  if (!options.interpreter) throw new UsageError('--no-interpreter: pytest cannot be run without one')
  const fs = new DiskFileSystem()
  const target = resolveTarget(fs, io.cwd, paths)
  refuseWrongSettings(fs, target, options, io)
  const run = new Run(fs, target, pytestArgs, options, io, tell)
  const code = await run.once(true)
  return options.watch ? run.watch() : code
}

class Run {
  private readonly evidence = new Evidence()
  private remembered: Remembered | null = null
  private analysis: Told | null = null

  constructor(
    private readonly fs: DiskFileSystem,
    private readonly target: Target,
    private readonly pytestArgs: readonly string[],
    private readonly options: ConfirmOptions,
    private readonly io: Io,
    private readonly tell: Tell,
  ) {}

  /** An analysis, a pass and a report. `full`: over all files, else over those that changed. */
  async once(full: boolean): Promise<number> {
    const { options, io, target } = this
    const show = progressOn(io, options.quiet)
    show(`checking ${target.cwd} ...`)
    const analysis = await this.analyze().finally(() => show(null))
    this.analysis = analysis
    const basis = basisOf(analysis, [])
    if (!isRunnable(basis)) throw new UsageError('no interpreter was found to run pytest with: see --python')
    const current = currentOf(basis, analysis.findings, analysis.text)
    const record = TrackRecord.of(basis.rootdir, io.env)

    let only = full ? null : this.evidence.outdated(current)
    if (only?.length === 0 || only?.length === current.collectors.length) only = null
    let pass = await this.pass(basis, only, record)
    if (this.evidence.absorb(pass, current).length > 0) {
      pass = await this.pass(basis, null, record) // only all files together can decide
      this.evidence.absorb(pass, current)
    }
    const judged = this.evidence.judge(current)
    record.note(pass, judged, current)
    await this.report(analysis, pass, judged, record)
    return options.exitZero ? ExitCode.clean : verdict(analysis, pass.observation, judged)
  }

  /** The first one may come from the cache, the later ones from memory. */
  private async analyze(): Promise<Told> {
    const { fs, target, pytestArgs, options, io } = this
    const request = requestOf(target, pytestArgs, options, io)
    if (this.analysis) {
      this.remembered ??= new Remembered(fs)
      return analyze(fs, request, this.remembered)
    }
    const say = (text: string) => io.stderr.write(`precollect: ${text}\n`)
    const { told, keep } = await analyzeDisk(fs, request, options.cache, undefined, say)
    refuseNoInterpreter(told.environment, options)
    keep()
    return told
  }

  /** Goes on until the process is ended. */
  async watch(): Promise<number> {
    let before = this.stamps()
    let nextFull = Date.now() + this.options.interval! * 1000
    for (;;) {
      await new Promise(resolve => setTimeout(resolve, LOOK_MS))
      this.fs.forget()
      const now = this.stamps()
      const due = Date.now() >= nextFull
      if (now === before && !due) continue
      await this.once(due)
      before = this.stamps()
      if (due) nextFull = Date.now() + this.options.interval! * 1000
    }
  }

  /** Size and time of all that the last analysis rests on; a folder's time tells of files that came or went. */
  private stamps(): string {
    const { trace, plan } = this.analysis!
    const files = [...trace.reached.files, ...(plan.inipath ? [plan.inipath] : [])]
    const places = [...new Set([...files, ...files.map(dirname)])]
    return places
      .map(path => this.fs.stat(path))
      .map(it => `${it?.size}:${it?.mtimeMs}`)
      .join()
  }

  private async pass(basis: Basis, only: Pass['only'], record: TrackRecord): Promise<Pass> {
    const { options, io } = this
    const total = only?.length ?? basis.collectors.length
    const show = progressOn(io, options.quiet)
    let done = 0
    show(`pytest: 0 of ${total}`)
    return runPass(basis, {
      env: io.env,
      only,
      closures: basis.closures,
      timeoutMs: options.timeout ? options.timeout * 1000 : record.limitMs,
      onCollector: ({ kind, path }) => {
        if (kind !== 'module' && kind !== 'file') return
        done++
        show(`pytest: ${done} of ${Math.max(done, total)}: ${relative(basis.rootdir, path)}`)
      },
    }).finally(() => show(null))
  }

  private async report(
    analysis: Told,
    { observation }: Pass,
    judged: Judged,
    { score }: TrackRecord,
  ): Promise<void> {
    const { options, io } = this
    const predicted = analysis.findings
    const told = analysis.tellsUnpredicted ? judged : { ...judged, told: [] }
    const input: ReportInput = {
      ...analysis,
      findings: confirmedFindings({ predicted, judged: told }, options.verbose === true),
      confirmation: { observation, judged: told, predicted, score },
    }
    await this.tell(input, this.target)
    if (options.artifacts !== undefined) {
      writeArtifacts(join(io.cwd, options.artifacts), observation, analysis, this.fs)
    }
  }
}

function isRunnable(basis: PassBasis): basis is Basis {
  return basis.executable !== null
}

/** Throws a UsageError where they can't be written. */
function writeArtifacts(folder: string, observation: Observation, { plan }: Told, fs: DiskFileSystem): void {
  const context = {
    root: plan.rootdir,
    command: [plan.invocation.kind, '--collect-only', ...plan.invocation.args].join(' '),
    baseline: errorsBefore(join(folder, 'pytest_collection_errors_detailed.json'), fs),
    now: new Date(),
  }
  const reasons = [
    makeFolder(folder),
    ...artifacts(observation, context).map(({ name, text }) => writeText(join(folder, name), text)),
  ].filter(reason => reason !== null)
  if (reasons.length > 0) throw new UsageError(`cannot write ${folder}: ${reasons[0]}`)
}

/** How many errors the artifacts of the run before tell of. */
function errorsBefore(path: string, fs: DiskFileSystem): number | null {
  fs.forget([path])
  const bytes = fs.read(path)
  if (!bytes) return null
  try {
    const { metadata } = JSON.parse(new TextDecoder().decode(bytes)) as { metadata?: { current?: unknown } }
    return typeof metadata?.current === 'number' ? metadata.current : null
  } catch {
    return null // Another program's file: it will be written over, as was asked for.
  }
}

/** What pytest said decides; where it was ended by us, what was predicted still counts. */
function verdict(analysis: Told, { stop, end }: Observation, judged: Judged): number {
  const open = analysis.findings.some(
    (finding, at) => finding.severity === 'error' && judged.findings[at] !== 'refuted',
  )
  const stops = stop !== null || (endedByUs(end) && analysis.trace.session.outcome === 'stops')
  const unforeseen = judged.told.some(({ finding }) => finding.severity === 'error')
  const failed = judged.collectors.some(it => it.observed === 'fails')
  return open || stops || unforeseen || failed ? ExitCode.findings : ExitCode.clean
}
