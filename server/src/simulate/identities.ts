/** Files that were executed under more than one module name in one run: each name has classes and state of its own. */
import { remember } from '../files/memo.ts'
import { basename, dirname, join } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { Machine } from './machine.ts'
import type { TraceEvent } from './trace.ts'
import type { Module } from './values.ts'

export type Twice = Extract<TraceEvent, { event: 'imported-twice' }>

/** By what `sys.modules` ended with; names in the order of their import. */
export function importedTwice(m: Machine): readonly Twice[] {
  const folders = new Map<string, string>()
  const real = (file: string) => {
    const folder = dirname(file)
    return join(
      remember(folders, folder, () => m.world.fs.realpath(folder)),
      basename(file),
    )
  }
  const files = new Map<string, { readonly module: Module; readonly span: Span }[]>()
  for (const [name, entry] of m.importedAt) {
    if (m.modules.get(name) !== entry.module || entry.module.doubtful) continue
    remember(files, real(entry.module.file!), () => []).push(entry)
  }
  return [...files].flatMap(([file, entries]): Twice[] => {
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
