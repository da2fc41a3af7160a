/**
 * A kept analysis is given out only where a fresh one would be the same: held against a fresh one after every edit of
 * a long random walk, on real files, with edits that hide from size and time among them.
 */
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FileScans, type ScanStore } from '../../server/src/bridges/file_scan.ts'
import { type AnalysisRequest, analyze, Remembered, type Told } from '../../server/src/engine/analyze.ts'
import { analyzeDisk } from '../../server/src/engine/analyze_disk.ts'
import { keep, recall } from '../../server/src/engine/stored_run.ts'
import { WorkspaceCache } from '../../server/src/engine/workspace_cache.ts'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import { dirname, join } from '../../server/src/files/paths.ts'
import { makeScratch, type Scratch } from '../../server/src/files/scratch.ts'
import { health } from '../../server/src/report/health.ts'
import { renderJson } from '../../server/src/report/json.ts'
import { standardPython } from '../support/pythons.ts'

let scratch: Scratch
let root: string
let env: Record<string, string>
const at = (path: string) => join(root, path)

beforeEach(() => {
  scratch = makeScratch()
  root = join(scratch.path, 'project')
  env = { HOME: scratch.path, PRECOLLECT_CACHE_DIR: join(scratch.path, 'cache'), PATH: '' }
  for (const [path, text] of Object.entries(PROJECT)) write(path, text)
})
afterEach(() => scratch.remove())

const SITE = 'venv/lib/python3.11/site-packages'

const PROJECT: Readonly<Record<string, string>> = {
  'pytest.ini': '[pytest]\npythonpath = src\n',
  'src/shop/__init__.py': '',
  'src/shop/orders.py': 'from shop.models import Order\n\ndef total(): return 1\n',
  'src/shop/models.py': 'class Order: ...\nclass Item: ...\n',
  'tests/conftest.py': 'import os\nMODE = os.environ.get("MODE", "none")\n',
  'tests/test_orders.py': 'from shop.orders import total\n\ndef test_total(): assert total()\n',
  'tests/test_items.py': 'import lib\nfrom shop.models import Item\n',
  'tests/test_mode.py': 'import os\nif os.environ.get("MODE") == "x":\n    import nothing_here\n',
  'venv/pyvenv.cfg': 'home = /usr/bin\nversion = 3.11.7\n',
  'venv/bin/python': '',
  [`${SITE}/lib/__init__.py`]: 'value = 1\n',
  [`${SITE}/lib-1.0.dist-info/METADATA`]: 'Name: lib\nVersion: 1.0\n',
  [`${SITE}/pytest-9.0.2.dist-info/METADATA`]: 'Name: pytest\nVersion: 9.0.2\n',
  [`${SITE}/pytest/__init__.py`]: '',
}

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), text)
}

function request(more: Partial<AnalysisRequest> = {}): AnalysisRequest {
  return {
    ...{ cwd: root, paths: [], pytestArgs: [], invocation: 'pytest', python: at('venv'), trusted: false },
    ...{ env, envIsExact: true, select: [], ignore: [], ...more },
  }
}

const told = (analysis: Told) =>
  JSON.parse(renderJson(analysis, health(analysis), 'precollect')) as Record<string, unknown>

const fresh = (asked: AnalysisRequest) => analyze(new DiskFileSystem(), asked)

async function keepNow(asked: AnalysisRequest): Promise<void> {
  const fs = new DiskFileSystem()
  keep(fs, asked, cacheOf(), await analyze(fs, asked))
}

const cacheOf = () => WorkspaceCache.of(root, env)
const recallNow = (asked: AnalysisRequest) => recall(new DiskFileSystem(), asked, cacheOf())

/** Sets the times of all files to a moment long past, so that times are trusted. */
function age(path: string): void {
  utimesSync(at(path), 1_600_000_000, 1_600_000_000)
}

