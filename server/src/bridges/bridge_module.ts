/**
 * A bridge: a small module in the place of one that is gone, which hands on the names that are still wanted of it. It
 * is debt, so it carries a mark by which it is found again, and a test that imports every name it serves.
 */
import { isWithin, join } from '../files/paths.ts'
import type { Plan } from '../pytest/plan.ts'
import { findHelper, helperText } from './bridge_helper.ts'
import { BRIDGE_MARK, importsOf, plainText, type Served, testText } from './bridge_text.ts'
import type { Candidate, Place } from './candidate.ts'
import { type CreatedFile, changeOf, editOf, type WorkspaceEdit } from './edit.ts'
import type { FixContext } from './fix.ts'
import type { SymbolIndex } from './symbol_index.ts'

export interface Bridge {
  /** The dotted name of the module that it stands in for. */
  readonly module: string
  readonly path: string
  readonly serves: Served
  readonly edit: WorkspaceEdit
}

export type BridgeWay = 'helper' | 'plain'

type Files = Pick<FixContext, 'fs' | 'text' | 'code' | 'plan'>

/**
 * A new module in the place of a missing one. null where there is no place for it: something lies there already, or
 * nobody asks for a name. `folders`: where Python looked for the module, in order. `way`: through the project's own
 * helper, null then where it has none that fits, or with plain imports.
 */
export function bridgeModule(
  missing: string,
  candidate: Candidate,
  folders: readonly string[],
  index: SymbolIndex,
  files: Files,
  way: BridgeWay,
): Bridge | null {
  const folder = folderFor(folders, files.plan)
  if (folder === null) return null
  const tail = missing.slice(missing.lastIndexOf('.') + 1)
  const wanted = index.wanted(missing)
  const isPackage = wanted.below.size > 0
  const path = join(folder, isPackage ? `${tail}/__init__.py` : `${tail}.py`)
  const serves = servedBy(missing, candidate, index)
  if (serves.size === 0 && !isPackage) return null
  const helper = way === 'helper' ? findHelper(path, serves, index, files) : null
  if (way === 'helper' && helper === null) return null
  const created: CreatedFile[] = [
    { path, text: helper ? helperText(missing, serves, helper) : plainText(missing, serves) },
  ]
  for (const below of withParents(wanted.below)) {
    const inner = bridgeBelow(missing, below, wanted.below, candidate, index)
    if (inner === null) return null
    created.push({ ...inner, path: join(folder, tail, inner.path) })
  }
  const test = bridgeTest(missing, serves, files)
  if (test) created.push(test)
  const free = created.every(file => files.fs.stat(file.path) === null)
  const taken =
    files.fs.stat(join(folder, tail)) !== null || files.fs.stat(join(folder, `${tail}.py`)) !== null
  return free && !taken ? { module: missing, path, serves, edit: editOf({ created }) } : null
}

/** Names that a module lost, handed on at its end: there, everything that the other module may ask of it is bound. */
export function exportAgain(
  module: string,
  candidate: Candidate,
  index: SymbolIndex,
  files: Files,
): Bridge | null {
  const owner = index.moduleNamed(module)
  const text = owner ? files.text(owner.path) : null
  if (!owner || text === null) return null
  const serves = new Map<string, Place>()
  for (const [full, place] of candidate.names) {
    if (full.slice(0, full.lastIndexOf('.')) === module) serves.set(full.slice(module.length + 1), place)
  }
  for (const [full, target] of candidate.modules) {
    const dot = target.lastIndexOf('.')
    if (full.slice(0, full.lastIndexOf('.')) === module && dot > 0)
      serves.set(full.slice(module.length + 1), { module: target.slice(0, dot), name: target.slice(dot + 1) })
  }
  if (serves.size === 0) return null
  const sorted = new Map([...serves].sort(([a], [b]) => (a < b ? -1 : 1)))
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const own = [...sorted.values()].every(place => place.module === module)
  const lines = own
    ? [...sorted].map(([name, place]) => `${name} = ${place.name}  ${BRIDGE_MARK}`)
    : importsOf(sorted, newline).map(line => `${line}  ${BRIDGE_MARK}`)
  const gap = text === '' || text.endsWith('\n') ? '' : newline
  const put = `${gap}${text.trim() === '' ? '' : newline}${lines.join(newline)}${newline}`
  const changed = [changeOf(owner.path, text, [{ start: text.length, end: text.length, text: put }])]
  const test = bridgeTest(module, sorted, files)
  return {
    module,
    path: owner.path,
    serves: sorted,
    edit: editOf({ changed, created: test && files.fs.stat(test.path) === null ? [test] : [] }),
  }
}

