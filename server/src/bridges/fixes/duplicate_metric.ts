/**
 * A metric that is registered a second time: take the registered one where it is there already. The registry is asked
 * by a name that every version of prometheus_client claims for its kind.
 */
import type { Finding } from '../../rules/finding.ts'
import { causeOf, type FixContext, type Fixer, type Proposal } from '../fix.ts'
import { lineOf, replace, textAt } from '../replace.ts'

/** What is behind the full name of a metric in the registry. */
const SUFFIXES: Readonly<Record<string, string>> = {
  Counter: '_total',
  Gauge: '',
  Histogram: '_count',
  Summary: '_count',
  Info: '_info',
  Enum: '',
}

export const duplicateMetric: Fixer = {
  rule: 'duplicate-metric',
  *propose(finding, context): Iterable<Proposal> {
    const detail = causeOf(context, finding)?.failure.detail
    if (detail?.kind !== 'duplicate-metric') return
    yield* reuseRegistered(finding, detail.metric, context)
  },
}

/** The registration at the place of the finding, tried first: where the name is taken, the metric that has it serves. */
export function* reuseRegistered(finding: Finding, metric: string, context: FixContext): Iterable<Proposal> {
  const code = context.code(finding.span.path)
  const text = context.text(finding.span.path)
  if (!code || text === null) return
  const call = textAt(context, finding.span)
  const suffix = SUFFIXES[/(\w+)\s*\(/.exec(call)?.[1] ?? '']
  const statement = code.ops.find(
    op =>
      op.op === 'assign' &&
      op.targets.length === 1 &&
      op.targets[0]!.e === 'name' &&
      code.places[2 * op.at + 1] === finding.span.end,
  )
  if (suffix === undefined || statement?.op !== 'assign' || statement.targets[0]!.e !== 'name') return
  const span = { ...finding.span, start: code.places[2 * statement.at]! }
  const written = textAt(context, span)
  // Only what stands alone on its lines can be moved to the right, and no text may be among them.
  const { start, indent } = lineOf(text, span.start)
  const alone =
    start + indent.length === span.start && /^[ \t]*(?:#|\r?$)/m.test(text.slice(span.end).split('\n', 1)[0]!)
  if (!alone || /"""|'''/.test(written)) return
  const name = metric.endsWith(suffix) ? metric : `${metric}${suffix}`
  const body = written.replaceAll(/\n(?=.)/g, '\n    ')
  yield {
    key: 'reuse',
    title: 'Take the registered metric where it is there already',
    safety: 'unsafe',
    edit: replace(
      context,
      span,
      [
        'try:',
        `    ${body}`,
        'except ValueError:  # it is registered already',
        '    from prometheus_client import REGISTRY',
        '',
        `    ${statement.targets[0]!.id} = REGISTRY._names_to_collectors["${name}"]`,
      ].join(`\n${indent}`),
    ),
    command: null,
    because: 'both places then share one metric, which must have the same labels',
  }
}
