/**
 * Byte code without a source, `name.pyc` where `name.py` would be: SourcelessFileLoader imports it, if it is of
 * this very version of Python. What is in it nobody can know from here. Files in `__pycache__` are no such thing:
 * they are only looked for beside a source.
 */
import type { Span } from '../files/span.ts'
import { exceptionClass } from './classes.ts'
import type { Spec } from './finder.ts'
import type { Machine } from './machine.ts'
import { PyRaise } from './values.ts'

/** The first two bytes of a .pyc as a number, by minor version of CPython 3 (measured). */
const MAGIC: Readonly<Record<number, number>> = {
  6: 3379,
  7: 3394,
  8: 3413,
  9: 3425,
  10: 3439,
  11: 3495,
  12: 3531,
  13: 3571,
}

/** Follows `_bootstrap_external._classify_pyc`; a Python whose number is not known takes anything. */
export function loadBytecode(m: Machine, { file, name }: Spec, focus: Span): void {
  if (file === null) return
  const [, minor] = m.environment.version
  const expected = m.environment.implementation === 'cpython' ? MAGIC[minor] : undefined
  const bytes = m.world.fs.read(file)?.subarray(0, 4)
  if (expected === undefined || !bytes) return
  const fits = bytes.length === 4 && bytes[0]! + 256 * bytes[1]! === expected && bytes[2] === 13
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
