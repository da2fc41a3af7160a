/**
 * Compares a prediction with an observation, collector by collector and finding by finding. Pure: it reads no
 * file and runs nothing; what neither side knows it leaves open.
 */
import { isWithin } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { Finding } from '../rules/finding.ts'
import type { CollectorTrace, SessionTrace } from '../simulate/trace.ts'
import {
  endedByUs,
  type Observation,
  type ObservedCollector,
  type ObservedException,
  type ObservedFrame,
} from './observation.ts'

/** What is judged: the outcomes of a Trace and the findings that rules made of it. */
export interface Prediction {
  readonly session: PredictedOutcome<SessionTrace['outcome']> & Pick<SessionTrace, 'exitCode'>
  readonly collectors: readonly PredictedCollector[]
  readonly findings: readonly Finding[]
  /** pytest's root folder: what a finding names in `breaks` if it ends the whole run. */
  readonly rootdir: string
  /** The line (from 1) that a span starts on. */
  readonly lineOf: (span: Span) => number
}

interface PredictedOutcome<Outcome> {
  readonly outcome: Outcome
  /** The innermost line of its failure: known also where the finding that tells of it was silenced. */
  readonly failsAt?: { readonly path: string; readonly line: number } | null
}

export interface PredictedCollector extends PredictedOutcome<CollectorTrace['outcome']> {
  readonly path: string
}

export interface Judgement {
  readonly session: SessionVerdict
  /** Every path that was predicted or collected: the predicted ones in their order, then the others. */
  readonly collectors: readonly CollectorVerdict[]
  /** One for each finding, in the same order. */
  readonly findings: readonly FindingState[]
  /** Failures that no finding explains: each is a rule that is missing. */
  readonly unpredicted: readonly UnpredictedError[]
}

export interface SessionVerdict {
  readonly predicted: SessionTrace['outcome']
  /** null where the run was ended by us. */
  readonly observed: 'runs' | 'stops' | null
  readonly agrees: boolean | null
}

export interface CollectorVerdict {
  readonly path: string
  readonly predicted: CollectorTrace['outcome'] | null
  readonly observed: 'collects' | 'fails' | 'skips' | 'unseen'
  readonly verdict: Verdict
}

/**
 * `elsewhere`: it fails as predicted, but at no place that a finding names. `missed`: it fails and was not
 * predicted to. `false alarm`: predicted to fail, and does not. `differs`: one says skipped, one collected.
 */
export type Verdict = 'agrees' | 'elsewhere' | 'missed' | 'false alarm' | 'differs' | 'abstained' | 'unseen'

/**
 * `confirmed`: its line lies on a traceback of a collector it breaks (for a warning: on a warning of pytest's).
 * `shadowed`: the collector fails earlier. `refuted`: all collectors it should break were collected.
 * `unseen`: the pass came to none of them. `predicted`: a warning of which pytest says nothing either way.
 */
export type FindingState = 'predicted' | 'confirmed' | 'shadowed' | 'refuted' | 'unseen'

export interface UnpredictedError {
  /** The collector; null for what ended the run. */
  readonly path: string | null
  /** The innermost place in the project; null where no frame lies in it. */
  readonly place: ObservedFrame | null
  readonly exceptions: readonly ObservedException[]
}

export function judge(prediction: Prediction, observation: Observation): Judgement {
  const seen = new Map<string, ObservedCollector[]>()
  for (const collector of observation.collectors) {
    const same = seen.get(collector.path)
    if (same) same.push(collector)
    else seen.set(collector.path, [collector])
  }
  const context = { prediction, observation, seen }
  const predicted = new Map(prediction.collectors.map(it => [it.path, it]))
  const paths = new Set([...predicted.keys(), ...seen.keys()])
  const collectors = [...paths]
    .map(path => collectorVerdict(path, predicted.get(path) ?? null, context))
    .filter(it => it.predicted !== null || it.observed !== 'unseen')
  const stopped = stopFailures(context)
  const stopExplained =
    foreseen(prediction.session.failsAt, stopped) ||
    prediction.findings.some(finding => onTraceback(finding, stopped, context))
  return {
    session: sessionVerdict(context),
    collectors,
    findings: prediction.findings.map(finding => stateOf(finding, context)),
    unpredicted: [
      ...(observation.stop && !stopExplained ? [unpredicted(null, observation.stop.exceptions)] : []),
      ...collectors
        .filter(it => it.verdict === 'missed' || it.verdict === 'elsewhere')
        .flatMap(it => failuresAt(it.path, context))
        .map(it => unpredicted(it.path, it.exceptions)),
    ],
  }
}

interface Context {
  readonly prediction: Prediction
  readonly observation: Observation
  readonly seen: ReadonlyMap<string, readonly ObservedCollector[]>
}

