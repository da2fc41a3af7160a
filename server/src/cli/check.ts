/** `precollect check`: one analysis, one report, one exit code. */
import type { Analysis, AnalysisRequest, Remembered } from '../engine/analyze.ts'
import { analyzeDisk, compiledBefore, type DiskAnalysis } from '../engine/analyze_disk.ts'
import { DiskFileSystem } from '../files/disk.ts'
import type { FileSystem } from '../files/file_system.ts'
import { pageParts } from '../files/page_parts.ts'
import { join, normalize, relative } from '../files/paths.ts'
import { writeText } from '../files/write.ts'
import { type Format, type Rendering, renderAs } from '../report/formats.ts'
import { type Health, health } from '../report/health.ts'
import type { ReportInput } from '../report/report_input.ts'
import type { Style } from '../report/style.ts'
import { renderStatistics } from '../report/summary.ts'
import { checkRuleNames, findSettings } from '../rules/settings.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import { type ColorChoice, type Io, wantsColor } from './io.ts'
import type { MendOptions } from './mend.ts'
import { progressOn } from './progress.ts'
import { resolveTarget, type Target } from './target.ts'
import { version } from './version.ts'

export interface CheckOptions extends MendOptions {
  readonly outputFormat: Format
  readonly outputFile?: string
  readonly python?: string
  readonly invocation?: 'pytest' | 'python -m pytest'
  readonly select?: readonly string[]
  readonly ignore?: readonly string[]
  readonly statistics?: boolean
  /** False: it must not be started. */
  readonly interpreter: boolean
  /** False: nothing is taken from what earlier runs kept, and nothing is kept. */
  readonly cache: boolean
  readonly color: ColorChoice
  readonly exitZero?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  /** Run pytest afterwards, and tell what it says: `confirm.ts`. */
  readonly confirm?: boolean
}

/** Is anything to be mended, or shown as a patch? `--unsafe-fixes` by itself means that they are made. */
function wantsMending({ fix, unsafeFixes, leaveOut, diff }: MendOptions): boolean {
  return fix === true || unsafeFixes === true || leaveOut === true || diff === true
}

/** Throws a UsageError for paths, options or settings that are wrong. */
export async function check(
  paths: readonly string[],
  pytestArgs: readonly string[],
  options: CheckOptions,
  io: Io,
): Promise<number> {
  const fs = new DiskFileSystem(options.cache)
  const target = resolveTarget(fs, io.cwd, paths)
  refuseWrongSettings(fs, target, options, io)
  if (wantsMending(options)) {
    const { mendOrDiff } = await import('./mend.ts')
    const { analysis, request, remembered, keep } = await analysisOf(fs, target, pytestArgs, options, io)
    const style = styleOf(options, io)
    const { text, changes } = await mendOrDiff(fs, request, remembered, analysis, options, style)
    keep()
    if (options.diff) {
      put(text, options, io)
      return changes && !options.exitZero ? ExitCode.findings : ExitCode.clean
    }
    const output = options.outputFormat === 'json' ? io.stderr : io.stdout
    if (!options.quiet) output.write(`${text}\n`)
    // What was written is not what `fs` remembers.
    fs.forget()
  }
  const { told, keep } = await toldOf(fs, target, pytestArgs, options, io)
  if (options.verbose) {
    for (const { path, reason } of told.problems) io.stderr.write(`could not read ${path}: ${reason}\n`)
  }
  const model = health(told)
  put(await render(told, model, options, io), options, io)
  keep()
  return options.exitZero ? ExitCode.clean : verdict(told, model)
}

/** What the analysis that the command line asks for has to tell, with its progress shown; from the cache, if it can be. */
export async function toldOf(
  fs: DiskFileSystem,
  target: Target,
  pytestArgs: readonly string[],
  options: CheckOptions,
  io: Io,
): Promise<DiskAnalysis> {
  const show = progressOn(io, options.quiet)
  const line = `checking ${target.cwd}`
  show(line)
  const request = requestOf(target, pytestArgs, options, io)
  const onRead = (files: number) => show(`${line}: ${files} files read`)
  const say = (text: string) => {
    show(null)
    io.stderr.write(`precollect: ${text}\n`)
  }
  const made = await analyzeDisk(fs, request, options.cache, onRead, say).finally(() => show(null))
  refuseNoInterpreter(made.told.environment, options)
  return made
}

/** An analysis, and what another one of the same workspace can be made from. */
export interface Checked {
  readonly analysis: Analysis
  readonly request: AnalysisRequest
  readonly remembered: Remembered
  /** Keeps what was compiled for the next process. */
  keep(): void
}

