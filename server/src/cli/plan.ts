/** `precollect plan`: the steps to a target, and with `--apply` those of them that are edits, made one by one. */
import { Drafts } from '../bridges/draft.ts'
import { type AnalysisRequest, analyze, Remembered } from '../engine/analyze.ts'
import { compiledBefore } from '../engine/analyze_disk.ts'
import { errorsOf, type PlannedStep, planRescue } from '../engine/rescue.ts'
import { uncommitted } from '../engine/uncommitted.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { relative } from '../files/paths.ts'
import { applyChanges } from '../files/transaction.ts'
import { renderRescuePlan } from '../report/rescue_plan.ts'
import { count } from '../report/style.ts'
import { type CheckOptions, put, refuseWrongSettings, requestOf, styleOf } from './check.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import type { Io } from './io.ts'
import { reasons, writtenOr } from './mend.ts'
import { resolveTarget } from './target.ts'

export interface PlanOptions extends CheckOptions {
  readonly target: number
  readonly safe?: boolean
  readonly apply?: boolean
  readonly steps?: number
}

/** Throws a UsageError for wrong options, and where a step can't be written. */
export async function plan(
  paths: readonly string[],
  pytestArgs: readonly string[],
  options: PlanOptions,
  io: Io,
): Promise<number> {
  const fs = new DiskFileSystem()
  const target = resolveTarget(fs, io.cwd, paths)
  refuseWrongSettings(fs, target, options, io)
  const request = requestOf(target, pytestArgs, options, io)
  const show = progressOn(io, options)
  const { remembered, keep } = await compiledBefore(fs, request, options.cache)
  const { plan, steps } = await planRescue(
    fs,
    request,
    remembered,
    { target: options.target, unsafe: options.safe !== true, steps: options.steps ?? null },
    errors => show(`planning: ${count(errors, 'error')} left ...`),
  ).finally(() => show(null))
  keep()
  const json = options.outputFormat === 'json'
  put(json ? `${JSON.stringify(plan, null, 2)}\n` : renderRescuePlan(plan, styleOf(options, io)), options, io)
  if (!options.apply) return plan.errors.now <= plan.target ? ExitCode.clean : ExitCode.findings
  const left = await apply(
    fs,
    request,
    steps,
    json ? io.stderr.write.bind(io.stderr) : io.stdout.write.bind(io.stdout),
  )
  return left <= plan.target ? ExitCode.clean : ExitCode.findings
}

/** Makes the edits in their order, each checked again, and returns the number of errors that are left. */
async function apply(
  fs: DiskFileSystem,
  request: AnalysisRequest,
  steps: readonly PlannedStep[],
  say: (text: string) => unknown,
): Promise<number> {
  const shown = (path: string) => relative(request.cwd, path)
  const remembered = new Remembered(fs)
  const written = new Set<string>()
  for (const [at, { step, edit, cured }] of steps.entries()) {
    if (edit === null) continue
    const drafts = new Drafts(fs)
    // What is on the disk may be another text by now.
    if (!drafts.add(edit)) {
      say(`${at + 1}. not made, and nothing after it: ${step.writes.join(', ')} changed in between\n`)
      break
    }
    const changes = drafts.changes()
    const own = changes.map(({ path }) => path).filter(path => !written.has(path))
    const mixed = await uncommitted(request.cwd, own, request.env)
    if (mixed.length > 0)
      say(`not committed before, and now mixed with the fix: ${mixed.map(shown).join(', ')}\n`)
    const applied = applyChanges(changes)
    if (applied.refused.length > 0 && written.size > 0)
      throw new UsageError(
        `step ${at + 1} was not written, the steps before it were:\n${reasons(applied, request.cwd)}`,
      )
    for (const path of writtenOr(applied, request.cwd)) written.add(path)
    fs.forget()
    const errors = errorsOf(await analyze(fs, { ...request, layers: false, cured }, remembered))
    say(`${at + 1}. made: ${step.title} (${few(changes.map(({ path }) => shown(path)))})\n`)
    if (errors !== step.errorsAfter) {
      say(
        `   expected ${count(step.errorsAfter, 'error')} after it, and there are ${errors}: nothing more is done\n`,
      )
      break
    }
  }
  const left = errorsOf(await analyze(fs, { ...request, layers: false }, remembered))
  const byHand = steps.filter(({ edit }) => edit === null).length
  const rest =
    byHand > 0 ? `; ${count(byHand, 'step')} of the plan ${byHand === 1 ? 'is' : 'are'} left to you` : ''
  say(`${count(left, 'error')} now${rest}.\n`)
  return left
}

/** The first of many names, and how many more there are. */
function few(names: readonly string[]): string {
  const shown = names.slice(0, 5)
  const rest = names.length - shown.length
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${rest} more`
}

/** One line on a terminal that is written over; null wipes it away. */
function progressOn({ stderr }: Io, { quiet }: CheckOptions): (line: string | null) => void {
  if (quiet || stderr.isTTY !== true) return () => {}
  return line => stderr.write(`\r\u001b[2K${line ?? ''}`)
}
