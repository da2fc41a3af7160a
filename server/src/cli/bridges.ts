/** `precollect bridges`: what could serve what is missing, and bridges written where that helps. */
import { Drafts } from '../bridges/draft.ts'
import { analyze } from '../engine/analyze.ts'
import { compiledBefore } from '../engine/analyze_disk.ts'
import {
  bridgesTogether,
  existingBridges,
  type MissingName,
  missingNames,
  nameOf,
} from '../engine/bridges.ts'
import { uncommitted } from '../engine/uncommitted.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { relative } from '../files/paths.ts'
import { applyChanges } from '../files/transaction.ts'
import { jsonBridges, renderBridges } from '../report/bridges.ts'
import { renderDiff } from '../report/diff.ts'
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
import { writtenOr } from './mend.ts'
import { resolveTarget } from './target.ts'
import { tool } from './version.ts'

export interface BridgesOptions extends CheckOptions {
  readonly top: number
  readonly write?: boolean
  readonly diff?: boolean
  readonly check?: boolean
}

/** Throws a UsageError for wrong options, and where bridges can't be written: then none was. */
export async function bridges(
  paths: readonly string[],
  pytestArgs: readonly string[],
  options: BridgesOptions,
  io: Io,
): Promise<number> {
  if (options.check && (options.write || options.diff))
    throw new UsageError('--check looks at the bridges that are there: it goes without --write and --diff')
  const fs = new DiskFileSystem()
  const target = resolveTarget(fs, io.cwd, paths)
  refuseWrongSettings(fs, target, options, io)
  const done = announce(target, options, io)
  try {
    const request = requestOf(target, pytestArgs, options, io)
    const { remembered, keep } = await compiledBefore(fs, request, options.cache)
    const analysis = await analyze(fs, request, remembered)
    refuseNoInterpreter(analysis.environment, options)
    const missing = options.check ? [] : await missingNames(analysis, options.top)
    const existing = existingBridges(analysis)
    keep()
    done()
    if (options.write || options.diff) return await write(fs, analysis, missing, options, io)
    const input = { root: analysis.plan.rootdir, missing, existing }
    const json = options.outputFormat === 'json'
    put(
      json
        ? `${JSON.stringify(jsonBridges(input, tool), null, 2)}\n`
        : renderBridges(input, styleOf(options, io)),
      options,
      io,
    )
    const isDebtToPay = existing.some(({ state }) => state.is !== 'needed')
    return options.check && isDebtToPay && !options.exitZero ? ExitCode.findings : ExitCode.clean
  } finally {
    done()
  }
}

async function write(
  fs: DiskFileSystem,
  analysis: Parameters<typeof bridgesTogether>[0],
  missing: readonly MissingName[],
  options: BridgesOptions,
  io: Io,
): Promise<number> {
  const { edit, made } = bridgesTogether(analysis, missing)
  const drafts = new Drafts(fs)
  if (edit !== null && !drafts.add(edit))
    throw new UsageError('nothing was written: the files changed in between')
  const root = analysis.plan.rootdir
  if (options.diff) {
    put(renderDiff(drafts.drafts(), root), options, io)
    return ExitCode.clean
  }
  const changes = drafts.changes()
  const changed = changes.flatMap(({ kind, path }) => (kind === 'create' ? [] : [path]))
  const mixed = await uncommitted(root, changed, analysis.request.env)
  const written = writtenOr(applyChanges(changes), root).map(path => relative(root, path))
  const served = made.map(({ missing }) => nameOf(missing))
  const left = missing.length - made.length
  const lines = [
    ...written.map(path => `wrote ${path}`),
    ...(mixed.length > 0
      ? [
          `Not committed before, and now mixed with the bridges: ${mixed.map(path => relative(root, path)).join(', ')}`,
        ]
      : []),
    made.length === 0 ? 'No bridge was written.' : `Served by bridges now: ${served.join(', ')}.`,
    ...(left > 0 ? [`${left} of the ${missing.length} most wanted could not be served.`] : []),
  ]
  put(lines.map(line => `${line}\n`).join(''), options, io)
  return ExitCode.clean
}
