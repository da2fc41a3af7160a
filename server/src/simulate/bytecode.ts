/**
 * Byte code without a source, `name.pyc` where `name.py` would be: SourcelessFileLoader imports it, if it is of
 * this very version of Python. What is in it nobody can know from here. Files in `__pycache__` are no such thing:
 * they are only looked for beside a source.
 */
import { isOwnByteCode } from '../environment/byte_code.ts'
import type { Span } from '../files/span.ts'
import { exceptionClass } from './classes.ts'
import type { Spec } from './finder.ts'
import type { Machine } from './machine.ts'
import { PyRaise } from './values.ts'

/** A Python of which it isn't known what it writes takes anything. */
export function loadBytecode(m: Machine, { file, name }: Spec, focus: Span): void {
  if (file === null) return
  const bytes = m.world.fs.read(file)?.subarray(0, 4)
  const fits = bytes && isOwnByteCode(bytes, m.environment)
  if (!bytes || fits === null) return
  if (!fits) {
    const message = `bad magic number in '${name}': ${repr(bytes)}`
    const exc = m.exception(
      exceptionClass('ImportError'),
      message,
      { kind: 'bytecode', name, file },
      { focus },
    )
    if (!m.isHealed(exc)) throw new PyRaise(exc)
  } else if (m.isProject(file)) m.note({ event: 'bytecode', name, file, span: focus })
}

/** Python's way to show bytes. */
function repr(bytes: Uint8Array): string {
  const shown = Array.from(bytes, byte => {
    const special = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' }[byte]
    if (special) return special
    const printable = byte >= 32 && byte < 127
    return printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  }).join('')
  return shown.includes("'") && !shown.includes('"') ? `b"${shown}"` : `b'${shown.replaceAll("'", "\\'")}'`
}
