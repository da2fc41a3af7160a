/**
 * The analysis of the workspace as it was in another revision: what differs is laid over the files as they are, so
 * that installed packages and all that git ignores are the same for both. Nothing is checked out.
 */
import { Repository } from '../environment/git.ts'
import { branchingPoint, commitNamed, type WayBack, wayBack } from '../environment/revisions.ts'
import type { FileSystem } from '../files/file_system.ts'
import { OverlayFileSystem } from '../files/overlay.ts'
import { isWithin } from '../files/paths.ts'
import { type Analysis, type AnalysisRequest, analyze, type Remembered } from './analyze.ts'

export interface Former extends Pick<WayBack, 'commit' | 'renamed' | 'unknown'> {
  readonly analysis: Analysis
}

/**
 * The state where the current one branched off from `revision`. Starts git, so only where the workspace is trusted.
 * A string: why it can't be had.
 */
export async function analyzeFormer(
  fs: FileSystem,
  request: AnalysisRequest,
  revision: string,
  remembered: Remembered,
): Promise<Former | string> {
  const repository = await Repository.of(request.cwd, request.env)
  if (typeof repository === 'string') return repository
  const named = await commitNamed(repository, revision)
  if (typeof named === 'string') return named
  const commit = await branchingPoint(repository, named.id)
  const back = await wayBack(repository, commit, rootAsSeen(fs, request.cwd, repository.root))
  if (typeof back === 'string') return back
  const { renamed, unknown, contents } = back
  const analysis = await analyze(new OverlayFileSystem(fs, contents), request, remembered)
  return { commit, renamed, unknown, analysis }
}

/** The work tree's root as the user's own path leads to it: git resolves links on the way. */
function rootAsSeen(fs: FileSystem, cwd: string, root: string): string {
  const real = fs.realpath(cwd)
  if (real === cwd || !isWithin(real, root)) return root
  const below = real.slice(root.length)
  return cwd.endsWith(below) ? cwd.slice(0, cwd.length - below.length) : root
}
