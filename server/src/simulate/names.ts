/**
 * Which names a module certainly does not have. For the project's own modules its namespace tells; the
 * standard library's are asked of the interpreter (`standard.ts`); for third-party ones, which are not executed
 * in full, only a strict proof counts: nothing in the file can make names unseen, and the name is bound nowhere
 * in it.
 */

import { isWordCode } from '../compile/lexical.ts'
import type { Environment } from '../environment/environment.ts'
import { isKnownStandardName } from '../environment/known_names.ts'
import { remember } from '../files/memo.ts'
import { basename, dirname, isWithin } from '../files/paths.ts'
import { TextMemo } from '../files/text_memo.ts'
import { assignedNames } from './assigned_names.ts'
import { callFunction } from './call.ts'
import { exceptionClass, isSubclass } from './classes.ts'
import type { Machine } from './machine.ts'
import { isStandardLibrary, standardLacks } from './standard.ts'
import { isSuspect } from './syntax.ts'
import { boundByOthers, type UnseenWays, unseenWays } from './unseen_names.ts'
import { constant, type Exc, type Module, PyRaise, UNKNOWN, type Value } from './values.ts'

const STAR_IMPORT = /\bfrom\s+([.\w]+)\s+import\s*\(?\s*\*/g

const FROM_PATH = /^from[ \t]+[\w.]+/gm

const WORD = /^[\w\u0080-\uffff]+$/

/**
 * What a module's own `__getattr__` gives for a name (PEP 562): its value, 'missing' where it raises
 * AttributeError for certain, which is told to `raised`, undefined where it has none.
 */
export function viaGetattr(
  m: Machine,
  module: Module,
  name: string,
  raised?: (exc: Exc) => void,
): Value | 'missing' | undefined {
  const hook = module.ns.slots.get('__getattr__')
  if (!hook) return undefined
  if (hook.value.t !== 'func' || hook.maybe) return UNKNOWN
  const frames = m.frames.length
  try {
    return callFunction(m, hook.value, { positional: [constant(name)], keywords: new Map(), open: false })
  } catch (error) {
    if (!(error instanceof PyRaise) || isSubclass(error.exc.cls, exceptionClass('AttributeError')) !== true)
      throw error
    m.frames.length = frames
    raised?.(error.exc)
    return 'missing'
  }
}

/** Can this module, which is not the project's own, have the attribute? False is a proof. */
export function mayHaveName(m: Machine, module: Module, name: string): boolean {
  const { kind, file, path } = module
  if (kind !== 'foreign' && kind !== 'model' && kind !== 'extension') return true
  if (name.startsWith('__') || m.modules.get(`${module.name}.${name}`)) return true
  if (Array.isArray(path) && m.finder.findSubmodule(`${module.name}.${name}`, name, path)) return true
  if (isStandardLibrary(m, module)) {
    if (isKnownStandardName(m.environment, module.name, name)) return true
    return !standardLacks(m, module, name, file !== null && !mayBind(m, file, name))
  }
  if (file !== null && !saysWord(m, file, name) && losesToInstalled(m, `${module.name}.${name}`, module))
    return false
  // With failures cured, third-party modules bind what nobody can know.
  if (kind === 'extension' || file === null || m.world.healed.size > 0) return true
  return mayBind(m, file, name) || boundByOthers(m, module, file, name)
}

/** The project has a file for the dotted name, in a folder that gives way to the installed module of that name. */
export function losesToInstalled(m: Machine, name: string, parent: Value | null): boolean {
  if (parent?.t !== 'module' || parent.file === null || m.isProject(parent.file)) return false
  return m.finder.findBeside(name, m.searchPath()).some(path => m.isProject(path))
}

/** Does the text of a third-party file hold the word? True where there is no text. */
export function saysWord(m: Machine, file: string, word: string): boolean {
  const words = wordsOf(m, file)
  return words === null || words.mentions(word)
}

/** What is known of a third-party file; null where there is no text. */
function wordsOf(m: Machine, file: string): TextWords | null {
  const text = file.endsWith('.py') ? m.world.text(file) : null
  return text === null ? null : texts.of(file, text, readWords)
}

function readWords(text: string): TextWords {
  return new TextWords(text)
}

function isOfLibrary(m: Machine, file: string): boolean {
  const known = remember(standardFiles, m.environment, () => new Map<string, boolean>())
  return remember(known, file, () => liesInLibrary(m, file))
}

const standardFiles = new WeakMap<Environment, Map<string, boolean>>()

function liesInLibrary({ environment: { stdlib, sitePackages } }: Machine, file: string): boolean {
  return stdlib.some(folder => isWithin(file, folder)) && !sitePackages.some(folder => isWithin(file, folder))
}

const texts = new TextMemo<TextWords>()

/** What a text shows of names, each found out when it is asked for, once. */
class TextWords {
  /** The modules of its star imports, with their dots. */
  readonly stars: readonly string[]
  /** Names that functions rebind. */
  readonly globals: ReadonlySet<string>
  private readonly mentioned = new Map<string, boolean>()
  private readonly bound = new Map<string, boolean>()
  private readonly atMargin = new Map<string, boolean>()
  private ways: UnseenWays | null = null
  private written: ReadonlySet<string> | null | undefined
  private withoutPaths: string | null = null
  private flags: ReadonlyMap<string, readonly [string, number]> | null = null

  constructor(private readonly text: string) {
    this.stars = Array.from(text.matchAll(STAR_IMPORT), ([, module]) => module!)
    const globals = new Set<string>()
    if (text.includes('global '))
      for (const [, names] of text.matchAll(/\bglobal\s+([\w, \t]+)/g))
        for (const name of names!.split(',')) globals.add(name.trim())
    this.globals = globals
  }

  /** What a star import takes, where the file writes that out and touches it nowhere else; null where not. */
  get exported(): ReadonlySet<string> | null {
    if (this.written === undefined) this.written = writtenOut(this.text)
    return this.written
  }

  /** Names that say whether Python 3 is of a version or later (`>=`), or older (`<`). */
  get versionFlags(): ReadonlyMap<string, readonly [operator: string, minor: number]> {
    this.flags ??= this.text.includes('version_info') ? versionFlags(this.text) : NO_FLAGS
    return this.flags
  }

  /** How it may come to names that it does not spell. */
  get unseen(): UnseenWays {
    this.ways ??= unseenWays(this.text)
    return this.ways
  }

  /** Whether the text holds the name as a word of its own. */
  mentions(name: string): boolean {
    return remember(this.mentioned, name, () => mentions(this.text, name))
  }

  /** The same without the paths of `from` imports, which bind nothing but submodules. */
  mayBind(name: string): boolean {
    return (
      this.bindsAtMargin(name) ||
      (this.mentions(name) && remember(this.bound, name, () => mentions(this.binding, name)))
    )
  }

  /** Whether a line at the left margin begins with what binds the name: most of what is asked for is found so. */
  bindsAtMargin(name: string): boolean {
    return remember(this.atMargin, name, () => bindsAtMargin(this.text, name))
  }

  private get binding(): string {
    this.withoutPaths ??= this.text.replace(FROM_PATH, 'from')
    return this.withoutPaths
  }
}

/** What may stand before a name that a line binds. */
const MARGIN: ReadonlySet<string> = new Set(['', 'class ', 'def ', 'async def '])
const BINDS = /^ ?=[^=]|^ ?:/

function bindsAtMargin(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const start = text.lastIndexOf('\n', at) + 1
    if (!MARGIN.has(text.slice(start, at))) continue
    const after = text.charCodeAt(at + name.length)
    if (start === at ? BINDS.test(text.slice(at + name.length, at + name.length + 4)) : !isWordCode(after))
      return true
  }
  return false
}

