/**
 * May someone have written a name into a module that does not define it? Libraries and test suites put back
 * what a newer standard library left out. Before a missing name is told, the texts of all code that ran, or
 * that what ran can import, are searched for a sign of it.
 */
import { Quotes } from '../compile/quotes.ts'
import { escapeRegExp } from '../files/words.ts'
import { foreignFiles } from './foreign.ts'
import { type Machine, topLevel } from './machine.ts'
import type { Module } from './values.ts'

/** Calls that may be handed a module without writing names into it that their arguments do not spell. */
const READERS = /^(?:hasattr|getattr|setattr|delattr|import)$/

/** Names that are computed, written into an object that need not be `self`. */
const WRITES_COMPUTED =
  /\bsetattr\(\s*(?!self\b|cls\b)[\w.]+\s*,(?!\s*['"])|(?:__dict__|\bvars\([^()]*\))\s*(?:\[[^\]]*\]\s*=(?!=)|\.(?:update|setdefault)\b|\|=)/

const PYTESTS_OWN = /\/_?pytest\/[^/]*(?:\/[^/]*)?$/

/** How far before the module's name the call may have begun, in characters. */
const LONGEST_CALL = 300

/**
 * Is a module spelt in full anywhere, as who puts it into `sys.modules` or an import of `name` spells it, or its
 * parent made a package? Computed keys of `sys.modules` are the machine's own affair.
 */
export function mayBeHung(m: Machine, name: string): boolean {
  const parent = name.slice(0, name.lastIndexOf('.'))
  const signs = [`'${name}'`, `"${name}"`, `${parent.slice(parent.lastIndexOf('.') + 1)}.__path__`]
  for (const file of filesRun(m)) {
    const text = file.endsWith('.py') ? m.world.text(file) : null
    if (text !== null && signs.some(sign => text.includes(sign))) return true
  }
  return false
}

/** False where no text holds a sign of it. What pytest does itself is known: it adds no name to any module. */
export function mayBePatched(m: Machine, module: Module, name: string): boolean {
  const texts: string[] = []
  const own = ownFolders(m, module)
  for (const file of filesRun(m)) {
    if (!file.endsWith('.py') || (PYTESTS_OWN.test(file) && !m.isProject(file))) continue
    if (own.some(folder => file.startsWith(folder))) continue
    const text = m.world.text(file)
    if (text !== null) texts.push(text)
  }
  const tail = module.name.slice(module.name.lastIndexOf('.') + 1)
  const spelt = spellingOf(module.name, name)
  const takers = new Set<string>()
  for (const text of texts) {
    if (text.includes(name) && spelt.test(text)) return true
    if (!text.includes(tail)) continue
    if (isTakenFromTable(text, module.name)) return true
    for (const alias of aliasesOf(m, text, module.name)) {
      if (isWrittenTo(text, alias)) return true
      for (const taker of takersOf(text, alias)) {
        if (taker !== '') takers.add(taker)
        else if (WRITES_COMPUTED.test(text)) return true
      }
    }
  }
  return [...takers].some(taker => texts.some(text => definesWriter(text, taker)))
}

/** Where the rest of a package of the standard library lies: who answered for the module ran that as well. */
function ownFolders(m: Machine, { name, kind }: Module): string[] {
  const dot = name.indexOf('.')
  if (dot < 0 || kind === 'project') return []
  return m.environment.stdlib.map(folder => `${folder}/${name.slice(0, dot)}/`)
}

/** The project's files that ran so far. */
export function projectFilesRun(m: Machine): Set<string> {
  const files = new Set(m.filesRun)
  for (const [from, to] of m.dependencies)
    for (const file of [from, ...to]) if (m.isProject(file)) files.add(file)
  for (const module of m.modules.values())
    if (module?.t === 'module' && module.kind === 'project' && module.file) files.add(module.file)
  return files
}

function filesRun(m: Machine): ReadonlySet<string> {
  const files = new Set([...foreignFiles(m), ...projectFilesRun(m)])
  for (const hook of ['sitecustomize', 'usercustomize']) {
    const spec = m.finder.findTopLevel(hook, m.environment.sysPath)
    if (spec?.file) files.add(spec.file)
  }
  return files
}

/** The name written as such: to any object but `self`, as a key, or in full in a text. */
function spellingOf(module: string, name: string): RegExp {
  const word = escapeRegExp(name)
  return new RegExp(
    `(?:(?<!\\bself|\\bcls)\\.${word}|\\[\\s*['"]${word}['"]\\s*\\])\\s*(?::[^=\\n]*)?=(?!=)|setattr\\([^,]+,\\s*['"]${word}['"]|['"]${escapeRegExp(module)}\\.${word}['"]`,
  )
}

const IMPORTS = /\b(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]*(\([^)]*\)|[^\n;#]*)/g

/** What a text calls the module. What it imports from the standard library by that name is another thing: `datetime.time`. */
function aliasesOf(m: Machine, text: string, module: string): ReadonlySet<string> {
  const tail = module.slice(module.lastIndexOf('.') + 1)
  const aliases = new Set<string>()
  const bound = new RegExp(`\\b${escapeRegExp(tail)}\\b(?:\\s+as\\s+(\\w+))?`, 'g')
  for (const [, from, names] of text.matchAll(IMPORTS)) {
    const isOther = from !== undefined && m.finder.isStandard(topLevel(from)) && `${from}.${tail}` !== module
    if (isOther) continue
    for (const [, alias = tail] of names!.matchAll(bound)) aliases.add(alias)
  }
  // `import os` is enough to call it `os.path`.
  return module === tail ? aliases : aliases.add(tail)
}

function isTakenFromTable(text: string, module: string): boolean {
  return new RegExp(`modules\\s*(?:\\[|\\.get\\()\\s*['"]${escapeRegExp(module)}['"]`).test(text)
}

/** Are names that are computed written into the module, as far as this text says? */
function isWrittenTo(text: string, word: string): boolean {
  const alias = escapeRegExp(word)
  return new RegExp(
    `setattr\\(\\s*(?:[\\w.]+\\.)?${alias}\\s*,(?!\\s*['"])|(?:(?<![\\w.])${alias}\\.__dict__|\\bvars\\(\\s*(?:[\\w.]+\\.)?${alias}\\s*\\))(?!\\s*\\.(?:items|keys|values|get|copy)\\b)`,
  ).test(text)
}

/**
 * What the module is handed to: names of calls; '' where it is one of a list or tuple. A class holds no modules, and what
 * docstrings and comments say in brackets hands nothing on.
 */
function* takersOf(text: string, alias: string): Iterable<string> {
  const bare = new RegExp(`(?<=[(,[=]\\s*)(?:[a-z_]\\w*\\.)*${escapeRegExp(alias)}(?=\\s*[,)\\]])`, 'g')
  const prose = new Quotes(text)
  for (const { index } of text.matchAll(bare)) {
    if (prose.around(index) || /#[^\n'"]*$/.test(text.slice(text.lastIndexOf('\n', index) + 1, index)))
      continue
    const taker = takerBefore(text, index)
    const listed =
      /^[\w.\s]*,|^[\w.\s]*\]/.test(text.slice(index, index + 80)) ||
      /[,[]\s*$/.test(text.slice(Math.max(0, index - 80), index))
    if (taker !== null && !READERS.test(taker) && (taker !== '' || listed)) yield taker
  }
}

/** The word before the bracket that is open at `index`; null where none is. */
function takerBefore(text: string, index: number): string | null {
  let depth = 0
  for (let i = index - 1; i >= 0 && i > index - LONGEST_CALL; i--) {
    const c = text[i]!
    if (c === ')' || c === ']') depth++
    else if ((c === '(' || c === '[') && depth-- === 0) {
      const before = text.slice(Math.max(0, i - 80), i)
      return /\bimport\s*$/.test(before) ? 'import' : (/\w*$/.exec(before)?.[0] ?? '')
    }
  }
  return null
}

/** Does the text define what was called, so that it, or what it calls there, writes computed names? */
function definesWriter(text: string, taker: string, seen = new Set<string>()): boolean {
  if (seen.has(taker) || !WRITES_COMPUTED.test(text)) return false
  seen.add(taker)
  const definition = new RegExp(
    `^([ \\t]*)(?:async +)?(?:def|class) +${taker}\\b.*\\n(?:\\1[ \\t)].*\\n|[ \\t]*\\n)*`,
    'gm',
  )
  return [...text.matchAll(definition)].some(
    ([body]) =>
      WRITES_COMPUTED.test(body) ||
      [...body.matchAll(/\b(\w+)\(/g)].some(([, called]) => definesWriter(text, called!, seen)),
  )
}
