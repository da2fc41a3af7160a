/** The state of the machine beside maps, containers and namespaces: what becomes of it is found by comparing. */
import { type Change, FieldChange, TailChange } from './changes.ts'
import type { Machine } from './machine.ts'

/** Lists that are only told of, and never looked into while steps are taken. */
export function isOutput(machine: Machine, holder: object): boolean {
  const { events, registeredMarkers, perhapsRefused, pendingHooks } = machine
  return [events, registeredMarkers, perhapsRefused, pendingHooks].some(list => list === holder)
}

/** Counters and caches that hold whatever is taken back, and what each step sets when it begins. */
const LASTING = new Set(['pathCache', 'unseenCalls', 'world', 'doubts', 'legitimateIn', 'start'])

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
