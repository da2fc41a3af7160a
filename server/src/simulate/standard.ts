/**
 * Names that modules of the standard library lack. A name that no statement of the module's text binds is
 * asked of the interpreter itself, for what is compiled or computed shows in no text; the question is noted,
 * and answered by whoever runs the simulation again. Without an answer any name may be there.
 */
import type { NameMissing, NameQuestion, NameVerdict } from '../environment/standard_names.ts'
import { isWithin } from '../files/paths.ts'
import type { Machine } from './machine.ts'
import { mayBePatched } from './patches.ts'
import type { Module } from './values.ts'

/** Names that come and go with how a process was started: by site, by an interactive prompt, by an exception. */
const OF_THE_PROCESS: Readonly<Record<string, ReadonlySet<string>>> = {
  sys: new Set(['ps1', 'ps2', 'tracebacklimit', 'last_exc', 'last_type', 'last_value', 'last_traceback']),
  builtins: new Set(['_', 'copyright', 'credits', 'exit', 'help', 'license', 'quit']),
}

const IDENTIFIER = /^[\p{ID_Start}_]\p{ID_Continue}*$/u

/** The one spelling of a question, by which its answer is looked up. */
export function questionKey({ module, name }: NameQuestion): string {
  return `${module}:${name}`
}

/** Is this what the standard library itself serves under that name, not a stand-in or a backport? */
export function isStandardLibrary(m: Machine, { name, file, kind }: Module): boolean {
  const { stdlib, sitePackages, builtinModules, distutilsShim } = m.environment
  if (kind !== 'foreign' && kind !== 'model' && kind !== 'extension') return false
  const [top] = name.split('.') as [string]
  if (!m.finder.isStandard(top) || (top === 'distutils' && distutilsShim)) return false
  if (file === null) return builtinModules.includes(name) || name === 'os.path'
  return stdlib.some(lib => isWithin(file, lib)) && !sitePackages.some(site => isWithin(file, site))
}

/**
 * Does the module of the standard library lack the name for certain? `proved`: its text says so already.
 * Python's own words are given where the interpreter was asked.
 */
export function standardLacks(m: Machine, module: Module, name: string, proved: boolean): boolean {
  if (OF_THE_PROCESS[module.name]?.has(name) || !IDENTIFIER.test(name)) return false
  if (!proved) {
    const verdict = verdictOn(m, module, name)
    if (verdict === undefined) {
      if (!(module.file !== null && plainlyBinds(m, module.file, name)))
        m.questions.set(questionKey({ module: module.name, name }), { module: module.name, name })
      return false
    }
    if (typeof verdict === 'string') return false
  }
  return !mayBePatched(m, module, name)
}

/** What the interpreter said when it was asked for a name that is missing. */
export function wordsForMissing(m: Machine, module: Module, name: string): NameMissing | null {
  const verdict = isStandardLibrary(m, module) ? verdictOn(m, module, name) : undefined
  return typeof verdict === 'object' ? verdict : null
}

function verdictOn(m: Machine, module: Module, name: string): NameVerdict | undefined {
  return m.world.standardName({ module: module.name, name })
}

/** Spares the question: a statement at the left margin, `__all__` or a star import of the package binds the name. */
function plainlyBinds(m: Machine, file: string, name: string, depth = 0): boolean {
  const text = file.endsWith('.py') ? m.world.text(file) : null
  if (!text?.includes(name)) return text !== null && depth < 2 && starServes(m, file, text, name, depth)
  const bound = new RegExp(
    `^(?:(?:async[ ]+)?def|class)[ ]+${name}\\b|^(?:\\w+[ ]*=[ ]*)*${name}[ ]*[:=](?!=)|^from[ ][\\w. ]+[ ]import[ ](?:[^(\\n]*|\\([^)]*)\\b${name}\\b|^__all__[ ]*\\+?=[ ]*[[(][^\\])]*["']${name}["']`,
    'm',
  )
  return bound.test(text) || (depth < 2 && starServes(m, file, text, name, depth))
}

function starServes(m: Machine, file: string, text: string, name: string, depth: number): boolean {
  const folder = file.slice(0, file.lastIndexOf('/'))
  return [...text.matchAll(/^from \.(\w+) import \*/gm)].some(([, part]) =>
    plainlyBinds(m, `${folder}/${part}.py`, name, depth + 1),
  )
}
