/** `precollect report`: one analysis, and the suite's health in every form that is kept as a file. */
import type { Analysis, AnalysisRequest } from '../engine/analyze.ts'
import { compiledBefore } from '../engine/analyze_disk.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { join } from '../files/paths.ts'
import { makeFolder, writeTexts } from '../files/write.ts'
import { type Format, renderAs } from '../report/formats.ts'
import { health } from '../report/health.ts'
import type { ReportInput } from '../report/report_input.ts'
import type { RescuePlan } from '../report/rescue_plan.ts'
import {
  analysisOf,
  type CheckOptions,
  refuseWrongSettings,
  renderingOf,
  requestOf,
  styleOf,
  verdict,
} from './check.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import type { Io } from './io.ts'
import { prepareRecord, type RecordOptions, trendSoFar } from './record.ts'
import { expectShortRun } from './short_run.ts'
import { resolveTarget } from './target.ts'

export interface ReportOptions extends CheckOptions, RecordOptions {
  /** undefined: the current folder, or, where a state is to be recorded, no files. */
  readonly outputDir?: string
  readonly record?: boolean
  /** Are the steps to be looked for that bring the errors down? */
  readonly plan: boolean
  /** Seconds. */
  readonly timeout?: number
}

const FILES: readonly (readonly [name: string, format: Format])[] = [
  ['health.html', 'html'],
  ['health.json', 'json'],
  ['health.md', 'markdown'],
  ['health.sarif', 'sarif'],
  ['health.junit.xml', 'junit'],
]

/** A report tells the beginning of a long plan. */
const MOST_STEPS = 10

/** Throws a UsageError for paths, options or settings that are wrong, and where the files can't be written. */
export async function report(
  paths: readonly string[],
  pytestArgs: readonly string[],
  options: ReportOptions,
  io: Io,
): Promise<number> {
  const fs = new DiskFileSystem()
  const target = resolveTarget(fs, io.cwd, paths)
  refuseWrongSettings(fs, target, options, io)
  // Bridges and a plan need the whole workspace: no part of it may come from the cache.
  const debtAndPlan = async () => {
    // First, for it goes on to lay edits over the files.
    const rescue = options.plan
      ? await rescueOf(fs, requestOf(target, pytestArgs, options, io), options)
      : null
    const { analysis, keep } = await analysisOf(fs, target, pytestArgs, options, io)
    const bridges = await bridgesOf(analysis)
    keep()
    return { analysis, more: { bridges, ...(rescue ? { rescue } : {}) } }
  }
  if (options.confirm) {
    const { confirm } = await import('./confirm.ts')
    return confirm(paths, pytestArgs, options, io, async input =>
      tell({ ...input, ...(await debtAndPlan()).more }, target.cwd, options, io),
    )
  }
  expectShortRun()
  const { analysis, more } = await debtAndPlan()
  await tell({ ...analysis, ...more }, target.cwd, options, io)
  return options.exitZero ? ExitCode.clean : verdict(analysis, health(analysis))
}

async function bridgesOf(analysis: Analysis): Promise<ReportInput['bridges']> {
  const { existingBridges } = await import('../engine/bridges.ts')
  return existingBridges(analysis).map(({ path, module, names, importers, state }) => ({
    ...{ path, module, names, users: importers, state: state.is },
    because: state.is === 'needed' ? null : state.because,
  }))
}

/** The first steps of the plan that brings all errors down. */
async function rescueOf(
  fs: DiskFileSystem,
  request: AnalysisRequest,
  { cache }: ReportOptions,
): Promise<RescuePlan> {
  const { planRescue } = await import('../engine/rescue.ts')
  const { remembered, keep } = await compiledBefore(fs, request, cache)
  const { plan } = await planRescue(fs, request, remembered, { target: 0, unsafe: true, steps: MOST_STEPS })
  keep()
  return plan
}

/** Writes and records what is to be, with the trend of the folder that was checked. */
async function tell(input: ReportInput, cwd: string, options: ReportOptions, io: Io): Promise<void> {
  const prepared = options.record ? await prepareRecord(cwd, input, health(input), options, io) : null
  const whole = { ...input, history: prepared?.trend ?? trendSoFar(cwd, options.history) }
  const folder = options.outputDir ?? (prepared ? null : '.')
  if (folder !== null) await write(whole, folder, options, io)
  const recorded = prepared?.keep()
  if (recorded && !options.quiet) io.stdout.write(recorded)
}

/** Writes all files or none, and says so. `name`: of the folder. */
async function write(input: ReportInput, name: string, options: ReportOptions, io: Io): Promise<void> {
  const folder = join(io.cwd, name)
  const model = health(input)
  const style = { ...styleOf(options, io), width: null, color: false }
  const files = []
  for (const [name, format] of FILES) {
    const text = await renderAs(format, input, model, renderingOf(style, format, io))
    files.push({ path: join(folder, name), text })
  }
  const reason = makeFolder(folder) ?? writeTexts(files)
  if (reason !== null) throw new UsageError(`cannot write the report to ${name}: ${reason}`)
  if (options.quiet) return
  for (const { path } of files) io.stdout.write(`${path}\n`)
}
