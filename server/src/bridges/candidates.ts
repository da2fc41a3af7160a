/**
 * What could serve a module or a name that is missing: candidates from the workspace, best first, each with the
 * reasons. They are guesses, however good: verification decides which of them are told.
 */
import { dirname, join, relative } from '../files/paths.ts'
import { isSlip, nearness } from '../rules/nearest.ts'
import { python3Name } from '../rules/python2_names.ts'
import {
  type Candidate,
  COMMON,
  keyOf,
  type Missing,
  type Place,
  placeOfModule,
  type Surroundings,
  WEIGHT,
} from './candidate.ts'
import { deletionOf, followed, type History, type PastChange } from './history.ts'
import { bestName, isPartOf, pathLikeness, stemOf, tailOf } from './likeness.ts'
import type { WorkspaceModule } from './module_names.ts'
import { forName, placesOf } from './name_candidates.ts'
import { askersOf } from './renamed.ts'
import type { SymbolIndex, Wanted } from './symbol_index.ts'

/** More are of no use to anybody. */
const MOST = 8
/** The weight of a name that two files define: from there on it says little about which of them is meant. */
const RARE = 0.5

/** Best first; empty where nothing is like it. */
export function candidatesFor(missing: Missing, around: Surroundings): Candidate[] {
  const found =
    missing.kind === 'module'
      ? forModule(missing.module, around)
      : [...forName(missing, around), ...forSubmodule(missing, around)]
  return found.sort((a, b) => b.score - a.score || compare(keyOf(a), keyOf(b))).slice(0, MOST)
}

// --- a module ---

/** A name may be that of a module; not where it is called, or subclassed, nor is a module one of its own names. */
function forSubmodule(missing: Extract<Missing, { kind: 'name' }>, around: Surroundings): Candidate[] {
  const { module, name } = missing
  const { index } = around
  const isObject = new RegExp(String.raw`(?<![\w.])${name}\s*\(|^\s*class\s+\w+\s*\([^)]*\b${name}\b`, 'm')
  if (askersOf(module, name, index).some(path => isObject.test(index.text(path)))) return []
  const isRead = index.wanted(`${module}.${name}`).reads.size > 0
  return forModule(`${module}.${name}`, around).filter(({ modules }) =>
    [...modules.values()].every(
      to => to !== module && (isRead || tailOf(to) === name || !isSlip(name, tailOf(to))),
    ),
  )
}

function forModule(missing: string, around: Surroundings): Candidate[] {
  const wanted = around.index.wanted(missing)
  const whole = poolOf(missing, wanted, around).flatMap(module =>
    wholeModule(missing, module, wanted, around),
  )
  const full = whole.some(({ complete }) => complete)
  const together = full ? null : inPieces(missing, wanted, around)
  const found = [...whole.map(({ candidate }) => candidate), ...(together ? [together] : [])]
  return [...found, ...misspelt(missing, around)]
}

/** Installed modules that the missing one may be a slip of, or was called in Python 2; nobody means a private one. */
function misspelt(missing: string, { installed, isOfDistribution }: Surroundings): Candidate[] {
  if (missing.includes('.') || isOfDistribution(missing)) return []
  const served = (name: string, near: number, because: string): Candidate => ({
    ...{ modules: new Map([[missing, name]]), names: new Map(), files: [] },
    ...{ score: (WEIGHT.names / 2 + WEIGHT.tail) * near, sure: false, because: [because] },
  })
  const today = python3Name(missing)
  if (today !== null) return [served(today, 1, `was called '${missing}' in Python 2`)]
  return installed.flatMap(name => {
    if (name.startsWith('_') || !isSlip(missing, name)) return []
    const near = nearness(missing, name)
    const how =
      near === 1 ? `is the installed '${name}' but for case` : `is spelt almost like the installed '${name}'`
    return [served(name, near, how)]
  })
}

