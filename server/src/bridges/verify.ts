/**
 * What an edit would do to the collection: the workspace as it is against the workspace in which the edit was
 * made, test file by test file. Pure comparison; the engine simulates.
 */
import type { Plan } from '../pytest/plan.ts'
import { type Cause, collectorsOf } from '../rules/causes.ts'
import { filesBehind, testFiles } from '../rules/test_files.ts'
import type { Trace } from '../simulate/trace.ts'
import { movedTo, pathsOf, type WorkspaceEdit } from './edit.ts'

/** One simulated collection; layers are not needed. */
export interface Collection {
  readonly plan: Plan
  readonly trace: Trace
  readonly causes: readonly Cause[]
}

/** That of an edited workspace. */
export interface Simulated extends Collection {
  /** Is a finding with this fingerprint told, whatever the settings silence? For the first answer all rules are run. */
  readonly tells: (fingerprint: string) => boolean
}

/** Simulates the workspace with the edit in it; null where the edit can't be made. */
export type Simulate = (edit: WorkspaceEdit) => Simulated | null

/**
 * Test files are named by their paths before the edit; the root folder stands for the session: it is among them
 * where the run stops. Plain data.
 */
export interface Effect {
  /** Failed, and are collected now (or skip as a whole). */
  readonly back: readonly string[]
  /** Still fail, of something that was hidden before: the edit did its part. */
  readonly further: readonly { readonly file: string; readonly cause: string }[]
  /** Did not fail, and do now. */
  readonly broken: readonly { readonly file: string; readonly cause: string }[]
  /** Could be judged before, and cannot be now. */
  readonly clouded: readonly string[]
  /** Are no longer part of the collection: those that failed, and those that did not. */
  readonly dropped: readonly string[]
  readonly lost: readonly string[]
  /** Ids of the causes that strike no test file any more. */
  readonly cured: readonly string[]
  /** The causes that strike one only now. */
  readonly uncovered: readonly Uncovered[]
}

export interface Uncovered {
  readonly id: string
  readonly rule: string
  readonly subject: string
}

/** Something gets better and nothing gets worse: only such an edit is offered as a fix. */
export function helps(effect: Effect): boolean {
  return harmless(effect) && effect.back.length + effect.further.length + effect.dropped.length > 0
}

/** Nothing gets worse. */
export function harmless({ broken, clouded, lost }: Effect): boolean {
  return broken.length + clouded.length + lost.length === 0
}

/**
 * Does an edit only put another failure in the place of the one it is for? It closes an import cycle, or the module that
 * it makes has not the names that are asked of it. `after`: what was simulated with it.
 */
export function defeatsItself({ uncovered }: Effect, after: Collection, edit: WorkspaceEdit): boolean {
  const own = new Set(pathsOf(edit))
  const made = new Set(edit.created.map(({ path }) => path))
  return uncovered.some(({ id }) => {
    const failures = after.causes.find(cause => cause.id === id)?.failures ?? []
    return failures.some(({ detail, span, chain }) => {
      const symbol = detail.kind === 'missing-symbol' ? detail : null
      if (symbol?.file && made.has(symbol.file)) return true
      const closes = symbol?.cycle || (detail.kind === 'missing-attribute' && detail.cycle)
      return closes && [span, ...chain].some(({ path }) => own.has(path))
    })
  })
}

/** The figures of an effect in words: 'brings back 7 test files, uncovers 2 further errors'. */
export function inWords({ back, further, broken, clouded, dropped, lost, uncovered }: Effect): string {
  const parts = [
    ['brings back', back.length, 'test file'],
    ['uncovers', uncovered.length, 'further error'],
    // To one that stops other files already.
    ['takes to the next error', uncovered.length > 0 ? 0 : further.length, 'test file'],
    ['leaves out', dropped.length, 'test file'],
    ['breaks', broken.length, 'test file'],
    ['loses', lost.length, 'test file'],
    ['makes a riddle of', clouded.length, 'test file'],
  ] as const
  const said = parts
    .filter(([, count]) => count > 0)
    .map(([verb, count, noun]) => `${verb} ${count} ${noun}${count === 1 ? '' : 's'}`)
  return said.join(', ') || 'changes nothing in the collection'
}

/** Compares `before` with `after`, which is the same workspace with `edit` in it. */
export function effectOf(before: Collection, after: Collection, edit: WorkspaceEdit): Effect {
  const was = standings(before)
  const is = standings(after)
  const effect = {
    back: [] as string[],
    further: [] as Effect['further'][number][],
    broken: [] as Effect['broken'][number][],
    clouded: [] as string[],
    dropped: [] as string[],
    lost: [] as string[],
  }
  for (const [file, { state, cause }] of was) {
    const moved = movedTo(edit, file)
    const now = moved === null ? undefined : is.get(moved)
    if (!now) {
      if (state === 'fails') effect.dropped.push(file)
      else effect.lost.push(file)
    } else if (now.state === 'fails') {
      if (state === 'well') effect.broken.push({ file, cause: now.cause })
      else if (now.cause !== cause) effect.further.push({ file, cause: now.cause })
    } else if (now.state === 'well') {
      if (state === 'fails') effect.back.push(file)
    } else if (state !== 'unknown') effect.clouded.push(file)
  }
  const known = new Set([...was.keys()].map(file => movedTo(edit, file)))
  for (const [file, { state, cause }] of is) {
    if (!known.has(file) && state === 'fails') effect.broken.push({ file, cause })
  }
  const struck = striking(before)
  const strike = striking(after)
  return {
    ...effect,
    cured: [...struck.keys()].filter(id => !strike.has(id)),
    uncovered: [...strike.values()]
      .filter(({ id }) => !struck.has(id))
      .map(({ id, rule, subject }) => ({ id, rule, subject })),
  }
}

interface Standing {
  readonly state: 'well' | 'fails' | 'unknown'
  /** The id of the cause; '' where it does not fail. */
  readonly cause: string
}

/** What becomes of every test file, and of the session under the path of the root folder. */
function standings(simulated: Collection): Map<string, Standing> {
  const { plan, trace, causes } = simulated
  const causeOf = new Map(causes.flatMap(cause => collectorsOf(cause).map(path => [path, cause.id] as const)))
  const all = new Map<string, Standing>()
  const stop = stopping(simulated)
  // What came to an end before the run stopped is told; everything else is lost with it.
  if (stop !== null && trace.collectors.length === 0) {
    for (const file of testFiles(plan)) all.set(file, { state: 'fails', cause: stop })
  }
  for (const { path, outcome } of trace.collectors) {
    const state = outcome === 'fails' || outcome === 'unknown' ? outcome : 'well'
    const standing = { state, cause: state === 'fails' ? (causeOf.get(path) ?? '') : '' } as const
    for (const file of filesBehind(plan, path)) all.set(file, standing)
  }
  const session = trace.session.outcome === 'unknown' ? 'unknown' : 'well'
  all.set(plan.rootdir, stop === null ? { state: session, cause: '' } : { state: 'fails', cause: stop })
  return all
}

/** The id of the cause that ends the run; null where it goes on. */
function stopping({ plan, trace, causes }: Collection): string | null {
  if (trace.session.outcome !== 'stops' && plan.stops.length === 0) return null
  return causes.find(cause => cause.stopsRun)?.id ?? ''
}

/** The causes that strike now, not only behind another one. */
function striking({ causes }: Collection): ReadonlyMap<string, Cause> {
  return new Map(
    causes
      .filter(cause => cause.stopsRun || collectorsOf(cause).length > 0)
      .map(cause => [cause.id, cause] as const),
  )
}
