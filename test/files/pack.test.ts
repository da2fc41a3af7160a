/** Packs under all that can befall them: processes that are killed, bytes that are damaged, disks that are full. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contentHash } from '../../server/src/files/hash.ts'
import { type Content, contentOf, describePack, Pack, writePack } from '../../server/src/files/pack.ts'
import { command } from '../support/command.ts'
import { standardPython } from '../support/pythons.ts'
import { Random } from '../support/random.ts'

const MAKER = 'this build'
const ABOUT = { maker: MAKER, about: '/p' }

let folder: string
let path: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'precollect-pack-')))
  path = join(folder, 'kept', 'code.pack')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What is named for its own hash tells by itself whether it is whole. */
function contents(random: Random, count: number, size: number): Map<string, Content> {
  return new Map(
    Array.from({ length: count }, () => {
      const bytes = Buffer.from(Array.from({ length: 1 + random.below(size) }, () => random.below(256)))
      return [contentHash(bytes), contentOf(bytes)] as const
    }),
  )
}

/** The contents that are given out; fails where one is not what it was. */
function whole(pack: Pack): string[] {
  const given = pack.names().filter(name => pack.get(name) !== null)
  for (const name of given) expect(contentHash(pack.get(name)!)).toBe(name)
  return given
}

test('what was written is given out, to the same maker alone', () => {
  const made = contents(new Random(1), 50, 400)
  expect(writePack(path, ABOUT, made)).toBeNull()
  expect(whole(Pack.open(path, MAKER))).toEqual([...made.keys()])
  expect(Pack.open(path, 'another build').names()).toEqual([])
  expect(describePack(path)).toMatchObject({ label: ABOUT, count: 50 })
})

test.each([...Array(40).keys()])('damage %i: what is given out is whole', seed => {
  const random = new Random(seed)
  writePack(path, ABOUT, contents(random, 20, 100))
  const bytes = readFileSync(path)
  for (let n = 1 + random.below(4); n > 0; n--) {
    const at = random.below(bytes.length)
    bytes[at] = bytes[at]! ^ (1 + random.below(255))
  }
  const cut = random.chance(0.4) ? random.below(bytes.length) : bytes.length
  writeFileSync(path, Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(random.below(3))]))
  whole(Pack.open(path, MAKER))
})

test('what a process left that was killed is taken away once it is old', () => {
  mkdirSync(join(folder, 'kept'))
  const [old, fresh] = [12, 34].map(pid => join(folder, 'kept', `code.pack.${pid}.tmp`)) as [string, string]
  for (const each of [old, fresh]) writeFileSync(each, 'half')
  const yesterday = new Date(Date.now() - 24 * 3600 * 1000)
  utimesSync(old, yesterday, yesterday)
  writePack(path, ABOUT, new Map())
  expect(readdirSync(join(folder, 'kept')).sort()).toEqual(['code.pack', 'code.pack.34.tmp'])
})

describe('two processes that write without end', () => {
  const writers: ChildProcess[] = []
  afterEach(() => {
    for (const writer of writers.splice(0)) writer.kill('SIGKILL')
  })

  const start = (program: string, name: string) => {
    const writer = spawn(process.execPath, [program, path, name], { stdio: ['ignore', 'pipe', 'inherit'] })
    writers.push(writer)
    return writer
  }

  test('killed at any moment they leave a pack that is whole, of one of them', async () => {
    const program = join(folder, 'writer.mjs')
    await build({
      stdin: { contents: WRITER, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
    })
    const random = new Random(7)
    const seen = new Set<string>()
    for (let round = 0; round < 12; round++) {
      const pair = ['a', 'b'].map(name => start(program, name))
      // Each says so when it has written once.
      await Promise.all(pair.map(writer => new Promise(resolve => writer.stdout!.once('data', resolve))))
      for (const writer of round % 2 === 0 ? pair : pair.reverse()) {
        await new Promise(resolve => setTimeout(resolve, random.below(40)))
        const ended = new Promise(resolve => writer.on('exit', resolve))
        writer.kill('SIGKILL')
        await ended
        const pack = Pack.open(path, MAKER)
        const names = pack.names()
        expect(names).toHaveLength(40)
        const [owner] = names[0]!.split(' ')
        for (const name of names)
          expect(pack.get(name)?.toString('latin1').startsWith(`${owner} `)).toBe(true)
        seen.add(owner!)
      }
    }
    expect([...seen].sort()).toEqual(['a', 'b'])
    // One unfinished file for each process that was killed, at most: nobody opens it.
    expect(readdirSync(join(folder, 'kept')).filter(name => !/^code\.pack(\.\d+\.tmp)?$/.test(name))).toEqual(
      [],
    )
  })
})

/** Writes packs whose contents all begin with its own name. */
const WRITER = `
import { contentOf, writePack } from '../../server/src/files/pack.ts'
const [path, name] = process.argv.slice(2)
for (let n = 0; ; n++) {
  const contents = new Map(Array.from({ length: 40 }, (_, i) => [name + ' ' + i, contentOf(Buffer.alloc(20_000 + i, name + ' ' + n))]))
  const failed = writePack(path, { maker: '${MAKER}', about: '/p' }, contents)
  if (failed) throw new Error(failed)
  if (n === 0) process.stdout.write('.')
}
`

/** A disk of its own, as small as that; null: this user may not mount one. */
function smallDisk(kilobytes: number): string | null {
  const disk = join(tmpdir(), `precollect-disk-${process.pid}`)
  mkdirSync(disk, { recursive: true })
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk])
  if (made.status === 0) return disk
  rmSync(disk, { recursive: true, force: true })
  return null
}

function removeDisk(disk: string): void {
  spawnSync('umount', [disk])
  rmSync(disk, { recursive: true, force: true })
}

const probe = process.platform === 'linux' ? smallDisk(64) : null
if (probe) removeDisk(probe)

describe.skipIf(!probe)('on a disk of its own', () => {
  let disk: string
  beforeEach(() => {
    disk = smallDisk(256)!
  })
  afterEach(() => removeDisk(disk))

  test('that is full, the pack of before stays, and nothing beside it', () => {
    const at = join(disk, 'kept', 'code.pack')
    const small = contents(new Random(2), 5, 100)
    expect(writePack(at, ABOUT, small)).toBeNull()
    const large = new Map([['large', contentOf(Buffer.alloc(400 * 1024))]])
    expect(writePack(at, ABOUT, large)).toMatch(/ENOSPC/)
    expect(whole(Pack.open(at, MAKER))).toEqual([...small.keys()])
    expect(readdirSync(join(disk, 'kept'))).toEqual(['code.pack'])
  })

  test.each([
    ['full', () => writeFileSync(join(disk, 'filler'), Buffer.alloc(250 * 1024))],
    ['read-only', () => void spawnSync('mount', ['-o', 'remount,ro', disk])],
  ])('that is %s, a check says what it says without a cache', async (_, spoil) => {
    const project = join(folder, 'shop')
    mkdirSync(project)
    writeFileSync(join(project, 'test_a.py'), 'import nothing_like_it\n')
    const check = (...more: string[]) =>
      command(project, { PRECOLLECT_CACHE_DIR: join(disk, 'cache') }, [
        ...['check', '--no-interpreter', '--python', standardPython().interpreter, ...more],
      ])
    const without = await check('--no-cache')
    expect(without).toMatchObject({ code: 1, out: expect.stringContaining('nothing_like_it') })
    spoil()
    expect(await check()).toEqual(without)
    expect(await check()).toEqual(without)
  })
})
