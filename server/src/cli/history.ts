/** `precollect history`: the trend of a suite, and whether its history is whole. */
import { DiskFileSystem } from '../files/disk.ts'
import { join } from '../files/paths.ts'
import { chronological, readHistory } from '../report/history.ts'
import { renderHistory } from '../report/history_text.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import { type ColorChoice, type Io, wantsColor } from './io.ts'
import { keptText } from './kept.ts'
import { resolveTarget } from './target.ts'

export interface HistoryOptions {
  readonly history: string
  readonly last: number
  readonly cause?: string
  readonly outputFormat: 'full' | 'json'
  readonly color: ColorChoice
}

/** Throws a UsageError where there is no history. */
export function showHistory(path: string | undefined, options: HistoryOptions, io: Io): number {
  const { stdout, stderr } = io
  const { history: name, outputFormat } = options
  const fs = new DiskFileSystem()
  const { cwd } = resolveTarget(fs, io.cwd, path === undefined ? [] : [path])
  const written = keptText(fs, join(cwd, name), name)
  if (written === null) {
    throw new UsageError(`there is no history ${name}: \`precollect report --record\` begins one`)
  }
  const history = readHistory(written)
  const { lines, troubles } = history
  for (const { line, words } of troubles) stderr.write(`${name}:${line}: ${words}\n`)
  if (outputFormat === 'json') {
    const document = { version: 1, whole: troubles.length === 0, troubles, lines: chronological(history) }
    stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  } else if (lines.length > 0) {
    const width = stdout.isTTY ? (stdout.columns ?? 80) : null
    const style = { width, color: wantsColor(options.color, stdout, io.env), verbose: false, quiet: false }
    stdout.write(renderHistory(history, name, { last: options.last, cause: options.cause ?? null }, style))
  }
  return troubles.length === 0 ? ExitCode.clean : ExitCode.findings
}
