/** What could serve a name that its module lacks: the same name elsewhere, or another name in the module itself. */
import type { Parameter } from '../compile/module_code.ts'
import { isSlip, nearness } from '../rules/nearest.ts'
import type { Call } from './calls.ts'
import { type Candidate, COMMON, type Missing, type Surroundings, WEIGHT } from './candidate.ts'
import { bestName, pathLikeness } from './likeness.ts'
import { type PastDefinition, pastDefinition } from './past_definitions.ts'
import { accepts, askersOf, callsBy, renamedIn } from './renamed.ts'

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
  const past = owner && pastDefinition(around.past, owner.path, name)
  const calls = callsBy(module, name, index)
  const moved = placesOf(name, module, around).map(({ module: target, path, likeness }) => {
    const along = lacking.filter(each => index.offered(path, each)?.origin === path)
    const because = [`defines '${name}'`]
    if (along.length > 1)
      because.push(`has ${along.length} of the ${lacking.length} names that '${module}' lost`)
    let score = WEIGHT.names * 0.5 + likeness * 3
    if (lacking.length > 0) score += (2 * along.length) / lacking.length
    score += 1 / (1 + Math.log2(Math.max(1, index.definersOf(name).length)))
    if (owner && history.some(({ from, to }) => from === owner.path && to === path)) score += WEIGHT.history
    const arrived = past?.moved.includes(path) === true
    if (past && arrived) {
      score += WEIGHT.history
      because.unshift(`git: '${name}' came here ${whenOf(past)}`)
    } else if (past) because.push(`git: it was there before '${module}' lost its own ${whenOf(past)}`)
    const fits = takes(index.definitionsOf(path).get(name), calls)
    if (!fits) {
      score -= WEIGHT.apart
      because.push('does not take what is passed')
    }
    const names = new Map(
      along.concat(name).map(each => [`${module}.${each}`, { module: target, name: each }]),
    )
    const isOnly = along.length > 1 || index.definersOf(name).length === 1
    // What stood there while the missing one did too is another that is called the same.
    const sure = past ? arrived && past.moved.length === 1 : isOnly && fits
    return { modules: new Map<string, string>(), names, files: [path], score, sure, because }
  })
  return [...moved, ...respelt(module, name, has, around)]
}

/**
 * Names that the module itself has and that are a slip of the missing one, or may be its new name. Where git knows of the
 * missing one it is no slip, and what its file defined beside it has not become it.
 */
function respelt(
  module: string,
  name: string,
  has: ReadonlySet<string>,
  { index, past }: Surroundings,
): Candidate[] {
  const owner = index.moduleNamed(module)
  if (!owner) return []
  const before = pastDefinition(past, owner.path, name)
  const askers = askersOf(module, name, index)
  const calls = callsBy(module, name, index)
  const wanted = index.wanted(module)
  const definitions = index.definitionsOf(owner.path)
  const mayBe = (other: string): boolean => {
    if (other.startsWith('__') || (before && !before.beside.has(other))) return false
    // Who asks for both means two things.
    if (isSlip(name, other)) return !askers.some(path => index.takes(path, module, other))
    return !wanted.names.has(other) && !wanted.reads.has(other) && takes(definitions.get(other), calls)
  }
  const found = new Map<string, Candidate>()
  const add = (other: string, score: number, because: string): void => {
    if ((found.get(other)?.score ?? 0) >= score) return
    const names = new Map([[`${module}.${name}`, { module, name: other }]])
    found.set(other, {
      ...{ modules: new Map(), names, files: [owner.path] },
      ...{ score, sure: false, because: [because] },
    })
  }
  for (const other of has) {
    const near = nearness(name, other)
    if (near === 0 || !mayBe(other)) continue
    const how = near === 1 ? 'differs only in case or underscores' : `is spelt almost like '${name}'`
    const isOwn = index.offered(owner.path, other)?.origin === owner.path
    add(other, WEIGHT.names * 0.6 * near + (isOwn ? 0.5 : 0), how)
  }
  for (const { name: other, likeness, because } of renamedIn(owner.path, module, name, index))
    if (mayBe(other)) add(other, WEIGHT.names * 0.5 * likeness, because)
  if (before?.renamed && has.has(before.renamed))
    add(
      before.renamed,
      WEIGHT.names * 0.6 + WEIGHT.history,
      `git: '${name}' became '${before.renamed}' ${whenOf(before)}`,
    )
  return [...found.values()]
}

/** Do all calls bind to the parameters? Of a class, and of what is neither, they may. */
function takes(definition: readonly Parameter[] | 'class' | undefined, calls: readonly Call[]): boolean {
  return definition === undefined || definition === 'class' || calls.every(call => accepts(definition, call))
}

function whenOf({ commit, subject }: PastDefinition): string {
  return commit === null ? 'in the work tree' : `in ${commit}${subject === '' ? '' : ` (${subject})`}`
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
