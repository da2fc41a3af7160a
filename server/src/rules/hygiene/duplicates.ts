/** Distributions that are installed twice, and packages of two distributions that lie in one folder. */
import type { Distribution } from '../../environment/environment.ts'
import { normalName } from '../../environment/requirements.ts'
import { dirname, join } from '../../files/paths.ts'
import { type HygieneCheck, seen } from './check.ts'

export const duplicates: HygieneCheck = {
  id: 'duplicates',
  summary: 'distributions that are installed twice, or share a package',
  *check(context) {
    const { fs, environment } = context
    const byName = grouped(environment.distributions, ({ name }) => [normalName(name)])
    for (const [, [first, ...others]] of byName) {
      for (const other of others) {
        // An editable install has its metadata beside the source as well.
        if ((first!.editable || other.editable) && first!.version === other.version) continue
        const together = dirname(first!.path) === dirname(other.path)
        yield {
          severity: together || first!.version !== other.version ? 'warning' : 'info',
          what: `${first!.name} is installed twice: ${first!.version} in ${seen(context, first!.path)}, ${other.version} in ${seen(context, other.path)}`,
          todo: together
            ? 'install it again: one of the two was not removed as a whole'
            : 'the first one is imported; remove the other one',
        }
      }
    }
    const owned = environment.distributions.filter(({ editable }) => !editable)
    const byPackage = grouped(owned, ({ topLevel, path }) =>
      (topLevel ?? []).map(name => join(dirname(path), name)),
    )
    for (const [place, sharing] of byPackage) {
      const names = [...new Set(sharing.map(({ name }) => name))]
      if (names.length < 2) continue
      const module = fs.stat(`${place}.py`) !== null
      const regular = fs.stat(join(place, '__init__.py')) !== null
      // Of a namespace package each has its own part.
      if (!module && !regular) continue
      const both = module && regular
      yield {
        severity: both ? 'info' : 'warning',
        what: `${names.join(' and ')} both bring ${seen(context, place)}${both ? ', one as a module, which the package hides' : ''}`,
        todo: both ? '' : 'whichever was installed last has written over the other: keep one of them',
      }
    }
  },
}

function grouped(
  distributions: readonly Distribution[],
  keys: (distribution: Distribution) => readonly string[],
): Map<string, Distribution[]> {
  const groups = new Map<string, Distribution[]>()
  for (const distribution of distributions) {
    for (const key of keys(distribution)) groups.set(key, [...(groups.get(key) ?? []), distribution])
  }
  return groups
}