/** The analysis that the command line asks for, with its progress shown. */
export async function analysisOf(
  fs: DiskFileSystem,
  target: Target,
  pytestArgs: readonly string[],
  options: CheckOptions,
  io: Io,
): Promise<Checked> {
  const show = progressOn(io, options.quiet)
  const line = `checking ${target.cwd}`
  show(line)
  // Loaded only now: what is refused is refused at once.
  const { analyze } = await import('../engine/analyze.ts')
  const request = requestOf(target, pytestArgs, options, io)
  const { remembered, keep } = await compiledBefore(fs, request, options.cache)
  const onRead = (files: number) => show(`${line}: ${files} files read`)
  const analysis = await analyze(fs, request, remembered, onRead).finally(() => show(null))
  refuseNoInterpreter(analysis.environment, options)
  return { analysis, request, remembered, keep }
}

/** Throws a UsageError that names every setting and rule that is wrong. */
export function refuseWrongSettings(
  fs: FileSystem,
  { cwd }: Target,
  { select = [], ignore = [], python }: CheckOptions,
  io: Io,
): void {
  const { problems } = findSettings(fs, cwd)
  const interpreter = python === undefined ? null : interpreterOf(python, io)
  const wrong = [
    ...(interpreter !== null &&
    isPlace(interpreter) &&
    (fs.stat(interpreter) ?? fs.stat(`${interpreter}.exe`)) === null
      ? [`--python: there is no ${interpreter}`]
      : []),
    ...problems.map(({ span, line, message }) => `${relative(cwd, span.path)}:${line}: ${message}`),
    ...checkRuleNames(select).map(message => `--select: ${message}`),
    ...checkRuleNames(ignore).map(message => `--ignore: ${message}`),
  ]
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'))
}

/** Throws a UsageError where what was given as --python is there and is none. */
export function refuseNoInterpreter(
  { executable, rejected }: ReportInput['environment'],
  { python }: Pick<CheckOptions, 'python'>,
): void {
  if (python === undefined || executable !== null) return
  const [given] = rejected
  throw new UsageError(
    `--python: ${given ? `${given.path}: ${given.reason}` : `${python} is no interpreter`}`,
  )
}

/** A place is meant from where the command was given; a name (`python3.12`) is looked for by the environment. */
function interpreterOf(python: string, { cwd }: Io): string {
  return isPlace(python) ? join(cwd, python) : python
}

function isPlace(python: string): boolean {
  return /^\.|[\\/]/.test(python)
}

/** What the command line asks to be analysed. */
export function requestOf(
  { cwd, paths }: Target,
  pytestArgs: readonly string[],
  options: CheckOptions,
  io: Io,
): AnalysisRequest {
  return {
    cwd,
    paths,
    pytestArgs,
    invocation: options.invocation ?? null,
    python: options.python === undefined ? null : interpreterOf(options.python, io),
    trusted: options.interpreter,
    env: io.env,
    envIsExact: true,
    select: options.select ?? [],
    ignore: options.ignore ?? [],
  }
}

/** Says on a terminal what is going on, and returns what wipes it away. */
export function announce({ cwd }: Target, { quiet }: CheckOptions, io: Io): () => void {
  const show = progressOn(io, quiet)
  show(`checking ${cwd}`)
  return () => show(null)
}

/** The report in the format that was asked for. */
export async function render(
  input: ReportInput,
  model: Health,
  options: CheckOptions,
  io: Io,
): Promise<string> {
  const style = styleOf(options, io)
  if (options.statistics && isForPeople(options.outputFormat)) return renderStatistics(input, model, style)
  return renderAs(options.outputFormat, input, model, renderingOf(style, options.outputFormat, io))
}

/** Is it read as it stands, and not by another program? */
export function isForPeople(format: Format): boolean {
  return ['full', 'concise', 'grouped'].includes(format)
}

/** What the renderers need to know of the process around them. */
export function renderingOf(style: Style, format: Format, { cwd, env }: Io): Rendering {
  const checkout = format === 'gitlab' ? env.CI_PROJECT_DIR : (env.GITHUB_WORKSPACE ?? env.CI_PROJECT_DIR)
  return { style, version, base: checkout ? normalize(checkout) : cwd, page: pageParts, at: new Date() }
}

/** How a report for people is to look. */
export function styleOf({ outputFile, color, verbose, quiet }: CheckOptions, { stdout, env }: Io): Style {
  const toFile = outputFile !== undefined
  return {
    width: toFile || !stdout.isTTY ? null : (stdout.columns ?? 80),
    color: toFile ? color === 'always' : wantsColor(color, stdout, env),
    verbose: verbose === true,
    quiet: quiet === true,
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

/** The exit code of what was predicted. */
export function verdict({ findings }: ReportInput, { session }: Health): number {
  const fails = findings.some(finding => finding.severity === 'error')
  return fails || session.outcome === 'stops' ? ExitCode.findings : ExitCode.clean
}
