/**
 * What is kept of a workspace folder in precollect's own cache folder, for speed alone: `runs.pack`, whole analyses
 * with all that they rest on (`stored_run.ts`), and, by the content of files, `code.pack`, the compiled modules, and
 * `names.pack`, what a glance has read of them.
 * Deleting it costs time and nothing else; several processes may use it at once, and the last one that writes wins.
 */
import type { StoredScan } from '../bridges/file_scan.ts'
import type { ModuleCode } from '../compile/module_code.ts'
import { cacheFolder, programFolder } from '../files/cache_folder.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { contentHash } from '../files/hash.ts'
import { type Content, contentOf, describePack, Pack, writePack } from '../files/pack.ts'
import { join } from '../files/paths.ts'
import { Spool } from '../files/spool.ts'
import { removeFolder, touch } from '../files/write.ts'
import { build } from './build.ts'
import type { SharedCode } from './remote_cache/shared_code.ts'

type Variables = Readonly<Record<string, string | undefined>>

const RUNS = 'runs.pack'
const CODE = 'code.pack'
const NAMES = 'names.pack'

/** Of one pack: what no analysis asked for lately stays as long as it takes no more than this. */
const SPARE_BYTES = 32 * 1024 * 1024

/** All workspaces together: those longest unused go first. */
const MOST_BYTES = 1024 * 1024 * 1024
const LONGEST_UNUSED_MS = 30 * 24 * 3600 * 1000

export class WorkspaceCache {
  private readonly folder: string

  private constructor(
    private readonly env: Variables,
    private readonly cwd: string,
  ) {
    this.folder = join(workspaces(env), contentHash(cwd))
  }

  /** That of the folder pytest would be started in. */
  static of(cwd: string, env: Variables): WorkspaceCache {
    return new WorkspaceCache(env, cwd)
  }

  runs(): Pack {
    return Pack.open(join(this.folder, RUNS), build)
  }

  /** A cache that can't be written is no reason to fail. */
  keepRuns(contents: ReadonlyMap<string, Content>): void {
    writePack(join(this.folder, RUNS), { maker: build, about: this.cwd }, contents)
  }

  /** Notes that what is kept was of use. */
  used(): void {
    touch(join(this.folder, RUNS))
  }

  code(): CodeCache {
    return new CodeCache(...this.packAt(CODE))
  }

  /** All that is kept by the content of files. */
  byContent(): {
    readonly code: CodeCache
    readonly names: ContentCache<StoredScan>
    /** Writes what is new. */
    keep(): void
  } {
    const [code, names] = [this.code(), new ContentCache<StoredScan>(...this.packAt(NAMES))]
    return {
      code,
      names,
      keep() {
        code.keep()
        names.keep()
      },
    }
  }

  private packAt(name: string): ConstructorParameters<typeof ContentCache> {
    const path = join(this.folder, name)
    return [
      () => Pack.open(path, build),
      contents => {
        writePack(path, { maker: build, about: this.cwd }, contents)
        prune(this.env, this.folder)
      },
      path,
    ]
  }
}

/** What was made of files, as plain data, by the hash of their bytes. The pack is opened when the first is asked for. */
export class ContentCache<T> {
  protected readonly asked = new Map<string, Content>()
  private grown = false
  private opened: Pack | null = null
  private readonly spool: Spool

  /** `path`: where the pack lies. */
  constructor(
    private readonly open: () => Pack,
    private readonly write: (contents: ReadonlyMap<string, Content>) => void,
    path: string,
  ) {
    this.spool = new Spool(path)
  }

  private get pack(): Pack {
    this.opened ??= this.open()
    return this.opened
  }

  get isEmpty(): boolean {
    return this.pack.names().length === 0
  }

  /** `make`: makes it anew, for who has to check what others made. */
  get(hash: string, _make?: () => T): T | null {
    const content = this.pack.content(hash)
    if (!content) return null
    this.asked.set(hash, content)
    return JSON.parse(content.bytes().toString('utf8')) as T
  }

