/** The history for a terminal: the trend as charts, the last states as a table, and when which cause came or went. */
import plot, { type Point } from 'simple-ascii-chart'
import { chronological, type History, type PastCause, statesOf } from './history.ts'
import { table } from './layout.ts'
import { count, painter, type Style } from './style.ts'

export interface HistoryView {
  /** How many states the table and the list of changes hold. */
  readonly last: number
  /** Only causes whose rule, place, subject or id holds this text; then nothing else is told. */
  readonly cause: string | null
}

type Line = History['lines'][number]

const CHART_HEIGHT = 8
const WIDEST_CHART = 100

/** With a line end. `name`: of the file. */
export function renderHistory(history: History, name: string, view: HistoryView, style: Style): string {
  const paint = painter(style)
  const lines = chronological(history)
  if (view.cause !== null) return text(changes(lines, lines, view.cause, style))
  const states = statesOf(history)
  const collected = states.some(line => line.collected !== null)
  const shown = states.slice(Math.max(0, states.length - view.last))
  const since = shown[0] ? lines.indexOf(shown[0]) : lines.length
  const sections = [
    ...chart(
      'Errors',
      states.map(line => line.errors),
      style,
    ),
    ...chart(
      collected ? 'Tests collected by pytest' : 'Tests written in files that collect',
      states.flatMap(line => (collected ? (line.collected ?? []) : line.tests.collects)),
      style,
    ),
    paint.bold(`The last ${count(shown.length, 'state')} of ${states.length} in ${name}:`),
    ...rowsOf(shown),
    '',
    ...changes(lines, lines.slice(since), '', style),
  ]
  return text(sections)
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n').trimEnd()}\n`
}

/** One alone is no trend. */
function chart(title: string, values: readonly number[], style: Style): string[] {
  if (values.length < 2) return []
  const room = Math.min((style.width ?? 80) - 10, WIDEST_CHART)
  const drawn = plot(
    values.map((value, at): Point => [at, value]),
    { width: Math.max(10, room), height: CHART_HEIGHT, hideXAxisTicks: true },
  )
  const lines = drawn.split('\n').map(line => line.trimEnd())
  return [painter(style).bold(title), ...lines.filter(line => line !== ''), '']
}

function rowsOf(lines: readonly Line[]): string[] {
  const head = ['committed', 'revision', 'files', 'fail', 'tests', 'errors', 'warnings', '']
  const rows = lines.map(line => [
    day(line),
    revision(line),
    String(Object.values(line.files).reduce((sum, files) => sum + files, 0)),
    String(line.files.fails),
    String(line.collected ?? line.tests.collects),
    String(line.errors),
    String(line.warnings),
    [line.confirmed ? 'confirmed' : '', line.session === 'stops' ? 'the run stops' : '']
      .filter(Boolean)
      .join(', '),
  ])
  return table([head, ...rows], column => column >= 2 && column <= 6)
}

/** Which causes came in and went with which of the shown states: newest first, and after which state they did so. */
function changes(lines: readonly Line[], shown: readonly Line[], wanted: string, style: Style): string[] {
  const paint = painter(style)
  const causes = new Map(lines.flatMap(({ came }) => came.map(cause => [cause.id, cause])))
  const byHash = new Map(lines.map(line => [line.hash, line]))
  const matches = ({ id, rule, path, subject }: PastCause) =>
    [id, rule, path, subject].some(word => word.includes(wanted))
  return shown.toReversed().flatMap(line => {
    const before = byHash.get(line.previous[0] ?? '')
    const went = line.went.flatMap(id => causes.get(id) ?? [])
    const told = [
      ...line.came.filter(matches).map(cause => paint.red(`  came  ${words(cause)}`)),
      ...went.filter(matches).map(cause => paint.green(`  went  ${words(cause)}`)),
    ]
    if (told.length === 0) return []
    const after = before ? `, after ${revision(before)}` : ''
    return [`${paint.bold(revision(line))} ${day(line)}${after}`, ...told, '']
  })
}

function words({ rule, path, subject, files }: PastCause): string {
  const lost = files > 0 ? ` (${count(files, 'test file')})` : ''
  return `${rule} ${subject.split('\n')[0]} in ${path}${lost}`
}

function revision({ revision: id, dirty }: Line): string {
  return id === null ? 'no commit' : id.slice(0, 10) + (dirty ? '+' : '')
}

function day({ committed, recorded }: Line): string {
  return (committed ?? recorded).slice(0, 10)
}
