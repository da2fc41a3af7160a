/** What is written into bridges and their tests. */
import type { Place } from './candidate.ts'
import { importLine } from './rewrite.ts'

/** The comment that every bridge has, alone on its line or behind a statement. */
export const BRIDGE_MARK = '# precollect: bridge'

/** What a bridge serves: by the name it has there, where that is found. */
export type Served = ReadonlyMap<string, Place>

/** Plain explicit re-exports, which every static tool understands. */
export function plainText(module: string, serves: Served): string {
  const targets = [...new Set([...serves.values()].map(place => place.module))].sort()
  const now = targets.length === 0 ? '' : ` Now: ${targets.join(', ')}.`
  const all = [...serves.keys()].map(name => `    "${name}",\n`).join('')
  return (
    `"""Stands in for '${module}', which is no longer here.${now}"""\n${BRIDGE_MARK}\n` +
    (serves.size === 0 ? '' : `\n${importsOf(serves, '\n').join('\n')}\n\n__all__ = [\n${all}]\n`)
  )
}

/** The import statements that bind every name, modules in order. */
export function importsOf(serves: Served, newline: string): string[] {
  const byModule = new Map<string, string[]>()
  const plain: string[] = []
  for (const [name, place] of serves) {
    if (place.name === null) plain.push(`import ${place.module} as ${name}`)
    else byModule.set(place.module, [...(byModule.get(place.module) ?? []), `${place.name} as ${name}`])
  }
  const from = [...byModule]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, names]) => importLine(`from ${module} import `, names, '', newline))
  return [...plain.sort(), ...from]
}

/** A test that imports every name, while it is collected. */
export function testText(module: string, serves: Served): string {
  const imported = importLine(`from ${module} import `, [...serves.keys()], '')
  const names = [...serves.keys()].map(name => `    assert ${name} is not None\n`).join('')
  return (
    `"""'${module}' is a bridge: every name that is wanted of it has to come through."""\n${BRIDGE_MARK}\n\n` +
    `${imported}\n\n\ndef test_every_name_comes_through() -> None:\n${names}`
  )
}
