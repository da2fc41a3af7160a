/**
 * What a library does when a class of the project is made below one of its own: the machine calls `classMade`
 * once the body has run and before the decorators do. Models add what they watch for here, one line each.
 */
import type { ClassOp } from '../../compile/module_code.ts'
import { remember } from '../../files/memo.ts'
import type { Frame, Machine } from '../machine.ts'
import type { Class } from '../values.ts'
import { declareClass } from './sqlalchemy.ts'

/** Called in the frame that holds the class statement; may raise what the library raises there (PyRaise). */
export function classMade(m: Machine, cls: Class, op: ClassOp, frame: Frame): void {
  statementsOf(m).set(cls, new ClassStatement(op, frame))
  declareClass(m, cls)
}

/** The statement that made a class of the project, and the frame that it ran in. */
export class ClassStatement {
  constructor(
    readonly op: ClassOp,
    readonly frame: Frame,
  ) {}
}

const statements = new WeakMap<Machine, Map<Class, ClassStatement>>()

function statementsOf(m: Machine): Map<Class, ClassStatement> {
  return remember(statements, m, () => m.map())
}

/** undefined for classes that no statement of the project made. */
export function statementOf(m: Machine, cls: Class): ClassStatement | undefined {
  return statementsOf(m).get(cls)
}
