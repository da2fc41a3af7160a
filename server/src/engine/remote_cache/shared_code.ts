/**
 * Compiled modules that others made already. All that a project could need is fetched before the analysis, which waits
 * for nobody: of a store that is slow what came in time is used, and one that fails once is left out of the run. The modules of one folder
 * travel together, as asking for each file would take longer than compiling it.
 *
 * Nothing of it is taken on trust: the seal, the shape, and of the first modules and some later ones whether compiling
 * them here gives the same. Where that fails once, no more is taken.
 */
import { isDeepStrictEqual } from 'node:util'
import type { ModuleCode } from '../../compile/module_code.ts'
import { build } from '../build.ts'
import type { RemoteSettings } from './remote_settings.ts'
import { openStore, type RemoteStore, shownAddress } from './remote_store.ts'
import { bundled, moduleIn, nameOf, sealed, unbundled, unsealed } from './sealed.ts'

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
  /** The hashes of the files of each folder, by the name under which their modules travel. */
  private readonly bundles = new Map<string, readonly string[]>()
  private readonly fetched = new Map<string, Buffer>()
  private taken = 0
  /** No longer of use in this run. */
  private left = false
  private told = false
  private connection = 0

  /** `say` hears at most once what is amiss with the store. */
  constructor(
    private readonly settings: RemoteSettings,
    private readonly say: (line: string) => void,
    private readonly patience = PATIENCE,
  ) {}

  /** Fetches what there is of the modules of the files in some folders, given by their hashes. Never rejects. */
  async fetch(folders: readonly (readonly string[])[]): Promise<void> {
    for (const hashes of folders) this.bundles.set(nameOf(build, hashes), hashes)
    await this.within(this.patience.fetchMs, store =>
      store.get([...this.bundles.keys()], (name, whole) => {
        const content = unsealed(name, whole, this.settings.secret)
        for (const [hash, module] of content ? unbundled(content) : []) this.fetched.set(hash, module)
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
  async share(made: ReadonlyMap<string, Buffer>): Promise<void> {
    const lacking = [...this.bundles].filter(([, hashes]) => hashes.some(hash => made.has(hash)))
    if (!this.settings.readOnly && lacking.length > 0)
      await this.within(this.patience.shareMs, store => store.put(this.sealedOf(lacking, made)))
    this.close()
  }

  private *sealedOf(
    bundles: readonly (readonly [string, readonly string[]])[],
    made: ReadonlyMap<string, Buffer>,
  ): Generator<readonly [string, Buffer]> {
    for (const [name, hashes] of bundles) {
      const modules = hashes.flatMap(hash => {
        const module = made.get(hash) ?? this.fetched.get(hash)
        return module ? [[hash, module] as const] : []
      })
      yield [name, sealed(name, bundled(modules), this.settings.secret)]
    }
  }

  close(): void {
    this.disconnect()
    this.left = true
  }

  /** Ends what is under way. */
  private disconnect(): void {
    this.connection++
    this.store?.close()
    this.store = null
  }

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
      if (outcome === 'late') {
        this.tell(`did not have done in ${milliseconds / 1000} s, and was not waited for`)
        this.disconnect()
      }
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
    const { connection } = this
    const store = this.store ?? (await openStore(this.settings.address))
    // Nobody waits for it any more.
    if (connection !== this.connection) store?.close()
    else this.store = store
    return store
  }

  private leave(reason: string): void {
    if (this.left) return
    this.close()
    this.tell(`is left out of this run: ${reason}`)
  }

  private tell(what: string): void {
    if (!this.told) this.say(`the remote cache (${shownAddress(this.settings.address)}) ${what}`)
    this.told = true
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
