/** Metrics that a file registers while it is imported. */
import type { Span } from '../../files/span.ts'
import { whoReaches } from '../../simulate/reached.ts'
import { type Asked, type Place, textOf } from './question.ts'

export interface MetricFact {
  readonly fact: 'metric'
  readonly span: Span
  readonly name: string
  /** 'Counter', 'Gauge', ... */
  readonly kind: string
  /** The names under which the run imports the file: with two of them it is registered twice. */
  readonly modules: readonly string[]
  /** How many test files register it by what they import. */
  readonly neededBy: number
}

/** The metric under the cursor; null beside one, and while the text is newer than what was analysed. */
export function metricAt(asked: Asked, { path, text, offset }: Place): MetricFact | null {
  if (textOf(asked, path) !== text) return null
  const { events, modules, reached } = asked.analysis.trace
  for (const event of events) {
    if (event.event !== 'metric' || event.span.path !== path) continue
    if (offset < event.span.start || offset > event.span.end) continue
    return {
      fact: 'metric',
      span: event.span,
      name: event.name,
      kind: event.kind,
      modules: modules.filter(({ file }) => file === path).map(({ name }) => name),
      neededBy: whoReaches(reached, path).length,
    }
  }
  return null
}
