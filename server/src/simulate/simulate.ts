/**
 * The simulated collection: passes over the plan until nothing new fails. The first pass is what pytest will
 * say; each further one runs with the failures found so far counted as cured, and so shows what waits
 * behind them.
 */
import { startModules } from '../pytest/start_modules.ts'
import { collect, type Pass } from './collect.ts'
import { importedTwice } from './identities.ts'
import { Machine, siteOf, type World } from './machine.ts'
import type { CollectorTrace, Failure, Trace, TraceEvent } from './trace.ts'

/** More layers than this are not looked for: each costs a pass. */
const DEEPEST_LAYER = 5

/** Everything the machine is given but the failures to heal, which are its own business. */
export type SimulationInput = Omit<World, 'healed' | 'installed'> & {
  readonly layers: boolean
  /** What counts as cured from the beginning; without it nothing does. */
  readonly cured?: Cured
}

/** Failures that somebody is going to cure by hand, and what somebody is going to install. */
export interface Cured {
  /** By `siteOf`. */
  readonly sites: ReadonlySet<string>
  /** Top-level modules. */
  readonly installed: ReadonlySet<string>
}

export const NOTHING_CURED: Cured = { sites: new Set(), installed: new Set() }

/** Simulates the plan. Never throws on a user's code. */
export function simulate(input: SimulationInput): Trace {
  const healed = new Set(input.cured?.sites)
  const first = pass(input, healed)
  const questions = new Map(first.machine.questions)
  const behind = new Map<string, Failure[]>()
  let last = first.pass
  for (let layer = 0; input.layers && layer < DEEPEST_LAYER; layer++) {
    const before = healed.size
    for (const failure of failures(last)) healed.add(siteOf(failure))
    if (healed.size === before) break
    const { pass: next, machine } = pass(input, healed)
    for (const [key, question] of machine.questions)
      if (questions.get(key)?.guarded !== false) questions.set(key, question)
    for (const collector of next.collectors) {
      if (!collector.failure) continue
      const known = behind.get(collector.path)
      if (known) known.push(collector.failure)
      else behind.set(collector.path, [collector.failure])
    }
    last = next
  }
  const collectors = first.pass.collectors.map(c => withLayers(c, behind))
  const filesOf = (path: string) => closureOf(first.machine, path)
  return {
    session: first.pass.session,
    markers: first.machine.registeredMarkers,
    collectors,
    events: [
      ...first.machine.events,
      ...first.machine.leaks.found(filesOf),
      ...importedTwice(first.machine),
      ...ignoredFinders(first.machine),
    ],
    startMatters: first.machine.startMatters,
    suspects: [...first.machine.suspects],
    questions: [...questions.values()],
    reached: closures(collectors, filesOf),
    modules: [...first.machine.importedAt].map(([name, { module, span, entry }]) => ({
      name,
      file: module.file!,
      entry,
      by: span,
    })),
    path: first.machine.searchPath(),
  }
}

/** Whoever needs a file that may not compile can't be judged, while no interpreter was asked. */
export function doubtSuspects(trace: Trace): Trace {
  const waiting = new Map(
    trace.suspects.flatMap(file => (trace.reached.get(file) ?? []).map(path => [path, file] as const)),
  )
  const collectors = trace.collectors.map((c): CollectorTrace => {
    const file = waiting.get(c.path)
    if (!file || c.outcome !== 'collects') return c
    return { ...c, outcome: 'unknown', reason: `${file} may not compile, and no interpreter was asked` }
  })
  return { ...trace, collectors }
}

function pass(input: SimulationInput, healed: ReadonlySet<string>): { pass: Pass; machine: Machine } {
  const start = startModules(input.plan.pytestVersion, input.environment.version)
  const machine = new Machine(
    { ...input, healed: new Set(healed), installed: (input.cured ?? NOTHING_CURED).installed },
    start,
  )
  return { pass: collect(machine), machine }
}

function failures(pass: Pass): Failure[] {
  const found = pass.collectors.flatMap(c => (c.failure ? [c.failure] : []))
  return pass.session.failure ? [pass.session.failure, ...found] : found
}

function withLayers(
  collector: CollectorTrace,
  behind: ReadonlyMap<string, readonly Failure[]>,
): CollectorTrace {
  return collector.outcome === 'fails'
    ? { ...collector, behind: behind.get(collector.path) ?? [] }
    : collector
}

function ignoredFinders(m: Machine): TraceEvent[] {
  return m.ignoredFinders.map(({ name, span }) => ({ event: 'ignored-finder', name, span }))
}

/** Each file that was executed or asked for, with the collectors whose import reaches it. */
function closures(
  collectors: readonly CollectorTrace[],
  filesOf: (collector: string) => ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const reached = new Map<string, string[]>()
  for (const { path } of collectors) {
    for (const file of filesOf(path)) {
      const list = reached.get(file)
      if (list) list.push(path)
      else reached.set(file, [path])
    }
  }
  return reached
}

/** The file itself and all that its import leads to, by what was imported in the pass. */
function closureOf(machine: Machine, path: string): ReadonlySet<string> {
  const seen = new Set<string>([path])
  const queue = [path]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const next of machine.dependencies.get(file) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      queue.push(next)
    }
  }
  return seen
}
