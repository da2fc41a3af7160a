/** One line for each finding, as editors and `grep` like it: `path:line:column: severity rule message`. */
import type { Finding } from '../rules/finding.ts'
import { stateWords } from './confirmation.ts'
import type { Health } from './health.ts'
import { Places } from './places.ts'
import type { ReportInput } from './report_input.ts'
import { type Paint, painter, paintSeverity, type Style, severityWord } from './style.ts'
import { summary } from './summary.ts'
import { hiddenNotes, toTell } from './telling.ts'

/** Sorted by path and offset; a summary follows unless it is to be quiet. */
export function renderConcise(input: ReportInput, model: Health, style: Style): string {
  const places = new Places(input)
  const paint = painter(style)
  const lines = toTell(input.findings, style).map(
    finding => line(finding, places, paint) + stateWords(finding, input.confirmation),
  )
  if (!style.quiet) {
    if (lines.length > 0) lines.push('')
    lines.push(...summary(input, model, style), ...hiddenNotes(input.findings, style))
  }
  return lines.map(each => `${each}\n`).join('')
}

function line({ span, severity, rule, what }: Finding, places: Places, paint: Paint): string {
  const { line, column } = places.start(span)
  const word = paintSeverity(paint, severity, severityWord(severity))
  return `${paint.bold(places.path(span.path))}:${line}:${column}: ${word} ${rule} ${what.replaceAll(/\s*\n\s*/g, ' ')}`
}
