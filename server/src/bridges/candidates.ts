/**
 * What could serve a module or a name that is missing: candidates from the workspace, best first, each with the
 * reasons. They are guesses, however good: verification decides which of them are told.
 */
import { dirname, join, relative } from '../files/paths.ts'
import { nearness } from '../rules/nearest.ts'
import { deletionOf, followed, type History, type PastChange } from './history.ts'
import { bestName, isPartOf, pathLikeness, stemOf, tailOf } from './likeness.ts'
import type { WorkspaceModule } from './module_names.ts'
import { renamedIn } from './renamed.ts'
import type { SymbolIndex, Wanted } from './symbol_index.ts'

/** A module that is not there, or a name that a module lacks. */
export type Missing =
  | { readonly kind: 'module'; readonly module: string }
  | { readonly kind: 'name'; readonly module: string; readonly name: string }

/** Where an import finds what it asks for. */
export interface Place {
  readonly module: string
  /** null: the module itself. */
  readonly name: string | null
}

export interface Candidate {
  /** Modules that are found whole, with all below them, under another name. */
  readonly modules: ReadonlyMap<string, string>
  /** By 'module.name' as it is imported now. */
  readonly names: ReadonlyMap<string, Place>
  /** The files that serve. */
  readonly files: readonly string[]
  readonly score: number
  /** Nothing else comes into question: its edit may be made without a person looking at it. */
  readonly sure: boolean
  /** Why, the strongest reason first: "defines all 3 names that are wanted". */
  readonly because: readonly string[]
}

export interface Surroundings {
  readonly index: SymbolIndex
  readonly history: History
  /** Top-level modules of the standard library and of what is installed. */
  readonly installed: readonly string[]
  /** pytest's root folder: modules that are gone lay below it. */
  readonly root: string
  /** Is it a file that pytest collects? Nobody should import from one. */
  readonly isTest: (path: string) => boolean
}

/** More are of no use to anybody. */
const MOST = 8
/** A name that more files than this define says nothing about where it went. */
const COMMON = 40
/** The weight of a name that two files define: from there on it says little about which of them is meant. */
const RARE = 0.5

/** Weights, as measured by bench/rescue: the names that are wanted say most, then git, then the name of the module. */
const WEIGHT = { names: 6, history: 5, tail: 2, path: 2, itself: 0.5, complete: 1.5, apart: 2, unused: 1 }

/** Best first; empty where nothing is like it. */
export function candidatesFor(missing: Missing, around: Surroundings): Candidate[] {
  const found =
    missing.kind === 'module'
      ? forModule(missing.module, around)
      : [...forName(missing, around), ...forModule(`${missing.module}.${missing.name}`, around)]
  return found.sort((a, b) => b.score - a.score || compare(keyOf(a), keyOf(b))).slice(0, MOST)
}

/** The same for the same candidate of one missing thing: where everything is found. */
export function keyOf({ modules, names }: Candidate): string {
  const places = [...names.values()].map(({ module, name }) => (name === null ? module : `${module}:${name}`))
  return [...new Set([...modules.values(), ...places])].sort().join(',')
}

// --- a module ---

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

/** Installed modules whose names are spelt almost like the missing one. */
function misspelt(missing: string, { installed }: Surroundings): Candidate[] {
  if (missing.includes('.')) return []
  return installed.flatMap(name => {
    const near = name === missing ? 0 : nearness(missing, name)
    if (near === 0) return []
    const because = [
      near === 1 ? `is the installed '${name}' but for case` : `is spelt almost like the installed '${name}'`,
    ]
    const score = (WEIGHT.names / 2 + WEIGHT.tail) * near
    return [{ modules: new Map([[missing, name]]), names: new Map(), files: [], score, sure: false, because }]
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

// --- a name ---

function forName({ module, name }: Extract<Missing, { kind: 'name' }>, around: Surroundings): Candidate[] {
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
function placesOf(
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

export function placeOfModule(module: string): Place {
  const dot = module.lastIndexOf('.')
  return dot < 0 ? { module, name: null } : { module: module.slice(0, dot), name: module.slice(dot + 1) }
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
