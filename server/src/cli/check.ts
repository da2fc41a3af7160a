/** `precollect check`: one analysis, one report, one exit code. */
import type { AnalysisRequest } from '../engine/analyze.ts'
import { DiskFileSystem } from '../files/disk.ts'
import type { FileSystem } from '../files/file_system.ts'
import { join, relative } from '../files/paths.ts'
import { writeText } from '../files/write.ts'
import { renderConcise } from '../report/concise.ts'
import { renderFull } from '../report/full.ts'
import { type Health, health } from '../report/health.ts'
import { renderJson } from '../report/json.ts'
import type { ReportInput } from '../report/report_input.ts'
import type { Style } from '../report/style.ts'
import { renderStatistics } from '../report/summary.ts'
import { checkRuleNames, findSettings } from '../rules/settings.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import { type ColorChoice, type Io, wantsColor } from './io.ts'
import type { MendOptions } from './mend.ts'
import { resolveTarget, type Target } from './target.ts'
import { tool } from './version.ts'

export interface CheckOptions extends MendOptions {
  readonly outputFormat: 'full' | 'concise' | 'json'
  readonly outputFile?: string
  readonly python?: string
  readonly invocation?: 'pytest' | 'python -m pytest'
  readonly select?: readonly string[]
  readonly ignore?: readonly string[]
  readonly statistics?: boolean
  /** False: it must not be started. */
  readonly interpreter: boolean
  readonly color: ColorChoice
  readonly exitZero?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  /** Run pytest afterwards, and tell what it says: `confirm.ts`. */
  readonly confirm?: boolean
}

/** Is anything to be mended, or shown as a patch? `--unsafe-fixes` by itself means that they are made. */
function wantsMending({ fix, unsafeFixes, diff }: MendOptions): boolean {
  return fix === true || unsafeFixes === true || diff === true
}

/** Throws a UsageError for paths, options or settings that are wrong. */
export async function check(
  paths: readonly string[],
  pytestArgs: readonly string[],
  options: CheckOptions,
  io: Io,
): Promise<number> {
  const fs = new DiskFileSystem()
  const target = resolveTarget(fs, io.cwd, paths)
  refuseWrongSettings(fs, target, options)
  const done = announce(target, options, io)
  // Loaded only now: what is refused is refused at once.
  const { analyze, Remembered } = await import('../engine/analyze.ts')
  const request = requestOf(target, pytestArgs, options, io)
  const remembered = new Remembered(fs)
  let analysis = await analyze(fs, request, remembered).finally(done)
  if (wantsMending(options)) {
    const { mendOrDiff } = await import('./mend.ts')
    const { text, changes } = await mendOrDiff(
      fs,
      request,
      remembered,
      analysis,
      options,
      styleOf(options, io),
    )
    if (options.diff) {
      put(text, options, io)
      return changes && !options.exitZero ? ExitCode.findings : ExitCode.clean
    }
    const output = options.outputFormat === 'json' ? io.stderr : io.stdout
    if (!options.quiet) output.write(`${text}\n`)
    if (changes) analysis = await analyze(fs, request, new Remembered(fs))
  }
  if (options.verbose) {
    for (const { path, reason } of fs.problems()) io.stderr.write(`could not read ${path}: ${reason}\n`)
  }
  const model = health(analysis)
  put(render(analysis, model, options, io), options, io)
  return options.exitZero ? ExitCode.clean : verdict(analysis, model)
}

/** Throws a UsageError that names every setting and rule that is wrong. */
export function refuseWrongSettings(
  fs: FileSystem,
  { cwd }: Target,
  { select = [], ignore = [] }: CheckOptions,
): void {
  const { problems } = findSettings(fs, cwd)
  const wrong = [
    ...problems.map(({ span, line, message }) => `${relative(cwd, span.path)}:${line}: ${message}`),
    ...checkRuleNames(select).map(message => `--select: ${message}`),
    ...checkRuleNames(ignore).map(message => `--ignore: ${message}`),
  ]
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'))
}

/** What the command line asks to be analysed. */
export function requestOf(
  { cwd, paths }: Target,
  pytestArgs: readonly string[],
  options: CheckOptions,
  { env }: Io,
): AnalysisRequest {
  return {
    cwd,
    paths,
    pytestArgs,
    invocation: options.invocation ?? null,
    python: options.python ?? null,
    trusted: options.interpreter,
    env,
    envIsExact: true,
    select: options.select ?? [],
    ignore: options.ignore ?? [],
  }
}

/** Says on a terminal what is going on, and returns what wipes it away. */
export function announce({ cwd }: Target, { quiet }: CheckOptions, { stderr }: Io): () => void {
  if (quiet || stderr.isTTY !== true) return () => {}
  const line = `checking ${cwd} ...`
  stderr.write(line.slice(0, (stderr.columns ?? 80) - 1))
  return () => stderr.write('\r\u001b[2K')
}

/** The report in the format that was asked for. */
export function render(input: ReportInput, model: Health, options: CheckOptions, io: Io): string {
  const style = styleOf(options, io)
  if (options.outputFormat === 'json') return renderJson(input, model, tool)
  if (options.statistics) return renderStatistics(input, model, style)
  return options.outputFormat === 'full'
    ? renderFull(input, model, style)
    : renderConcise(input, model, style)
}

/** How a report for people is to look. */
export function styleOf(options: CheckOptions, io: Io): Style {
  const toFile = options.outputFile !== undefined
  return {
    width: toFile || !io.stdout.isTTY ? null : (io.stdout.columns ?? 80),
    color: toFile ? options.color === 'always' : wantsColor(options.color, io.stdout, io.env),
    verbose: options.verbose === true,
    quiet: options.quiet === true,
  }
}

/** Prints the report or writes it where it is to go. Throws a UsageError where that can't be written. */
export function put(report: string, { outputFile }: CheckOptions, io: Io): void {
  if (outputFile === undefined) {
    io.stdout.write(report)
    return
  }
  const reason = writeText(join(io.cwd, outputFile), report)
  if (reason !== null) throw new UsageError(`cannot write ${outputFile}: ${reason}`)
}

function verdict({ findings }: ReportInput, { session }: Health): number {
  const fails = findings.some(finding => finding.severity === 'error')
  return fails || session.outcome === 'stops' ? ExitCode.findings : ExitCode.clean
}
