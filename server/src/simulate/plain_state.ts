/** The state of the machine beside maps, containers and namespaces: what becomes of it is found by comparing. */
import { remember } from '../files/memo.ts'
import { type Change, FieldChange, TailChange } from './changes.ts'
import type { Machine } from './machine.ts'
import { TrackedMap, TrackedSet } from './tracked_map.ts'

/** Lists that are only told of, and never looked into while steps are taken. */
export function isOutput(machine: Machine, holder: object): boolean {
  const { events, registeredMarkers, perhapsRefused, pendingHooks } = machine
  return [events, registeredMarkers, perhapsRefused, pendingHooks].some(list => list === holder)
}

/** Counters and caches that hold whatever is taken back, and what each step sets when it begins. */
const LASTING = new Set(['pathCache', 'unseenCalls', 'world', 'doubts', 'skips', 'legitimateIn', 'start'])

/** What is as it was once nothing is under way. */
const PASSING = new Set(['callBudget', 'importDepth', 'supposing'])

/** What the fields of the machine hold, to be compared with what they hold later. */
export function fieldsOf(machine: Machine): readonly unknown[] {
  const { leaks } = machine
  const { machineKeys, leaksKeys } = remember(keys, machine, () => ({
    machineKeys: lastingKeys(machine),
    leaksKeys: lastingKeys(leaks),
  }))
  const held: unknown[] = [machine.ignoredFinders.length, leaks.edits.length]
  for (const key of machineKeys) held.push(machine[key as keyof Machine])
  for (const key of leaksKeys) held.push(leaks[key as keyof typeof leaks])
  return held
}

const keys = new WeakMap<Machine, { readonly machineKeys: string[]; readonly leaksKeys: string[] }>()

function lastingKeys(holder: object): string[] {
  return Object.entries(holder).flatMap(([key, value]) =>
    LASTING.has(key) || PASSING.has(key) || value instanceof TrackedMap || value instanceof TrackedSet
      ? []
      : [key],
  )
}

/** How much was told so far, and of what can't be known. */
export function toldBy(machine: Machine): number {
  const { events, registeredMarkers, perhapsRefused, pendingHooks, doubts, skips, watches } = machine
  const watch = watches.at(-1)
  const watched = watch ? [watch.imports, watch.skips] : []
  const lists = [events, registeredMarkers, perhapsRefused, pendingHooks, doubts, skips, ...watched]
  return lists.reduce((told, list) => told + list.length, 0)
}

/** The fields of the machine that hold one value, and its lists that only grow. */
export class PlainState {
  private constructor(
    private readonly fields: readonly (readonly [object, string, unknown])[],
    private readonly lists: readonly (readonly [unknown[], number])[],
  ) {}

  static of(machine: Machine): PlainState {
    const { events, registeredMarkers, perhapsRefused, pendingHooks, ignoredFinders, leaks } = machine
    const fields = [machine, leaks].flatMap(holder =>
      Object.entries(holder)
        .filter(([key]) => !LASTING.has(key))
        .map(([key, value]) => [holder, key, value] as const),
    )
    const lists = [events, registeredMarkers, perhapsRefused, pendingHooks, ignoredFinders, leaks.edits]
    return new PlainState(
      fields,
      lists.map(list => [list as unknown[], list.length]),
    )
  }

  /** What became of them since. */
  changes(): Change[] {
    const fields = this.fields.flatMap(([holder, key, value]) =>
      (holder as Record<string, unknown>)[key] === value
        ? []
        : [new FieldChange(holder as Record<string, unknown>, key, value)],
    )
    const lists = this.lists.flatMap(([list, length]) =>
      list.length > length ? [new TailChange(list, list.slice(length))] : [],
    )
    return [...fields, ...lists]
  }
}
