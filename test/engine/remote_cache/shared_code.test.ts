/** Sharing compiled modules through the stores there are, each as the real server. */
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSilent, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileModule } from '../../../server/src/compile/compile.ts'
import type { ModuleCode } from '../../../server/src/compile/module_code.ts'
import { initParser } from '../../../server/src/compile/parser.ts'
import { build } from '../../../server/src/engine/build.ts'
import type { RemoteSettings } from '../../../server/src/engine/remote_cache/remote_settings.ts'
import { openStore } from '../../../server/src/engine/remote_cache/remote_store.ts'
import { bundled, nameOf, sealed } from '../../../server/src/engine/remote_cache/sealed.ts'
import { SharedCode } from '../../../server/src/engine/remote_cache/shared_code.ts'
import { contentHash } from '../../../server/src/files/hash.ts'
import { findProgram, freePort, type Running, startServer } from '../../support/programs.ts'

const TEXTS = Array.from({ length: 40 }, (_, n) => `import m${n}\nclass C${n}: x = ${n}\n`)
const HASHES = TEXTS.map(contentHash)
/** As they lie in folders. */
const FOLDERS = [HASHES.slice(0, 15), HASHES.slice(15)]
const PATIENCE = { fetchMs: 10_000, shareMs: 10_000 }

let modules: readonly ModuleCode[]
beforeAll(async () => {
  await initParser()
  modules = TEXTS.map(text => compileModule(text))
})

const contentOf = (code: ModuleCode) => Buffer.from(JSON.stringify(code))
const all = () => new Map(HASHES.map((hash, at) => [hash, contentOf(modules[at]!)]))

interface Side {
  readonly shared: SharedCode
  readonly said: string[]
}

function side(settings: Partial<RemoteSettings> & { readonly address: string }, patience = PATIENCE): Side {
  const said: string[] = []
  const shared = new SharedCode(
    { readOnly: false, secret: '', ...settings },
    line => said.push(line),
    patience,
  )
  return { shared, said }
}

/** What a machine that has nothing gets; `own`: what compiling there gives. */
async function taken(
  settings: Parameters<typeof side>[0],
  own: (at: number) => ModuleCode = at => modules[at]!,
) {
  const { shared, said } = side(settings)
  await shared.fetch(FOLDERS)
  const codes = HASHES.map((hash, at) => shared.get(hash, () => own(at))?.code ?? null)
  shared.close()
  return { codes, said }
}

async function give(settings: Parameters<typeof side>[0], made = all()): Promise<string[]> {
  const { shared, said } = side(settings)
  await shared.fetch(FOLDERS)
  await shared.share(made)
  return said
}

/** Puts something there as anybody could. */
async function plant(address: string, contents: readonly (readonly [string, Buffer])[]): Promise<void> {
  const store = (await openStore(address))!
  await store.put(contents)
  store.close()
}

const nothing = HASHES.map(() => null)

/** Plain `GET` and `PUT` of files. */
function nginxConfig(port: number, folder: string): string {
  const path = join(folder, 'nginx.conf')
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `${name}_temp_path ${folder}/${name};`,
  )
  writeFileSync(
    path,
    `user root; daemon off; pid ${folder}/pid; events {}
http {
  access_log off; ${paths.join(' ')}
  server {
    listen 127.0.0.1:${port};
    location / { root ${folder}/kept; dav_methods PUT; create_full_put_path on; client_max_body_size 100m; }
  }
}
`,
  )
  return path
}

