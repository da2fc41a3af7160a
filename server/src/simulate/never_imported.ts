/**
 * Is a module of the project that the machine has not imported certainly not in `sys.modules`? What the machine does
 * not follow may import it: a call that it leaves out, or a library that is handed its name. So the proof asks the
 * texts of all project files that ran, and the pytest configuration: none may speak of the module, or of all modules
 * of a package around it, or import what it computes.
 */
import { escapeRegExp } from '../files/words.ts'
import type { Spec } from './finder.ts'
import type { Machine } from './machine.ts'
import { projectFilesRun } from './patches.ts'

/** Imports of what no text spells, and walks through packages. */
const IMPORTS_COMPUTED =
  /\b(?:import_module|__import__|importorskip|run_module|run_path)\(\s*(?!['"])|\bwalk_packages\b|\biter_modules\b|_from_spec\b/

/** True is a proof. `name`: dotted. */
export function isNeverImported(m: Machine, name: string): boolean {
  const spec = findSpec(m, name)
  if (spec === null || spec.file === null || !m.isProject(spec.file)) return false
  return textsRun(m).every(text => !IMPORTS_COMPUTED.test(text) && !speaksOf(text, name))
}

function findSpec(m: Machine, name: string): Spec | null {
  const parts = name.split('.')
  let spec = m.finder.findTopLevel(parts[0]!, m.searchPath())
  for (let i = 1; i < parts.length && spec !== null; i++) {
    spec = spec.path && m.finder.findSubmodule(parts.slice(0, i + 1).join('.'), parts[i]!, spec.path)
  }
  return spec
}

function textsRun(m: Machine): string[] {
  const { inipath } = m.world.plan
  const files = [...projectFilesRun(m), ...(inipath === null ? [] : [inipath])]
  return files.map(file => m.world.text(file) ?? '')
}

/** Does the text name the module, but for its place in `sys.modules` and a stand-in for it, or a package around it? */
function speaksOf(text: string, name: string): boolean {
  const parts = name.split('.')
  const tail = parts.at(-1)!
  if (text.includes(tail)) {
    const quoted = `(['"])${escapeRegExp(name)}\\1`
    const asked = new RegExp(
      `${quoted}(?=\\s*(?:not\\s+)?in\\s+(?:\\w+\\.)*modules\\b)|(?<=\\b(?:modules(?:\\.\\w+\\(|\\[)|ModuleType\\()\\s*)${quoted.replace('\\1', '\\2')}`,
      'g',
    )
    if (new RegExp(`\\b${escapeRegExp(tail)}\\b`).test(text.replace(asked, ''))) return true
  }
  return parts.slice(0, -1).some((_, i) => {
    const above = parts.slice(0, i + 1).join('.')
    return text.includes(`'${above}'`) || text.includes(`"${above}"`)
  })
}
