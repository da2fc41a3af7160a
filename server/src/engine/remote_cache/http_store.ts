/**
 * Contents behind HTTP, as Bazel's remote caches keep them: GET and PUT of `/ac/NAME`, the cache of actions, where the
 * name is that of what was done and not of what came of it. Some of them hold what is put there against its type, an
 * `ActionResult` of the Remote Execution API: the content is its `stdout_raw`.
 */
import { LARGEST, type RemoteStore } from './remote_store.ts'

const AT_ONCE = 32

/** The field `stdout_raw` (5) with a length, as protocol buffers write it: too little for a library. */
const STDOUT = 0x2a

export function openHttp(address: string): RemoteStore {
  const base = new URL(address)
  const headers: Record<string, string> = { 'content-type': 'application/octet-stream' }
  if (base.username !== '') {
    const given = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`
    headers.authorization = `Basic ${Buffer.from(given).toString('base64')}`
    base.username = base.password = ''
  }
  const ending = new AbortController()
  const root = base.href.replace(/\/$/, '')
  const ask = async (name: string, more: RequestInit): Promise<Response> => {
    const { signal } = ending
    // Who leads us elsewhere would be handed the credentials.
    const response = await fetch(`${root}/ac/${name}`, { ...more, headers, signal, redirect: 'error' })
    if (response.ok || response.status === 404) return response
    throw new Error(`it answered ${response.status}`)
  }
  return {
    get: (names, each) =>
      severally(names, async name => {
        const response = await ask(name, {})
        const content = response.ok ? unwrapped(await bodyOf(response)) : null
        if (content) each(name, content)
        if (!response.ok) await response.body?.cancel()
      }),
    put: contents =>
      severally(contents, async ([name, content]) => {
        const response = await ask(name, { method: 'PUT', body: new Uint8Array(wrapped(content)) })
        await response.body?.cancel()
      }),
    close: () => ending.abort(),
  }
}

/** Does something for each item, for some of them at the same time. */
async function severally<T>(items: Iterable<T>, run: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await run(next.value)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Null where it is too large. */
async function bodyOf(response: Response): Promise<Buffer | null> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > LARGEST) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function wrapped(content: Buffer): Buffer {
  const length: number[] = []
  let rest = content.length
  for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80)
  return Buffer.concat([Buffer.from([STDOUT, ...length, rest]), content])
}

/** Null where it is no message of this one field. */
function unwrapped(message: Buffer | null): Buffer | null {
  if (message?.[0] !== STDOUT) return null
  let length = 0
  let at = 1
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = message[at++]
    if (byte === undefined) return null
    length |= (byte & 0x7f) << shift
    if (byte < 0x80) return at + length <= message.length ? message.subarray(at, at + length) : null
  }
  return null
}
