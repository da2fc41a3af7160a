/**
 * A whole analysis kept for the next time: what came of it, and everything that it rests on. The request with the
 * variables is the key; the disk and the interpreter are asked anew each time, and where one of them answers
 * otherwise, or that can't be told, the run counts for nothing.
 */
import { deserialize, serialize } from 'node:v8'
import { withoutPassing } from '../environment/passing_variables.ts'
import { type ProbeResult, probeInterpreter } from '../environment/probe.ts'
import { decodeSource } from '../files/decode.ts'
import type { DiskFileSystem } from '../files/disk.ts'
import { type DiskRecord, type Identity, isSame, lookAt, recheck } from '../files/disk_record.ts'
import { contentHash } from '../files/hash.ts'
import { remember } from '../files/memo.ts'
import { type Content, contentOf, type Pack } from '../files/pack.ts'
import { join } from '../files/paths.ts'
import { filesBehind } from '../rules/test_files.ts'
import type { AnalysisRequest, Told } from './analyze.ts'
import type { WorkspaceCache } from './workspace_cache.ts'

/** What an analysis has from the interpreter. */
export interface Word {
  readonly executable: string
  readonly probe: ProbeResult
  /** Modules of the standard library about whose names it was asked. */
  readonly modules: readonly string[]
}

interface Basis {
  readonly disk: DiskRecord
  readonly word: Word | null
  /** The interpreter, and the modules that it was asked about. */
  readonly identities: ReadonlyMap<string, Identity | null>
}

/** The part of an analysis that is data. */
type Data = Omit<Told, 'text' | 'content' | 'tests'> & {
  /** By test file. */
  readonly tests: ReadonlyMap<string, number>
}

/** Kept of one workspace: one for each way to ask, the latest ones. */
const MOST_RUNS = 6

/** The analysis that was kept for this request, if it would come out the same now; else null. */
export async function recall(
  fs: DiskFileSystem,
  request: AnalysisRequest,
  cache: WorkspaceCache,
): Promise<Told | null> {
  const runs = cache.runs()
  const key = keyOf(request)
  const basis = read<Basis>(runs, basisName(key))
  if (!basis) return null
  const { word } = basis
  // The interpreter takes its time while the disk is looked at.
  const probing = word && probeInterpreter(word.executable, { timeoutMs: 10_000, env: request.env })
  const disk = recheck(basis.disk)
  const sameFiles = [...basis.identities].every(([path, identity]) => isSame(identity, lookAt(path)))
  const probe = await probing
  if (!disk || !sameFiles || JSON.stringify(probe) !== JSON.stringify(word?.probe ?? null)) return null
  const data = read<Data>(runs, dataName(key))
  if (!data) return null
  if (disk === basis.disk) cache.used()
  else keepRun(cache, runs, key, { ...basis, disk }, data)
  const texts = new Map<string, string | null>()
  const text = (path: string) => remember(texts, path, () => textIn(fs, path))
  const { tests, ...rest } = data
  return {
    ...rest,
    text,
    content: path => {
      const found = text(path)
      return found === null ? null : contentHash(found)
    },
    tests: path => tests.get(path) ?? 0,
  }
}

/** As `Sources` reads it, without all that compiles. */
function textIn(fs: DiskFileSystem, path: string): string | null {
  const bytes = fs.read(path)
  const decoded = bytes && decodeSource(bytes)
  return decoded && 'text' in decoded ? decoded.text : null
}

/** Keeps what an analysis told that was made from `fs` alone, and of all that `fs` was asked. */
export function keep(fs: DiskFileSystem, request: AnalysisRequest, cache: WorkspaceCache, told: Told): void {
  const { word, environment } = told
  // An interpreter that may be started and does not answer may do so the next time.
  if (request.trusted && environment.executable !== null && !word) return
  const paths = word ? [word.executable, ...word.modules.flatMap(name => placesOf(name, word.probe))] : []
  const identities = new Map(paths.map(path => [path, lookAt(path)]))
  if ([...identities.values()].some(identity => identity?.young)) return
  keepRun(cache, cache.runs(), keyOf(request), { disk: fs.record(), word, identities }, dataOf(told))
}

function dataOf(told: Told): Data {
  const { environment, plan, trace, findings, causes, problems, word, tellsUnpredicted } = told
  const files = trace.collectors.flatMap(({ path }) => filesBehind(plan, path))
  return {
    ...{ environment, plan, trace, findings, causes, problems, word, tellsUnpredicted },
    tests: new Map(files.map(path => [path, told.tests(path)])),
  }
}

function keepRun(cache: WorkspaceCache, before: Pack, key: string, basis: Basis, data: Data): void {
  const contents = new Map<string, Content>([
    [basisName(key), contentOf(serialize(basis))],
    [dataName(key), contentOf(serialize(data))],
  ])
  for (const name of before.names()) {
    if (contents.size >= 2 * MOST_RUNS) break
    const content = contents.has(name) ? null : before.content(name)
    if (content) contents.set(name, content)
  }
  cache.keepRuns(contents)
}

function read<T>(pack: Pack, name: string): T | null {
  const bytes = pack.get(name)
  return bytes && (deserialize(bytes) as T)
}

function keyOf(request: AnalysisRequest): string {
  const env = Object.entries(withoutPassing(request.env)).sort(([a], [b]) => (a < b ? -1 : 1))
  return contentHash(JSON.stringify(Object.entries({ ...request, env }).sort(([a], [b]) => (a < b ? -1 : 1))))
}

const basisName = (key: string) => `basis ${key}`
const dataName = (key: string) => `data ${key}`

/** Where a module of the standard library may have its file, and the folders that tell of any other. */
function placesOf(module: string, { stdlib }: ProbeResult): string[] {
  const path = module.replaceAll('.', '/')
  return stdlib.flatMap(folder => [
    folder,
    join(folder, `${path}.py`),
    join(folder, path),
    join(folder, path, '__init__.py'),
  ])
}
