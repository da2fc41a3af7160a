/**
 * The history of a suite: a file of lines, one for each recorded state, to which lines are only ever added. Pure: text
 * in, lines and troubles out; what to add is made here and written elsewhere.
 *
 * Each line ends with the hash of all that stands before, and holds the hashes of the lines that were last when it was
 * made. Several are last where two runs wrote at once, or two branches that were merged: a fork is no fault, and the
 * next line joins it. A line that was changed, or taken away from before another one, shows. What was taken from the
 * end doesn't: for that the file is to be under version control.
 */
import { sha256Hex } from '../files/hash.ts'
import { relative } from '../files/paths.ts'
import { allRules } from '../rules/all_rules.ts'
import type { Health } from './health.ts'
import type { ReportInput, Totals, TrendPoint } from './report_input.ts'

export interface HistoryLine {
  readonly version: 1
  /** When it was recorded, and when its revision was committed: ISO 8601. */
  readonly recorded: string
  readonly committed: string | null
  /** The full hash of the commit; null where there is no repository. */
  readonly revision: string | null
  /** The work tree was not that of the commit. */
  readonly dirty: boolean
  readonly tool: string
  /** Changes whenever a rule comes, goes or changes its severity. */
  readonly rules: string
  readonly python: string
  readonly pytest: string
  readonly session: Health['session']['outcome']
  readonly confirmed: boolean
  readonly files: Totals
  /** As they are written, and as pytest itself counted them. */
  readonly tests: Totals
  readonly collected: number | null
  readonly errors: number
  readonly warnings: number
  /** From here on fewer tests are enough. */
  readonly fewerAccepted: boolean
  /** Causes that the first of `previous` did not have, and ids of those that it had alone. */
  readonly came: readonly PastCause[]
  readonly went: readonly string[]
  readonly previous: readonly string[]
}

export interface PastCause {
  readonly id: string
  readonly rule: string
  /** Relative to pytest's root folder. */
  readonly path: string
  readonly subject: string
  /** Test files that were lost by it. */
  readonly files: number
}

export interface History {
  /** Those that are whole, in the order of the file. */
  readonly lines: readonly (HistoryLine & { readonly hash: string })[]
  /** What is wrong, by line from 1. */
  readonly troubles: readonly { readonly line: number; readonly words: string }[]
}

/** Where it lies if nobody says otherwise, below the folder that is checked. */
export const HISTORY_FILE = '.precollect/history.ndjson'

const FORMAT = 1
const HASHED = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/

/** Reads a history and verifies its chain. Never throws. */
export function readHistory(text: string): History {
  const lines: History['lines'][number][] = []
  const places: number[] = []
  const troubles: { line: number; words: string }[] = []
  for (const [at, written] of text.split(/\r?\n/).entries()) {
    if (written.trim() === '') continue
    const read = readLine(written)
    if (typeof read === 'string') troubles.push({ line: at + 1, words: read })
    else {
      lines.push(read)
      places.push(at + 1)
    }
  }
  const known = new Set(lines.map(({ hash }) => hash))
  for (const [at, { previous }] of lines.entries()) {
    if (!previous.every(hash => known.has(hash))) {
      troubles.push({ line: places[at]!, words: 'a line that stood before it is missing, or was changed' })
    }
  }
  return { lines, troubles: troubles.sort((a, b) => a.line - b.line) }
}

function readLine(written: string): History['lines'][number] | string {
  if (/^(?:<{7}|={7}|>{7}|\|{7})/.test(written)) {
    return 'a mark of a merge conflict: delete such lines and keep those of both sides, in any order'
  }
  let document: Partial<HistoryLine> | null
  try {
    document = JSON.parse(written) as Partial<HistoryLine> | null
  } catch {
    return 'it was cut off, or is no line of a history'
  }
  const version: unknown = document?.version
  if (typeof version === 'number' && version > FORMAT) {
    return `a later version of precollect wrote it (format ${version}; this one reads ${FORMAT}): update precollect`
  }
  const [, body, hash] = HASHED.exec(written) ?? []
  if (version !== FORMAT || body === undefined || hash === undefined) return 'it is no line of a history'
  if (sha256Hex(`${body}}`) !== hash) return 'it was changed after it had been written'
  return { ...(document as HistoryLine), hash }
}

