/**
 * Compiled modules that others made already. All that a project could need is fetched before the analysis, which waits
 * for nobody: a store that takes too long, or fails once, is left out for the rest of the run.
 *
 * Nothing of it is taken on trust: the seal, the shape, and of the first modules and some later ones whether compiling
 * them here gives the same. Where that fails once, no more is taken.
 */
import { isDeepStrictEqual } from 'node:util'
import type { ModuleCode } from '../../compile/module_code.ts'
import { build } from '../build.ts'
import type { RemoteSettings } from './remote_settings.ts'
import { openStore, type RemoteStore, shownAddress } from './remote_store.ts'
import { moduleIn, nameOf, sealed, unsealed } from './sealed.ts'

/** How long an analysis may be kept waiting, and a process after its answer, in milliseconds. */
export interface Patience {
  readonly fetchMs: number
  readonly shareMs: number
}

const PATIENCE: Patience = { fetchMs: 1500, shareMs: 3000 }

/** So many of the first modules are compiled here as well, and then one in so many. */
const FIRST_TRIED = 8
const ONE_TRIED_IN = 64

export class SharedCode {
  private store: RemoteStore | null = null
  private readonly fetched = new Map<string, Buffer>()
  private taken = 0

  /** `say` hears at most once why the store is left out. */
  constructor(
    private readonly settings: RemoteSettings,
    private readonly say: (line: string) => void,
    private readonly patience = PATIENCE,
  ) {}

  /** Fetches what there is of the modules of files with these hashes. Never rejects. */
  async fetch(hashes: readonly string[]): Promise<void> {
    const names = new Map(hashes.map(hash => [nameOf(build, hash), hash]))
    await this.within(this.patience.fetchMs, store =>
      store.get([...names.keys()], (name, whole) => {
        const content = unsealed(name, whole, this.settings.secret)
        if (content) this.fetched.set(names.get(name)!, content)
      }),
    )
  }

  /** The module of the file with this hash; null where nobody shared it, or what came is not right. */
  get(
    hash: string,
    compile: () => ModuleCode,
  ): { readonly code: ModuleCode; readonly content: Buffer } | null {
    const content = this.fetched.get(hash)
    const code = content && moduleIn(content)
    if (!content || !code) return null
    const tried = this.taken++ < FIRST_TRIED || this.taken % ONE_TRIED_IN === 0
    if (!tried || isDeepStrictEqual(JSON.parse(JSON.stringify(compile())), code)) return { code, content }
    this.fetched.clear()
    this.leave('it holds modules that were compiled otherwise')
    return null
  }

  /** Puts there what was compiled here, as content, by the hash of the file. Never rejects. */
  async share(contents: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const { readOnly, secret } = this.settings
    if (!readOnly && contents.size > 0)
      await this.within(this.patience.shareMs, store => store.put(sealedAll(contents, secret)))
    this.close()
  }

  close(): void {
    this.store?.close()
    this.store = null
    this.left = true
  }

  /** No longer of use in this run. */
  private left = false

  /** Lets the store do something for as long as that. */
  private async within(milliseconds: number, use: (store: RemoteStore) => Promise<void>): Promise<void> {
    if (this.left) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>(resolve => {
      timer = setTimeout(() => resolve('late'), milliseconds)
    })
    const used = this.opened().then(async store => {
      if (store) await use(store)
      return store ? 'done' : 'unknown'
    })
    try {
      const outcome = await Promise.race([used, late])
      if (outcome === 'late') this.leave(`it took longer than ${milliseconds / 1000} s`)
      if (outcome === 'unknown') this.leave("its address begins with none of 'redis:', 'http:', 'https:'")
    } catch (error) {
      this.leave(reasonOf(error))
    } finally {
      clearTimeout(timer)
      // Whatever becomes of it later is nobody's concern.
      used.catch(() => {})
    }
  }

  private async opened(): Promise<RemoteStore | null> {
    const store = this.store ?? (await openStore(this.settings.address))
    if (this.left) store?.close()
    else this.store = store
    return store
  }

  private leave(reason: string): void {
    if (this.left) return
    this.close()
    this.say(`the remote cache (${shownAddress(this.settings.address)}) is left out of this run: ${reason}`)
  }
}

function* sealedAll(
  contents: ReadonlyMap<string, Uint8Array>,
  secret: string,
): Generator<readonly [string, Buffer]> {
  for (const [hash, content] of contents) {
    const name = nameOf(build, hash)
    yield [name, sealed(name, content, secret)]
  }
}

/** A code of the system where there is one: messages may hold the address with all that is in it. */
function reasonOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException
    if (typeof code === 'string') return code
    if (/^it answered \d+$/.test(at.message)) return at.message
  }
  return 'it failed'
}
