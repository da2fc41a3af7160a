/** What dotted names have in common. Of what lies behind them it knows nothing. */
import { basename, dirname } from '../files/paths.ts'
import type { WorkspaceModule } from './module_names.ts'

/** Of a module's names the one that has most in common with `like`; of such the shortest. */
export function bestName({ names }: WorkspaceModule, like: string): string {
  const byLength = names.toSorted((a, b) => a.split('.').length - b.split('.').length)
  let best = byLength[0]!
  for (const name of byLength) if (pathLikeness(like, name) > pathLikeness(like, best)) best = name
  return best
}

/** How much of two dotted names is the same, in the same order: 0 to 1. */
export function pathLikeness(a: string, b: string): number {
  const [one, two] = [a.split('.'), b.split('.')]
  let before: number[] = new Array(two.length + 1).fill(0)
  for (const part of one) {
    const row = [0]
    for (const [j, other] of two.entries())
      row.push(part === other ? before[j]! + 1 : Math.max(before[j + 1]!, row[j]!))
    before = row
  }
  return before.at(-1)! / Math.max(one.length, two.length)
}

/** Are the words of one name, set apart by underscores, among those of the other? */
export function isPartOf(one: string, other: string): boolean {
  const words = (name: string) => name.toLowerCase().split('_').filter(Boolean)
  const [few, many] = [words(one), words(other)]
  return few.length > 0 && few.every(word => many.includes(word))
}

/** The last word of a dotted name. */
export function tailOf(module: string): string {
  return module.slice(module.lastIndexOf('.') + 1)
}

/** The last word of the natural name of a file's module. */
export function stemOf(path: string): string {
  const name = basename(path)
  return name === '__init__.py' ? basename(dirname(path)) : name.slice(0, -3)
}