function sessionVerdict({ prediction, observation }: Context): SessionVerdict {
  const predicted = prediction.session.outcome
  const { end, stop } = observation
  if (endedByUs(end) && !stop) return { predicted, observed: null, agrees: null }
  const observed = stop ? 'stops' : 'runs'
  if (predicted === 'unknown') return { predicted, observed, agrees: null }
  const code = prediction.session.exitCode
  const sameCode = !stop || code === null || (end.kind === 'exited' && end.code === code)
  return { predicted, observed, agrees: predicted === observed && sameCode }
}

function collectorVerdict(
  path: string,
  prediction: PredictedCollector | null,
  context: Context,
): CollectorVerdict {
  const observed = observedOutcome(context.seen.get(path) ?? [])
  const predicted = prediction?.outcome ?? null
  return { path, predicted, observed, verdict: verdictOf(path, prediction, observed, context) }
}

function verdictOf(
  path: string,
  prediction: PredictedCollector | null,
  observed: CollectorVerdict['observed'],
  context: Context,
): Verdict {
  const predicted = prediction?.outcome ?? null
  if (observed === 'unseen') return 'unseen'
  if (predicted === 'unknown') return 'abstained'
  if (observed === 'fails') {
    if (predicted !== 'fails') return 'missed'
    const failures = failuresAt(path, context)
    const explained =
      foreseen(prediction?.failsAt, failures) ||
      context.prediction.findings.some(
        finding => finding.breaks.includes(path) && onTraceback(finding, failures, context),
      )
    return explained ? 'agrees' : 'elsewhere'
  }
  if (predicted === 'fails') return 'false alarm'
  // A path that nobody predicted and that collects is a folder, or a file that the plan did not list.
  return predicted === null || predicted === observed ? 'agrees' : 'differs'
}

function observedOutcome(collectors: readonly ObservedCollector[]): CollectorVerdict['observed'] {
  if (collectors.some(isFailure)) return 'fails'
  const own = collectors.find(it => it.kind !== 'class')
  // One that ended the whole run is judged with the session.
  return own?.outcome === 'collects' || own?.outcome === 'skips' ? own.outcome : 'unseen'
}

function isFailure(collector: ObservedCollector): boolean {
  return collector.outcome === 'fails'
}

function failuresAt(path: string, context: Context): readonly ObservedCollector[] {
  return (context.seen.get(path) ?? []).filter(isFailure)
}

interface Failed {
  readonly path: string | null
  readonly exceptions: readonly ObservedException[]
}

function stopFailures({ observation }: Context): readonly Failed[] {
  return observation.stop ? [{ path: null, exceptions: observation.stop.exceptions }] : []
}

function stateOf(finding: Finding, context: Context): FindingState {
  if (finding.severity !== 'error') {
    const line = context.prediction.lineOf(finding.span)
    const said = context.observation.warnings.some(it => it.path === finding.span.path && it.line === line)
    return said ? 'confirmed' : 'predicted'
  }
  const failures = [...finding.breaks.flatMap(path => failuresAt(path, context)), ...stopFailures(context)]
  if (onTraceback(finding, failures, context)) return 'confirmed'
  if (failures.length > 0) return 'shadowed'
  const clean = finding.breaks.some(path => observedOutcome(context.seen.get(path) ?? []) !== 'unseen')
  return clean ? 'refuted' : 'unseen'
}

/**
 * Does the finding's line lie on one of the tracebacks? What pytest raises by itself (a file mismatch) has no
 * frame in the project: then the collector's own file or folder is the place. A run that stops before any code
 * of the project runs has no place at all, and whatever was predicted to stop it stands.
 */
function onTraceback(finding: Finding, failures: readonly Failed[], { prediction }: Context): boolean {
  const places = (finding.raised ?? [finding.span]).map(span => ({ ...span, line: prediction.lineOf(span) }))
  return failures.some(({ path, exceptions }) => {
    const frames = exceptions.flatMap(it => it.frames.filter(frame => frame.project))
    if (frames.length > 0)
      return places.some(place => frames.some(frame => covers(frame, place.path, place.line)))
    if (path === null) return finding.breaks.includes(prediction.rootdir)
    return places.some(place => isWithin(place.path, path))
  })
}

/** Does the very line that was to fail lie on one of the tracebacks? */
function foreseen(place: PredictedCollector['failsAt'], failures: readonly Failed[]): boolean {
  if (!place) return false
  const frames = failures.flatMap(it => it.exceptions).flatMap(it => it.frames)
  return frames.some(frame => frame.project && covers(frame, place.path, place.line))
}

/** True where `line` of `path` belongs to the statement that the frame was executing. */
export function covers(frame: ObservedFrame, path: string, line: number): boolean {
  return frame.path === path && frame.line <= line && line <= frame.until
}

/** The innermost frame of one exception that lies in the project; null where there is none. */
export function innermost(exception: ObservedException): ObservedFrame | null {
  return exception.frames.findLast(frame => frame.project) ?? null
}

function unpredicted(path: string | null, exceptions: readonly ObservedException[]): UnpredictedError {
  // pytest's own wrapper comes first and has no frame in the project; the one below it is the real one.
  const place = exceptions.map(innermost).find(it => it !== null) ?? null
  return { path, place, exceptions }
}
