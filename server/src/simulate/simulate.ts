/**
 * The simulated collection: passes over the plan until nothing new fails. The first pass is what pytest will
 * say; each further one runs with the failures found so far counted as cured, and so shows what waits
 * behind them.
 */
import { remember } from '../files/memo.ts'
import { startModules } from '../pytest/start_modules.ts'
import { collect, type Pass, Recorded } from './collect.ts'
import { importedTwice } from './identities.ts'
import { Machine, siteOf, type World } from './machine.ts'
import { reachedFrom, whoReaches } from './reached.ts'
import { Looks } from './tape.ts'
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

/** The first pass of a simulation, kept for the next one of the same plan. */
export class KeptPass {
  private recorded: Recorded | null = null

  forget(): void {
    this.recorded = null
  }

  /** `touched`: the files that were edited since, where nothing else has changed; null: anything may have. */
  first(input: SimulationInput, touched: readonly string[] | null): Passed {
    const world = worldOf(input, new Set(input.cured?.sites))
    const again = touched && this.recorded?.collectAgain(touched.map(Looks.file), world)
    if (again) return { pass: again, machine: this.recorded!.tape.machine }
    this.recorded = null
    const recorded = new Recorded(machineOf(world))
    const pass = recorded.collect()
    this.recorded = recorded
    return { pass, machine: recorded.tape.machine }
  }

  /** Runs passes with more and more failures cured, from where the first one is; they are not kept. */
  layers<T>(run: (next: NextPass) => T): T {
    const { recorded } = this
    if (!recorded) return run(pass)
    const { tape } = recorded
    const mark = tape.mark()
    let cured: Pick<ReadonlySet<string>, 'has'> = mark.world.healed
    try {
      return run((input, healed) => {
        const more = [...healed].filter(site => !cured.has(site))
        const now = new Set(healed)
        const next = recorded.collectAgain([Looks.anyCure, ...more.map(Looks.cure)], worldOf(input, now))
        if (!next) return pass(input, healed)
        cured = now
        return { pass: next, machine: tape.machine }
      })
    } finally {
      tape.returnTo(mark)
    }
  }
}

interface Passed {
  readonly pass: Pass
  readonly machine: Machine
}

type NextPass = (input: SimulationInput, healed: ReadonlySet<string>) => Passed

/**
 * Simulates the plan. Never throws on a user's code. `kept`: the pass that was kept of the simulation before, and is to
 * be kept of this one.
 */
export function simulate(
  input: SimulationInput,
  kept?: { readonly pass: KeptPass; readonly touched: readonly string[] | null },
): Trace {
  const healed = new Set(input.cured?.sites)
  const first = kept ? kept.pass.first(input, kept.touched) : pass(input, healed)
  const surface = told(first)
  const questions = new Map(first.machine.questions)
  const behind = new Map<string, Failure[]>()
  const lookBehind = (next: NextPass): void => {
    let last = first.pass
    for (let layer = 0; input.layers && layer < DEEPEST_LAYER; layer++) {
      const before = healed.size
      for (const failure of failures(last)) healed.add(siteOf(failure))
      if (healed.size === before) break
      const { pass: deeper, machine } = next(input, healed)
      for (const [key, question] of machine.questions)
        if (questions.get(key)?.guarded !== false) questions.set(key, question)
      for (const { path, failure } of deeper.collectors)
        if (failure) remember(behind, path, () => []).push(failure)
      last = deeper
    }
  }
  if (kept) kept.pass.layers(lookBehind)
  else lookBehind(pass)
  const collectors = surface.collectors.map(c => withLayers(c, behind))
  return { ...surface, collectors, questions: [...questions.values()] }
}

/** What there is to tell of a pass. */
function told({ pass: { session, collectors }, machine }: Passed): Trace {
  return {
    session,
    markers: [...machine.registeredMarkers],
    collectors,
    events: [
      ...machine.events,
      ...machine.leaks.found(path => closureOf(machine, path)),
      ...importedTwice(machine),
      ...ignoredFinders(machine),
    ],
    startMatters: machine.startMatters,
    suspects: [...machine.suspects],
    questions: [],
    reached: reachedFrom(
      collectors.map(({ path }) => path),
      file => machine.dependencies.get(file) ?? [],
    ),
    modules: [...machine.importedAt].map(([name, { module, span, entry }]) => ({
      name,
      file: module.file!,
      entry,
      by: span,
    })),
    path: machine.searchPath(),
  }
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

function pass(input: SimulationInput, healed: ReadonlySet<string>): Passed {
  const machine = machineOf(worldOf(input, new Set(healed)))
  return { pass: collect(machine), machine }
}

function worldOf(input: SimulationInput, healed: ReadonlySet<string>): World {
  return { ...input, healed, installed: (input.cured ?? NOTHING_CURED).installed }
}

function machineOf(world: World): Machine {
  return new Machine(world, startModules(world.plan.pytestVersion, world.environment.version))
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
