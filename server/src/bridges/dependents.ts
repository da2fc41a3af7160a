/**
 * Installed files that import from the project: those of distributions that require it. A plugin of the project's own
 * making is the usual one. They break with what moves, and can't be rewritten.
 */
import type { Distribution, Environment } from '../environment/environment.ts'
import { normalName, readDependency } from '../environment/requirements.ts'
import type { FileSystem } from '../files/file_system.ts'
import { isWithin, join } from '../files/paths.ts'
import { walkFiles } from '../files/walk.ts'

/** More files than this are not looked at. */
const MOST_FILES = 2000

/** `own`: the first components of the names that the project's modules have. */
export function dependentFiles(
  fs: FileSystem,
  { distributions, sitePackages }: Environment,
  own: ReadonlySet<string>,
): string[] {
  const isOwn = ({ topLevel }: Distribution) => topLevel?.some(name => own.has(name)) ?? false
  const names = new Set(distributions.filter(isOwn).map(({ name }) => normalName(name)))
  if (names.size === 0) return []
  const requiresIt = ({ requires }: Distribution) =>
    requires.some(line => names.has(normalName(readDependency(line)?.name ?? '')))
  const files: string[] = []
  for (const { topLevel, path } of distributions.filter(each => !isOwn(each) && requiresIt(each))) {
    const site = sitePackages.find(folder => isWithin(path, folder))
    for (const name of site === undefined ? [] : (topLevel ?? [])) {
      for (const { path: file } of walkFiles(fs, join(site!, name), () => true)) {
        if (file.endsWith('.py')) files.push(file)
        if (files.length >= MOST_FILES) return files
      }
    }
  }
  return files
}
