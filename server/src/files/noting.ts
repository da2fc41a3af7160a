/** A file system that tells whose contents were asked for. */
import type { FileSystem } from './file_system.ts'

/** `note` gets the path of each file before it is read. */
export function noting(fs: FileSystem, note: (path: string) => void): FileSystem {
  const noted =
    <T>(ask: (path: string) => T) =>
    (path: string): T => {
      note(path)
      return ask(path)
    }
  return {
    stat: path => fs.stat(path),
    read: noted(path => fs.read(path)),
    list: path => fs.list(path),
    realpath: path => fs.realpath(path),
    problems: () => fs.problems(),
    ...(fs.spellings ? { spellings: real => fs.spellings!(real) } : {}),
    ...(fs.openText ? { openText: noted(path => fs.openText!(path)) } : {}),
    ...(fs.seen ? { seen: noted(path => fs.seen!(path)) } : {}),
    ...(fs.isStill
      ? {
          isStill: (path, seen) => {
            note(path)
            return fs.isStill!(path, seen)
          },
        }
      : {}),
    ...(fs.byteCode ? { byteCode: (source, tag) => fs.byteCode!(source, tag) } : {}),
  }
}
