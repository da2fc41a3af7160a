/**
 * The corpus of real projects: its description (manifest, recorded outcomes, scripts) and what was fetched of it.
 *
 *   $PRECOLLECT_CORPUS_SPEC   the description; without it ../shared/corpus beside the project's root
 *   $PRECOLLECT_CORPUS        the fetched sources and environments; without it ../corpus-cache
 *
 * Both are only read, but for `fetch.py`, which fetches what is missing.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { OracleRecord } from './record.ts'
import { type Project, run } from './run.ts'

export type Setting = 'lean' | 'healthy'
export const SETTINGS: readonly Setting[] = ['lean', 'healthy']

export interface Entry {
  readonly name: string
  readonly version: string
  readonly subset: 'small' | 'full'
  readonly install: 'editable' | 'wheel'
  readonly collect: {
    readonly cwd: string
    readonly args: readonly string[]
    readonly env: Readonly<Record<string, string>>
  }
  readonly settings: Readonly<
    Record<
      Setting,
      { readonly cpu_s: number; readonly expected: { readonly exit: number; readonly modules: number } }
    >
  >
}

export interface Corpus {
  readonly spec: string
  readonly data: string
  readonly entries: readonly Entry[]
}

/** A fault of the set-up, told to the person who started the benchmark: no stack trace helps. */
export class SetupError extends Error {}

/** `root`: the repository. Throws SetupError where the description is not there. */
export function openCorpus(root: string): Corpus {
  const spec = resolve(process.env.PRECOLLECT_CORPUS_SPEC ?? join(root, '..', 'shared', 'corpus'))
  const data = resolve(process.env.PRECOLLECT_CORPUS ?? join(root, '..', 'corpus-cache'))
  const manifest = join(spec, 'manifest.json')
  if (!existsSync(manifest)) {
    throw new SetupError(
      `there is no corpus description at ${spec}: name its folder in PRECOLLECT_CORPUS_SPEC`,
    )
  }
  const { entries } = JSON.parse(readFileSync(manifest, 'utf8')) as { entries: Entry[] }
  return { spec, data, entries }
}

/** The named entries in the order given; without names the small subset, or all. Throws SetupError. */
export function chooseEntries(corpus: Corpus, names: readonly string[], full: boolean): readonly Entry[] {
  if (names.length === 0) return corpus.entries.filter(entry => full || entry.subset === 'small')
  return names.map(name => {
    const entry = corpus.entries.find(entry => entry.name === name)
    if (!entry) {
      const known = corpus.entries.map(entry => entry.name).join(', ')
      throw new SetupError(`not in the corpus: ${name} (there are ${known})`)
    }
    return entry
  })
}

export function sourceOf(data: string, entry: Entry): string {
  return join(data, 'src', `${entry.name}-${entry.version}`)
}

export function environmentFolder(data: string, entry: Entry, setting: Setting): string {
  return join(data, 'venvs', `${entry.name}-${entry.version}.${setting}`)
}

/** How pytest is started in an entry below `data`: the corpus's own folder, or a copy of the same layout. */
export function projectOf(data: string, entry: Entry, setting: Setting): Project {
  return {
    cwd: join(sourceOf(data, entry), entry.collect.cwd),
    python: join(environmentFolder(data, entry, setting), 'bin', 'python'),
    args: entry.collect.args,
    env: entry.collect.env,
  }
}

/** What the real pytest did when the corpus was made. */
export function recorded(corpus: Corpus, entry: Entry, setting: Setting): OracleRecord {
  const path = join(corpus.spec, 'expected', `${entry.name}.${setting}.json.gz`)
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as OracleRecord
}

/** Fetches what is missing. Throws SetupError with the names of the entries that stay missing. */
export async function fetchMissing(
  corpus: Corpus,
  python: string,
  entries: readonly Entry[],
  settings: readonly Setting[],
): Promise<void> {
  const missing = () => entries.filter(entry => !isFetched(corpus, entry, settings))
  const names = missing().map(entry => entry.name)
  if (names.length === 0) return
  process.stderr.write(`fetching into ${corpus.data}: ${names.join(', ')}\n`)
  const script = join(corpus.spec, 'fetch.py')
  const env = { ...process.env, PRECOLLECT_CORPUS: corpus.data } as Record<string, string>
  const ended = await run(python, ['-B', script, ...names, '--settings', settings.join(',')], { env })
  const left = missing().map(entry => entry.name)
  if (left.length === 0) return
  throw new SetupError(
    `missing in ${corpus.data}: ${left.join(', ')}; ${script} ended with exit ${ended.exit}:\n${ended.stderr.trim()}`,
  )
}

/** fetch.py leaves this stamp last. */
function isFetched(corpus: Corpus, entry: Entry, settings: readonly Setting[]): boolean {
  const folders = settings.map(setting => environmentFolder(corpus.data, entry, setting))
  return [sourceOf(corpus.data, entry), ...folders].every(folder => existsSync(join(folder, '.corpus-ok')))
}

/** The first Python on the PATH that has the version of the corpus's pins, as its real path. Throws SetupError. */
export async function findPython(): Promise<string> {
  for (const name of ['python3.11', 'python3', 'python']) {
    const code = 'import sys; print(sys.version_info[:2] == (3, 11) and sys.executable or "")'
    const ended = await run(name, ['-c', code]).catch(() => null) // not there: the next one
    const path = ended?.stdout.trim()
    if (ended?.exit === 0 && path) return path
  }
  throw new SetupError('the corpus needs CPython 3.11 on the PATH')
}