describe('what was kept', () => {
  test('is given out while nothing changes, also when files were touched', async () => {
    await keepNow(request())
    const before = told(await fresh(request()))
    expect(told((await recallNow(request()))!)).toEqual(before)
    age('src/shop/models.py')
    expect(told((await recallNow(request()))!)).toEqual(before)
    expect((await recallNow(request()))!.trace.reached).toEqual((await fresh(request())).trace.reached)
  })

  test('is nothing for another request or other variables, but for those that pass', async () => {
    await keepNow(request({ env: { ...env, SHLVL: '1' } }))
    expect(await recallNow(request({ env: { ...env, SHLVL: '2' } }))).not.toBeNull()
    expect(await recallNow(request({ env: { ...env, SHLVL: '2', MODE: 'x' } }))).toBeNull()
    expect(await recallNow(request({ pytestArgs: ['tests/test_mode.py'] }))).toBeNull()
    expect(await recallNow(request({ ignore: ['missing-symbol'] }))).toBeNull()
  })

  test('is nothing once it was damaged', async () => {
    await keepNow(request())
    const [folder] = new DiskFileSystem().list(join(scratch.path, 'cache/workspaces'))!
    const path = join(scratch.path, 'cache/workspaces', folder!.name, 'runs.pack')
    const whole = readFileSync(path)
    for (const place of [3, Math.floor(whole.length / 3), whole.length - 20]) {
      const damaged = Buffer.from(whole)
      damaged.fill(0xff, place, place + 8)
      writeFileSync(path, damaged)
      expect(await recallNow(request())).toBeNull()
      writeFileSync(path, whole.subarray(0, place))
      expect(await recallNow(request())).toBeNull()
    }
    writeFileSync(path, whole)
    expect(await recallNow(request())).not.toBeNull()
  })

  test('of an interpreter counts while it says the same of itself', async () => {
    const { interpreter } = standardPython()
    const asked = request({ python: interpreter, trusted: true })
    write('tests/test_standard.py', 'from json import nothing_like_it\n')
    await keepNow(asked)
    expect(told((await recallNow(asked))!)).toEqual(told(await fresh(asked)))
    // It changes how this interpreter starts.
    expect(await recallNow({ ...asked, env: { ...env, PYTHONNOUSERSITE: '1' } })).toBeNull()
  })

  test('compiled modules are those that are made anew', async () => {
    const first = await analyzeDisk(new DiskFileSystem(), request(), true)
    first.keep()
    const { code, names } = cacheOf().byContent()
    const remembered = new Remembered(new DiskFileSystem(), undefined, { code, names })
    const fs = new DiskFileSystem()
    const { sources } = new Remembered(fs, undefined, {
      code: { get: hash => code.get(hash, () => expect.fail()), put: () => expect.fail() },
      names,
    })
    for (const path of ['src/shop/orders.py', 'tests/test_mode.py']) {
      const [kept, alone, anew] = [sources, remembered.sources, new Remembered(fs).sources].map(each => {
        const unit = each.code(at(path), true)
        return 'code' in unit ? { ...unit, text: unit.text.get() } : unit
      })
      expect(kept).toStrictEqual(alone)
      expect(kept).toStrictEqual(anew)
    }
  })
})

describe('what a glance has read', () => {
  const paths = ['src/shop/orders.py', 'src/shop/models.py', 'tests/test_items.py']
  const glance = (scans: FileScans) => {
    const fs = new DiskFileSystem()
    return paths.map(path => scans.of(fs, at(path)))
  }

  /** The next process: what it reads, and the files whose scans it had to make. */
  const next = () => {
    const { names, keep } = cacheOf().byContent()
    const made: (readonly string[])[] = []
    const put: ScanStore['put'] = (hash, scan) => {
      made.push(scan.defines)
      names.put(hash, scan)
    }
    const scans = glance(new FileScans({ get: hash => names.get(hash), put }))
    keep()
    return { scans, made }
  }

  test('is taken by content, made anew of what was edited, and of all where it was damaged', () => {
    const fresh = () => glance(new FileScans())
    expect(next()).toEqual({ scans: fresh(), made: [['total'], ['Order', 'Item'], []] })
    expect(next()).toEqual({ scans: fresh(), made: [] })
    write('src/shop/models.py', 'class Order: ...\nclass Basket: ...\n')
    expect(next()).toEqual({ scans: fresh(), made: [['Order', 'Basket']] })
    const [folder] = new DiskFileSystem().list(join(scratch.path, 'cache/workspaces'))!
    const path = join(scratch.path, 'cache/workspaces', folder!.name, 'names.pack')
    const whole = readFileSync(path)
    writeFileSync(path, whole.fill(0xff, 3, 11))
    expect(next()).toEqual({ scans: fresh(), made: [['total'], ['Order', 'Basket'], []] })
    expect(next()).toEqual({ scans: fresh(), made: [] })
  })
})

