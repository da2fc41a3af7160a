/** Files that can't become code: what importing them raises. */
import type { ModuleCode } from '../compile/module_code.ts'
import { exceptionClass } from './classes.ts'
import type { Machine, Unreadable } from './machine.ts'
import { PyRaise } from './values.ts'

/** May the file not compile for this Python? A construct that its version has is no reason to ask. */
export function isSuspect(m: Machine, code: ModuleCode): boolean {
  const [major, minor] = m.environment.version
  return code.suspects.some(
    ({ since }) => since === null || since[0] > major || (since[0] === major && since[1] > minor),
  )
}

/** The SyntaxError (or OSError) of importing the file; its place is in the file itself, not in a frame. */
export function raiseUnreadable(m: Machine, file: Unreadable): never {
  const syntax = file.exception !== 'PermissionError'
  const exc = m.exception(
    exceptionClass(file.exception),
    file.message,
    syntax ? { kind: 'syntax' } : { kind: 'other' },
    { span: file.span, focus: file.span },
  )
  throw new PyRaise({ ...exc, foreign: !m.isProject(file.path) })
}
