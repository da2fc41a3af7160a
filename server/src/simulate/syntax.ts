/** Files that can't become code: what importing them raises. */
import { exceptionClass } from './classes.ts'
import type { Machine, Unreadable } from './machine.ts'
import { PyRaise } from './values.ts'

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
