/**
 * Failures that no finding explains, as findings of the rule `unpredicted-error`: at the innermost line of the
 * project, one for each place and exception, however many collectors it costs. And what kept a pass from being one.
 */
import { LineIndex } from '../files/lines.ts'
import { relative } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { Finding } from '../rules/finding.ts'
import { Fingerprints } from '../rules/fingerprint.ts'
import { unpredictedError } from '../rules/unpredicted_error.ts'
import type { UnpredictedError } from './judge.ts'
import type { Observation, ObservedFrame } from './observation.ts'
import { explaining, tracebackText } from './traceback.ts'

export interface Unpredicted {
  readonly finding: Finding
  /** pytest's own words, whole. */
  readonly traceback: string
}

export interface Places {
  readonly rootdir: string
  /** Where a failure without any place of its own is told, e.g. the configuration file. */
  readonly fallback: string
  /** The text of a file as it is now; null where it is not at hand. */
  readonly text: (path: string) => string | null
}

/** Sorted by path and offset. */
export function unpredictedFindings(errors: readonly UnpredictedError[], places: Places): Unpredicted[] {
  const groups = new Map<string, UnpredictedError[]>()
  for (const error of errors) {
    const shown = explaining(error.exceptions)
    const place = error.place
    const key = JSON.stringify([place?.path ?? error.path, place?.line, shown?.type, shown?.message])
    const same = groups.get(key)
    if (same) same.push(error)
    else groups.set(key, [error])
  }
  const prints = new Fingerprints()
  return [...groups.values()].map(group => toFinding(group, places, prints)).sort(byPlace)
}

function toFinding(group: readonly UnpredictedError[], places: Places, prints: Fingerprints): Unpredicted {
  const [{ path, place, exceptions }] = group as [UnpredictedError]
  const { rootdir, fallback } = places
  const exception = explaining(exceptions)
  const said = exception
    ? [exception.type, firstLine(exception.message)].filter(Boolean).join(': ')
    : 'pytest ended without a word'
  const span = place ? spanOf(place, places) : { path: path ?? fallback, start: 0, end: 0 }
  const stops = path === null
  const breaks = [...new Set(group.map(it => it.path ?? rootdir))]
  const frames = exception?.frames.filter(frame => frame.project) ?? []
  return {
    finding: {
      rule: unpredictedError.id,
      severity: 'error',
      span,
      subject: said,
      what: stops ? `pytest stopped here: ${said}` : `pytest failed here: ${said}`,
      why: stops
        ? 'the whole run ends; no rule had foreseen it'
        : `${breaks.length === 1 ? relative(rootdir, breaks[0]!) : `${breaks.length} collectors`} could not be collected; no rule had foreseen it`,
      todo: '',
      breaks,
      chain: frames.map(frame => spanOf(frame, places)),
      related: [],
      fingerprint: prints.next(unpredictedError.id, relative(rootdir, span.path), said),
    },
    traceback: tracebackText(exceptions, rootdir),
  }
}

/** What kept a pass from its end, as a finding; null where it came to one. */
export function troubleOf(observation: Observation, places: Places): Unpredicted | null {
  const { end, collectors, pytest, stderr } = observation
  const running = collectors.find(it => it.outcome === 'unfinished')
  const during = running
    ? `while ${relative(places.rootdir, running.path)} was imported`
    : 'before any test file'
  const told = (severity: Finding['severity'], what: string, todo: string): Unpredicted => {
    const path = running?.path ?? places.fallback
    const span = { path, start: 0, end: 0 }
    const breaks = running ? [running.path] : []
    const id = unpredictedError.id
    const fingerprint = new Fingerprints().next(id, relative(places.rootdir, path), end.kind)
    const why = 'what pytest did not come to could be neither confirmed nor refuted'
    const finding = { rule: id, severity, span, subject: end.kind, what, why, todo }
    return { finding: { ...finding, breaks, chain: [], related: [], fingerprint }, traceback: stderr.trim() }
  }
  if (pytest !== null && Number(pytest.split('.')[0]) < OLDEST_PYTEST)
    return told(
      'warning',
      `pytest ${pytest} is too old to be watched`,
      `pytest ${OLDEST_PYTEST} or newer can be`,
    )
  if (pytest === null && /No module named '?pytest'?$/m.test(stderr))
    return told(
      'error',
      'pytest is not installed for this interpreter',
      'install it, or name another interpreter',
    )
  switch (end.kind) {
    case 'timed out':
      return told('warning', `pytest was ended at the time limit, ${during}`, 'see what it waits for')
    case 'over limit': {
      const megabytes = Math.round(end.bytes / 1024 / 1024)
      const took = end.what === 'memory' ? 'took more memory than' : 'printed more than'
      return told(
        'warning',
        `pytest ${took} ${megabytes} MB and was ended, ${during}`,
        'see what it does there',
      )
    }
    case 'not started':
      return told(
        'warning',
        `pytest could not be started: ${end.reason}`,
        'name the interpreter of the project',
      )
    case 'died':
      return told('error', `the interpreter was ended by ${end.signal}, ${during}`, 'see what it does there')
    case 'exited':
      // pytest would have said why.
      return observation.stop && (running || observation.stop.exceptions.length === 0)
        ? told(
            'error',
            `the process ended itself with exit code ${end.code}, ${during}`,
            'do not exit at import',
          )
        : null
    case 'cancelled':
      return null
  }
}

const OLDEST_PYTEST = 7

/** The statement's first line from its first character on; the whole file where its text is not at hand. */
function spanOf({ path, line }: Pick<ObservedFrame, 'path' | 'line'>, { text }: Places): Span {
  const source = text(path)
  if (source === null) return { path, start: 0, end: 0 }
  const lines = new LineIndex(source)
  const content = lines.line(line)
  const start = lines.start(line) + content.length - content.trimStart().length
  return { path, start, end: Math.max(start, lines.start(line) + content.trimEnd().length) }
}

/** Some print a page without a break. */
const LONGEST_MESSAGE = 300

function firstLine(text: string): string {
  const line = text.split('\n')[0]!
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}...` : line
}

function byPlace({ finding: a }: Unpredicted, { finding: b }: Unpredicted): number {
  return a.span.path < b.span.path ? -1 : a.span.path > b.span.path ? 1 : a.span.start - b.span.start
}