  put(hash: string, made: T): void {
    this.add(hash, Buffer.from(JSON.stringify(made)))
  }

  protected add(hash: string, content: Buffer): void {
    this.asked.set(hash, contentOf(content, this.spool.add(content)))
    this.grown = true
  }

  /** Writes what is new. */
  keep(): void {
    if (!this.grown) return
    const contents = new Map(this.asked)
    let spare = SPARE_BYTES
    for (const name of this.pack.names()) {
      if (contents.has(name)) continue
      const content = this.pack.content(name)
      spare -= content?.length ?? 0
      if (spare < 0) break
      if (content) contents.set(name, content)
    }
    this.write(contents)
    this.grown = false
  }
}

/** Compiled modules. */
export class CodeCache extends ContentCache<ModuleCode> {
  /** Modules that others made, for what is not in the pack. */
  shared: SharedCode | null = null
  /** What was compiled here since it was written last. */
  private readonly made = new Set<string>()

  override get(hash: string, make?: () => ModuleCode): ModuleCode | null {
    const kept = super.get(hash)
    if (kept || !make) return kept
    const found = this.shared?.get(hash, make) ?? null
    if (found) this.add(hash, found.content)
    return found?.code ?? null
  }

  override put(hash: string, code: ModuleCode): void {
    super.put(hash, code)
    this.made.add(hash)
  }

  /** Shares what was compiled here as well: that may go on for a while. */
  override keep(): void {
    if (this.made.size === 0) this.shared?.close()
    else void this.shared?.share(new Map([...this.made].map(hash => [hash, this.asked.get(hash)!.bytes()])))
    this.made.clear()
    super.keep()
  }
}

export interface CachedWorkspace extends Size {
  /** The workspace folder; null where what is kept can't be read. */
  readonly about: string | null
  readonly runs: number
  readonly modules: number
}

interface Size {
  readonly folder: string
  readonly bytes: number
  /** When it was last of use, in milliseconds since 1970. */
  readonly usedMs: number
}

/** All that is kept, the longest unused first. */
export function cachedWorkspaces(env: Variables): readonly CachedWorkspace[] {
  return sizes(env).map(size => {
    const [runs, code] = [RUNS, CODE].map(pack => describePack(join(size.folder, pack)))
    const about = (runs ?? code)?.label.about ?? null
    // A run is two contents: what it rests on, and what came of it.
    return { ...size, about, runs: (runs?.count ?? 0) / 2, modules: code?.count ?? 0 }
  })
}

function sizes(env: Variables): Size[] {
  const disk = new DiskFileSystem()
  const root = workspaces(env)
  return (disk.list(root) ?? [])
    .filter(entry => entry.kind === 'directory')
    .map(({ name }) => {
      const folder = join(root, name)
      const stats = (disk.list(folder) ?? []).map(file => disk.stat(join(folder, file.name)))
      return {
        folder,
        bytes: stats.reduce((sum, stat) => sum + (stat?.size ?? 0), 0),
        usedMs: Math.max(0, ...stats.map(stat => stat?.mtimeMs ?? 0)),
      }
    })
    .sort((a, b) => a.usedMs - b.usedMs)
}

/** Takes away what is kept of one workspace folder, or of all (null). Returns the reasons where that failed. */
export function clearCache(env: Variables, cwd: string | null): readonly string[] {
  const folders =
    cwd === null ? [workspaces(env), programFolder(env)] : [join(workspaces(env), contentHash(cwd))]
  return folders.map(removeFolder).filter(reason => reason !== null)
}

function prune(env: Variables, own: string): void {
  const all = sizes(env).filter(({ folder }) => folder !== own)
  let bytes = all.reduce((sum, each) => sum + each.bytes, 0)
  for (const { folder, usedMs, bytes: size } of all) {
    if (bytes <= MOST_BYTES && Date.now() - usedMs < LONGEST_UNUSED_MS) return
    removeFolder(folder)
    bytes -= size
  }
}

function workspaces(env: Variables): string {
  return join(cacheFolder(env), 'workspaces')
}
