/**
 * The plan to a target: which fixes, installations and repairs by hand bring the errors of collection down, in which
 * order, and how many are left after each. Greedy: the step that brings back most, of what then fails the next, and so
 * on; every step is simulated upon those before it, so what waits behind an error is in the figures.
 */
import { Drafts } from '../bridges/draft.ts'
import { editOf, pathsOf, type WorkspaceEdit } from '../bridges/edit.ts'
import type { Fix, Proposal } from '../bridges/fix.ts'
import { type Effect, effectOf } from '../bridges/verify.ts'
import type { FileSystem } from '../files/file_system.ts'
import { LineIndex } from '../files/lines.ts'
import { remember } from '../files/memo.ts'
import { relative } from '../files/paths.ts'
import type { RescuePlan, RescueStep } from '../report/rescue_plan.ts'
import { alike, type Cause, collectorsOf } from '../rules/causes.ts'
import { filesBehind, testFiles } from '../rules/test_files.ts'
import type { Cured } from '../simulate/passed.ts'
import { type Analysis, type AnalysisRequest, analyze, type Remembered } from './analyze.ts'
import { type Cure, curedBy, curesOf, movedCures } from './cures.ts'
import { recallHistory, shownBy, verifiedFixes } from './fixes.ts'

/** A plan that is longer than this is a project of its own. */
const MOST_STEPS = 200

export interface RescueRequest {
  /** Not more errors than that are wanted. */
  readonly target: number
  /** May fixes be part of it that could mean something else? */
  readonly unsafe: boolean
  /** No more steps than these; null: as many as it takes. */
  readonly steps: number | null
}

/** A step with what it takes to make it. */
export interface PlannedStep {
  readonly step: RescueStep
  readonly edit: WorkspaceEdit | null
  /** What counts as done by hand after it, for checking the figure again. */
  readonly cured: Cured
}

export interface Rescue {
  readonly plan: RescuePlan
  readonly steps: readonly PlannedStep[]
}

/** `progress` is told the number of errors left after each step that was found. */
export async function planRescue(
  fs: FileSystem,
  request: AnalysisRequest,
  remembered: Remembered,
  { target, unsafe, steps: most }: RescueRequest,
  progress: (errors: number) => void = () => {},
): Promise<Rescue> {
  const drafts = new Drafts(fs)
  const steps: PlannedStep[] = []
  const tried: Tried = new Map()
  let cures: readonly Cure[] = []
  let installed: readonly string[] = []
  let now = await analyze(fs, { ...request, layers: false }, remembered)
  const root = now.plan.rootdir
  const errors = errorsOf(now)
  while (errorsOf(now) > target && steps.length < (most ?? MOST_STEPS)) {
    await recallHistory(now)
    const wanted = ({ safety, leavesOut }: Proposal) => !leavesOut && (unsafe || safety !== 'unsafe')
    let best = bestStep(now, wanted, tried)
    // What nothing served may be served by what steps have made since.
    if (!best && steps.length > 0) {
      tried.clear()
      best = bestStep(now, wanted, tried)
    }
    if (!best) break
    const { cause, all, fix, effect } = best
    const edit = fix?.edit ?? null
    if (edit !== null && !drafts.add(edit)) break
    if (edit !== null) cures = movedCures(cures, edit)
    if (fix === null || fix.settles) cures = [...cures, ...all.flatMap(curesOf)]
    installed = [...installed, ...(fix?.provides ?? [])]
    const cured = curedBy(cures, installed)
    // Texts are those of the latest analysis.
    const told = stepOf(now, cause, fix, effect)
    // What the fix was tried out with is what is there now.
    const shown = fix && shownBy(now, fix)
    const next = { ...request, layers: false, cured }
    now = await analyze(drafts.fs, next, remembered, undefined, shown?.trace)
    forget(tried, best)
    steps.push({ step: { ...told, errorsAfter: errorsOf(now) }, edit, cured })
    progress(errorsOf(now))
  }
  const after = errorsOf(now)
  const plan: RescuePlan = {
    version: 1,
    root,
    target,
    limit: most,
    errors: { now: errors, after },
    reached: after <= target,
    steps: steps.map(({ step }) => step),
  }
  return { plan, steps }
}

/**
 * Test files that are not collected: with a conftest all below its folder are lost, and all of them where the run stops
 * before it collects. Where it stops afterwards, that is one error more.
 */
export function errorsOf({ trace, plan }: Pick<Analysis, 'trace' | 'plan'>): number {
  const failing = trace.collectors.filter(({ outcome }) => outcome === 'fails')
  const lost = new Set(failing.flatMap(({ path }) => filesBehind(plan, path))).size
  const stops = trace.session.outcome === 'stops' || plan.stops.length > 0
  if (!stops) return lost
  return trace.collectors.length === 0 ? Math.max(1, testFiles(plan).size) : lost + 1
}

interface Candidate extends Struck {
  /** null: to be repaired by hand. */
  readonly fix: Fix | null
  readonly effect: Effect
}

/** What fixes (true) and repairs by hand (false) of a cause were found to do, by the cause; null: there is none. */
type Tried = Map<
  string,
  Map<boolean, { readonly effect: Effect | null; readonly files: ReadonlySet<string> }>
>

/**
 * The step that brings back most; null where none is known to do any good. What a fix mends goes before what a
 * person has to, where they bring back the same. What was tried before is tried again only where it may come first:
 * with hundreds of causes each of them would be tried for each step.
 */
