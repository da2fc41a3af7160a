/** Where precollect keeps what it would be a pity to lose, and no harm: never in the user's own tree. */
import { homedir } from 'node:os'
import process from 'node:process'
import { join, normalize } from './paths.ts'

/**
 * The folder, which need not exist yet: `PRECOLLECT_CACHE_DIR`, else the system's place for caches of this user.
 * The probe of `confirm/` finds it by the same rule.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = normalize(homedir())
  if (env.PRECOLLECT_CACHE_DIR) return normalize(env.PRECOLLECT_CACHE_DIR)
  if (platform === 'win32') return join(normalize(env.LOCALAPPDATA || home), 'precollect', 'cache')
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'precollect')
  return join(normalize(env.XDG_CACHE_HOME || join(home, '.cache')), 'precollect')
}

/** Where Node keeps what it compiled of our own program. */
export function programFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(cacheFolder(env), 'program')
}