/** What the workspace wants of the missing module and the candidate has. */
function servedBy(missing: string, candidate: Candidate, index: SymbolIndex): Served {
  const serves = new Map<string, Place>()
  const { names, reads } = index.wanted(missing)
  const whole = candidate.modules.get(missing)
  const module = whole === undefined ? null : index.moduleNamed(whole)
  for (const name of [...names, ...reads].sort()) {
    const place = candidate.names.get(`${missing}.${name}`)
    if (place) serves.set(name, place)
    else if (module && (index.offered(module.path, name) || index.moduleNamed(`${whole}.${name}`)))
      serves.set(name, { module: whole!, name })
  }
  if (serves.size > 0 || !module || whole === undefined) return serves
  // Nobody says what is wanted: all that is public.
  for (const name of [...index.offeredNames(module.path)].sort())
    if (!name.startsWith('_')) serves.set(name, { module: whole, name })
  return serves
}

/** Dotted names with all that stand above them: 'a.b' needs 'a'. Sorted. */
function withParents(names: ReadonlySet<string>): string[] {
  const all = new Set<string>()
  for (const name of names)
    for (let at = name; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) all.add(at)
  return [...all].sort()
}

/** A module of a bridge that is a package, with its path below it; null where the candidate has none of that name. */
function bridgeBelow(
  missing: string,
  below: string,
  wanted: ReadonlySet<string>,
  candidate: Candidate,
  index: SymbolIndex,
): CreatedFile | null {
  const module = `${missing}.${below}`
  const isPackage = [...wanted].some(other => other.startsWith(`${below}.`))
  const inner = below.replaceAll('.', '/')
  const path = isPackage ? `${inner}/__init__.py` : `${inner}.py`
  if (!wanted.has(below)) return { path, text: plainText(module, new Map()) }
  const moved = [...candidate.modules].find(([old]) => module === old || module.startsWith(`${old}.`))
  if (!moved) return null
  const target = moved[1] + module.slice(moved[0].length)
  const serves = servedBy(module, { ...candidate, modules: new Map([[module, target]]) }, index)
  return { path, text: plainText(module, serves) }
}

/** The test that imports every name; null where there is no folder for it. */
function bridgeTest(module: string, serves: Served, { fs, plan }: Files): CreatedFile | null {
  const folder = [join(plan.rootdir, 'tests'), join(plan.rootdir, 'test')].find(
    path => fs.stat(path)?.kind === 'directory',
  )
  if (folder === undefined || serves.size === 0) return null
  const path = join(folder, 'bridges', `test_bridge_${module.replaceAll('.', '_')}.py`)
  return { path, text: testText(module, serves) }
}

/** Of the folders that Python searched the first that is the project's own and no folder of tests alone. */
function folderFor(folders: readonly string[], { rootdir, pythonpath }: Plan): string | null {
  const own = folders.filter(folder => isWithin(folder, rootdir))
  return (
    pythonpath.find(folder => own.includes(folder)) ?? own.find(folder => !isTests(folder)) ?? own[0] ?? null
  )
}

function isTests(folder: string): boolean {
  return /(?:^|\/)tests?(?:\/|$)/.test(folder)
}