/** Modules that have anything in common with the one that is missing. */
function poolOf(
  missing: string,
  wanted: Wanted,
  { index, history, isTest, root }: Surroundings,
): WorkspaceModule[] {
  const tail = tailOf(missing)
  const pool = new Set<string>()
  for (const name of [...wanted.names, ...(wanted.names.size === 0 ? wanted.reads : [])]) {
    const files = index.definersOf(name)
    if (files.length <= COMMON) for (const path of files) pool.add(path)
  }
  for (const { path, names } of index.modules()) {
    const own = names[0] === undefined ? stemOf(path) : tailOf(names[0])
    if (own === tail || nearness(tail, own) > 0 || isPartOf(tail, own)) pool.add(path)
  }
  for (const name of wanted.starred) {
    const files = index.definersOf(name)
    if (files.length <= COMMON) for (const path of files) pool.add(path)
  }
  // A package that moved with all its modules is found by what they define.
  for (const below of wanted.below) {
    for (const name of index.wanted(`${missing}.${below}`).names) {
      const files = index.definersOf(name)
      for (const path of files.length <= COMMON ? files : []) {
        const home = index.moduleAt(path)?.names.find(each => each.endsWith(`.${below}`))
        const above = home && index.moduleNamed(home.slice(0, -below.length - 1))
        if (above) pool.add(above.path)
      }
    }
  }
  // What hands on the names of the package's own modules serves as well.
  for (const path of [...pool]) {
    const init = join(dirname(path), '__init__.py')
    if (index.moduleAt(init)) pool.add(init)
  }
  const past = pastOf(missing, history, root)
  if (past?.to) pool.add(past.to)
  return [...pool].flatMap(path => {
    const module = index.moduleAt(path)
    const serves = module && module.names.length > 0 && !module.names.includes(missing) && !isTest(path)
    return serves ? [module] : []
  })
}

function wholeModule(
  missing: string,
  module: WorkspaceModule,
  wanted: Wanted,
  around: Surroundings,
): { readonly candidate: Candidate; readonly complete: boolean }[] {
  const { index, history, root } = around
  const name = bestName(module, missing)
  const because: string[] = []
  const past = pastOf(missing, history, root)
  const names = coverage([...wanted.names], module, name, index)
  const below = [...wanted.below].filter(each => index.moduleNamed(`${name}.${each}`))
  const asked = wanted.names.size + wanted.below.size
  const reads = asked === 0 ? coverage([...wanted.reads], module, name, index) : null
  let score = 0
  if (asked > 0) {
    const weights = names.weight + wanted.below.size
    score += (WEIGHT.names * (names.found + below.length)) / weights
    const count = names.names.length + below.length
    if (count > 0) because.push(nameReason(names.names, below, asked))
    // A name that is merely like it is no sign where nothing that is asked for is there.
    else if (nearness(tailOf(missing), tailOf(name)) < 1 && past?.to !== module.path) return []
  } else if (reads && reads.weight > 0 && reads.names.length > 0) {
    score += (WEIGHT.names * reads.found) / reads.weight
    because.push(nameReason(reads.names, [], wanted.reads.size))
  }
  // Who takes everything does not say what: then what nobody gives any more tells, if the module has little else.
  const given = asked === 0 && wanted.starred.size > 0 ? index.givenByStar(module.path) : []
  const lost = given.filter(each => wanted.starred.has(each))
  if (lost.length > 0) {
    score += (WEIGHT.names * lost.length) / given.length
    because.push(starReason(lost, given))
  }
  if (names.itself) score += WEIGHT.itself
  const own = isOwn(missing, index)
  if (past && past.to === module.path) {
    score += WEIGHT.history
    because.unshift(pastReason(past, root))
  }
  const tail = nearness(tailOf(missing), tailOf(name))
  if (tailOf(missing) === tailOf(name)) {
    score += WEIGHT.tail
    because.push(sameTail(missing, name))
  } else if (tail > 0) {
    score += WEIGHT.tail * (tail === 1 ? 0.8 : tail * 0.6)
    because.push(
      tail === 1 ? 'differs only in case or underscores' : `is spelt almost like '${tailOf(missing)}'`,
    )
  } else if (isPartOf(tailOf(missing), tailOf(name))) {
    score += WEIGHT.tail * 0.5
    because.push(`has '${tailOf(missing)}' in its name`)
  }
  score += WEIGHT.path * pathLikeness(missing, name)
  // What moved, and whose importers were not told, is imported by nobody.
  if (index.wanted(name).importers.length === 0) score += WEIGHT.unused
  const apart = isAnother(wanted, name, index)
  if (apart) score -= WEIGHT.apart
  const complete = asked > 0 && names.names.length + below.length === asked
  if (complete) score += WEIGHT.complete
  const renamed = past?.to === module.path
  const called = tail === 1
  const twin = complete && isTwin(missing, name, wanted, index)
  if (twin) because.push('its modules have all that is wanted of theirs')
  // A name that the project never had is a distribution's: who happens to define the same names is none.
  if (because.length === 0 || !(own || renamed || called || twin)) return []
  // One name alone may be anybody's.
  const telling = own && (twin || (names.rarest > RARE && (names.names.length > 1 || tail > 0)))
  const sure = !apart && (complete || asked === 0) && (renamed || called || telling)
  return [
    {
      // What it borrows lives elsewhere: the module may have been split.
      complete: complete && !names.borrows,
      candidate: {
        modules: new Map([...packagesOf(missing, name, index), [missing, name]]),
        names: new Map(),
        files: [module.path],
        score,
        sure,
        because,
      },
    },
  ]
}

