/**
 * What the real pytest did: the corpus's record of one `--collect-only` run, and the view of it that predictions
 * are judged against. The fields of a record are described at the head of the corpus's `oracle_plugin.py`.
 */
import { posix } from 'node:path'

/** [file, line], relative to the folder pytest was started in. */
export type Place = readonly [string, number]

export interface OracleRecord {
  /** How far the run came: 'none', 'loaded', 'conftests', 'configured', 'collected', 'finished'. */
  readonly stage: string
  readonly exit: number
  readonly rootdir?: string
  readonly items?: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly errors?: readonly OracleError[]
  readonly skips?: readonly { readonly node: string; readonly reason: string }[]
  readonly empty?: readonly string[]
  readonly stderr?: readonly string[]
}

export interface OracleError {
  readonly node: string
  readonly kind: string
  readonly raised: string
  readonly cause: string
  readonly message: string
  readonly at?: Place
  readonly text?: string
}

/** A failure as pytest showed it. */
export interface RealFailure {
  /** The exception that explains it, then the one that pytest saw: often the same. */
  readonly exceptions: readonly string[]
  readonly message: string
  /** The innermost frame in the project; null where all frames were outside, or none was known. */
  readonly at: Place | null
  /** Everything that was printed about it, to look for a subject in. */
  readonly shown: string
}

export interface RealCollector {
  readonly path: string
  readonly outcome: 'collects' | 'fails' | 'skips'
  /** A file can fail in several of its classes. */
  readonly failures: readonly RealFailure[]
}

export interface Reality {
  readonly session: {
    readonly outcome: 'runs' | 'stops'
    readonly exitCode: number
    readonly failure: RealFailure | null
  }
  /** Files, and folders that fail. */
  readonly collectors: ReadonlyMap<string, RealCollector>
  /** The files that hold items, in the order of the items. */
  readonly order: readonly string[]
  /** Collection went to its end: a file that is not in `collectors` was not collected. */
  readonly complete: boolean
}

const SESSION_KINDS = new Set(['usage', 'config', 'internal'])
/** Exit codes of a run that did not end as a collection does: a failure outside tests, internal, usage. */
const STOPPED = new Set([1, 3, 4])
const INTERRUPTED = 2

/** The judged view of a record. Paths are relative to the folder pytest was started in. */
export function realityOf(record: OracleRecord): Reality {
  const rootdir = record.rootdir ?? '.'
  const pathOf = (node: string) => posix.normalize(posix.join(rootdir, node.split('::')[0] ?? ''))
  const errors = record.errors ?? []
  const finished = record.stage === 'finished'
  // Without an error to show, an interrupted collection was ended by pytest.exit.
  const stops = STOPPED.has(record.exit) || !finished || (record.exit === INTERRUPTED && errors.length === 0)
  const ofSession = (error: OracleError) => SESSION_KINDS.has(error.kind) || !finished

  const collectors = new Map<string, RealCollector>()
  const order = Object.keys(record.items ?? {}).map(pathOf)
  for (const path of [...order, ...(record.empty ?? []).map(pathOf)]) {
    collectors.set(path, { path, outcome: 'collects', failures: [] })
  }
  for (const { node } of record.skips ?? []) {
    const path = pathOf(node)
    if (!node.includes('::')) collectors.set(path, { path, outcome: 'skips', failures: [] })
  }
  for (const error of errors.filter(error => !ofSession(error))) {
    const path = pathOf(error.node)
    const before = collectors.get(path)?.failures ?? []
    collectors.set(path, { path, outcome: 'fails', failures: [...before, failureOf(error, record)] })
  }
  const ended = stops ? errors.find(ofSession) : undefined
  return {
    session: {
      outcome: stops ? 'stops' : 'runs',
      exitCode: record.exit,
      failure: ended ? failureOf(ended, record) : null,
    },
    collectors,
    order,
    complete: !stops || order.length > 0,
  }
}

function failureOf(error: OracleError, record: OracleRecord): RealFailure {
  return {
    exceptions: [...new Set([error.cause, error.raised])],
    message: error.message,
    at: error.at ?? null,
    shown: [error.message, error.text ?? '', ...(record.stderr ?? [])].join('\n'),
  }
}
