/**
 * What a library does when a class of the project is made below one of its own: the machine calls `classMade`
 * once the body has run and before the decorators do. Models add what they watch for here, one line each.
 */
import type { ClassOp } from '../../compile/module_code.ts'
import type { Frame, Machine } from '../machine.ts'
import type { Class } from '../values.ts'
import { declareClass } from './sqlalchemy.ts'

/** Called in the frame that holds the class statement; may raise what the library raises there (PyRaise). */
export function classMade(m: Machine, cls: Class, op: ClassOp, frame: Frame): void {
  statements.set(cls, { op, frame })
  declareClass(m, cls)
}

/** The statement that made a class of the project, and the frame that it ran in. */
export interface ClassStatement {
  readonly op: ClassOp
  readonly frame: Frame
}

const statements = new WeakMap<Class, ClassStatement>()

/** undefined for classes that no statement of the project made. */
export function statementOf(cls: Class): ClassStatement | undefined {
  return statements.get(cls)
}
