/**
 * Names that modules of the standard library lack. A name that no statement of the module's text binds is
 * asked of the interpreter itself, for what is compiled or computed shows in no text; the question is noted,
 * and answered by whoever runs the simulation again. Without an answer any name may be there.
 */

import { isKnownStandardName } from '../environment/known_names.ts'
import type { NameMissing, NameQuestion, NameVerdict } from '../environment/standard_names.ts'
import { remember } from '../files/memo.ts'
import { isWithin } from '../files/paths.ts'
import { TextMemo } from '../files/text_memo.ts'
import { escapeRegExp } from '../files/words.ts'
import { exceptionClass } from './classes.ts'
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

/** What was found of modules, each of which belongs to one machine. */
const standard = new WeakMap<Module, boolean>()

/** Is this what the standard library itself serves under that name, not a stand-in or a backport? */
export function isStandardLibrary(m: Machine, module: Module): boolean {
  return remember(standard, module, () => servedByLibrary(m, module))
}

function servedByLibrary(m: Machine, { name, file, kind }: Module): boolean {
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
    if (verdict === undefined) noteQuestion(m, module, name)
    if (typeof verdict !== 'object') return false
  }
  return !mayBePatched(m, module, name)
}

/** Has the module of the standard library the name for certain, as its text or the table says? */
export function standardHas(m: Machine, module: Module, name: string): boolean {
  if (!isStandardLibrary(m, module)) return false
  return isKnownStandardName(m.environment, module.name, name) || plainlyBinds(m, placesOf(m, module), name)
}

/** What the interpreter said when it was asked for a name that is missing. */
export function wordsForMissing(m: Machine, module: Module, name: string): NameMissing | null {
  const verdict = isStandardLibrary(m, module) ? verdictOn(m, module, name) : undefined
  return typeof verdict === 'object' ? verdict : null
}

function verdictOn(m: Machine, module: Module, name: string): NameVerdict | undefined {
  return m.world.standardName({ module: module.name, name })
}

/**
 * Of libraries, which are taken to know the standard library that they were written for, nothing is asked. Until there is an
 * answer, a name that no text binds and no table holds is perhaps missing.
 */
function noteQuestion(m: Machine, module: Module, name: string): void {
  if (m.frames.at(-1)?.restricted) return
  if (plainlyBinds(m, placesOf(m, module), name)) return
  const guarded = m.watches.at(-1)?.guards === true
  if (guarded) m.mayRaise(exceptionClass('ImportError'))
  const key = questionKey({ module: module.name, name })
  if (!guarded || !m.questions.has(key)) m.questions.set(key, { module: module.name, name, guarded })
}

/** Where the library holds the text of a module; modules linked into the interpreter may have one too. */
function placesOf(m: Machine, { name, file }: Module): readonly string[] {
  if (file !== null) return file.endsWith('.py') ? [file] : []
  const path = `${(name === 'os.path' ? 'posixpath' : name).replaceAll('.', '/')}.py`
  return m.environment.stdlib.map(lib => `${lib}/${path}`)
}

/** Spares the question: a statement at the left margin or `__all__` binds the name, here or where a star leads. */
function plainlyBinds(m: Machine, places: readonly string[], name: string, depth = 0): boolean {
  for (const path of places) {
    const text = m.world.text(path)
    if (text === null) continue
    const plain = texts.of(path, text, () => new PlainBindings(text))
    if (plain.has(name)) return true
    if (depth > 1) return false
    const folder = path.slice(0, path.lastIndexOf('/'))
    return plain.stars.some(({ relative, part }) =>
      (relative ? [folder] : m.environment.stdlib).some(from =>
        plainlyBinds(m, [`${from}/${part}.py`], name, depth + 1),
      ),
    )
  }
  return false
}

const texts = new TextMemo<PlainBindings>()

/** The names that a text binds at its left margin, each looked for once, and its star imports. */
class PlainBindings {
  readonly stars: readonly { readonly relative: boolean; readonly part: string }[]
  private readonly names = new Map<string, boolean>()

  constructor(private readonly text: string) {
    this.stars = Array.from(text.matchAll(/^from (\.?)(\w+) import \*/gm), ([, dot, part]) => ({
      relative: dot !== '',
      part: part!,
    }))
  }

  has(name: string): boolean {
    return remember(this.names, name, () => this.text.includes(name) && bindingOf(name).test(this.text))
  }
}

function bindingOf(name: string): RegExp {
  const word = escapeRegExp(name)
  return new RegExp(
    `^(?:(?:async )?def|class) +${word}\\b|^(?:\\w+ *= *)*${word} *[:=](?!=)|^from [\\w.]+ import (?:[^(\\n]*|\\([^)]*)\\b${word}\\b|^__all__ *\\+?= *[[(][^\\])]*["']${word}["']`,
    'm',
  )
}
