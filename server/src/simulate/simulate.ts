/**
 * The simulated collection: passes over the plan until nothing new fails. The first pass is what pytest will
 * say; each further one runs with the failures found so far counted as cured, and so shows what waits
 * behind them.
 */
import { remember } from '../files/memo.ts'
import type { Pass } from './collect.ts'
import type { KeptPass } from './kept_pass.ts'
import { siteOf } from './machine.ts'
import { type NextPass, type Passed, pass, type SimulationInput, told } from './passed.ts'
import { whoReaches } from './reached.ts'
import type { CollectorTrace, Failure, Trace } from './trace.ts'

/** More layers than this are not looked for: each costs a pass. */
const DEEPEST_LAYER = 5

/**
 * Simulates the plan. Never throws on a user's code. `kept`: the pass that was kept of the simulation before, and is to
 * be kept of this one.
 */
export function simulate(
  input: SimulationInput,
  kept?: { readonly pass: KeptPass; readonly touched: readonly string[] | null },
): Trace {
  const healed = new Set(input.cured?.sites)
  // Of a pass that is not kept the machine is not either, once this is known of it.
  const seen = (first: Passed) => ({
    surface: kept ? kept.pass.tell(first) : told(first).trace,
    questions: new Map(first.machine.questions),
    found: failures(first.pass),
  })
  const { surface, questions, found } = seen(
    kept ? kept.pass.first(input, kept.touched) : pass(input, healed),
  )
  const behind = new Map<string, Failure[]>()
  const { glance, breathe } = input
  const inLayers: SimulationInput = {
    ...input,
    breathe() {
      breathe?.()
      if (glance?.wanted()) glance.see({ ...surface, questions: [] })
    },
  }
  const lookBehind = (next: NextPass): void => {
    let last = found
    for (let layer = 0; input.layers && layer < DEEPEST_LAYER; layer++) {
      const before = healed.size
      for (const failure of last) healed.add(siteOf(failure))
      if (healed.size === before) break
      const { pass: deeper, machine } = next(inLayers, healed)
      for (const [key, question] of machine.questions)
        if (questions.get(key)?.guarded !== false) questions.set(key, question)
      for (const { path, failure } of deeper.collectors)
        if (failure) remember(behind, path, () => []).push(failure)
      last = failures(deeper)
    }
  }
  if (kept) kept.pass.layers(lookBehind)
  else lookBehind(pass)
  const collectors = surface.collectors.map(c => withLayers(c, behind))
  return { ...surface, collectors, questions: [...questions.values()] }
}

/** Whoever needs a file that may not compile can't be judged, while no interpreter was asked. */
export function doubtSuspects(trace: Trace): Trace {
  const waiting = new Map(
    trace.suspects.flatMap(file => whoReaches(trace.reached, file).map(path => [path, file] as const)),
  )
  const collectors = trace.collectors.map((c): CollectorTrace => {
    const file = waiting.get(c.path)
    if (!file || c.outcome !== 'collects') return c
    return { ...c, outcome: 'unknown', reason: `${file} may not compile, and no interpreter was asked` }
  })
  return { ...trace, collectors }
}

function failures(pass: Pass): Failure[] {
  const found = pass.session.failure ? [pass.session.failure] : []
  for (const { failure } of pass.collectors) if (failure) found.push(failure)
  return found
}

function withLayers(
  collector: CollectorTrace,
  behind: ReadonlyMap<string, readonly Failure[]>,
): CollectorTrace {
  return collector.outcome === 'fails'
    ? { ...collector, behind: behind.get(collector.path) ?? [] }
    : collector
}
