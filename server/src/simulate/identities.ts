/** Files that were executed under more than one module name in one run: each name has classes and state of its own. */
import { remember } from '../files/memo.ts'
import { basename, dirname, join } from '../files/paths.ts'
import type { Machine } from './machine.ts'
import type { TraceEvent } from './trace.ts'
import type { Module } from './values.ts'

export type Twice = Extract<TraceEvent, { event: 'imported-twice' }>

/** By file, where it really lies. */
const places = new WeakMap<Machine, Map<string, string>>()

/** Notes that a file of the project is executed under this name. */
export function noteExecuted(m: Machine, name: string, file: string): void {
  const known = remember(places, m, () => new Map<string, string>())
  const place = remember(known, file, () => join(m.world.fs.realpath(dirname(file)), basename(file)))
  const names = m.namesOf.get(place) ?? []
  if (names.includes(name)) return
  m.namesOf.set(place, [...names, name])
  if (names.length > 0) m.executedTwice.add(place)
}

/** By what `sys.modules` ended with; names in the order of their import. */
export function importedTwice(m: Machine): readonly Twice[] {
  return [...m.executedTwice].flatMap((file): Twice[] => {
    const entries = (m.namesOf.get(file) ?? []).flatMap(name => {
      const entry = m.importedAt.get(name)
      return entry && m.modules.get(name) === entry.module && !entry.module.doubtful ? [entry] : []
    })
    if (entries.length < 2) return []
    const names = entries.map(({ module, span }) => ({ name: module.name, span }))
    return [{ event: 'imported-twice', file, names, ...contents(entries[0]!.module) }]
  })
}

function contents(module: Module): Pick<Twice, 'classes' | 'state'> {
  const classes: string[] = []
  let state = false
  for (const [name, { value }] of module.ns.slots) {
    if (name.startsWith('__')) continue
    if (value.t === 'class' && value.module === module.name) classes.push(name)
    if (value.t === 'list' || value.t === 'dict' || value.t === 'set' || value.t === 'instance') state = true
  }
  return { classes, state }
}
