/** Files that can't become code: what importing them raises. */
import { strangeEscape } from '../compile/escapes.ts'
import type { ModuleCode } from '../compile/module_code.ts'
import { isMadeOf } from '../environment/byte_code.ts'
import { dirname, join, stem } from '../files/paths.ts'
import { exceptionClass } from './classes.ts'
import { wholeText } from './looked_into.ts'
import type { Machine, Unreadable } from './machine.ts'
import { actionFor } from './models/warnings.ts'
import { type CodeUnit, PyRaise } from './values.ts'

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

/**
 * What the compiler warns of is a SyntaxError where filters make errors of it, as long as no byte code of the file is
 * kept: escapes that mean nothing (DeprecationWarning, since 3.12 SyntaxWarning).
 */
export function refuseEscapes(m: Machine, unit: CodeUnit): void {
  const [major, minor] = m.environment.version
  const cls = exceptionClass(major === 3 && minor < 12 ? 'DeprecationWarning' : 'SyntaxWarning')
  // The text is only looked at where a filter may make an error of it, whatever the message is.
  const likely = actionFor(m, cls, null)
  if (likely !== 'error' && likely !== null) return
  const strange = strangeEscape(wholeText(unit))
  if (!strange) return
  const { start, end, character } = strange
  const message =
    minor < 14
      ? `invalid escape sequence '\\${character}'`
      : `"\\${character}" is an invalid escape sequence. Did you mean "\\\\${character}"? A raw string is also an option.`
  if (actionFor(m, cls, message) !== 'error' || isCompiled(m, unit.path)) return
  const span = { path: unit.path, start, end }
  m.throwUnlessHealed(
    m.exception(exceptionClass('SyntaxError'), message, { kind: 'syntax' }, { span, focus: span }),
  )
}

/** Is byte code of the file kept, by Python or by pytest's rewriting? Then it is not compiled again. */
function isCompiled(m: Machine, path: string): boolean {
  const { fs } = m.world
  const source = fs.stat(path)
  const folder = join(dirname(path), '__pycache__')
  return (fs.list(folder) ?? []).some(({ name }) => {
    const header = name.startsWith(`${stem(path)}.`) ? fs.read(join(folder, name)) : null
    return source !== null && header !== null && isMadeOf(source, header, m.environment)
  })
}