const SERVERS = [
  {
    name: 'redis-server',
    args: (port: number, folder: string) => [
      ...['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
    ],
    address: (port: number, database: number) => `redis://127.0.0.1:${port}/${database}`,
  },
  {
    name: 'nginx',
    args: (port: number, folder: string) => ['-p', folder, '-e', 'stderr', '-c', nginxConfig(port, folder)],
    address: (port: number) => `http://127.0.0.1:${port}`,
  },
  {
    name: 'bazel-remote',
    args: (port: number, folder: string) => [
      ...['--dir', folder, '--max_size', '1', '--grpc_address', 'none'],
      ...['--http_address', `127.0.0.1:${port}`],
    ],
    // Whoever knows another secret, or has another program, asks for other names: one folder is enough.
    address: (port: number) => `http://127.0.0.1:${port}`,
  },
]

describe.each(SERVERS)('$name', ({ name, args, address }) => {
  const program = findProgram(name)
  let server: Running
  let database = 0
  const restarted = async () => {
    await server?.stop()
    server = await startServer(program!, args)
    return address(server.port, database++ % 16)
  }
  afterAll(() => server?.stop())

  test.skipIf(!program)('what one machine compiled the next one has', async () => {
    const at = await restarted()
    expect(await taken({ address: at })).toEqual({ codes: nothing, said: [] })
    expect(await give({ address: at })).toEqual([])
    expect(await taken({ address: at })).toEqual({ codes: modules, said: [] })
  })

  test.skipIf(!program)('a folder of which others knew less is put there anew', async () => {
    const at = await restarted()
    await give({ address: at }, new Map([...all()].slice(0, 5)))
    const { shared } = side({ address: at })
    await shared.fetch(FOLDERS)
    await shared.share(new Map([...all()].slice(5)))
    expect(await taken({ address: at })).toEqual({ codes: modules, said: [] })
  })

  test.skipIf(!program)('nothing is put there by who only reads', async () => {
    const at = await restarted()
    expect(await give({ address: at, readOnly: true })).toEqual([])
    expect(await taken({ address: at })).toEqual({ codes: nothing, said: [] })
  })

  test.skipIf(!program)('who knows the secret takes nothing from others', async () => {
    const at = await restarted()
    await give({ address: at, secret: 'guessed' })
    expect(await taken({ address: at, secret: 'known' })).toEqual({ codes: nothing, said: [] })
    await give({ address: at, secret: 'known' })
    expect(await taken({ address: at, secret: 'known' })).toEqual({ codes: modules, said: [] })
  })

  test.skipIf(!program)('what is damaged, misplaced or of another shape counts as not there', async () => {
    const at = await restarted()
    const [first, second] = FOLDERS.map(hashes => nameOf(build, hashes)) as [string, string]
    const whole = sealed(second, bundled([...all()]), '')
    whole[whole.length - 1]! ^= 1
    const strangers = HASHES.map(
      (hash, n) => [hash, Buffer.from(['{}', '[', '{"ops":[]}', ''][n % 4]!)] as const,
    )
    await plant(at, [
      [first, sealed(first, bundled(strangers), '')],
      [second, whole],
    ])
    expect(await taken({ address: at })).toEqual({ codes: nothing, said: [] })
    await plant(at, [
      [first, Buffer.from('short')],
      [second, sealed(first, bundled([...all()]), '')],
    ])
    expect(await taken({ address: at })).toEqual({ codes: nothing, said: [] })
  })

  test.skipIf(!program)('modules that were compiled otherwise put an end to it', async () => {
    const at = await restarted()
    await give({ address: at })
    const { codes, said } = await taken({ address: at }, at => modules[(at + 1) % modules.length]!)
    expect(codes).toEqual(nothing)
    expect(said).toEqual([expect.stringContaining('compiled otherwise')])
  })

  test.skipIf(!program)('a server that ends in the middle is left out, and that is said once', async () => {
    const at = await restarted()
    const { shared, said } = side({ address: at })
    await shared.fetch(FOLDERS)
    await server.stop()
    await shared.share(all())
    await shared.fetch(FOLDERS)
    expect(said).toEqual([expect.stringMatching(/is left out of this run/)])
  })
})

describe('a store that is no good', () => {
  test.each(['redis', 'http'])('%s: nobody listens there', async kind => {
    const { said } = await taken({ address: `${kind}://user:hidden@127.0.0.1:${await freePort()}/7?secret` })
    expect(said).toEqual([expect.stringContaining('is left out of this run: ECONNREFUSED')])
    expect(said.join()).not.toMatch(/user|hidden|secret/)
  })

  test.each(['redis', 'http'])('%s: it never answers, and is not waited for', async kind => {
    const silent = await listening(createSilent())
    const { shared, said } = side(
      { address: `${kind}://u:hidden@127.0.0.1:${silent.port}` },
      { fetchMs: 50, shareMs: 50 },
    )
    await shared.fetch(FOLDERS)
    await shared.share(all())
    silent.close()
    expect(said).toEqual([expect.stringContaining('was not waited for')])
    expect(said.join()).not.toContain('hidden')
  })

  test('it answers with faults, pages and ways to elsewhere', async () => {
    for (const answer of [
      { status: 500, told: ['it answered 500'] },
      { status: 403, told: ['it answered 403'] },
      { status: 302, headers: { location: 'http://127.0.0.1:1/' }, told: ['is left out'] },
      { status: 200, body: '<html>', told: [] },
      { status: 200, body: Buffer.from([0x2a, 0xff, 0xff, 0xff, 0xff, 0xff]), told: [] },
    ]) {
      const server = await listening(
        createServer((_, response) =>
          response.writeHead(answer.status, answer.headers).end(answer.body ?? ''),
        ),
      )
      const { codes, said } = await taken({ address: `http://127.0.0.1:${server.port}` })
      server.close()
      expect(codes).toEqual(nothing)
      expect(said).toEqual(answer.told.map(part => expect.stringContaining(part)))
    }
  })

  test('it is of no kind that is known', async () => {
    for (const address of ['ftp://127.0.0.1/', 'nowhere'])
      expect((await taken({ address })).said).toEqual([expect.stringContaining('begins with none of')])
  })
})

async function listening(server: Server): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>()
  server.on('connection', socket => sockets.add(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    port,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
