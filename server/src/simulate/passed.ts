/** A pass over the plan, what it is made of, and what there is to tell of it. */
import { startModules } from '../pytest/start_modules.ts'
import { collect, type Pass } from './collect.ts'
import { importedTwice } from './identities.ts'
import { Machine, type World } from './machine.ts'
import { ImportGraph, type Reached } from './reached.ts'
import type { CollectorTrace, Trace, TraceEvent } from './trace.ts'

/** Everything the machine is given but the failures to heal, which are its own business. */
export type SimulationInput = Omit<World, 'healed' | 'installed'> & {
  readonly layers: boolean
  /** For those who can't wait for the end of a pass that goes on from the one before. */
  readonly glance?: Glance
  /** Called before each pass that is made from the beginning: what the one before has left may be cleared away. */
  readonly betweenPasses?: () => void
  /** What counts as cured from the beginning; without it nothing does. */
  readonly cured?: Cured
}

export interface Glance {
  /** Asked after each step. */
  wanted(): boolean
  /**
   * What the pass has come to by now: of collectors that have yet to be run again there is nothing in it. What was reached
   * and loaded is that of before.
   */
  see(trace: Trace): void
}

/** Failures that somebody is going to cure by hand, and what somebody is going to install. */
export interface Cured {
  /** By `siteOf`. */
  readonly sites: ReadonlySet<string>
  /** Top-level modules. */
  readonly installed: ReadonlySet<string>
}

export const NOTHING_CURED: Cured = { sites: new Set(), installed: new Set() }

export interface Passed {
  readonly pass: Pass
  readonly machine: Machine
}

export type NextPass = (input: SimulationInput, healed: ReadonlySet<string>) => Passed

export interface Told {
  readonly trace: Trace
  readonly imports: ImportGraph
}

/** What was told of a pass, and which maps hold other values since. */
export interface ToldBefore extends Told {
  readonly differing: ReadonlySet<object>
}

/** What there is to tell of a pass. `before`: of the one whose steps it has gone on from. */
export function told(
  { pass: { session, collectors }, machine }: Passed,
  before: ToldBefore | null = null,
): Told {
  const { importedAt } = machine
  // The trace of before, for what rests on these maps alone.
  const same = (holder: object) => (before && !before.differing.has(holder) ? before.trace : null)
  const { reached, imports } = reachedIn(machine, collectors, before)
  const trace: Trace = {
    session,
    markers: [...machine.registeredMarkers],
    collectors,
    events: eventsOf(machine),
    startMatters: machine.startMatters,
    suspects: [...machine.suspects],
    questions: [],
    reached,
    modules:
      same(importedAt)?.modules ??
      [...importedAt].map(([name, { module, span, entry }]) => ({
        name,
        file: module.file!,
        entry,
        by: span,
      })),
    path: machine.searchPath(),
  }
  return { trace, imports }
}

export function eventsOf(machine: Machine): TraceEvent[] {
  return [
    ...machine.events,
    ...machine.leaks.found(path => closureOf(machine, path)),
    ...importedTwice(machine),
    ...ignoredFinders(machine),
  ]
}

/** What the collectors lead to: only the imports of files that import something else than before are asked for. */
function reachedIn(
  { dependencies, dependents }: Machine,
  collectors: readonly CollectorTrace[],
  before: ToldBefore | null,
): { readonly reached: Reached } & Pick<Told, 'imports'> {
  const others = [...(before?.differing ?? [])].flatMap(holder => dependents.get(holder) ?? [])
  const was = before?.trace.collectors
  const asBefore =
    others.length === 0 &&
    was?.length === collectors.length &&
    collectors.every(({ path }, index) => path === was[index]!.path)
  if (before && asBefore) return { reached: before.trace.reached, imports: before.imports }
  const imports = before?.imports.without(others) ?? ImportGraph.empty()
  const paths = collectors.map(({ path }) => path)
  return { reached: imports.reachedFrom(paths, file => dependencies.get(file) ?? []), imports }
}

export function pass(input: SimulationInput, healed: ReadonlySet<string>): Passed {
  input.betweenPasses?.()
  const machine = machineOf(worldOf(input, new Set(healed)), false)
  return { pass: collect(machine), machine }
}

export function worldOf(input: SimulationInput, healed: ReadonlySet<string>): World {
  return { ...input, healed, installed: (input.cured ?? NOTHING_CURED).installed }
}

export function machineOf(world: World, records: boolean): Machine {
  return new Machine(world, startModules(world.plan.pytestVersion, world.environment.version), records)
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
