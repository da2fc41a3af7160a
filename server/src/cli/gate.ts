/** `precollect gate`: one analysis, and whether the suite stands where it is to stand. */
import type { AnalysisRequest } from '../engine/analyze.ts'
import { analyzeDisk } from '../engine/analyze_disk.ts'
import type { Former } from '../engine/former.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { dirname, join, relative } from '../files/paths.ts'
import { makeFolder, writeText } from '../files/write.ts'
import {
  BASELINE_FILE,
  type Baseline,
  baselineOf,
  compareWithBaseline,
  readBaseline,
  renderBaseline,
} from '../report/baseline.ts'
import { type BarResult, type Bars, type Counted, jsonGate, judgeBars, renderGate } from '../report/gate.ts'
import { type Health, health } from '../report/health.ts'
import { floorOf, type History } from '../report/history.ts'
import { jsonReport } from '../report/json.ts'
import type { ReportInput } from '../report/report_input.ts'
import { worsened } from '../report/since.ts'
import { findSettings, type GateSettings } from '../rules/settings.ts'
import {
  announce,
  isForPeople,
  put,
  refuseNoInterpreter,
  refuseWrongSettings,
  render,
  requestOf,
  styleOf,
} from './check.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import { type Frozen, finishFreeze, prepareFreeze } from './freeze.ts'
import type { GateOptions } from './gate_options.ts'
import type { Io } from './io.ts'
import { keptText, wholeHistory } from './kept.ts'
import { resolveTarget, type Target } from './target.ts'
import { tool } from './version.ts'

/** Throws a UsageError for paths, options, settings and files that are wrong. */
export async function gate(
  paths: readonly string[],
  pytestArgs: readonly string[],
  options: GateOptions,
  io: Io,
): Promise<number> {
  refuseContradictions(options)
  const fs = new DiskFileSystem()
  const target = resolveTarget(fs, io.cwd, paths)
  refuseWrongSettings(fs, target, options, io)
  const { settings } = findSettings(fs, target.cwd)
  return new Gate(fs, target, pytestArgs, options, barsGiven(options, settings.gate), io).run()
}

type BarsGiven = Pick<Bars, 'maxErrors' | 'maxWarnings'> & Pick<GateSettings, 'minCollected'>

/** The command line comes before the project's settings. */
function barsGiven(options: GateOptions, settings: GateSettings): BarsGiven {
  return {
    maxErrors: options.maxErrors ?? settings.maxErrors ?? 0,
    maxWarnings: options.maxWarnings ?? settings.maxWarnings,
    minCollected: options.minCollected ?? settings.minCollected,
  }
}

class Gate {
  private readonly notes: string[] = []

  constructor(
    private readonly fs: DiskFileSystem,
    private readonly target: Target,
    private readonly pytestArgs: readonly string[],
    private readonly options: GateOptions,
    private readonly given: BarsGiven,
    private readonly io: Io,
  ) {}

  async run(): Promise<number> {
    const { given, options, io, target } = this
    // What is refused is refused before the work is done.
    const frozen: Frozen | null =
      options.freeze === undefined ? null : await prepareFreeze(options.freeze, target, io)
    const baseline = this.readBaseline()
    const history =
      given.minCollected === 'history' ? wholeHistory(this.fs, target.cwd, options.history) : null
    const done = announce(target, options, io)
    const { input, worse } = await this.analyze().finally(done)
    const model = health(input)
    if (options.writeBaseline) return this.writeBaseline(baseline, input)

    const ci = frozen !== null || (options.ci ?? (await inCi()))
    const counted = this.count(baseline, input, worse, ci)
    const bars: Bars = {
      maxErrors: given.maxErrors,
      maxWarnings: given.maxWarnings,
      minCollected: history === null ? floorGiven(given) : this.floor(history, model),
      requireConfirmed: options.requireConfirmed === true || frozen !== null,
    }
    const results = judgeBars(bars, counted, input, model)
    const passes = results.every(({ holds }) => holds)
    await this.report(results, counted, input, model)
    if (frozen !== null && passes) await finishFreeze(frozen, { results, model }, options, io)
    return passes || options.exitZero ? ExitCode.clean : ExitCode.findings
  }

