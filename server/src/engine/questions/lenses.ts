/** What stands above lines of a file: as what it is collected, who needs it, and what a finding in it costs. */
import { follow } from '../../files/follow.ts'
import type { Span } from '../../files/span.ts'
import { whoReaches } from '../../simulate/reached.ts'
import type { CollectorTrace } from '../../simulate/trace.ts'
import { type Asked, type Document, textOf } from './question.ts'

export interface Lens {
  readonly span: Span
  readonly title: string
  /** The finding that it is about; null where it is about the file. */
  readonly fingerprint: string | null
}

/** From top to bottom; none for what is no Python. Lenses of findings move along while the text is newer. */
export function lensesOf(asked: Asked, { path, text }: Document): readonly Lens[] {
  if (!path.endsWith('.py')) return []
  const analysed = textOf(asked, path)
  if (analysed === null) return []
  const moved = follow(analysed, text)
  const ofFindings = asked.analysis.findings.flatMap(({ span, breaks, fingerprint }): Lens[] => {
    const place = span.path === path && breaks.length > 0 ? moved(span) : null
    return place ? [{ span: { path, ...place }, title: `breaks ${files(breaks.length)}`, fingerprint }] : []
  })
  const title = ofFile(asked, path)
  return title ? [{ span: { path, start: 0, end: 0 }, title, fingerprint: null }, ...ofFindings] : ofFindings
}

function ofFile({ analysis }: Asked, path: string): string | null {
  const { collectors, modules, reached } = analysis.trace
  const names = modules.filter(({ file }) => file === path).map(({ name }) => name)
  const collector = collectors.find(each => each.path === path)
  if (collector) return outcome(collector, names)
  const needed = whoReaches(reached, path).length
  return needed > 0 ? `imported by ${files(needed)} as ${names.join(' and ')}`.replace(/ as $/, '') : null
}

function outcome({ outcome, reason, failure }: CollectorTrace, names: readonly string[]): string {
  switch (outcome) {
    case 'collects':
      return names.length > 0 ? `collected as ${names.join(' and ')}` : 'collected'
    case 'skips':
      return reason ? `skipped: ${reason}` : 'skipped'
    case 'fails':
      return failure
        ? `not collected: ${failure.exception}: ${failure.message.split('\n')[0]}`
        : 'not collected'
    case 'unknown':
      return reason ? `may not be collected: ${reason}` : 'may not be collected'
  }
}

function files(count: number): string {
  return `${count} test file${count === 1 ? '' : 's'}`
}
