/** Tests that a later definition of the same name hides: Python says nothing, and pytest never sees the first. */

import type { ClassOp, DefOp } from '../../compile/module_code.ts'
import { hasWord } from '../../files/words.ts'
import { wholeText } from '../looked_into.ts'
import type { Frame, Machine } from '../machine.ts'
import type { Value } from '../values.ts'
import { matchesName } from './names.ts'

/**
 * To be called before a `def` or `class` binds its name. Noted is a test of the file under collection that the same
 * block has defined before, if nothing in between speaks of it: what was handed on is not lost.
 */
export function noteRedefinition(m: Machine, op: DefOp | ClassOp, frame: Frame): void {
  const { unit, scope } = frame
  if (frame.kind === 'function' || unit.path !== m.start.path) return
  const slot = scope.names.slots.get(op.name)
  if (!slot || slot.maybe || !isTest(m, op)) return
  const first = definition(m, slot.value, frame)
  const second = m.spanOf(unit, op.nameAt)
  if (
    !first ||
    first.start >= second.start ||
    indentation(wholeText(unit), first.start) !== indentation(wholeText(unit), second.start)
  )
    return
  const between = wholeText(unit).slice(first.end, second.start)
  if (!hasWord(between, op.name)) m.note({ event: 'duplicate-test', name: op.name, span: second, first })
}

function isTest(m: Machine, op: DefOp | ClassOp): boolean {
  return matchesName(op.name, op.op === 'def' ? m.plan.pythonFunctions : m.plan.pythonClasses)
}

/** The name in the definition of a function or class of the same scope. */
function definition(m: Machine, value: Value, { unit, scope }: Frame) {
  if (value.t === 'func' && value.scope.names === scope.names && value.code.def)
    return m.spanOf(value.code.unit, value.code.def.nameAt)
  return value.t === 'class' && value.place?.path === unit.path ? value.place : null
}

function indentation(text: string, offset: number): string {
  const line = text.lastIndexOf('\n', offset - 1) + 1
  return /^[ \t]*/.exec(text.slice(line, offset))![0]
}
