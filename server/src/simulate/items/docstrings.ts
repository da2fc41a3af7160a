/**
 * Docstrings under `--doctest-modules`: pytest has `doctest` read the examples of the module, its functions and classes
 * while it collects, and what is refused there fails the file. Follows `DocTestFinder._find`. Only what the module's own
 * text defines and its namespace still holds is looked at.
 */
import { docstringAt } from '../../compile/docstrings.ts'
import type { Block, ClassOp, DefOp } from '../../compile/module_code.ts'
import { doctestFault } from '../../pytest/doctest_syntax.ts'
import { exceptionClass } from '../classes.ts'
import { isUnreadable } from '../execute.ts'
import { wholeText } from '../looked_into.ts'
import type { Machine } from '../machine.ts'
import { representation } from '../representation.ts'
import { type CodeUnit, constant, type Module, type Namespace, PyRaise } from '../values.ts'

/** Raises what doctest raises about the docstrings of a module that was imported (PyRaise). */
export function checkDocstrings(m: Machine, module: Module, path: string): void {
  if (module.kind !== 'project' || module.file !== path || module.doubtful || module.ns.open) return
  // A plugin for doctests has a parser, and rules, of its own.
  if (m.plan.plugins.some(plugin => plugin.module.includes('doctest'))) return
  const unit = m.world.code(path, true)
  if (isUnreadable(unit) || !wholeText(unit).includes('>>>') || module.ns.slots.has('__test__')) return
  check(m, unit, 0, module.name)
  checkBlock(m, unit, unit.code.ops, module.ns, module.name)
}

function checkBlock(m: Machine, unit: CodeUnit, ops: Block, ns: Namespace, name: string): void {
  for (const op of ops) {
    if (op.op !== 'def' && op.op !== 'class') continue
    const below = `${name}.${op.name}`
    const slot = ns.slots.get(op.name)
    if (!slot || slot.maybe) continue
    const { value } = slot
    if (op.op === 'def' && value.t === 'func' && value.code.def === op)
      check(m, unit, unit.code.bodies[op.body]!.start, below)
    if (op.op !== 'class' || value.t !== 'class' || value.place?.start !== m.spanOf(unit, op.nameAt).start)
      continue
    check(m, unit, bodyStart(m, unit, op), below)
    checkBlock(m, unit, op.body, value.ns, below)
  }
}

function bodyStart(m: Machine, unit: CodeUnit, { at }: DefOp | ClassOp): number {
  return m.spanOf(unit, at).end
}

function check(m: Machine, unit: CodeUnit, from: number, name: string): void {
  const docstring = docstringAt(wholeText(unit), from)
  const fault = docstring && doctestFault(docstring.value, name, text => representation(constant(text)))
  if (!docstring || !fault) return
  const span = { path: unit.path, start: docstring.start, end: docstring.end }
  const detail = { kind: 'refused-test' as const, name, problem: 'docstring' as const }
  const place = { span, focus: span, cause: null }
  const exc = { ...m.exception(exceptionClass('ValueError'), fault, detail, place), chain: [span] }
  if (!m.isHealed(exc)) throw new PyRaise(exc)
}
