/** `precollect report`: one analysis, and the suite's health in every form that is kept as a file. */
import { DiskFileSystem } from '../files/disk.ts'
import { join } from '../files/paths.ts'
import { makeFolder, writeTexts } from '../files/write.ts'
import { type Format, renderAs } from '../report/formats.ts'
import { type Health, health } from '../report/health.ts'
import type { ReportInput } from '../report/report_input.ts'
import { analysisOf, type CheckOptions, refuseWrongSettings, renderingOf, styleOf, verdict } from './check.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import type { Io } from './io.ts'
import { expectShortRun } from './short_run.ts'
import { resolveTarget } from './target.ts'

export interface ReportOptions extends CheckOptions {
  readonly outputDir: string
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

/** Throws a UsageError for paths, options or settings that are wrong, and where the files can't be written. */
export async function report(
  paths: readonly string[],
  pytestArgs: readonly string[],
  given: ReportOptions,
  io: Io,
): Promise<number> {
  const options: ReportOptions = { ...given, interpreter: true }
  if (options.confirm) {
    const { confirm } = await import('./confirm.ts')
    return confirm(paths, pytestArgs, options, io, input => write(input, health(input), options, io))
  }
  expectShortRun()
  const fs = new DiskFileSystem()
  const target = resolveTarget(fs, io.cwd, paths)
  refuseWrongSettings(fs, target, options)
  const { analysis } = await analysisOf(fs, target, pytestArgs, options, io)
  const model = health(analysis)
  await write(analysis, model, options, io)
  return options.exitZero ? ExitCode.clean : verdict(analysis, model)
}

/** Writes all files or none, and says so. */
async function write(input: ReportInput, model: Health, options: ReportOptions, io: Io): Promise<void> {
  const folder = join(io.cwd, options.outputDir)
  const style = { ...styleOf(options, io), width: null, color: false }
  const files = []
  for (const [name, format] of FILES) {
    const text = await renderAs(format, input, model, renderingOf(style, format, io))
    files.push({ path: join(folder, name), text })
  }
  const reason = makeFolder(folder) ?? writeTexts(files)
  if (reason !== null) throw new UsageError(`cannot write the report to ${options.outputDir}: ${reason}`)
  if (options.quiet) return
  for (const { path } of files) io.stdout.write(`${path}\n`)
}
