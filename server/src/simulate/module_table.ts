/**
 * `sys.modules`. Which of its entries only stand in for modules, are third-party ones, or have a certain name in some
 * package, is kept beside it: whoever asks for those has not looked at all the rest.
 */
import { remember } from '../files/memo.ts'
import type { Journal } from './journal.ts'
import { TrackedSet } from './tracked_map.ts'
import type { Module, Value } from './values.ts'

/** `null` is Python's None entry, which makes an import fail. */
type Entry = Value | null

const NOTHING: ReadonlySet<string> = new Set()

export class ModuleTable {
  private readonly entries: Map<string, Entry>
  private readonly stands: Map<string, true>
  /** In most runs nothing ever stands in for a module, which is easily asked. */
  private readonly stood: TrackedSet<'ever'>
  /** The same of all passes, for those who write. */
  private everStood = false
  private readonly third: Map<string, Module>
  /** By what stands behind their last dot the names that were ever set. */
  private readonly named = new Map<string, Map<string, true>>()

  constructor(private readonly journal: Journal) {
    this.entries = journal.map()
    this.stands = journal.map()
    this.stood = new TrackedSet(journal)
    this.third = journal.map()
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
    if (stands) {
      this.stands.set(name, true)
      this.stood.add('ever')
    } else if (this.everStood) this.stands.delete(name)
    if (entry?.t === 'module' && entry.kind === 'foreign') this.third.set(name, entry)
    else this.third.delete(name)
    if (name.includes('.')) this.namesBehind(wordOf(name)).set(name, true)
  }

  delete(name: string): boolean {
    if (this.everStood) this.stands.delete(name)
    this.third.delete(name)
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

  /** The third-party modules among them. */
  foreign(): MapIterator<Module> {
    return this.third.values()
  }

  /** The modules in packages that have this name there. */
  namedIn(word: string): readonly string[] {
    return [...this.namesBehind(word).keys()].filter(name => this.entries.has(name))
  }

  private namesBehind(word: string): Map<string, true> {
    return remember(this.named, word, () => this.journal.map())
  }

  /** The entries that forbid an import (None), or are bare modules that some code made. */
  standIns(): ReadonlySet<string> {
    return this.stood.has('ever') ? new Set(this.stands.keys()) : NOTHING
  }
}

function wordOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function isStandIn(entry: Entry): boolean {
  return entry === null || (entry.t === 'module' && entry.kind === 'stub')
}
