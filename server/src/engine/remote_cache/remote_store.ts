/**
 * Contents by name on another machine, for those who share what they compiled. The names are SHA-256 in hexadecimal;
 * what is behind them is anybody's, and is judged by whoever reads it (`sealed.ts`). Clients are loaded where they
 * are needed.
 */

export interface RemoteStore {
  /** Those of the contents that are there. `each` hears of every one as it comes; rejects where the store fails. */
  get(names: readonly string[], each: (name: string, content: Buffer) => void): Promise<void>
  put(contents: Iterable<readonly [name: string, content: Buffer]>): Promise<void>
  /** Ends what is under way. Never throws. */
  close(): void
}

/** A content larger than this is none of ours. */
export const LARGEST = 16 * 1024 * 1024

/** The store at an address (`redis:`, `rediss:`, `http:`, `https:`); null: it is of no kind that is known. Rejects where it can't be reached. */
export async function openStore(address: string): Promise<RemoteStore | null> {
  switch (URL.canParse(address) ? new URL(address).protocol : '') {
    case 'redis:':
    case 'rediss:':
      return (await import('./redis_store.ts')).openRedis(address)
    case 'http:':
    case 'https:':
      return (await import('./http_store.ts')).openHttp(address)
    default:
      return null
  }
}

/** An address as it may be shown: without name, password and what else could be a secret. */
export function shownAddress(address: string): string {
  if (!URL.canParse(address)) return 'the address that is set'
  const { protocol, host } = new URL(address)
  return `${protocol}//${host}`
}
