/** What the rules about leaked state share: who leans on whose leavings, grouped by the statement that left them. */
import { relative } from '../files/paths.ts'
import type { TraceEvent, Writer } from '../simulate/trace.ts'
import type { RuleContext } from './rule.ts'

export type Leaning = Extract<TraceEvent, { event: 'leaning' }>

/** The leanings of a kind by the statement they lean on, in collection order; of namesakes each by itself. */
export function victims(
  { trace }: RuleContext,
  kind: Leaning['kind'],
): readonly (readonly [Writer, readonly Leaning[]])[] {
  const groups = new Map<string, [Writer, Leaning[]]>()
  for (const event of trace.events) {
    if (event.event !== 'leaning' || event.kind !== kind) continue
    const { path, start } = event.by.span
    const key = `${path}\0${start}\0${kind === 'namesake' ? `${event.span.path}\0${event.name}` : ''}`
    const group = groups.get(key)
    if (group) group[1].push(event)
    else groups.set(key, [event.by, [event]])
  }
  return [...groups.values()]
}

/** "alone, tests/test_b.py fails": what becomes of the files when they are collected by themselves. */
export function without({ plan }: RuleContext, leanings: readonly Leaning[]): string {
  const files = [...new Set(leanings.map(({ collector }) => relative(plan.rootdir, collector)))]
  return files.length === 1 ? `alone, ${files[0]} fails` : `alone, these ${files.length} files fail`
}
