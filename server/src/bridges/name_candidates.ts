/** What could serve a name that its module lacks: the same name elsewhere, or another name in the module itself. */
import { nearness } from '../rules/nearest.ts'
import { type Candidate, COMMON, type Missing, type Surroundings, WEIGHT } from './candidate.ts'
import { bestName, pathLikeness } from './likeness.ts'
import { renamedIn } from './renamed.ts'

/** Other modules that define it, and other names that its module has. */
export function forName(
  { module, name }: Extract<Missing, { kind: 'name' }>,
  around: Surroundings,
): Candidate[] {
  const { index, history } = around
  const owner = index.moduleNamed(module)
  const has = owner ? index.offeredNames(owner.path) : new Set<string>()
  const lacking = [...index.wanted(module).names].filter(
    each => !has.has(each) && !index.moduleNamed(`${module}.${each}`),
  )
  const moved = placesOf(name, module, around).map(({ module: target, path, likeness }) => {
    const along = lacking.filter(each => index.offered(path, each)?.origin === path)
    const because = [`defines '${name}'`]
    if (along.length > 1)
      because.push(`has ${along.length} of the ${lacking.length} names that '${module}' lost`)
    let score = WEIGHT.names * 0.5 + likeness * 3
    if (lacking.length > 0) score += (2 * along.length) / lacking.length
    score += 1 / (1 + Math.log2(Math.max(1, index.definersOf(name).length)))
    if (owner && history.some(({ from, to }) => from === owner.path && to === path)) score += WEIGHT.history
    const names = new Map(
      along.concat(name).map(each => [`${module}.${each}`, { module: target, name: each }]),
    )
    const sure = along.length > 1 || index.definersOf(name).length === 1
    return { modules: new Map<string, string>(), names, files: [path], score, sure, because }
  })
  return [...moved, ...respelt(module, name, has, around)]
}

/** Names that the module itself has and that are spelt almost like the missing one, or may be its new name. */
function respelt(
  module: string,
  name: string,
  has: ReadonlySet<string>,
  { index }: Surroundings,
): Candidate[] {
  const owner = index.moduleNamed(module)
  if (!owner) return []
  const found: Candidate[] = []
  for (const other of has) {
    const near = nearness(name, other)
    if (near === 0 || other.startsWith('__')) continue
    const because = [near === 1 ? 'differs only in case or underscores' : `is spelt almost like '${name}'`]
    found.push({
      modules: new Map(),
      names: new Map([[`${module}.${name}`, { module, name: other }]]),
      files: [owner.path],
      score: WEIGHT.names * 0.6 * near + (index.offered(owner.path, other)?.origin === owner.path ? 0.5 : 0),
      sure: false,
      because,
    })
  }
  for (const { name: other, likeness, because } of renamedIn(owner.path, module, name, index)) {
    if (nearness(name, other) > 0) continue
    const names = new Map([[`${module}.${name}`, { module, name: other }]])
    const score = WEIGHT.names * 0.5 * likeness
    found.push({ modules: new Map(), names, files: [owner.path], score, sure: false, because: [because] })
  }
  return found
}

/** Modules that define a name themselves, but for the one that lost it; likeness is 0 to 1. */
export function placesOf(
  name: string,
  lost: string,
  { index, isTest }: Surroundings,
): { readonly module: string; readonly path: string; readonly likeness: number }[] {
  const files = index.definersOf(name)
  if (files.length > COMMON) return []
  return files.flatMap(path => {
    const module = index.moduleAt(path)
    if (!module || module.names.length === 0 || isTest(path) || module.names.includes(lost)) return []
    if (index.offered(path, name)?.origin !== path) return []
    const target = bestName(module, lost)
    return [{ module: target, path, likeness: pathLikeness(lost, target) }]
  })
}
