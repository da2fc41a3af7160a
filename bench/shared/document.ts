/**
 * The JSON document of `precollect check --output-format json`, as far as the benchmarks read it. They see the
 * command from outside, as any other program does: nothing is imported from the server.
 */

export interface Document {
  readonly version: number
  readonly tool: string
  /** The folder that every path counts from, absolute. */
  readonly root: string
  readonly session: SessionPrediction
  readonly collectors: readonly CollectorPrediction[]
  readonly findings: readonly FindingClaim[]
}

export interface SessionPrediction {
  readonly outcome: 'runs' | 'stops' | 'unknown'
  readonly exitCode: number | null
  /** Why the outcome is unknown. */
  readonly reason?: string | null
  readonly failure: PredictedFailure | null
}

export interface CollectorPrediction {
  readonly path: string
  readonly outcome: 'collects' | 'fails' | 'skips' | 'unknown'
  readonly reason: string | null
  readonly failure: PredictedFailure | null
}

export interface PredictedFailure {
  readonly exception: string
  readonly message: string
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly subject: string
  readonly cause: {
    readonly exception: string
    readonly message: string
    readonly path: string
    readonly line: number
  } | null
}

export interface FindingClaim {
  readonly rule: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly path: string
  readonly start: { readonly line: number; readonly column: number }
  readonly message: string
  readonly breaks: readonly string[]
}

const READ_VERSION = 1

/** Reads what the command printed. Throws an Error that says what is wrong where it is no such document. */
export function parseDocument(text: string): Document {
  const document = JSON.parse(text) as Partial<Document> | null
  if (document?.version !== READ_VERSION) {
    throw new Error(`a document of version ${READ_VERSION} is needed, this one says ${document?.version}`)
  }
  const { root, session, collectors, findings } = document
  if (root === undefined || session === undefined || collectors === undefined || findings === undefined) {
    throw new Error('the document lacks one of root, session, collectors, findings')
  }
  return document as Document
}
