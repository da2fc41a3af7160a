/**
 * The analysis of what lies on the disk, for doors that begin with nothing in memory and only tell: taken from the
 * workspace's cache where it would come out the same, else made with what the cache has of it. The analysis itself is
 * loaded only then.
 */
import type { DiskFileSystem } from '../files/disk.ts'
import type { AnalysisRequest, Remembered, Told } from './analyze.ts'
import { keep, recall } from './stored_run.ts'
import { WorkspaceCache } from './workspace_cache.ts'

export interface DiskAnalysis {
  readonly told: Told
  /** Keeps what was made for the next process; it can wait until the answer has been given. */
  keep(): void
}

/** What is compiled of the workspace, for analyses that go on with each other and are not kept as a whole. */
export interface Compiled {
  readonly remembered: Remembered
  /** Keeps what was compiled for the next process. */
  keep(): void
}

/** `cached` false: nothing is taken from the cache or put there. */
export async function compiledBefore(
  fs: DiskFileSystem,
  { cwd, env }: AnalysisRequest,
  cached: boolean,
): Promise<Compiled> {
  const { Remembered } = await import('./analyze.ts')
  const kept = cached ? WorkspaceCache.of(cwd, env).byContent() : null
  return { remembered: new Remembered(fs, undefined, kept), keep: () => kept?.keep() }
}

/**
 * `cached` false: nothing is taken from the cache or put there. `onRead` is that of `analyze`. Throws for a fault of
 * our own alone.
 */
export async function analyzeDisk(
  fs: DiskFileSystem,
  request: AnalysisRequest,
  cached: boolean,
  onRead?: (files: number) => void,
): Promise<DiskAnalysis> {
  const cache = cached ? WorkspaceCache.of(request.cwd, request.env) : null
  const known = cache && (await recall(fs, request, cache))
  if (known) return { told: known, keep: () => {} }
  const { analyze, Remembered } = await import('./analyze.ts')
  const kept = cache?.byContent() ?? null
  const told = await analyze(fs, request, new Remembered(fs, undefined, kept), onRead)
  return {
    told,
    keep() {
      if (!cache) return
      keep(fs, request, cache, told)
      kept?.keep()
    },
  }
}
