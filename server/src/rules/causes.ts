/**
 * From failures to causes: many collectors fail at one place for one reason. Which rule a failure belongs to
 * is `classify.ts`'s answer; this file groups, numbers and names the groups.
 */
import { relative } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { Plan, Stop } from '../pytest/plan.ts'
import type { Failure, Trace } from '../simulate/trace.ts'
import { type Classified, classify, type Surroundings, wholeFile } from './classify.ts'
import { Fingerprints } from './fingerprint.ts'

/** One thing to change. Plain data. */
export interface Cause {
  /** The fingerprint: stable while rule, path and subject stay what they are. */
  readonly id: string
  readonly rule: string
  /** The place that must change; not always where the exception is raised. */
  readonly span: Span
  readonly subject: string
  /** The first failure that it was seen in; for a stop one that is made of it. */
  readonly failure: Failure
  /** Set where it is no failure of code but a stop of the plan. */
  readonly stop: Stop | null
  /** The whole run ends because of it. */
  readonly stopsRun: boolean
  /** Where it strikes, in collection order. */
  readonly occurrences: readonly Occurrence[]
  /** What shows at each of the occurrences. */
  readonly failures: readonly Failure[]
}

export interface Occurrence {
  readonly collector: string
  /** 0: what pytest shows for the collector; n: what shows once n earlier errors are cured. */
  readonly layer: number
}

/** The collectors that fail because of it now. */
export function collectorsOf(cause: Cause): readonly string[] {
  return cause.occurrences.filter(at => at.layer === 0).map(at => at.collector)
}

/** The collectors that would fail because of it next. */
export function waitingOf(cause: Cause): readonly string[] {
  const now = new Set(collectorsOf(cause))
  const later = cause.occurrences.map(at => at.collector).filter(collector => !now.has(collector))
  return [...new Set(later)]
}

/**
 * Rules of what is missing or misspelt for the whole project: wherever it is asked for, one change may mend it. What
 * other rules tell is mended where it is.
 */
const SHARED: ReadonlySet<string> = new Set([
  'unresolved-import',
  'missing-symbol',
  'missing-attribute',
  'unregistered-marker',
  'legacy-import-hook',
])

/** The causes in groups of which one thing is missing, in the order of each group's first. */
export function alike(causes: readonly Cause[]): readonly (readonly [Cause, ...Cause[]])[] {
  const groups = new Map<string, [Cause, ...Cause[]]>()
  for (const cause of causes) {
    const { id, rule, subject, stopsRun } = cause
    const key = SHARED.has(rule) && !stopsRun ? `${rule}\0${subject}` : id
    const group = groups.get(key)
    if (group) group.push(cause)
    else groups.set(key, [cause])
  }
  return [...groups.values()]
}

interface Group extends Classified {
  readonly failure: Failure
  readonly stop: Stop | null
  readonly stopsRun: boolean
  readonly occurrences: Occurrence[]
  readonly failures: Failure[]
}

/**
 * The causes of a trace and its plan: first what stops the run, then in collection order. Two failures have
 * the same cause if rule, path, start of the span and subject are the same. `ruleOfStop` maps the plan's own
 * word for a stop to the rule that tells it.
 */
export function findCauses(
  trace: Trace,
  plan: Plan,
  surroundings: Surroundings,
  ruleOfStop: (stop: Stop) => string,
): readonly Cause[] {
  const groups = new Map<string, Group>()
  const add = (found: Classified, failure: Failure, stop: Stop | null, stopsRun: boolean): Group => {
    const key = [found.rule, found.span.path, found.span.start, found.subject].join('\0')
    let group = groups.get(key)
    if (!group) {
      group = { ...found, failure, stop, stopsRun, occurrences: [], failures: [] }
      groups.set(key, group)
    }
    return group
  }
  const { outcome, failure: ending } = trace.session
  if (outcome === 'stops' && ending && !plan.stops.some(stop => stop.message === ending.message)) {
    add(classify(ending, surroundings), ending, null, true)
  }
  for (const stop of plan.stops) {
    const failure = failureOfStop(stop, plan)
    add({ rule: ruleOfStop(stop), subject: stop.subject, span: failure.span }, failure, stop, true)
  }
  for (const { path, failure, behind } of trace.collectors) {
    if (!failure) continue
    for (const [layer, each] of [failure, ...behind].entries()) {
      const group = add(classify(each, surroundings), each, null, false)
      group.occurrences.push({ collector: path, layer })
      group.failures.push(each)
    }
  }
  return withIds([...groups.values()], plan.rootdir)
}

/** A stop in the shape of a failure; where nobody wrote it down it stands at the configuration file. */
export function failureOfStop(stop: Stop, plan: Plan): Failure {
  const span = stop.span ?? wholeFile(plan.inipath ?? plan.rootdir)
  return {
    exception: stop.exception,
    message: stop.message,
    span,
    focus: span,
    chain: [span],
    detail: { kind: 'other' },
    cause: null,
    foreign: false,
  }
}

/** Ids are given from top to bottom of each file, so that an order of collection does not change them. */
function withIds(groups: readonly Group[], root: string): Cause[] {
  const prints = new Fingerprints()
  const ids = new Map<Group, string>()
  for (const group of groups.toSorted((a, b) => a.span.start - b.span.start)) {
    ids.set(group, prints.next(group.rule, relative(root, group.span.path), group.subject))
  }
  return groups.map(group => ({ id: ids.get(group)!, ...group }))
}