/**
 * The packages that moved along: those above both names, as far as nothing of the missing one is left and the other has
 * all that the workspace wants of it. The uppermost first.
 */
function packagesOf(missing: string, name: string, index: SymbolIndex): [string, string][] {
  const found: [string, string][] = []
  let [old, now] = [missing, name]
  while (tailOf(old) === tailOf(now) && old.includes('.') && now.includes('.')) {
    ;[old, now] = [parentOf(old), parentOf(now)]
    const [gone, home] = [old, now]
    const isThere = index.moduleNamed(home)?.package === true
    const isLeft = index.modules().some(({ names }) => names.some(each => isBelow(each, gone)))
    const { below } = index.wanted(gone)
    if (!isThere || isLeft || ![...below].every(each => index.moduleNamed(`${home}.${each}`))) break
    found.unshift([gone, home])
  }
  return found
}

function isBelow(module: string, above: string): boolean {
  return module === above || module.startsWith(`${above}.`)
}

function parentOf(module: string): string {
  return module.slice(0, Math.max(0, module.lastIndexOf('.')))
}

/**
 * Has the package `name` all modules that are wanted below the missing one, each with all names that are wanted of it?
 * Modules are called alike everywhere: it takes two of them, and a name that is defined nowhere else.
 */
function isTwin(missing: string, name: string, { below }: Wanted, index: SymbolIndex): boolean {
  if (below.size < 2) return false
  const names = [...below].flatMap(each => {
    const home = index.moduleNamed(`${name}.${each}`)
    return [...index.wanted(`${missing}.${each}`).names].map(wanted => ({ home, wanted }))
  })
  const all = names.every(({ home, wanted }) => home && index.offered(home.path, wanted))
  return all && names.some(({ wanted }) => index.definersOf(wanted).length === 1)
}

/** A file that imports both takes them for two modules. */
function isAnother({ importers }: Wanted, name: string, index: SymbolIndex): boolean {
  const others = new Set(index.wanted(name).importers)
  return importers.some(path => others.has(path))
}

/** Does the workspace have modules below the same top-level name? */
function isOwn(missing: string, index: SymbolIndex): boolean {
  const top = missing.split('.', 1)[0]!
  return index.topLevelNames().has(top)
}

interface Coverage {
  readonly names: readonly string[]
  /** Sum of the weights of the names that were found, and of all: rare names weigh more. */
  readonly found: number
  readonly weight: number
  /** Some are defined there, not only handed on. */
  readonly itself: boolean
  /** Some are there because the module imports them for itself. */
  readonly borrows: boolean
  /** The weight of the rarest name that it defines: 1 where it alone does. */
  readonly rarest: number
}

function coverage(
  wanted: readonly string[],
  module: WorkspaceModule,
  name: string,
  index: SymbolIndex,
): Coverage {
  const names: string[] = []
  let found = 0
  let weight = 0
  let itself = false
  let borrows = false
  let rarest = 0
  for (const each of wanted) {
    const rarity = 1 / (1 + Math.log2(Math.max(1, index.definersOf(each).length)))
    weight += rarity
    const offered = index.offered(module.path, each)
    if (!offered && !index.moduleNamed(`${name}.${each}`)) continue
    names.push(each)
    const defines = offered?.origin === module.path || !offered
    itself ||= defines
    borrows ||= !defines && !module.package
    if (defines) rarest = Math.max(rarest, rarity)
    // Who only imports a name for itself has it too, but is not where it lives.
    found += rarity * (defines ? 1 : module.package ? 0.9 : 0.4)
  }
  return { names, found, weight, itself, borrows, rarest }
}