  /** `worse`: what is new since the revision; null where nobody asked. */
  private async analyze(): Promise<{ input: ReportInput; worse: ReportInput['findings'] | null }> {
    const { fs, options, io } = this
    const request = requestOf(this.target, this.pytestArgs, options, io)
    const former = options.newOnly === undefined ? null : await this.former(request, options.newOnly)
    const say = (text: string) => io.stderr.write(`precollect: ${text}\n`)
    const { told, keep } = await analyzeDisk(fs, request, options.cache, undefined, say)
    refuseNoInterpreter(told.environment, options)
    if (told.environment.executable === null)
      this.notes.push(
        'no Python interpreter was found: what is installed is not known, and imports of it are not judged',
      )
    keep()
    let input: ReportInput = told
    if (options.confirm || options.requireConfirmed || options.freeze !== undefined) {
      const { confirmOnce } = await import('../engine/full_pass.ts')
      const timeoutMs = options.timeout === undefined ? null : options.timeout * 1000
      const confirmed = await confirmOnce(told, { env: io.env, timeoutMs })
      if (!confirmed) throw new UsageError('no interpreter was found to run pytest with: see --python')
      input = confirmed
    }
    if (former === null) return { input, worse: null }
    this.notes.push(...former.unknown)
    return { input, worse: worsened(input, { ...former.analysis, renamed: former.renamed }) }
  }

  private async former(request: AnalysisRequest, revision: string): Promise<Former> {
    // Loaded only now: what is refused is refused at once.
    const { Remembered } = await import('../engine/analyze.ts')
    const { analyzeFormer } = await import('../engine/former.ts')
    const { tidy } = await import('../engine/tidy.ts')
    const { WorkspaceCache } = await import('../engine/workspace_cache.ts')
    // Compiled modules go by content: most are those of the present state.
    const kept = this.options.cache ? WorkspaceCache.of(request.cwd, request.env).byContent() : null
    const former = await analyzeFormer(
      this.fs,
      request,
      revision,
      new Remembered(this.fs, undefined, kept, false, tidy),
    )
    kept?.keep()
    if (typeof former === 'string') throw new UsageError(`--new-only ${revision}: ${former}`)
    return former
  }

  /** Which findings count, and what becomes of the baseline. */
  private count(
    baseline: Baseline | null,
    input: ReportInput,
    worse: ReportInput['findings'] | null,
    ci: boolean,
  ): Counted {
    const since = worse === null ? null : `new since ${this.options.newOnly}`
    const told = worse ?? input.findings.filter(({ severity }) => severity !== 'info')
    if (baseline === null) return { findings: told, which: since, known: 0, stale: [] }
    const { fresh, known, stale } = compareWithBaseline(baseline, input)
    const gone = this.isWhole() ? stale : []
    if (!ci && gone.length > 0) this.shrink(baseline, new Set(gone))
    const counts = new Set(fresh)
    return {
      findings: told.filter(finding => counts.has(finding)),
      which: since ?? 'not in the baseline',
      known: known.length,
      stale: ci ? gone : [],
    }
  }

  /** Only a run over all that pytest would collect, and all rules, can say that a fault is gone. */
  private isWhole(): boolean {
    const { select = [], ignore = [] } = this.options
    return [this.target.paths, this.pytestArgs, select, ignore].every(list => list.length === 0)
  }

  private shrink(baseline: Baseline, gone: ReadonlySet<Baseline[number]>): void {
    const rest = baseline.filter(entry => !gone.has(entry))
    const name = this.baselineName()
    this.write(name, rest)
    this.notes.push(`${name}: ${gone.size} taken out, whose fault is gone; ${rest.length} left`)
  }

  private writeBaseline(before: Baseline | null, input: ReportInput): number {
    const { rootdir } = input.plan
    const baseline = baselineOf(input.findings, path => relative(rootdir, path))
    const name = this.baselineName()
    const had = new Set(before?.map(({ fingerprint }) => fingerprint))
    const has = new Set(baseline.map(({ fingerprint }) => fingerprint))
    this.write(name, baseline)
    const more = [...has].filter(it => !had.has(it)).length
    const fewer = [...had].filter(it => !has.has(it)).length
    const change = before === null ? 'made' : `${more} added, ${fewer} taken out`
    this.io.stdout.write(`${name}: ${change}; it holds ${baseline.length}\n`)
    return ExitCode.clean
  }

