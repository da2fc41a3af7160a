/**
 * What crosses the wall between a session and the thread that analyses: plain data both ways, so that a job
 * can be sent to a worker, and sent again to the next one after a crash.
 */

import type { FindingState } from '../confirm/judge.ts'
import type { Finding } from '../rules/finding.ts'
import type { CollectorTrace } from '../simulate/trace.ts'
import type { Analysis, AnalysisRequest } from './analyze.ts'
import { basisOf, type PassBasis } from './pass.ts'
import type { About, Kind, Reply } from './questions/question.ts'

/** One analysis to be done. It holds all that an analyst needs and can't read from the disk itself. */
export interface Job {
  readonly request: AnalysisRequest
  /** Path and text of every file that is open in the editor: it counts instead of what is on the disk. */
  readonly texts: ReadonlyMap<string, string>
  /** Those of them that were edited since they were opened or saved. */
  readonly typed: ReadonlySet<string>
  /** The typing has stopped for a while: that what is half typed does not parse is told, too. */
  readonly paused: boolean
  /** Paths that changed on the disk since the job before. */
  readonly changed: readonly string[]
  /** Others may have, too. */
  readonly anything: boolean
}

/** What a door needs of an `Analysis` that was made in another thread. */
export interface AnalysisView {
  /** Sorted by path and offset. */
  readonly findings: readonly Finding[]
  /** The text that the findings' offsets count in, for each file they name; a file that couldn't be read is missing. */
  readonly texts: ReadonlyMap<string, string>
  /** Open files that someone is typing in and that don't parse: others see the text that did, until they do. */
  readonly halfTyped: readonly string[]
  /** One line for people: which interpreter, pytest and invocation the findings hold for. */
  readonly basis: string
  readonly totals: Totals
  /** What a confirming pass needs to know; null where none is wanted. */
  readonly pass: PassBasis | null
  /** Folders, by all their names, in which something was looked for, as far as no view before has told of them. */
  readonly looked?: readonly string[]
  /** What real passes showed, by fingerprint; a finding without a mark is predicted. */
  readonly marks?: ReadonlyMap<string, Mark>
}

/** How many collectors come to what, how many things there are to change, and does the run begin at all? */
export interface Totals extends Readonly<Record<CollectorTrace['outcome'], number>> {
  readonly causes: number
  readonly stops: boolean
}

export interface Mark {
  readonly state: FindingState
  /** pytest's own words; null where it has said nothing. */
  readonly traceback: string | null
}

/** What is told of a file that was edited before all that follows from the edit is known. */
export interface FirstWord {
  readonly path: string
  /** In this file, sorted by offset. What is no error was told before, and stands where it is now. */
  readonly findings: readonly Finding[]
  /** See `AnalysisView`. */
  readonly texts: ReadonlyMap<string, string>
}

/** Does jobs, one at a time, and answers questions about the last one. */
export interface Analyst {
  /**
   * Rejects with `GivenUp` where nobody wants it any more, else on a fault of our own, with a message for people. What takes
   * longer has a first word.
   */
  analyze(job: Job, onFirstWord?: (word: FirstWord) => void): Promise<AnalysisView>
  /** Nobody wants the job under way any more. */
  giveUp(): void
  /**
   * The answer by what was analysed last; null before the first analysis. Rejects with `GivenUp` once `signal` is
   * aborted, or where a new job came between.
   */
  ask<K extends Kind>(kind: K, about: About<K>, signal?: AbortSignal): Promise<Reply<K> | null>
  dispose(): void
}

/** Thrown where work is left undone because its result is no longer wanted. */
export class GivenUp extends Error {
  constructor() {
    super('given up')
  }
}

/** The part of an analysis that a door shows. */
export function viewOf(
  analysis: Analysis,
  { request, texts: open }: Pick<Job, 'request' | 'texts'>,
): AnalysisView {
  const { findings, environment, plan } = analysis
  const python = environment.executable ?? 'no interpreter found, its standard library assumed'
  return {
    findings,
    texts: textsOf(findings, analysis.text),
    halfTyped: [],
    basis:
      `Python ${environment.version.join('.')} (${python}; ${environment.chosenBecause}), ` +
      `pytest ${plan.pytestVersion}, ${plan.invocation.kind} (${plan.invocation.because})`,
    totals: totalsOf(analysis),
    pass: request.confirms ? basisOf(analysis, open.keys()) : null,
  }
}

/** The texts of the files that findings name, as far as there are any. */
export function textsOf(
  findings: readonly Finding[],
  textOf: (path: string) => string | null,
): Map<string, string> {
  const texts = new Map<string, string>()
  for (const path of filesNamed(findings)) {
    const text = textOf(path)
    if (text !== null) texts.set(path, text)
  }
  return texts
}

function totalsOf({ trace, causes }: Analysis): Totals {
  const count = { collects: 0, fails: 0, skips: 0, unknown: 0 }
  for (const { outcome } of trace.collectors) count[outcome]++
  const stops = causes.some(cause => cause.stopsRun)
  return { ...count, causes: causes.length, stops }
}

function filesNamed(findings: readonly Finding[]): Set<string> {
  const paths = new Set<string>()
  for (const { span, chain, related } of findings) {
    paths.add(span.path)
    for (const link of chain) paths.add(link.path)
    for (const place of related) paths.add(place.span.path)
  }
  return paths
}
