/**
 * Holds one prediction against one real run, collector by collector. Pure: data in, data out; nothing is
 * counted here (`tally.ts` does) and nothing is forgiven.
 */
import { posix, relative, resolve, sep } from 'node:path'
import type {
  CollectorPrediction,
  Document,
  FindingClaim,
  PredictedFailure,
  SessionPrediction,
} from './document.ts'
import type { RealFailure, Reality } from './record.ts'

export type VerdictKind =
  | 'agrees'
  /** Fails, as predicted. */
  | 'hit'
  /** Fails; something else, or nothing, was predicted. */
  | 'miss'
  /** Said to fail, and does not. */
  | 'wrong alarm'
  /** Predicted 'unknown'. */
  | 'abstains'
  /** Skips as a whole; 'collects' was predicted. */
  | 'skip unseen'
  /** Collects; 'skips' was predicted. */
  | 'false skip'
  /** Collected or skipped, and not in the prediction. */
  | 'not planned'
  /** Predicted to collect or skip, and pytest does not collect it at all. */
  | 'not collected'
  /** The real run says nothing about it: it stopped earlier, or a folder above failed. */
  | 'not judged'

/** 'right': exception and line. 'right type': the exception alone. */
export type CauseGrade = 'right' | 'right type' | 'wrong'

export interface Verdict {
  readonly path: string
  readonly kind: VerdictKind
  readonly real: 'collects' | 'fails' | 'skips' | 'absent' | 'not reached'
  readonly predicted: 'collects' | 'fails' | 'skips' | 'unknown' | 'absent'
  /** Set for hits. */
  readonly cause: CauseGrade | null
  /** Why the prediction abstained. */
  readonly reason: string | null
  /** Both sides in words, for people. */
  readonly truth: string
  readonly said: string
}

export interface SessionVerdict {
  readonly kind: 'right' | 'miss' | 'wrong alarm' | 'abstains'
  readonly real: 'runs' | 'stops'
  readonly predicted: 'runs' | 'stops' | 'unknown' | 'absent'
  /** For stops seen coming: exit code, exception and place (or, without a place, subject). */
  readonly cause: CauseGrade | null
  /** null: no exit code was predicted. */
  readonly exitCodeRight: boolean | null
  readonly truth: string
  readonly said: string
}

/** One reason for which collectors fail (or the session stops): however many, it counts once. */
export interface CauseVerdict {
  readonly key: string
  readonly found: boolean
  readonly collectors: number
}

export interface Judgement {
  readonly session: SessionVerdict
  readonly collectors: readonly Verdict[]
  readonly causes: readonly CauseVerdict[]
  /** Findings of severity error that name no collector, in a run that does not stop. */
  readonly emptyClaims: readonly string[]
  /** Files that hold items come in the predicted order; null: not comparable. */
  readonly orderRight: boolean | null
}

/**
 * `document`: null where the command gave none: all that fails is then missed. `cwd`: where pytest was started,
 * absolute; the document's paths are turned to it.
 */
export function judge(reality: Reality, document: Document | null, cwd: string): Judgement {
  const prediction = document ? seenFrom(document, cwd) : null
  const collectors = prediction ? judgeCollectors(reality, prediction) : missAll(reality)
  return {
    session: judgeSession(reality, prediction),
    collectors,
    causes: judgeCauses(reality, prediction),
    emptyClaims: prediction && reality.session.outcome === 'runs' ? emptyClaims(prediction) : [],
    orderRight: prediction ? orderRight(reality, prediction) : null,
  }
}

/** The document with every path relative to `cwd`. */
function seenFrom(document: Document, cwd: string): Document {
  const path = (given: string) =>
    posix.normalize(relative(cwd, resolve(document.root, given)).split(sep).join('/') || '.')
  const failure = (given: PredictedFailure | null) =>
    given && {
      ...given,
      path: path(given.path),
      cause: given.cause && { ...given.cause, path: path(given.cause.path) },
    }
  return {
    ...document,
    session: { ...document.session, failure: failure(document.session.failure) },
    collectors: document.collectors.map(each => ({
      ...each,
      path: path(each.path),
      failure: failure(each.failure),
    })),
    findings: document.findings.map(each => ({
      ...each,
      path: path(each.path),
      breaks: each.breaks.map(path),
    })),
  }
}

// -- collectors

