/** The report for people: for each finding the source line, why it matters and what to do; then the summary. */
import type { Finding } from '../rules/finding.ts'
import { stateNotes } from './confirmation.ts'
import type { Health } from './health.ts'
import { excerpt, wrap } from './layout.ts'
import { Places } from './places.ts'
import { byDamage } from './ranked_findings.ts'
import type { ReportInput } from './report_input.ts'
import { type Paint, painter, paintSeverity, type Style, severityWord } from './style.ts'
import { sessionVerdict, summary } from './summary.ts'
import { hiddenNotes, toTell } from './telling.ts'

/** Longer chains show both ends. */
const LONGEST_CHAIN = 6

/** What stops the run comes first, then errors by the test files they cost, then warnings by place. */
export function renderFull(input: ReportInput, model: Health, style: Style): string {
  const paint = painter(style)
  const places = new Places(input)
  const blocks = byDamage(model, toTell(input.findings, style)).map(finding =>
    block(finding, stateNotes(finding, input.confirmation, style), places, paint, style),
  )
  const verdict = sessionVerdict(input, model)
  const opening =
    verdict !== null && !style.quiet ? [wrap(verdict, style.width).map(line => paint.bold(line))] : []
  const closing = style.quiet
    ? []
    : [[...summary(input, model, style, true), ...hiddenNotes(input.findings, style)]]
  return [...opening, ...blocks, ...closing].map(lines => lines.map(line => `${line}\n`).join('')).join('\n')
}

type Note = readonly [name: string, text: string]

function block(
  finding: Finding,
  states: readonly Note[],
  places: Places,
  paint: Paint,
  style: Style,
): string[] {
  const { severity, rule, what, span } = finding
  const { line, column } = places.start(span)
  const label = `${severityWord(severity)}[${rule}]`
  const [first, ...rest] = wrap(what, style.width, `${label}: `, 4)
  const title = paint.bold(paintSeverity(paint, severity, label) + first!.slice(label.length))
  const gutter = ' '.repeat(String(line).length)
  return [
    title,
    ...rest,
    `${gutter}${paint.blue('-->')} ${places.path(span.path)}:${line}:${column}`,
    ...source(finding, places, paint, style),
    ...[...notes(finding, places), ...states].flatMap(([name, text]) => {
      const [head, ...more] = wrap(text, style.width, `${gutter} = ${name}: `)
      return [head!.replace(`= ${name}:`, `${paint.blue('=')} ${paint.bold(name)}:`), ...more]
    }),
  ]
}

/** The source line with carets; nothing for a place that stands for a whole file. */
function source({ span, severity }: Finding, places: Places, paint: Paint, style: Style): string[] {
  const { line, column } = places.start(span)
  const end = places.end(span)
  const text = places.line(span.path, line)
  if (text === null || span.start === span.end) return []
  const number = String(line)
  const gutter = ' '.repeat(number.length)
  const bar = paint.blue('|')
  const to = end.line === line ? end.column - 1 : text.length
  const room = style.width === null ? null : Math.max(20, style.width - number.length - 3)
  const shown = excerpt(text, column - 1, to, room)
  const carets = paintSeverity(paint, severity, '^'.repeat(shown.carets))
  return [
    `${gutter} ${bar}`,
    `${paint.blue(number)} ${bar} ${shown.source}`,
    `${gutter} ${bar} ${' '.repeat(shown.indent)}${carets}`,
  ]
}

function notes(finding: Finding, places: Places): Note[] {
  const chain = finding.chain.length > 1 ? [way(finding.chain.map(span => places.short(span)))] : []
  return [
    ['why', finding.why],
    ...chain.map((text): Note => ['way', text]),
    ...finding.related.map(({ span, message }): Note => ['see', `${places.short(span)}: ${message}`]),
    ...(finding.todo ? [['do', finding.todo] as const] : []),
  ]
}

function way(links: readonly string[]): string {
  const left = links.length - LONGEST_CHAIN
  const shown = left <= 0 ? links : [...links.slice(0, 3), `(${left} more)`, ...links.slice(-3)]
  return shown.join(' > ')
}
