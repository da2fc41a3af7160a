/**
 * What the header of byte code says: which version of CPython wrote it, and of which state of which source. By
 * `importlib._bootstrap_external`, which pytest's `_pytest.assertion.rewrite` follows.
 */
import type { FileStat } from '../files/file_system.ts'
import type { Environment } from './environment.ts'

type Interpreter = Pick<Environment, 'version' | 'implementation'>

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

/** `sys.implementation.cache_tag`; null where it isn't CPython or what it writes is not known. */
export function cacheTag({ version, implementation }: Interpreter): string | null {
  const [major, minor] = version
  return implementation === 'cpython' && major === 3 && MAGIC[minor] !== undefined
    ? `cpython-3${minor}`
    : null
}

/** Is it byte code of this very version of Python? null: what the version writes is not known. Follows `_classify_pyc`. */
export function isOwnByteCode(header: Uint8Array, { version, implementation }: Interpreter): boolean | null {
  const expected = implementation === 'cpython' ? MAGIC[version[1]] : undefined
  if (expected === undefined) return null
  return header.length >= 4 && header[0]! + 256 * header[1]! === expected && header[2] === 13
}

/**
 * Would the interpreter take this byte code for the source, which it then doesn't read? So it does if time and size
 * are those it was made of (`_validate_timestamp_pyc`). Byte code that goes by hashes is not judged.
 */
export function isMadeOf(source: FileStat, header: Uint8Array, interpreter: Interpreter): boolean {
  if (header.length < 16 || isOwnByteCode(header, interpreter) !== true) return false
  const view = new DataView(header.buffer, header.byteOffset, header.length)
  const [flags, seconds, size] = [4, 8, 12].map(at => view.getUint32(at, true))
  return flags === 0 && seconds === Math.floor(source.mtimeMs / 1000) >>> 0 && size === source.size >>> 0
}