  private write(name: string, baseline: Baseline): void {
    const path = join(this.target.cwd, name)
    const reason = makeFolder(dirname(path)) ?? writeText(path, renderBaseline(baseline))
    if (reason !== null) throw new UsageError(`cannot write ${name}: ${reason}`)
  }

  private baselineName(): string {
    return typeof this.options.baseline === 'string' ? this.options.baseline : BASELINE_FILE
  }

  /** null: there is none, or it is not to count. */
  private readBaseline(): Baseline | null {
    const { baseline, writeBaseline } = this.options
    if (baseline === false) return null
    const name = this.baselineName()
    const text = keptText(this.fs, join(this.target.cwd, name), name)
    if (text === null) {
      if (typeof baseline !== 'string' || writeBaseline) return null
      throw new UsageError(`there is no baseline ${name}: make it with --write-baseline`)
    }
    const read = readBaseline(text)
    if (typeof read === 'string') throw new UsageError(`${name}: ${read}`)
    return read
  }

  private floor(history: History, { collected }: Health): Bars['minCollected'] {
    const floor = floorOf(history, collected === null ? 'as written' : 'by pytest')
    if (floor === null) {
      this.notes.push(`${this.options.history}: nothing is recorded yet that could be a floor`)
      return null
    }
    const at = floor.revision === null ? '' : ` at ${floor.revision.slice(0, 10)}`
    return { tests: floor.tests, because: `as recorded${at}` }
  }

  private async report(
    results: readonly BarResult[],
    counted: Counted,
    input: ReportInput,
    model: Health,
  ): Promise<void> {
    const { options, io, notes } = this
    if (options.outputFormat === 'json') {
      const document = { ...jsonReport(input, model, tool), gate: jsonGate(results, counted) }
      put(`${JSON.stringify(document, null, 2)}\n`, options, io)
      return
    }
    const barred = new Set<string>(results.map(({ bar }) => bar))
    const told = counted.findings.filter(({ severity }) => barred.has(`max-${severity}s`))
    const shown = { ...input, findings: told }
    const findings = await render(shown, health(shown), { ...options, quiet: true }, io)
    const verdict = notes.map(note => `${note}\n`).join('') + renderGate(results, styleOf(options, io))
    if (isForPeople(options.outputFormat)) {
      put([findings, verdict].filter(Boolean).join('\n'), options, io)
    } else {
      put(findings, options, io)
      io.stderr.write(verdict)
    }
  }
}

function refuseContradictions({
  writeBaseline,
  newOnly,
  baseline,
  tag,
  freeze,
  ...options
}: GateOptions): void {
  const runs = options.confirm || options.requireConfirmed || freeze !== undefined
  const wrong: readonly (readonly [boolean, string])[] = [
    [
      writeBaseline === true && newOnly !== undefined,
      '--write-baseline takes all findings: not with --new-only',
    ],
    [writeBaseline === true && baseline === false, '--write-baseline: not with --no-baseline'],
    [writeBaseline === true && freeze !== undefined, '--write-baseline: not with --freeze'],
    [tag === true && freeze === undefined, '--tag: only with --freeze NAME'],
    [freeze !== undefined && newOnly !== undefined, '--freeze is of a whole state: not with --new-only'],
    [runs && !options.interpreter, '--no-interpreter: pytest cannot be run without one'],
  ]
  const messages = wrong.filter(([is]) => is).map(([, message]) => message)
  if (messages.length > 0) throw new UsageError(messages.join('\n'))
}

function floorGiven({ minCollected }: BarsGiven): Bars['minCollected'] {
  return typeof minCollected === 'number' ? { tests: minCollected, because: '' } : null
}

async function inCi(): Promise<boolean> {
  const { isCI } = await import('ci-info')
  return isCI
}