function bestStep(
  analysis: Analysis,
  wanted: (proposal: Proposal) => boolean,
  tried: Tried,
): Candidate | null {
  let best: Candidate | null = null
  const all = striking(analysis)
  for (const byFix of [true, false]) {
    const known = (struck: Struck) => tried.get(struck.cause.id)?.get(byFix)
    const hoped = (struck: Struck): Hope => {
      const before = known(struck)
      return before
        ? { back: before.effect?.back.length ?? -1, further: before.effect?.further.length ?? 0 }
        : { back: struck.files, further: 0 }
    }
    const order = all.map(struck => ({ struck, hope: hoped(struck) }))
    order.sort((a, b) => b.hope.back - a.hope.back || b.hope.further - a.hope.further)
    for (const { struck, hope } of order) {
      // A fix of this cause may mend others as well, which is rare and found in a later step.
      if (best !== null && (hope.back < best.effect.back.length || struck.files <= best.effect.back.length))
        break
      // A person is asked only where no fix is known.
      const hasFix = !byFix && tried.get(struck.cause.id)?.get(true)?.effect
      if (hasFix || known(struck)?.effect === null) continue
      const candidate = byFix ? fixFor(analysis, struck, wanted) : repairOf(analysis, struck)
      const files = new Set(struck.all.flatMap(collectorsOf))
      remember(tried, struck.cause.id, () => new Map()).set(byFix, {
        effect: candidate?.effect ?? null,
        files,
      })
      if (candidate && (best === null || isBetter(candidate.effect, best.effect))) best = candidate
    }
  }
  return best
}

interface Hope {
  readonly back: number
  readonly further: number
}

/** What was found of causes that share test files with the step holds no longer. */
function forget(tried: Tried, { effect, all }: Candidate): void {
  const touched = new Set([
    ...effect.back,
    ...effect.further.map(({ file }) => file),
    ...all.flatMap(collectorsOf),
  ])
  for (const [id, found] of tried)
    if ([...found.values()].some(({ files }) => [...files].some(file => touched.has(file)))) tried.delete(id)
}

function isBetter(a: Effect, b: Effect): boolean {
  return (
    a.back.length > b.back.length || (a.back.length === b.back.length && a.further.length > b.further.length)
  )
}

interface Struck {
  /** The first of `all`. */
  readonly cause: Cause
  /** Causes that one thing is missing for. */
  readonly all: readonly Cause[]
  /** Test files that fail because of them now. */
  readonly files: number
}

/** What strikes now, most test files first. */
function striking({ causes, plan }: Analysis): Struck[] {
  return alike(causes)
    .map(all => ({
      cause: all[0]!,
      all,
      files: all.some(({ stopsRun }) => stopsRun)
        ? Number.POSITIVE_INFINITY
        : new Set(all.flatMap(collectorsOf).flatMap(path => filesBehind(plan, path))).size,
    }))
    .filter(({ files }) => files > 0)
    .sort((a, b) => b.files - a.files || (a.cause.id < b.cause.id ? -1 : 1))
}

function fixFor(
  analysis: Analysis,
  struck: Struck,
  wanted: (proposal: Proposal) => boolean,
): Candidate | null {
  const finding = analysis.findings.find(({ fingerprint }) => fingerprint === struck.cause.id)
  if (!finding) return null
  for (const fix of verifiedFixes(analysis, finding, wanted))
    if (fix.effect) return { ...struck, fix, effect: fix.effect }
  return null
}

/** What it would bring back if a person saw to it. */
function repairOf(analysis: Analysis, struck: Struck): Candidate | null {
  const before = analysis.cured
  const own = curedBy(struck.all.flatMap(curesOf), [])
  const cured = { sites: new Set([...before.sites, ...own.sites]), installed: before.installed }
  const after = analysis.simulateWith(editOf({}), cured)
  const effect = after && effectOf(analysis, after, editOf({}))
  return effect && effect.back.length + effect.further.length > 0 ? { ...struck, fix: null, effect } : null
}

function stepOf(
  analysis: Analysis,
  cause: Cause,
  fix: Fix | null,
  effect: Effect,
): Omit<RescueStep, 'errorsAfter'> {
  const { plan, text, findings } = analysis
  const shown = (path: string) => relative(plan.rootdir, path)
  const finding = findings.find(({ fingerprint }) => fingerprint === cause.id)
  const back = effect.back.filter(path => path !== plan.rootdir)
  return {
    id: fix?.id ?? cause.id,
    kind: fix?.edit ? 'edit' : fix?.command ? 'command' : 'hand',
    safety: fix?.safety ?? 'manual',
    title: fix?.title ?? finding?.todo ?? `${cause.failure.exception}: ${cause.failure.message}`,
    because: fix?.because ?? finding?.what ?? cause.failure.message,
    command: fix?.command ?? null,
    rule: cause.rule,
    subject: cause.subject,
    cause: cause.id,
    path: shown(cause.span.path),
    line: new LineIndex(text(cause.span.path) ?? '').position(cause.span.start).line,
    writes: fix?.edit ? pathsOf(fix.edit).map(shown) : [],
    testFiles: back.map(shown),
    tests: back.reduce((sum, path) => sum + testsIn(text(path) ?? ''), 0),
    further: effect.further.length,
  }
}

function testsIn(text: string): number {
  return text.match(/^[ \t]*(?:async[ \t]+)?def[ \t]+test/gm)?.length ?? 0
}