describe('a random walk', () => {
  test.each([1, 2])('of edits gives nothing stale (seed %i)', async seed => {
    const random = randomFrom(seed)
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
    const modules = Object.keys(PROJECT).filter(path => /^(src|tests)/.test(path))
    const lines = [
      'import nothing',
      'from shop.models import Order',
      'from shop.orders import None_',
      'x = 1\n(',
    ]
    const variables: Record<string, string>[] = [{}, { MODE: 'x' }, { MODE: 'y' }]
    let extra: Record<string, string> = {}
    let serial = 0
    const exists = (path: string) => new DiskFileSystem().stat(at(path)) !== null
    const edits: Readonly<Record<string, () => void>> = {
      nothing: () => {},
      touch: () => exists('tests/test_mode.py') && age('tests/test_mode.py'),
      append: () => {
        const path = pick(modules)
        if (exists(path)) appendFileSync(at(path), `${pick(lines)}\n`)
      },
      restore: () => {
        const path = pick(modules)
        write(path, PROJECT[path]!)
      },
      // The same length and, as far as it can be set, the same time: only the content tells.
      hidden: () => {
        const path = 'src/shop/models.py'
        if (!exists(path)) return
        const { atime, mtime } = statSync(at(path))
        const text = readFileSync(at(path), 'utf8')
        writeFileSync(
          at(path),
          text.replace(/Order|Ordex/, name => (name === 'Order' ? 'Ordex' : 'Order')),
        )
        utimesSync(at(path), atime, mtime)
      },
      remove: () => rmSync(at(pick(modules)), { force: true }),
      rename: () => {
        const [from, to] = ['src/shop/models.py', 'src/shop/modelz.py']
        if (exists(from)) renameSync(at(from), at(to))
        else if (exists(to)) renameSync(at(to), at(from))
      },
      addTest: () => write(`tests/test_new${serial++}.py`, `${pick(lines)}\n`),
      shadow: () => (exists('tests/lib.py') ? rmSync(at('tests/lib.py')) : write('tests/lib.py', '')),
      config: () => write('pytest.ini', pick(['[pytest]\npythonpath = src\n', '[pytest]\n', '[pytest]\nx'])),
      install: () => {
        const name = `new${serial++}`
        write(`${SITE}/${name}-1.dist-info/METADATA`, `Name: ${name}\nVersion: 1\n`)
        write(`${SITE}/nothing.py`, '')
      },
      uninstall: () =>
        rmSync(at(pick([`${SITE}/lib`, `${SITE}/nothing.py`])), { recursive: true, force: true }),
      variable: () => {
        extra = pick(variables)
      },
      link: () => {
        rmSync(at('src/linked'), { recursive: true, force: true })
        symlinkSync(at(pick(['tests', 'src/shop'])), at('src/linked'))
        write('tests/test_linked.py', 'from linked.models import Order\n')
      },
    }
    let recalled = 0
    for (let step = 0; step < 30; step++) {
      const what = pick(Object.keys(edits))
      edits[what]!()
      const asked = request({ env: { ...env, ...extra } })
      const known = await recallNow(asked)
      const fs = new DiskFileSystem()
      const made = await analyze(fs, asked)
      if (known) {
        recalled++
        expect(told(known), `step ${step}: ${what}`).toEqual(told(made))
      }
      if (random() < 0.7) keep(fs, asked, cacheOf(), made)
    }
    expect(recalled).toBeGreaterThan(0)
  })
})

/** Numbers in [0, 1), the same ones for a seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
