/** The version of an interpreter that is not started, from what lies about. */
import type { FileSystem } from '../files/file_system.ts'
import { readText } from './look.ts'

export type Minor = readonly [major: number, minor: number]

/** '3.11.7', '3.12.0rc1', '3.9' -> the first two numbers; null where it is no version. */
export function minorIn(text: string): Minor | null {
  const parts = /^\s*(\d+)\.(\d+)/.exec(text)
  return parts && [Number(parts[1]), Number(parts[2])]
}

export function sameMinor(a: Minor | null, b: Minor | null): boolean {
  return a !== null && b !== null && a[0] === b[0] && a[1] === b[1]
}

/** PY_VERSION of the headers (`patchlevel.h`); '' where there are none. */
export function headerVersion(fs: FileSystem, patchlevel: string): string {
  return /PY_VERSION\s+"([^"]*)"/.exec(readText(fs, patchlevel) ?? '')?.[1] ?? ''
}

/**
 * The third number, from the headers, else from `pyvenv.cfg` if that speaks of the same minor version, else
 * from the text of the binary itself; null where none of them tells.
 */
export function microOf(
  fs: FileSystem,
  minor: Minor,
  patchlevel: string,
  configured: string,
  binary: string,
): number | null {
  for (const version of [headerVersion(fs, patchlevel), configured]) {
    const micro = sameMinor(minorIn(version), minor) && /^\s*\d+\.\d+\.(\d+)/.exec(version)
    if (micro) return Number(micro[1])
  }
  return microInBinary(fs.read(binary), minor)
}

/** A statically linked interpreter holds its version as a C string of its own: '\0' 3.11.2 '\0'. */
function microInBinary(bytes: Uint8Array | null, minor: Minor): number | null {
  if (!bytes) return null
  const binary = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const mark = `\0${minor[0]}.${minor[1]}.`
  for (let at = binary.indexOf(mark); at >= 0; at = binary.indexOf(mark, at + 1)) {
    const micro = /^(\d+)(?:rc\d+|[ab]\d+)?\+?\0/.exec(
      binary.toString('latin1', at + mark.length, at + mark.length + 16),
    )
    if (micro) return Number(micro[1])
  }
  return null
}
