/** Which findings a terminal report tells, and what it says of those it leaves out. */
import type { Finding } from '../rules/finding.ts'
import { wrap } from './layout.ts'
import { count, type Style } from './style.ts'

/** Notes are told on request only: a project may have hundreds of them. */
export function toTell(findings: readonly Finding[], style: Style): readonly Finding[] {
  return style.verbose ? findings : findings.filter(finding => finding.severity !== 'info')
}

/** A sentence about the notes that are not told, or none. */
export function hiddenNotes(findings: readonly Finding[], style: Style): string[] {
  const hidden = findings.length - toTell(findings, style).length
  return hidden === 0 ? [] : wrap(`${count(hidden, 'note')} not shown (-v shows them).`, style.width)
}
