/** Findings under a heading for each file, as people read who mend file by file. */
import type { Finding } from '../rules/finding.ts'
import { stateWords } from './confirmation.ts'
import type { Health } from './health.ts'
import { wrap } from './layout.ts'
import { Places } from './places.ts'
import type { ReportInput } from './report_input.ts'
import { painter, paintSeverity, type Style, severityWord } from './style.ts'
import { summary } from './summary.ts'
import { hiddenNotes, toTell } from './telling.ts'

/** Files in their order, in each the findings by place; a summary follows unless it is to be quiet. */
export function renderGrouped(input: ReportInput, model: Health, style: Style): string {
  const places = new Places(input)
  const paint = painter(style)
  const files = new Map<string, Finding[]>()
  for (const finding of toTell(input.findings, style)) {
    const same = files.get(finding.span.path)
    if (same) same.push(finding)
    else files.set(finding.span.path, [finding])
  }
  const blocks = [...files].map(([path, findings]) => {
    const rows = findings.map(finding => ({ finding, at: places.start(finding.span) }))
    const wide = Math.max(...rows.map(({ at }) => `${at.line}:${at.column}`.length))
    return [
      paint.bold(`${places.path(path)}:`),
      ...rows.flatMap(({ finding, at }) => {
        const { severity, rule, what } = finding
        const place = `${at.line}:${at.column}`.padEnd(wide)
        const lead = `  ${place}  ${severityWord(severity)} ${rule} `
        const words = what.replaceAll(/\s*\n\s*/g, ' ') + stateWords(finding, input.confirmation)
        const [first, ...rest] = wrap(words, style.width, lead, wide + 4)
        const colored = `  ${place}  ${paintSeverity(paint, severity, severityWord(severity))} ${rule} `
        return [colored + first!.slice(lead.length), ...rest]
      }),
    ]
  })
  const end = style.quiet ? [] : [[...summary(input, model, style), ...hiddenNotes(input.findings, style)]]
  return [...blocks, ...end].map(lines => lines.map(line => `${line}\n`).join('')).join('\n')
}
