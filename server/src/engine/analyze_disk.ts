/**
 * The analysis of what lies on the disk, for doors that begin with nothing in memory and only tell: taken from the
 * workspace's cache where it would come out the same, else made with what the cache has of it. The analysis itself is
 * loaded only then.
 */
import { DiskFileSystem } from '../files/disk.ts'
import type { DirEntry } from '../files/file_system.ts'
import { remember } from '../files/memo.ts'
import { dirname } from '../files/paths.ts'
import { walkFiles } from '../files/walk.ts'
import type { AnalysisRequest, Remembered, Told } from './analyze.ts'
import { remoteSettings } from './remote_cache/remote_settings.ts'
import { keep, recall } from './stored_run.ts'
import { tidy } from './tidy.ts'
import { type CodeCache, WorkspaceCache } from './workspace_cache.ts'

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
 * `cached` false: nothing is taken from the cache or put there. `onRead` is that of `analyze`; `say` hears of what is
 * amiss with a cache that is shared. Throws for a fault of our own alone.
 */
export async function analyzeDisk(
  fs: DiskFileSystem,
  request: AnalysisRequest,
  cached: boolean,
  onRead?: (files: number) => void,
  say: (line: string) => void = () => {},
): Promise<DiskAnalysis> {
  const cache = cached ? WorkspaceCache.of(request.cwd, request.env) : null
  const known = cache && (await recall(fs, request, cache))
  if (known) return { told: known, keep: () => {} }
  const { analyze, Remembered } = await import('./analyze.ts')
  const kept = cache?.byContent() ?? null
  if (kept) await shareCode(fs, request, kept.code, say)
  const told = await analyze(fs, request, new Remembered(fs, undefined, kept, false, tidy), onRead)
  return {
    told,
    keep() {
      if (!cache) return
      keep(fs, request, cache, told)
      kept?.keep()
    },
  }
}

/** Lets the cache look for what it lacks in the one that several machines share, if there is one. */
async function shareCode(
  fs: DiskFileSystem,
  { cwd, env, trusted }: AnalysisRequest,
  code: CodeCache,
  say: (line: string) => void,
): Promise<void> {
  const { findSettings } = await import('../rules/settings.ts')
  // A project that is not trusted does not say where we connect to.
  const settings = remoteSettings(env, trusted ? findSettings(fs, cwd).settings.cache : NO_CACHE)
  if (!settings) return
  const { SharedCode } = await import('./remote_cache/shared_code.ts')
  code.shared = new SharedCode(settings, say)
  // Whoever has compiled the project before lacks too little for it to be worth a question.
  if (code.isEmpty) await code.shared.fetch(hashesBelow(cwd))
}

const NO_CACHE = { remote: null, readOnly: false }

/** Of the Python files in each folder of a project. They are read apart from the analysis, which rests on its own reading. */
function hashesBelow(root: string): string[][] {
  const disk = new DiskFileSystem()
  const enter = (path: string, { name }: DirEntry) =>
    !name.startsWith('.') &&
    !PASSED_BY.has(name) &&
    !disk.list(path)?.some(entry => entry.name === 'pyvenv.cfg')
  const folders = new Map<string, string[]>()
  for (const { path } of walkFiles(disk, root, enter)) {
    const hash = path.endsWith('.py') && disk.read(path) ? (disk.seen(path)?.hash ?? null) : null
    if (hash !== null) remember(folders, dirname(path), () => []).push(hash)
  }
  return [...folders.values()]
}

const PASSED_BY: ReadonlySet<string> = new Set(['node_modules', '__pycache__', 'site-packages'])