function judgeCollectors(reality: Reality, prediction: Document): Verdict[] {
  const predicted = new Map(prediction.collectors.map(each => [each.path, each]))
  const claims = new Map<string, FindingClaim>()
  for (const finding of prediction.findings) {
    if (finding.severity !== 'error') continue
    for (const path of finding.breaks) claims.set(path, finding)
  }
  // That the whole run ends is the session's claim, judged by its own verdict.
  if (prediction.session.outcome === 'stops') claims.delete('.')
  const paths = new Set([...reality.collectors.keys(), ...predicted.keys(), ...claims.keys()])
  return [...paths].map(path =>
    judgeOne(path, reality, predicted.get(path), claims.get(path), prediction.session.outcome === 'stops'),
  )
}

function judgeOne(
  path: string,
  reality: Reality,
  predicted: CollectorPrediction | undefined,
  claim: FindingClaim | undefined,
  stopsPredicted: boolean,
): Verdict {
  const collector = reality.collectors.get(path)
  const real = collector?.outcome ?? (isReached(path, reality) ? 'absent' : 'not reached')
  // An error finding that names a collector says that it fails; but only its own outcome can claim a hit.
  const claimed = claim !== undefined && predicted?.outcome !== 'fails' && real !== 'fails'
  const outcome = claimed ? 'fails' : (predicted?.outcome ?? 'absent')
  // A prediction that the run stops need not list what it stops before (the session's verdict says if it errs),
  // and files of other kinds than Python's (a plugin's documentation, data) are nobody's promise.
  const kind = kindOf(real, outcome, stopsPredicted || !path.endsWith('.py'))
  const finding = claimed ? `${claim.rule} at ${claim.path}:${claim.start.line} says it breaks` : null
  return {
    path,
    kind,
    real,
    predicted: outcome,
    cause: kind === 'hit' ? gradeCause(predicted?.failure ?? null, collector?.failures ?? []) : null,
    reason: outcome === 'unknown' ? (predicted?.reason ?? 'no reason given') : null,
    truth: collector?.failures.map(tellReal).join('; ') || real,
    said: finding ?? (predicted ? tellPredicted(predicted) : 'absent'),
  }
}

/** False for what the real run never came to: it stopped before, or a folder above failed first. */
function isReached(path: string, reality: Reality): boolean {
  if (!reality.complete) return false
  for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
    if (reality.collectors.get(folder)?.outcome === 'fails') return false
  }
  return reality.collectors.get('.')?.outcome !== 'fails'
}

function kindOf(real: Verdict['real'], predicted: Verdict['predicted'], mayBeAbsent: boolean): VerdictKind {
  if (real === 'not reached') return 'not judged'
  if (predicted === 'unknown') return 'abstains'
  if (predicted === 'fails') return real === 'fails' ? 'hit' : 'wrong alarm'
  if (real === 'fails') return 'miss'
  if (real === predicted) return 'agrees'
  if (real === 'absent') return 'not collected'
  if (predicted === 'absent') return mayBeAbsent ? 'not judged' : 'not planned'
  return real === 'skips' ? 'skip unseen' : 'false skip'
}

function missAll(reality: Reality): Verdict[] {
  return [...reality.collectors.values()].map(({ path, outcome, failures }) => ({
    path,
    kind: outcome === 'fails' ? 'miss' : 'not judged',
    real: outcome,
    predicted: 'absent',
    cause: null,
    reason: null,
    truth: failures.map(tellReal).join('; ') || outcome,
    said: 'no document',
  }))
}

// -- causes

/** The best grade over the failures that the collector really has. */
function gradeCause(predicted: PredictedFailure | null, real: readonly RealFailure[]): CauseGrade {
  const grades = predicted ? real.map(each => gradeOne(predicted, each)) : []
  return grades.includes('right') ? 'right' : grades.includes('right type') ? 'right type' : 'wrong'
}

/** Either end of a chain `raise X from Y` counts: the oracle's place is that of its innermost exception. */
function gradeOne(predicted: PredictedFailure, real: RealFailure): CauseGrade {
  const said = predicted.cause ? [predicted, predicted.cause] : [predicted]
  if (!said.some(each => real.exceptions.includes(each.exception))) return 'wrong'
  if (real.at === null) return 'right' // pytest showed no line of the project: none can be right or wrong
  const [path, line] = real.at
  return said.some(each => each.path === path && each.line === line) ? 'right' : 'right type'
}

