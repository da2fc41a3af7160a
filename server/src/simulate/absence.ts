/**
 * May a module that no finder finds be there after all? Code that is not simulated puts modules into `sys.modules`, makes
 * packages of modules, and has finders of its own. Only a proof that none of it can serve the name makes an absent
 * module an error; the import itself is the importer's.
 */
import { basename, isWithin } from '../files/paths.ts'
import { foreignFiles } from './foreign.ts'
import { type Machine, topLevel } from './machine.ts'
import { sixWithoutMoves } from './models/all_models.ts'
import { losesToInstalled, saysWord } from './names.ts'
import { mayBeHung } from './patches.ts'
import { isStandardLibrary } from './standard.ts'
import type { Module, Value } from './values.ts'

/** null: certainly absent. '': silent. Else what might provide it after all. */
export function whyUncertain(m: Machine, name: string, parent: Value | null): string | null {
  if (sixWithoutMoves(m, name) || losesToInstalled(m, name, parent)) return null
  if (m.metaPathOpen) return 'an import hook of the project serves it'
  if (m.openPrefixes.has(topLevel(name)) || m.openPrefixes.has('*')) return 'code puts it into sys.modules'
  // What pytest may load when it starts it finds in the environment.
  if (m.perhapsLoaded.has(name) && m.finder.findTopLevel(topLevel(name), m.environment.sysPath)) return ''
  const executor = [...m.executors].find(file => file === m.frame?.unit.path || file.endsWith('/conftest.py'))
  if (executor) return `code that ${executor} executes provides it`
  if (parent === null) {
    if (m.isPathOpen) return 'an entry of sys.path that could not be evaluated holds it'
    if (m.environment.opaquePth.length > 0) return `${m.environment.opaquePth[0]} provides it`
    return isAssumed(m, name) || !knowsInstalled(m) ? '' : null
  }
  if (parent.t !== 'module') return null
  if (parent.kind === 'project' || parent.kind === 'namespace' || parent.kind === 'stub') return null
  if (isAssumed(m, name) || (parent.kind !== 'foreign' && parent.kind !== 'model')) return ''
  if (isStandardLibrary(m, parent)) return mayBeHung(m, name) ? '' : null
  // What a single file hangs below itself it names.
  if (
    parent.file &&
    !isPackageFile(parent.file) &&
    !saysWord(m, parent.file, name.slice(name.lastIndexOf('.') + 1))
  )
    return null
  const served = servesUnseen(m, name) || (playsWithModules(m, topLevel(name)) && mayBeServed(m, name))
  return served ? '' : null
}

function isPackageFile(file: string): boolean {
  return basename(file).startsWith('__init__.')
}

/**
 * Does any loaded module of this top-level package mention the tables through which modules appear? `word`: and this
 * word as well.
 */
function playsWithModules(m: Machine, top: string, word: string | null = null): boolean {
  for (const [name, module] of m.modules) {
    if (topLevel(name) !== topLevel(top) || module?.t !== 'module') continue
    if (module.kind === 'extension') return true
    const text = module.file ? m.world.text(module.file) : null
    if (!text || !/sys\.modules|meta_path|__path__|\bmodules\[|apipkg|import_hook|lazy/.test(text)) continue
    if (word === null || saysWord(m, module.file!, word)) return true
  }
  return false
}

/** Ways to serve modules below a package that no text needs to name. */
const SERVES_UNSEEN =
  /\bmeta_path\b|\bapipkg\b|\bimport_?hook|\b__path__\s*(?:=(?!=)|\+=|\.(?:append|insert|extend)\b)|extend_path/i

/**
 * May code that ran put a module below an installed package? Who does so without a finder of his own has the name
 * from somewhere: a text, compiled code, or another module of that name.
 */
function mayBeServed(m: Machine, name: string): boolean {
  if (mayBeHung(m, name)) return true
  const word = name.slice(name.lastIndexOf('.') + 1)
  if (m.modules.namedIn(word).some(other => other !== name)) return true
  const folders = foldersOf(m, name)
  if (folders.some(folder => m.world.fs.list(folder)?.some(entry => /\.(?:so|pyd)$/.test(entry.name))))
    return true
  for (const path of foreignFiles(m)) {
    const text = m.world.text(path)
    if (text === null || saysWord(m, path, word)) return true
  }
  return m.modules.has(word) || m.finder.findTopLevel(word, m.searchPath()) !== null
}

/** Does a file of the installed package, of those that are loaded, serve names that it need not know? */
function servesUnseen(m: Machine, name: string): boolean {
  const folders = foldersOf(m, name)
  for (const path of foreignFiles(m))
    if (folders.some(folder => isWithin(path, folder)) && SERVES_UNSEEN.test(m.world.text(path) ?? ''))
      return true
  return false
}

function foldersOf(m: Machine, name: string): readonly string[] {
  return m.finder.findTopLevel(topLevel(name), m.searchPath())?.path ?? []
}

/** Third-party modules play tricks with `sys.modules`; what their text does not show they do not do. */
export function certainlyNoPackage(m: Machine, child: string, parent: Value): boolean {
  if (parent.t !== 'module') return true
  if (parent.kind === 'project' || parent.kind === 'stub') return m.states.get(parent) !== 'failed'
  if (losesToInstalled(m, child, parent)) return true
  if (isAssumed(m, child)) return false
  if (isStandardLibrary(m, parent)) return standardHangsNothing(m, child, parent)
  if (parent.kind !== 'foreign' && parent.kind !== 'model') return false
  return hangsNothing(m, child, parent) || !playsWithModules(m, topLevel(child))
}

/** Of a standard library that nobody has seen not even the packages are known. */
function isAssumed(m: Machine, name: string): boolean {
  return !m.environment.stdlibExact && m.finder.isStandard(topLevel(name))
}

/** Without an interpreter or environment any distribution may be there: no absent module is one for certain. */
function knowsInstalled({ environment }: Machine): boolean {
  return environment.executable !== null || environment.sitePackages.length > 0
}

/** What a single file hangs below itself, or a module that plays for it, is named in the text. */
function hangsNothing(m: Machine, child: string, { file }: Module): boolean {
  if (file === null || isPackageFile(file)) return false
  const word = child.slice(child.lastIndexOf('.') + 1)
  return !saysWord(m, file, word) && !playsWithModules(m, topLevel(child), word)
}

/** A module of the standard library that is no package has nothing below it, unless a text speaks of that. */
function standardHangsNothing(m: Machine, child: string, parent: Module): boolean {
  const { file } = parent
  const word = child.slice(child.lastIndexOf('.') + 1)
  if (file !== null && (isPackageFile(file) || (file.endsWith('.py') && saysWord(m, file, word))))
    return false
  return !mayBeHung(m, child)
}
