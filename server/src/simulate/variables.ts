/**
 * The variables of the process's environment: what they hold, and who may have set one unseen. `os.environ`
 * itself, as code sees it, is models/environ.ts.
 *
 * What is set is known from how precollect was started. What is *not* set is known only if nothing that was
 * not simulated could have set it: third-party modules and plugins are read for writes to `os.environ`.
 */
import { TextMemo } from '../files/text_memo.ts'
import { foreignFiles } from './foreign.ts'
import type { Machine } from './machine.ts'
import { constant, isString, UNKNOWN, type Value } from './values.ts'

/** Everything that a text may write to the environment: constant names, and whether there are others. */
interface Writes {
  readonly names: readonly string[]
  readonly computed: boolean
}

/** Writes of a third-party file that the asker knows to be simulated, or without effect on the variable. */
export type Modelled = (file: string, computed: boolean) => boolean

/** The value of a variable; 'absent' if it is certainly not set, null where that can't be told. */
export function variable(
  m: Machine,
  key: Value | undefined,
  modelled: Modelled = () => false,
): Value | 'absent' | null {
  const name = key && variableName(m, key)
  if (!name || m.variables.open) return null
  const entry = m.variables.items.get(`s:${name}`)
  if (entry) return entry.value
  return m.world.variables.exact && !mayBeSetUnseen(m, name, modelled) ? 'absent' : null
}

/** Windows does not tell capitals from small letters. Null for what is no known string. */
function variableName(m: Machine, key: Value): string | null {
  if (!isString(key)) return null
  return m.environment.platform === 'win32' ? key.v.toUpperCase() : key.v
}

/** `null` takes the variable out. */
export function setVariable(m: Machine, key: Value | undefined, value: Value | null): void {
  const name = key ? variableName(m, key) : null
  m.heap.touch(m.variables)
  if (name === null) m.heap.openContainer(m.variables)
  else if (value) m.variables.items.set(`s:${name}`, { key: constant(name), value })
  else m.variables.items.delete(`s:${name}`)
}

/** Code that is not run may write what its text says. */
export function leaveVariables(m: Machine, text: string): void {
  const { names, computed } = writesIn(text)
  for (const name of names) setVariable(m, constant(name), UNKNOWN)
  if (computed) m.heap.openContainer(m.variables)
}

/** Does a third-party module that is loaded, or a plugin, write this variable, or any variable? */
function mayBeSetUnseen(m: Machine, name: string, modelled: Modelled): boolean {
  for (const file of foreignFiles(m)) {
    const text = isOfPytest(file) ? null : m.world.text(file)
    if (!text) continue
    const { names, computed } = writes.of(file, text, writesIn)
    if (computed && !modelled(file, true)) return true
    if (names.includes(name) && !modelled(file, false)) return true
  }
  return false
}

/** What pytest itself sets while it collects is known when it starts. */
function isOfPytest(file: string): boolean {
  return file.includes('/_pytest/')
}

const writes = new TextMemo<Writes>()

/** What follows the word in a write. */
const WRITTEN =
  /\s*(?:\[([^\]\n]*)\]\s*(?:=(?!=)|[|+]=)|\.\s*(?:setdefault|__setitem__)\s*\(([^,)\n]*)|\.\s*update\b|\|=|=(?!=))/

const WRITE = new RegExp(String.raw`\b\w*os\s*\.\s*environb?${WRITTEN.source}|\bputenv\s*\(([^,)\n]*)`, 'g')

/** Where the word stands by itself: in other files it is a name of theirs, as what a WSGI server hands over is. */
const BARE_WRITE = new RegExp(String.raw`\benvironb?${WRITTEN.source}|\bputenv\s*\(([^,)\n]*)`, 'g')

const TAKES_IT_OUT =
  /\bfrom\s+os\s+import\b[^\n]*(?:\benviron|[*(])|\bimport\s+os\s+as\b|\bgetattr\s*\(\s*os\b/

/** What a text writes to `os.environ`. */
function writesIn(text: string): Writes {
  const names: string[] = []
  let computed = false
  if (!/environ|putenv/.test(text)) return { names, computed }
  for (const [, item, defaulted, put] of text.matchAll(TAKES_IT_OUT.test(text) ? BARE_WRITE : WRITE)) {
    const literal = /^\s*[rbuRBU]?(['"])([^'"\\]*)\1\s*$/.exec(item ?? defaulted ?? put ?? '')
    if (literal) names.push(literal[2]!)
    else computed = true
  }
  return { names, computed }
}