function judgeCauses(reality: Reality, prediction: Document | null): CauseVerdict[] {
  const predicted = new Map(prediction?.collectors.map(each => [each.path, each]))
  const causes = new Map<string, { found: boolean; collectors: number }>()
  const note = (failure: RealFailure, grade: CauseGrade) => {
    const key = causeKey(failure)
    const before = causes.get(key)
    causes.set(key, {
      found: grade === 'right' || before?.found === true,
      collectors: (before?.collectors ?? 0) + 1,
    })
  }
  for (const { path, failures } of reality.collectors.values()) {
    const said = predicted.get(path)
    for (const failure of failures) {
      note(failure, said?.outcome === 'fails' ? gradeCause(said.failure, [failure]) : 'wrong')
    }
  }
  const { failure } = reality.session
  if (failure) note(failure, gradeStop(reality, prediction))
  return [...causes].map(([key, { found, collectors }]) => ({ key, found, collectors }))
}

/** What makes two failures one cause: exception, message, place. */
export function causeKey(failure: RealFailure): string {
  return `${failure.exceptions[0]}: ${failure.message} @ ${failure.at?.join(':') ?? 'outside'}`
}

// -- the session

function judgeSession(reality: Reality, prediction: Document | null): SessionVerdict {
  const real = reality.session
  const said = prediction?.session
  const kind = kindOfSession(real.outcome, said?.outcome ?? 'absent')
  const predictedCode = said?.exitCode ?? null
  return {
    kind,
    real: real.outcome,
    predicted: said?.outcome ?? 'absent',
    cause: kind === 'right' && real.outcome === 'stops' ? gradeStop(reality, prediction) : null,
    exitCodeRight: predictedCode === null ? null : predictedCode === real.exitCode,
    truth: [real.outcome, `exit ${real.exitCode}`, ...(real.failure ? [tellReal(real.failure)] : [])].join(
      ', ',
    ),
    said: said ? tellSession(said) : 'no document',
  }
}

function tellSession({ outcome, exitCode, reason, failure }: SessionPrediction): string {
  const parts = [outcome, `exit ${exitCode}`, reason, failure && tellFailure(failure)]
  return parts.filter(part => part !== null && part !== undefined).join(', ')
}

function kindOfSession(
  real: SessionVerdict['real'],
  said: SessionVerdict['predicted'],
): SessionVerdict['kind'] {
  if (said === 'unknown') return 'abstains'
  if (said === real) return 'right'
  return said === 'stops' ? 'wrong alarm' : 'miss'
}

/** A stop is right with its exit code, exception and place; where pytest showed no place, with its subject. */
function gradeStop(reality: Reality, prediction: Document | null): CauseGrade {
  const real = reality.session
  const said = prediction?.session
  if (said?.outcome !== 'stops') return 'wrong'
  if (real.failure === null) return said.exitCode === real.exitCode ? 'right' : 'wrong'
  const grade = gradeCause(said.failure, [real.failure])
  if (grade !== 'right') return grade
  const subjectRight = real.failure.at !== null || shows(real.failure.shown, said.failure?.subject ?? '')
  return subjectRight && said.exitCode === real.exitCode ? 'right' : 'right type'
}

/** Is the subject in what was printed? Of `module.name`, Python names both apart where the name can't be imported. */
function shows(printed: string, subject: string): boolean {
  const dot = subject.lastIndexOf('.')
  return [subject.slice(0, Math.max(dot, 0)), subject.slice(dot + 1)].every(part => printed.includes(part))
}

// -- the rest

function emptyClaims(prediction: Document): string[] {
  return prediction.findings
    .filter(finding => finding.severity === 'error' && finding.breaks.length === 0)
    .map(finding => `${finding.path}:${finding.start.line} ${finding.rule}: ${finding.message}`)
}

function orderRight(reality: Reality, prediction: Document): boolean | null {
  const held = new Set(reality.order)
  const said = prediction.collectors.map(each => each.path).filter(path => held.has(path))
  const known = new Set(said)
  const real = reality.order.filter(path => known.has(path))
  return real.length === 0 ? null : real.every((path, index) => path === said[index])
}

function tellReal(failure: RealFailure): string {
  return `${failure.exceptions.join(' in ')}: ${failure.message} (${failure.at?.join(':') ?? 'outside'})`
}

function tellPredicted(predicted: CollectorPrediction): string {
  if (predicted.failure) return tellFailure(predicted.failure)
  return predicted.reason ? `${predicted.outcome} (${predicted.reason})` : predicted.outcome
}

function tellFailure({ exception, message, path, line, rule }: PredictedFailure): string {
  return `${exception}: ${message} (${path}:${line}, ${rule})`
}

/** True for a verdict worth showing: the two sides differ, or agree on a failure for different reasons. */
export function differs(verdict: Verdict): boolean {
  if (verdict.kind === 'hit') return verdict.cause !== 'right'
  return verdict.kind !== 'agrees' && verdict.kind !== 'not judged'
}
