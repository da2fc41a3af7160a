/**
 * What a door may ask about the last analysis, and what it is told: plain data, so that it can cross to the analysing
 * thread and back. Each kind of question is answered in the file that `answer.ts` names for it.
 */
import type { Renamed, WorkspaceEdit } from '../../bridges/edit.ts'
import type { FileSystem } from '../../files/file_system.ts'
import type { Span } from '../../files/span.ts'
import type { Analysis, AnalysisRequest, Remembered } from '../analyze.ts'
import type { FixOffer } from './fixes.ts'
import type { ImportFact } from './imports.ts'
import type { Lens } from './lenses.ts'
import type { Link } from './links.ts'
import type { MarkerFact, MarkerOffer } from './markers.ts'
import type { MetricFact } from './metrics.ts'
import type { RenameOffer } from './renames.ts'

/** A place in a file as the editor shows it. */
export interface Place {
  readonly path: string
  readonly text: string
  /** In UTF-16 units. */
  readonly offset: number
}

export type Document = Omit<Place, 'offset'>

export type Fact = ImportFact | MarkerFact | MetricFact

/** From what stands at `origin` to where it comes from. */
export interface Definition {
  readonly origin: Span
  readonly targets: readonly Span[]
}

export interface Questions {
  readonly facts: { readonly about: Place; readonly answer: readonly Fact[] }
  readonly definition: { readonly about: Place; readonly answer: Definition | null }
  readonly references: {
    readonly about: Place & { readonly declaration: boolean }
    readonly answer: readonly Span[]
  }
  readonly completion: { readonly about: Place; readonly answer: MarkerOffer | null }
  readonly lenses: { readonly about: Document; readonly answer: readonly Lens[] }
  readonly links: { readonly about: Document; readonly answer: readonly Link[] }
  /** The verified fixes of findings, by fingerprint. */
  readonly fixes: {
    readonly about: { readonly fingerprints: readonly string[] }
    readonly answer: readonly FixOffer[]
  }
  /** All safe fixes of a file that are made by changing texts, as one edit. */
  readonly fixAll: { readonly about: { readonly path: string }; readonly answer: WorkspaceEdit | null }
  /** The text of `precollect why`; null where nothing is known by that word, or of that finding any more. */
  readonly why: { readonly about: { readonly word: string }; readonly answer: string | null }
  readonly plan: { readonly about: { readonly target: number }; readonly answer: string }
  readonly page: { readonly about: null; readonly answer: string }
  readonly rename: {
    readonly about: { readonly renamed: readonly Renamed[] }
    readonly answer: RenameOffer | null
  }
  /** What the analysis holds for, in lines for people. */
  readonly environment: { readonly about: null; readonly answer: string }
}

export type Kind = keyof Questions
export type About<K extends Kind> = Questions[K]['about']
export type Question = { [K in Kind]: { readonly kind: K; readonly about: About<K> } }[Kind]

export interface Reply<K extends Kind> {
  readonly value: Questions[K]['answer']
  /** The text that the spans in `value` count in, for each file they name. */
  readonly texts: ReadonlyMap<string, string>
}

/** Questions that simulate: they wait for their turn, and a new job puts an end to them. */
const LONG: ReadonlySet<Kind> = new Set(['fixes', 'fixAll', 'why', 'plan', 'page', 'rename'])

export function isLong(kind: Kind): boolean {
  return LONG.has(kind)
}

/** An analysis that questions are about. */
export interface Asked {
  readonly analysis: Analysis
  readonly request: AnalysisRequest
  /** For further analyses. */
  readonly remembered: Remembered
  readonly fs: FileSystem
  /** The open files as they were analysed. */
  readonly texts: ReadonlyMap<string, string>
}

/** The text of a file as it was analysed; null where it can't be read. */
export function textOf({ texts, analysis }: Asked, path: string): string | null {
  return texts.get(path) ?? analysis.text(path)
}
