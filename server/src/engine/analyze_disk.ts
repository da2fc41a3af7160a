/**
 * The analysis of what lies on the disk, for doors that begin with nothing in memory: taken from the workspace's cache
 * where it would come out the same, else made with what the cache has of it. The analysis itself is loaded only then.
 */
import type { DiskFileSystem } from '../files/disk.ts'
import type { Analysis, AnalysisRequest, Remembered } from './analyze.ts'
import { keep, recall } from './stored_run.ts'
import { WorkspaceCache } from './workspace_cache.ts'

export interface DiskAnalysis {
  readonly analysis: Analysis
  /** For the analyses that follow in this process. */
  readonly remembered: Remembered | null
  /** Keeps what was made for the next process; it can wait until the answer has been given. */
  keep(): void
}

/** `cached` false: nothing is taken from the cache or put there. Throws for a fault of our own alone. */
export async function analyzeDisk(
  fs: DiskFileSystem,
  request: AnalysisRequest,
  cached: boolean,
): Promise<DiskAnalysis> {
  const cache = cached ? WorkspaceCache.of(request.cwd, request.env) : null
  const known = cache && (await recall(fs, request, cache))
  if (known) return { analysis: known, remembered: null, keep: () => {} }
  const { analyze, Remembered } = await import('./analyze.ts')
  const code = cache?.code() ?? null
  const remembered = new Remembered(fs, code)
  const analysis = await analyze(fs, request, remembered)
  return {
    analysis,
    remembered,
    keep() {
      if (!cache) return
      keep(fs, request, cache, analysis)
      code?.keep()
    },
  }
}