/** Where and when a state was recorded. */
export interface Recording {
  readonly now: Date
  readonly commit: { readonly id: string; readonly at: string; readonly dirty: boolean } | null
  readonly tool: string
  readonly fewerAccepted: boolean
}

/** The line to add to a history for the present state, without a line end. */
export function historyLine(
  history: History,
  input: ReportInput,
  model: Health,
  { now, commit, tool, fewerAccepted }: Recording,
): string {
  const heads = headsOf(history)
  const before = causesAt(history, heads[0] ?? null)
  const present = model.causes.map(({ cause, files }) => ({
    id: cause.id,
    rule: cause.rule,
    path: relative(input.plan.rootdir, cause.span.path),
    subject: cause.subject,
    files,
  }))
  const ids = new Set(present.map(({ id }) => id))
  const line: HistoryLine = {
    version: FORMAT,
    recorded: now.toISOString(),
    committed: commit?.at ?? null,
    revision: commit?.id ?? null,
    dirty: commit?.dirty ?? false,
    tool,
    rules: sha256Hex(allRules.map(({ id, severity }) => `${id} ${severity}`).join('\n')).slice(0, 12),
    python: model.environment.python,
    pytest: model.environment.pytest,
    session: model.session.outcome,
    confirmed: model.collected !== null,
    files: model.files,
    tests: model.tests,
    collected: model.collected,
    errors: model.findings.bySeverity.error,
    warnings: model.findings.bySeverity.warning,
    fewerAccepted,
    came: present.filter(({ id }) => !before.has(id)),
    went: [...before.keys()].filter(id => !ids.has(id)),
    previous: heads,
  }
  const body = JSON.stringify(line)
  return `${body.slice(0, -1)},"hash":"${sha256Hex(body)}"}`
}

/** The lines that no other one follows, the last one first. */
function headsOf({ lines }: History): string[] {
  const followed = new Set(lines.flatMap(({ previous }) => previous))
  return lines
    .map(({ hash }) => hash)
    .filter(hash => !followed.has(hash))
    .reverse()
}

/** The causes there were at a line, by id. */
export function causesAt({ lines }: History, hash: string | null): Map<string, PastCause> {
  const byHash = new Map(lines.map(line => [line.hash, line]))
  const way: HistoryLine[] = []
  for (let at = byHash.get(hash ?? ''); at; at = byHash.get(at.previous[0] ?? '')) way.push(at)
  const causes = new Map<string, PastCause>()
  for (const { came, went } of way.reverse()) {
    for (const id of went) causes.delete(id)
    for (const cause of came) causes.set(cause.id, cause)
  }
  return causes
}

/** Oldest first, by commit. */
export function chronological({ lines }: History): History['lines'] {
  return lines.toSorted((a, b) => compare(whenOf(a), whenOf(b)) || compare(a.recorded, b.recorded))
}

/** Oldest first, one line for each commit: the last that was recorded of it. */
export function statesOf(history: History): History['lines'] {
  const states = new Map<string, History['lines'][number]>()
  for (const line of chronological(history)) {
    const state = stateOf(line)
    states.delete(state)
    states.set(state, line)
  }
  return [...states.values()]
}

function stateOf({ revision, dirty, recorded }: HistoryLine): string {
  return revision === null ? recorded : revision + (dirty ? ' with changes' : '')
}

/** The states as points of a chart. */
export function trendOf(history: History): readonly TrendPoint[] {
  return statesOf(history).map(line => {
    const { files, tests, errors, warnings, confirmed } = line
    return { revision: stateOf(line), at: whenOf(line), files, tests, errors, warnings, confirmed }
  })
}

/** The most tests that were ever recorded, counted by pytest or as written, since fewer were last accepted. */
export function floorOf(
  { lines }: History,
  counted: 'by pytest' | 'as written',
): { tests: number; revision: string | null } | null {
  let floor: { tests: number; revision: string | null } | null = null
  for (const line of lines.toSorted((a, b) => compare(a.recorded, b.recorded))) {
    if (line.fewerAccepted) floor = null
    const tests =
      counted === 'by pytest' ? line.collected : line.session === 'stops' ? 0 : line.tests.collects
    if (tests !== null && tests > (floor?.tests ?? 0)) floor = { tests, revision: line.revision }
  }
  return floor
}

function whenOf({ committed, recorded }: HistoryLine): string {
  return new Date(committed ?? recorded).toISOString()
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
