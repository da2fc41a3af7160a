/** `precollect cache`: what is kept in the cache folder of the workspaces that were checked. */
import { cachedWorkspaces, clearCache } from '../engine/workspace_cache.ts'
import { cacheFolder } from '../files/cache_folder.ts'
import { join, normalize } from '../files/paths.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import type { Io } from './io.ts'

export type CacheVerb = 'info' | 'clear'

/** Throws a UsageError where something can't be deleted. What confirming found out of rules is kept elsewhere, and stays. */
export function cache(what: CacheVerb, path: string | undefined, io: Io): number {
  const only = path === undefined ? null : join(io.cwd, normalize(path))
  const workspaces = cachedWorkspaces(io.env).filter(({ about }) => only === null || about === only)
  const bytes = workspaces.reduce((sum, each) => sum + each.bytes, 0)
  if (what === 'clear') {
    const reasons = clearCache(io.env, only)
    if (reasons.length > 0) throw new UsageError(`cannot clear the cache: ${reasons[0]}`)
    io.stdout.write(`deleted ${size(bytes)}, of ${count(workspaces.length)}\n`)
    return ExitCode.clean
  }
  for (const { about, bytes, runs, modules, usedMs } of workspaces) {
    const used = new Date(usedMs).toISOString().slice(0, 10)
    const holds = `${runs} ${runs === 1 ? 'run' : 'runs'}, ${modules} modules`
    io.stdout.write(`${size(bytes).padStart(9)}  ${used}  ${about ?? '(not readable)'} (${holds})\n`)
  }
  io.stdout.write(`${size(bytes).padStart(9)}  of ${count(workspaces.length)}, in ${cacheFolder(io.env)}\n`)
  return ExitCode.clean
}

function size(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

function count(workspaces: number): string {
  return workspaces === 1 ? '1 workspace' : `${workspaces} workspaces`
}
