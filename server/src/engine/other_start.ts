/**
 * What would become of the collection if pytest were started in the other way. Asked only where it can make a
 * difference and the project does not say itself how it starts pytest: it costs a second simulation.
 */
import type { FileSystem } from '../files/file_system.ts'
import { statedInvocation } from '../pytest/invocation.ts'
import type { Plan } from '../pytest/plan.ts'
import type { OtherStart } from '../rules/rule.ts'
import type { Trace } from '../simulate/trace.ts'

/** `simulateAs` plans and simulates with the other kind of invocation. */
export function otherStart(
  fs: FileSystem,
  plan: Plan,
  trace: Trace,
  simulateAs: (kind: OtherStart['kind']) => { readonly plan: Plan; readonly trace: Trace },
): OtherStart | null {
  const { kind, cwd } = plan.invocation
  if (!trace.startMatters || trace.session.outcome !== 'runs' || statedInvocation(fs, cwd) === kind)
    return null
  const other = simulateAs(kind === 'pytest' ? 'python -m pytest' : 'pytest')
  const { session, collectors } = other.trace
  const here = new Map(trace.collectors.map(({ path, outcome }) => [path, outcome]))
  const stop =
    session.outcome === 'stops' && session.failure ? [{ path: plan.rootdir, failure: session.failure }] : []
  const breaks = [...stop, ...collectors].flatMap(({ path, failure }) =>
    failure && here.get(path) !== 'fails' ? [{ collector: path, failure }] : [],
  )
  return breaks.length > 0 ? { kind: other.plan.invocation.kind, breaks } : null
}