const ALL =
  /^__all__[ \t]*(?::[^=\n]+)?=[ \t]*([[(])((?:[^"'#[\]()]|"\w*"|'\w*'|#[^\n]*)*)[\])][ \t]*(?:#.*)?$/m

function writtenOut(text: string): ReadonlySet<string> | null {
  const display = ALL.exec(text)?.[2]
  if (display === undefined || text.split('__all__').length !== 2) return null
  const plain = display.replace(/#[^\n]*/g, '')
  // Nothing but strings, and a comma after each.
  if (!/^\s*(?:(?:"\w+"|'\w+')\s*(?:,\s*|$))*$/.test(plain)) return null
  return new Set(plain.match(/\w+/g))
}

const NO_FLAGS: ReadonlyMap<string, readonly [string, number]> = new Map()
const VERSION_FLAG =
  /^(\w+)(?:[ \t]*:[^=\n]+)?[ \t]*=[ \t]*sys\.version_info[ \t]*(<|>=)[ \t]*\(3,[ \t]*(\d+)\)[ \t]*(?:#.*)?$/gm

function versionFlags(text: string): ReadonlyMap<string, readonly [string, number]> {
  const flags = new Map<string, readonly [string, number]>()
  for (const [, name, operator, minor] of text.matchAll(VERSION_FLAG)) {
    const bound = text.match(new RegExp(`^[ \\t]*${name}\\b[^=\\n]*=(?!=)`, 'gm'))
    if (bound?.length === 1) flags.set(name!, [operator!, Number(minor)])
  }
  return flags
}

/** The value of a name that a third-party module binds once, by the version of Python; null: it is none of those. */
export function versionFlag(m: Machine, { kind, file }: Module, name: string): Value | null {
  if (kind !== 'foreign' || file === null) return null
  const words = wordsOf(m, file)
  const flag = words?.versionFlags.get(name)
  if (!flag || words!.globals.has(name)) return null
  const [operator, minor] = flag
  return constant(operator === '<' ? m.environment.version[1] < minor : m.environment.version[1] >= minor)
}

function mentions(text: string, name: string): boolean {
  if (!WORD.test(name)) return false
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!isWordCode(text.charCodeAt(at - 1)) && !isWordCode(text.charCodeAt(at + name.length))) return true
  }
  return false
}

/** Do functions of the module rebind this global? */
export function isRebound(m: Machine, module: Module, name: string): boolean {
  return (
    module.file === null ||
    !module.file.endsWith('.py') ||
    wordsOf(m, module.file)?.globals.has(name) === true
  )
}

/** May a star import of this file bring the name? */
function mayBeTakenFrom(m: Machine, from: string, star: string, name: string, seen: Set<string>): boolean {
  const [, dots, path] = /^(\.*)(.*)$/.exec(star)!
  const parts = path === '' ? [] : path!.split('.')
  let folder: string | null = null
  if (dots !== '') {
    folder = dirname(from)
    for (let i = 1; i < dots!.length; i++) folder = dirname(folder)
  } else {
    const top = m.finder.findTopLevel(parts.shift()!, m.searchPath())
    if (!top?.file) return true
    if (parts.length === 0) return mayBindOrTake(m, top.file, name, seen)
    folder = dirname(top.file)
  }
  const target = `${folder}/${parts.join('/')}`
  const file = [`${target}.py`, `${target}/__init__.py`].find(each => m.world.text(each) !== null)
  return file === undefined || m.isProject(file) || mayBindOrTake(m, file, name, seen)
}

function mayBindOrTake(m: Machine, file: string, name: string, seen: Set<string>): boolean {
  if (seen.has(file)) return false
  seen.add(file)
  const words = wordsOf(m, file)
  const exported = words?.exported
  if (exported) return exported.has(name)
  if (words === null || words.unseen.binds || words.unseen.hands) return true
  if (words.mayBind(name) || hasPart(m, file, name)) return true
  return words.stars.some(star => mayBeTakenFrom(m, file, star, name, seen))
}

/** Is the file that of a package which has a submodule of the name? It is an attribute once it was imported. */
function hasPart(m: Machine, file: string, name: string): boolean {
  return basename(file) === '__init__.py' && m.finder.findSubmodule(name, name, [dirname(file)]) !== null
}

/** Can executing this file bind the name? Only its text is asked, and of the standard library its statements. */
export function mayBind(m: Machine, file: string, name: string): boolean {
  const words = wordsOf(m, file)
  if (words === null) return true
  const standard = isOfLibrary(m, file)
  const mentioned = words.mayBind(name)
  // In a library the word is enough to stay silent; the standard library is read to the end, where need be.
  if (mentioned && (!standard || words.bindsAtMargin(name))) return true
  // A way to bind names unseen.
  if (words.unseen.binds || (!standard && words.unseen.hands)) return true
  if (words.stars.length > 0)
    return standard || words.stars.some(star => mayBeTakenFrom(m, file, star, name, new Set([file])))
  if (!mentioned || words.globals.has(name)) return mentioned
  const unit = m.world.code(file, false)
  return 'exception' in unit || isSuspect(m, unit.code) || assignedNames(unit.code.ops).includes(name)
}
