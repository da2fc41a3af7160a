/**
 * The relative imports of a module that moved: they start from where it lies now, and mean what they meant where it
 * lay. What still leads somewhere is left as it is.
 */
import type { Candidate } from './candidate.ts'
import { changeOf, editOf, type FileChange, merged, type WorkspaceEdit } from './edit.ts'
import type { FixContext } from './fix.ts'
import { type ImportSite, importSites } from './import_sites.ts'
import { pathLikeness } from './likeness.ts'
import { absoluteFrom, packageOf, type WorkspaceModule } from './module_names.ts'
import { relativeFrom } from './rewrite.ts'
import type { SymbolIndex } from './symbol_index.ts'

type Files = Pick<FixContext, 'text' | 'code' | 'index'>
type RelativeImport = Extract<ImportSite, { kind: 'from' }>

/** `edit`, and with it the own imports of all that moved by the candidate; without them where the two don't agree. */
export function withOwnImports(edit: WorkspaceEdit, candidate: Candidate, files: Files): WorkspaceEdit {
  let whole = edit
  for (const [module, former] of formerNames(candidate, files.index)) {
    const home = former.package ? former.name : parentOf(former.name)
    const changed = ownImports(module, home, files)
    whole = (changed && merged(whole, editOf({ changed: [changed] }))) ?? whole
  }
  return whole
}

/** What its relative imports are to be if they were written in the package `home`; null where none changes. */
function ownImports(module: WorkspaceModule, home: string, files: Files): FileChange | null {
  const changes = brokenImports(module, files).flatMap(({ site }) => {
    const meant = absoluteFrom(home, site.level, site.module)
    if (meant === null || !leads(site, meant, files.index)) return []
    const text = relativeFrom(packageOf(module), meant)
    return [{ start: site.source.start, end: site.source.end, text }]
  })
  return changes.length === 0 ? null : changeOf(module.path, files.text(module.path)!, changes)
}

/** Where a file's broken relative imports all lead somewhere, and what makes them do so there. */
export interface Home {
  /** The package that it may have lain in. */
  readonly package: string
  readonly change: FileChange
}

/**
 * The packages from which all the relative imports of a file that are broken would work, one for each change that comes
 * of it, the likeliest first. `at`: the offset of the import that is asked about. Empty where that is not broken, or
 * others miss the same modules: then these have moved, and not the file.
 */
export function homesOf(path: string, at: number, files: Files): readonly Home[] {
  const { index } = files
  const module = index.moduleAt(path)
  const own = module ? packageOf(module) : undefined
  if (!module || own === undefined) return []
  const broken = brokenImports(module, files)
  const asked = broken.some(({ site: { statement } }) => statement.start <= at && at < statement.end)
  const missedByOthers = broken.some(
    ({ meant }) =>
      meant !== null &&
      index.moduleNamed(meant) === null &&
      index.wanted(meant).importers.some(importer => importer !== path),
  )
  if (!asked || missedByOthers) return []
  const packages = index.modules().flatMap(each => (each.package ? each.names : []))
  const found = new Map<string, Home>()
  const byLikeness = [...new Set(packages)].sort(
    (a, b) => pathLikeness(own, b) - pathLikeness(own, a) || (a < b ? -1 : 1),
  )
  for (const home of byLikeness) {
    const fits = broken.every(({ site }) => {
      const meant = absoluteFrom(home, site.level, site.module)
      return meant !== null && leads(site, meant, index)
    })
    const change = fits ? ownImports(module, home, files) : null
    const key = JSON.stringify(change?.changes)
    if (change && !found.has(key)) found.set(key, { package: home, change })
  }
  return [...found.values()]
}

/** Relative imports that lead nowhere, with the module that each means now; null: above the uppermost package. */
function brokenImports(
  module: WorkspaceModule,
  { text, code, index }: Files,
): { readonly site: RelativeImport; readonly meant: string | null }[] {
  const source = text(module.path)
  const compiled = code(module.path)
  if (source === null || compiled === null || module.names.length === 0) return []
  return importSites(compiled, source, '').flatMap(site => {
    if (site.kind !== 'from' || site.level === 0) return []
    const meant = absoluteFrom(packageOf(module), site.level, site.module)
    return meant !== null && leads(site, meant, index) ? [] : [{ site, meant }]
  })
}

/** Is the module there, with all the names that are taken from it? */
function leads({ names }: RelativeImport, meant: string, index: SymbolIndex): boolean {
  const target = index.moduleNamed(meant)
  if (names === '*') return target !== null
  return names.every(
    ({ name }) =>
      (target && (index.isOpen(target.path) || index.offered(target.path, name) !== null)) ||
      index.moduleNamed(`${meant}.${name}`) !== null,
  )
}

/** The files that moved by a candidate, each with the name that it had. */
function formerNames(
  { modules, names }: Candidate,
  index: SymbolIndex,
): Map<WorkspaceModule, { readonly name: string; readonly package: boolean }> {
  const found = new Map<WorkspaceModule, { readonly name: string; readonly package: boolean }>()
  const moved = (from: string, to: string) => {
    for (const module of index.modules()) {
      const name = module.names.find(each => each === to || each.startsWith(`${to}.`))
      if (name !== undefined && !found.has(module))
        found.set(module, { name: from + name.slice(to.length), package: module.package })
    }
  }
  for (const [from, to] of modules) moved(from, to)
  for (const [full, place] of names) {
    const whole = place.name === null ? place.module : `${place.module}.${place.name}`
    if (index.moduleNamed(whole)) moved(full, whole)
    else {
      // The module that a name moved to began as a part of the one that lost it.
      const module = index.moduleNamed(place.module)
      if (module && !found.has(module)) found.set(module, { name: parentOf(full), package: false })
    }
  }
  return found
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}
