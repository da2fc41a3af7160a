/** Which of some files hold changes that git does not know: they are told before they are mixed with ours. */
import { Repository, zeroTerminated } from '../environment/git.ts'
import { join } from '../files/paths.ts'

/** Of `paths` (absolute) those that differ from the last commit, or were never committed. None without a repository. */
export async function uncommitted(
  folder: string,
  paths: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  if (paths.length === 0) return []
  const repository = await Repository.of(folder, env)
  if (typeof repository === 'string') return []
  const { out } = await repository.ask([
    'status',
    '--porcelain',
    '-z',
    '--no-renames',
    '--untracked-files=all',
  ])
  const dirty = new Set(zeroTerminated(out).map(line => join(repository.root, line.slice(3))))
  return paths.filter(path => dirty.has(path))
}
