/** Small questions to the file system that every part of the search asks. */
import type { FileSystem } from '../files/file_system.ts'
import { basename, dirname } from '../files/paths.ts'

export function isFile(fs: FileSystem, path: string): boolean {
  return fs.stat(path)?.kind === 'file'
}

/** Asked through the listing: it is needed next anyway, and it takes the path as the system spells it. */
export function isFolder(fs: FileSystem, path: string): boolean {
  return fs.list(path) !== null
}

export function exists(fs: FileSystem, path: string): boolean {
  return fs.stat(path) !== null || isFolder(fs, path)
}

/** A link that leads nowhere. */
export function isBrokenLink(fs: FileSystem, path: string): boolean {
  const entry = fs.list(dirname(path))?.find(entry => entry.name === basename(path))
  return entry?.link === true && entry.kind === 'other'
}

/** A text file of some tool (UTF-8, faults replaced); null where it can't be read. */
export function readText(fs: FileSystem, path: string): string | null {
  const bytes = fs.read(path)
  return bytes && new TextDecoder().decode(bytes)
}
