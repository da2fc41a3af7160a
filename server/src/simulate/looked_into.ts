/**
 * The text of functions' bodies, and which of them the simulation has ever looked into: an edit in another one changes
 * nothing of what it sees.
 */
import type { BodyIndex, ModuleCode } from '../compile/module_code.ts'
import { remember } from '../files/memo.ts'
import type { CodeUnit } from './values.ts'

/** Stands among the bodies for text of the file beside them. */
export const WHOLE_TEXT = -1

const looked = new WeakMap<ModuleCode, Set<number>>()

/** What was looked into of this code: indexes of bodies, and `WHOLE_TEXT`. It may still grow. */
export function lookedInto(code: ModuleCode): Set<number> {
  return remember(looked, code, () => new Set<number>())
}

/** The text of a body; '' where there is none. */
export function bodySource({ code, text }: CodeUnit, index: BodyIndex): string {
  lookedInto(code).add(index)
  const body = code.bodies[index]
  return body ? text.get().slice(body.start, body.end) : ''
}

/** The text of the file, for what no body holds. */
export function wholeText({ code, text }: CodeUnit): string {
  lookedInto(code).add(WHOLE_TEXT)
  return text.get()
}
