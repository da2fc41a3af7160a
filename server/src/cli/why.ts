/** `precollect why`: how it comes that a test file fails, where a module is found, what is behind a finding. */
import { analyze } from '../engine/analyze.ts'
import { compiledBefore } from '../engine/analyze_disk.ts'
import { explain, questionOf } from '../engine/explain.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { renderExplanation } from '../report/explanation.ts'
import {
  announce,
  type CheckOptions,
  put,
  refuseNoInterpreter,
  refuseWrongSettings,
  requestOf,
  styleOf,
} from './check.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import type { Io } from './io.ts'
import { resolveTarget } from './target.ts'

export interface WhyOptions extends CheckOptions {
  /** The project's folder; without it the current one. */
  readonly project?: string
}

/** Throws a UsageError for wrong options, and for a word that is no file, module or finding. */
export async function why(
  asked: string,
  pytestArgs: readonly string[],
  options: WhyOptions,
  io: Io,
): Promise<number> {
  const fs = new DiskFileSystem()
  const target = resolveTarget(fs, io.cwd, options.project === undefined ? [] : [options.project])
  refuseWrongSettings(fs, target, options, io)
  const request = requestOf(target, pytestArgs, options, io)
  const { remembered, keep } = await compiledBefore(fs, request, options.cache)
  const done = announce(target, options, io)
  try {
    const analysis = await analyze(fs, request, remembered)
    refuseNoInterpreter(analysis.environment, options)
    const question = questionOf(asked, target.cwd, fs, analysis) ?? questionOf(asked, io.cwd, fs, analysis)
    if (!question) {
      throw new UsageError(
        `'${asked}' is no file here, no module's name and no finding's fingerprint or place`,
      )
    }
    const told = await explain(fs, request, analysis, remembered, question)
    done()
    keep()
    const json = options.outputFormat === 'json'
    put(
      json ? `${JSON.stringify(told, null, 2)}\n` : renderExplanation(told, styleOf(options, io)),
      options,
      io,
    )
    return ExitCode.clean
  } finally {
    done()
  }
}
