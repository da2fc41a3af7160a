/**
 * May someone have written a name into a module that does not define it? Libraries and test suites put back
 * what a newer standard library left out. Before a missing name is told, the texts of all code that ran, or
 * that what ran can import, are searched for a sign of it.
 */
import { escapeRegExp } from '../files/words.ts'
import { foreignFiles } from './foreign.ts'
import type { Machine } from './machine.ts'
import type { Module } from './values.ts'

/** Calls that may be handed a module without writing names into it that their arguments do not spell. */
const READERS =
  /(?:\b(?:hasattr|getattr|setattr|delattr|isinstance|print|repr|str|id|type|dir|ismodule|getmodule|getsource|reload)|\.object)$/

const PYTESTS_OWN = /\/_?pytest\/[^/]*(?:\/[^/]*)?$/

/** How far before the module's name the call may have begun, in characters. */
const LONGEST_CALL = 300

/** False where no text holds a sign of it. What pytest does itself is known: it adds no name to any module. */
export function mayBePatched(m: Machine, module: Module, name: string): boolean {
  const holdsSign = signsOf(module.name, name)
  for (const file of filesRun(m)) {
    if (!file.endsWith('.py') || (PYTESTS_OWN.test(file) && !m.isProject(file))) continue
    const text = m.world.text(file)
    if (text !== null && holdsSign(text)) return true
  }
  return false
}

function filesRun(m: Machine): ReadonlySet<string> {
  const files = new Set(foreignFiles(m))
  for (const [from, to] of m.dependencies)
    for (const file of [from, ...to]) if (m.isProject(file)) files.add(file)
  for (const module of m.modules.values())
    if (module?.t === 'module' && module.kind === 'project' && module.file) files.add(module.file)
  for (const hook of ['sitecustomize', 'usercustomize']) {
    const spec = m.finder.findTopLevel(hook, m.environment.sysPath)
    if (spec?.file) files.add(spec.file)
  }
  return files
}

function signsOf(module: string, name: string): (text: string) => boolean {
  const tail = module.slice(module.lastIndexOf('.') + 1)
  const word = escapeRegExp(name)
  const spelt = new RegExp(
    `(?:\\.${word}|\\[\\s*['"]${word}['"]\\s*\\])\\s*(?::[^=\\n]*)?=(?!=)|setattr\\([^,]+,\\s*['"]${word}['"]|['"]${escapeRegExp(module)}\\.${word}['"]`,
  )
  const renamed = new RegExp(`\\b${escapeRegExp(tail)} as (\\w+)`, 'g')
  return text => {
    if (text.includes(name) && spelt.test(text)) return true
    if (!text.includes(tail)) return false
    const aliases = [tail, ...[...text.matchAll(renamed)].map(([, alias]) => alias!)]
    return aliases.some(alias => isWrittenTo(text, alias)) || isTakenFromTable(text, module)
  }
}

/** Are names that are computed written into the module, or is it handed to a call that may do that? */
function isWrittenTo(text: string, word: string): boolean {
  const alias = escapeRegExp(word)
  const computed = new RegExp(
    `setattr\\(\\s*(?:[\\w.]+\\.)?${alias}\\s*,\\s*(?!['"])|(?<![\\w.])${alias}\\.__dict__|\\bvars\\(\\s*(?:[\\w.]+\\.)?${alias}\\s*\\)`,
  )
  if (computed.test(text)) return true
  const bare = new RegExp(`(?<=[(,[]\\s*)(?:\\w+\\.)*${alias}(?=\\s*[,)\\]])`, 'g')
  return [...text.matchAll(bare)].some(({ index }) => {
    const callee = calleeBefore(text, index)
    return callee !== null && !READERS.test(callee)
  })
}

function isTakenFromTable(text: string, module: string): boolean {
  return new RegExp(`modules\\s*(?:\\[|\\.get\\()\\s*['"]${escapeRegExp(module)}['"]`).test(text)
}

/** What stands before the bracket that is open at `index`; null where none is, or it is that of an import. */
function calleeBefore(text: string, index: number): string | null {
  let depth = 0
  for (let i = index - 1; i >= 0 && i > index - LONGEST_CALL; i--) {
    const c = text[i]!
    if (c === ')' || c === ']') depth++
    else if ((c === '(' || c === '[') && depth-- === 0) {
      const before = text.slice(Math.max(0, i - 80), i).trimEnd()
      return /\bimport$/.test(before) ? null : before
    }
  }
  return null
}
