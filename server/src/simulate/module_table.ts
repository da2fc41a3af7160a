/**
 * `sys.modules`. Which of its entries only stand in for modules is kept beside it: whoever asks for those has not looked
 * at all the rest.
 */
import type { Journal } from './journal.ts'
import type { Value } from './values.ts'

/** `null` is Python's None entry, which makes an import fail. */
type Entry = Value | null

const NOTHING: ReadonlySet<string> = new Set()

export class ModuleTable {
  private readonly entries: Map<string, Entry>
  private readonly stands: Map<string, true>
  /** Has anything ever stood in for a module? In most runs nothing does. */
  private everStood = false

  constructor(journal: Journal) {
    this.entries = journal.map()
    this.stands = journal.map()
  }

  get(name: string): Entry | undefined {
    return this.entries.get(name)
  }

  has(name: string): boolean {
    return this.entries.has(name)
  }

  set(name: string, entry: Entry): void {
    this.entries.set(name, entry)
    const stands = isStandIn(entry)
    this.everStood ||= stands
    if (stands) this.stands.set(name, true)
    else if (this.everStood) this.stands.delete(name)
  }

  delete(name: string): boolean {
    if (this.everStood) this.stands.delete(name)
    return this.entries.delete(name)
  }

  keys(): MapIterator<string> {
    return this.entries.keys()
  }

  values(): MapIterator<Entry> {
    return this.entries.values()
  }

  [Symbol.iterator](): MapIterator<[string, Entry]> {
    return this.entries[Symbol.iterator]()
  }

  /** The entries that forbid an import (None), or are bare modules that some code made. */
  standIns(): ReadonlySet<string> {
    return this.stands.size === 0 ? NOTHING : new Set(this.stands.keys())
  }
}

function isStandIn(entry: Entry): boolean {
  return entry === null || (entry.t === 'module' && entry.kind === 'stub')
}
