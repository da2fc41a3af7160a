/**
 * What crosses the wall between a session and the thread that analyses: plain data both ways, so that a job
 * can be sent to a worker, and sent again to the next one after a crash.
 */

import type { FindingState } from '../confirm/judge.ts'
import type { Finding } from '../rules/finding.ts'
import type { Analysis, AnalysisRequest } from './analyze.ts'
import { basisOf, type PassBasis } from './pass.ts'

/** One analysis to be done. It holds all that an analyst needs and can't read from the disk itself. */
export interface Job {
  readonly request: AnalysisRequest
  /** Path and text of every file that is open in the editor: it counts instead of what is on the disk. */
  readonly texts: ReadonlyMap<string, string>
  /** Paths that changed on the disk since the job before; null: any may have. */
  readonly changed: readonly string[] | null
}

/** What a door needs of an `Analysis` that was made in another thread. */
export interface AnalysisView {
  /** Sorted by path and offset. */
  readonly findings: readonly Finding[]
  /** The text that the findings' offsets count in, for each file they name; a file that couldn't be read is missing. */
  readonly texts: ReadonlyMap<string, string>
  /** Files that the parser couldn't follow, or that don't compile: as a rule, someone is typing in one. */
  readonly unparsed: readonly string[]
  /** One line for people: which interpreter, pytest and invocation the findings hold for. */
  readonly basis: string
  /** What a confirming pass needs to know; null where none is wanted. */
  readonly pass: PassBasis | null
  /** What real passes showed, by fingerprint; a finding without a mark is predicted. */
  readonly marks?: ReadonlyMap<string, Mark>
}

export interface Mark {
  readonly state: FindingState
  /** pytest's own words; null where it has said nothing. */
  readonly traceback: string | null
}

/** The worker's word on a job. A view's texts are left out where those of the view before were the same. */
export type Answer =
  | { readonly kind: 'view'; readonly view: AnalysisView; readonly unchanged: readonly string[] }
  | { readonly kind: 'fault'; readonly message: string }

/** Does jobs, one at a time. Rejects on a fault of our own, with a message for people. */
export interface Analyst {
  analyze(job: Job): Promise<AnalysisView>
  dispose(): void
}

/** The part of an analysis that a door shows. */
export function viewOf(
  analysis: Analysis,
  { request, texts: open }: Pick<Job, 'request' | 'texts'>,
): AnalysisView {
  const { findings, trace, environment, plan } = analysis
  const texts = new Map<string, string>()
  for (const path of filesNamed(findings)) {
    const text = analysis.text(path)
    if (text !== null) texts.set(path, text)
  }
  const broken = findings.filter(finding => finding.rule === 'syntax-error').map(finding => finding.span.path)
  const python = environment.executable ?? 'no interpreter found, its standard library assumed'
  return {
    findings,
    texts,
    unparsed: [...new Set([...trace.suspects, ...broken])],
    basis:
      `Python ${environment.version.join('.')} (${python}; ${environment.chosenBecause}), ` +
      `pytest ${plan.pytestVersion}, ${plan.invocation.kind} (${plan.invocation.because})`,
    pass: request.confirms ? basisOf(analysis, open.keys()) : null,
  }
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
