/** Contents in Redis, or what speaks its protocol, for a month from when they were put there. */
import { createClient, RESP_TYPES } from '@redis/client'
import { LARGEST, type RemoteStore } from './remote_store.ts'

const AT_ONCE = 200
const KEPT_S = 30 * 24 * 3600

export async function openRedis(url: string): Promise<RemoteStore> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  // Without a listener it would end the process; commands under way are rejected with it.
  client.on('error', () => {})
  await client.connect()
  const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  const keyOf = (name: string) => `precollect:${name}`
  return {
    async get(names, each) {
      for (let at = 0; at < names.length; at += AT_ONCE) {
        const asked = names.slice(at, at + AT_ONCE)
        const found = (await bytes.mGet(asked.map(keyOf))) as unknown as (Buffer | null)[]
        for (const [index, name] of asked.entries()) {
          const content = found[index]
          if (content && content.length <= LARGEST) each(name, content)
        }
      }
    },
    async put(contents) {
      let under: Promise<unknown>[] = []
      for (const [name, content] of contents) {
        under.push(client.set(keyOf(name), content, { expiration: { type: 'EX', value: KEPT_S } }))
        if (under.length < AT_ONCE) continue
        await Promise.all(under)
        under = []
      }
      await Promise.all(under)
    },
    close() {
      if (client.isOpen) client.destroy()
    },
  }
}