/** Every name and module that is wanted from the missing one, each from where it is found; null where too little is. */
function inPieces(missing: string, wanted: Wanted, around: Surroundings): Candidate | null {
  const modules = new Map<string, string>()
  const names = new Map<string, Place>()
  const files = new Set<string>()
  const chosen = new Map<string, number>()
  // Rare names first: where they live, the common ones live too.
  const rare = [...wanted.names].sort(
    (a, b) => around.index.definersOf(a).length - around.index.definersOf(b).length || compare(a, b),
  )
  for (const name of rare) {
    const best = placesOf(name, missing, around)
      .map(place => ({ ...place, rank: place.likeness + (chosen.get(place.module) ?? 0) }))
      .sort((a, b) => b.rank - a.rank || compare(a.module, b.module))[0]
    const moved = best ? null : forModule(`${missing}.${name}`, around)[0]
    if (best) {
      chosen.set(best.module, 0.5)
      names.set(`${missing}.${name}`, { module: best.module, name })
      files.add(best.path)
    } else if (moved) {
      const target = [...moved.modules.values()][0]
      if (target) names.set(`${missing}.${name}`, placeOfModule(target))
      for (const file of moved.files) files.add(file)
    }
  }
  for (const each of wanted.below) {
    if ([...modules.keys()].some(known => `${missing}.${each}`.startsWith(`${known}.`))) continue
    const target = forModule(`${missing}.${each}`, around)[0]
    if (!target) continue
    for (const [from, to] of target.modules) modules.set(from, to)
    for (const file of target.files) files.add(file)
  }
  const asked = wanted.names.size + wanted.below.size
  const found = names.size + modules.size
  if (found === 0 || found * 2 < asked || files.size < 2) return null
  const all = found >= asked ? `all ${asked}` : `${found} of ${asked}`
  const because = [`${files.size} modules together have ${all} names that are wanted`]
  const sure = found >= asked && [...wanted.names].every(name => around.index.definersOf(name).length === 1)
  const targets = [...modules.values(), ...[...names.values()].map(({ module }) => module)]
  const likeness = targets.reduce((sum, target) => sum + pathLikeness(missing, target), 0) / targets.length
  const whole = found >= asked ? WEIGHT.complete : 0
  const score = (WEIGHT.names * found) / asked + whole + WEIGHT.path * likeness
  return { modules, names, files: [...files], score, sure, because }
}

// --- reasons ---

function nameReason(names: readonly string[], below: readonly string[], asked: number): string {
  const all = [...names, ...below]
  if (all.length === asked)
    return asked === 1 ? `has '${all[0]}', which is wanted` : `has all ${asked} names that are wanted`
  return `has ${all.length} of ${asked} names that are wanted`
}

function starReason(lost: readonly string[], given: readonly string[]): string {
  if (given.length === 1)
    return `'${lost[0]}' of it is wanted where everything is taken with '*', and is not there`
  const all = lost.length === given.length ? `all ${given.length}` : `${lost.length} of ${given.length}`
  return `${all} names of it are wanted where everything is taken with '*', and are not there`
}

function sameTail(missing: string, name: string): string {
  const [a, b] = [missing.split('.').reverse(), name.split('.').reverse()]
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  const tail = a.slice(0, same).reverse().join('.')
  return same === a.length ? `is '${missing}' under another root` : `is also called '${tail}'`
}

/** What git knows of the file or package that served a module. */
export function pastOf(module: string, history: History, root: string): PastChange | null {
  if (history.length === 0) return null
  const inner = module.replaceAll('.', '/')
  const ends = [`/${inner}.py`, `/${inner}/__init__.py`]
  const gone = history.filter(({ from }) => ends.some(end => from.endsWith(end) && from.startsWith(root)))
  // The shortest path is the most natural home of that name.
  const paths = [...new Set(gone.map(({ from }) => from))].sort((a, b) => a.length - b.length)
  for (const path of paths) {
    const past = followed(history, path)
    if (past) return past
  }
  return paths[0] === undefined ? null : deletionOf(history, paths[0])
}

export function pastReason({ from, to, commit, subject }: PastChange, root: string): string {
  const when = commit === null ? 'in the work tree' : `in ${commit}${subject === '' ? '' : ` (${subject})`}`
  const what = to === null ? 'deleted' : `renamed to ${relative(root, to)}`
  return `git: ${relative(root, from)} was ${what} ${when}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
