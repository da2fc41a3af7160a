/** How a terminal report may look: decided by the door, obeyed by the renderers. */
import picocolors from 'picocolors'
import type { Severity } from '../rules/finding.ts'

export interface Style {
  /** Cells in a line; null: lines are not broken (a file or a pipe). */
  readonly width: number | null
  readonly color: boolean
  /** Also notes, the basis of the verdicts and everything that could not be known. */
  readonly verbose: boolean
  /** Findings only, no summary. */
  readonly quiet: boolean
}

export type Paint = ReturnType<typeof picocolors.createColors>

export function painter({ color }: Style): Paint {
  return picocolors.createColors(color)
}

/** A severity in its colour. */
export function paintSeverity(paint: Paint, severity: Severity, text: string): string {
  const colored = { error: paint.red, warning: paint.yellow, info: paint.cyan }[severity](text)
  return paint.bold(colored)
}

/** The word that reports use for a severity. */
export function severityWord(severity: Severity): string {
  return severity === 'info' ? 'note' : severity
}

/** '1 test file', '2 test files'. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
