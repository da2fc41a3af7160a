/**
 * Does the probe leave a collection alone, and what does it cost? `pytest --collect-only` over real projects by
 * turns without and with it. All that pytest prints has to be the same: node ids, counts, errors with their
 * tracebacks, warnings, the exit code; and what the probe wrote down, failing collectors and the types of their
 * exceptions, has to be what the corpus records. Then a pass over one test file alone, as after an edit: what it
 * costs of a full one.
 *
 * Times are the least CPU seconds of several runs: what other programs on the machine do only ever adds. Short runs,
 * where it adds most, are made more often.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { readProbe } from '../../server/src/confirm/events.ts'
import { asExitCode, type Bench, openBench, progress, saveResult } from '../shared/bench.ts'
import {
  chooseEntries,
  type Entry,
  fetchMissing,
  projectOf,
  recorded,
  SETTINGS,
  type Setting,
  SetupError,
} from '../shared/corpus.ts'
import type { OracleRecord } from '../shared/record.ts'
import { toCount } from '../shared/requirements.ts'
import { environmentOf, folderIn, measure, type Project, withFolder } from '../shared/run.ts'
import { seconds, table } from '../shared/table.ts'

const PYTEST_LIMIT_S = 900

/** A project that takes less is run again, up to so many rounds, until its plain runs took as many CPU seconds. */
const ENOUGH_CPU_S = 10
const MOST_ROUNDS = 5

interface Options {
  readonly full: boolean
  readonly rounds: number
  readonly setting?: Setting
  readonly maxDifferent?: number
  readonly maxCost?: number
}

interface Run {
  readonly printed: string
  readonly exit: number
  readonly cpuS: number
  readonly wallS: number
}

/** Failed collectors by node id, with their exceptions: first what pytest was shown, then where it came from. */
type Failures = ReadonlyMap<string, readonly string[]>

interface Row {
  readonly name: string
  readonly setting: Setting
  /** `unstable`: two runs without the probe differ as well. */
  readonly output: 'same' | 'DIFFERENT' | 'unstable'
  readonly record: 'same' | 'DIFFERENT'
  readonly failed: number
  readonly rounds: number
  readonly plainCpuS: number
  readonly probedCpuS: number
  /** A pass over one test file; null where none was collected. */
  readonly partCpuS: number | null
  readonly plainWallS: number
  readonly probedWallS: number
  /** The first lines that differ. */
  readonly difference: readonly string[]
}

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = new Command('bench:probe')
      .description('pytest --collect-only without and with the probe: the same outcome, and what it costs')
      .argument('[names...]', 'entries of the corpus; without: the small subset')
      .option('--full', 'every entry', false)
      .option('--setting <name>', 'healthy or lean alone')
      .option('--rounds <n>', 'runs of each, at least', toCount, 1)
      .option('--max-different <n>', 'exit 1 where more runs differ', toCount)
      .option('--max-cost <percent>', 'exit 1 where the probe costs more CPU over all', Number)
      .exitOverride()
    command.parse(args, { from: 'user' })
    const options = command.opts<Options>()
    if (options.rounds === 0) throw new SetupError('--rounds must be at least 1')
    const bench = await openBench(root, undefined)
    const entries = chooseEntries(bench.corpus, command.args, options.full)
    const settings = options.setting ? [options.setting] : SETTINGS
    await fetchMissing(bench.corpus, bench.tools.python, entries, settings)

    const rows: Row[] = []
    for (const entry of entries) {
      for (const setting of settings) {
        rows.push(await compare(bench, entry, setting, options.rounds))
        if (!process.stderr.isTTY) process.stderr.write(`${line(rows.at(-1)!).join('  ')}\n`)
      }
    }
    progress('')
    process.stdout.write(`${report(rows)}\n`)
    for (const { name, setting, difference } of rows)
      if (difference.length > 0) process.stdout.write(`\n${name} ${setting}\n${difference.join('\n')}\n`)
    process.stdout.write(
      `\nAll figures: ${saveResult(root, 'probe', { rounds: options.rounds, rows, cost: cost(rows) })}\n`,
    )
    const different = rows.filter(row => row.output === 'DIFFERENT' || row.record === 'DIFFERENT').length
    return different <= (options.maxDifferent ?? Infinity) && cost(rows) <= (options.maxCost ?? Infinity)
  })
}

async function compare(bench: Bench, entry: Entry, setting: Setting, rounds: number): Promise<Row> {
  const project = projectOf(bench.corpus.data, entry, setting)
  return withFolder(async home => {
    const plain: Run[] = []
    const probed: Run[] = []
    progress(`${entry.name} ${setting}: first run, not counted`)
    await collect(bench, project, home, null, null, { PYTHONDONTWRITEBYTECODE: '' })
    for (let round = 1; round <= rounds || isShort(plain); round++) {
      progress(`${entry.name} ${setting}: round ${round}`)
      const without = async () => plain.push(await collect(bench, project, home, null))
      const withProbe = async () =>
        probed.push(await collect(bench, project, home, join(home, `record-${round}`)))
      // Whoever comes second finds the files in memory.
      for (const each of round % 2 ? [without, withProbe] : [withProbe, without]) await each()
    }
    const [first] = plain
    const other = probed.find(run => !same(run, first!))
    // Only who differs is asked once more.
    const stable =
      plain.every(run => same(run, first!)) &&
      (!other || same(await collect(bench, project, home, null), first!))
    const expected = expectedOf(recorded(bench.corpus, entry, setting))
    const records = probed.map((_, at) => failedOf(join(home, `record-${at + 1}`)))
    const record = records.find(it => !agree(it, expected))
    return {
      name: entry.name,
      setting,
      output: !other ? 'same' : stable ? 'DIFFERENT' : 'unstable',
      record: record ? 'DIFFERENT' : 'same',
      failed: expected.size,
      rounds: plain.length,
      plainCpuS: least(plain.map(run => run.cpuS)),
      probedCpuS: least(probed.map(run => run.cpuS)),
      partCpuS: await partOf(bench, project, home, plain.length),
      plainWallS: least(plain.map(run => run.wallS)),
      probedWallS: least(probed.map(run => run.wallS)),
      difference: [
        ...(other && stable ? firstDifference(first!.printed, other.printed) : []),
        ...(record ? firstDifference(listed(expected), listed(record)) : []),
      ],
    }
  })
}

function isShort(plain: readonly Run[]): boolean {
  const cpuS = plain.reduce((sum, run) => sum + run.cpuS, 0)
  return plain.length < MOST_ROUNDS && cpuS < ENOUGH_CPU_S
}

/** CPU seconds of a pass over the one test file in the middle of the order. */
async function partOf(bench: Bench, project: Project, home: string, rounds: number): Promise<number | null> {
  const record = join(home, 'record-1')
  const files = existsSync(record)
    ? readProbe(readFileSync(record)).collectors.filter(it => it.kind === 'module')
    : []
  const middle = files[files.length >> 1]
  if (!middle) return null
  const only = join(home, 'only')
  writeFileSync(only, JSON.stringify([middle.path]))
  const runs: number[] = []
  for (let round = 1; round <= rounds; round++)
    runs.push((await collect(bench, project, home, join(home, `record-part-${round}`), only)).cpuS)
  return least(runs)
}

/**
 * One run; `record`: the file the probe writes to, null: without it. Byte code is read from a folder of this
 * benchmark's, where the first run left it, as it is in place for a user.
 */
async function collect(
  bench: Bench,
  project: Project,
  home: string,
  record: string | null,
  only: string | null = null,
  more: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const cache = folderIn(home, 'pytest-cache')
  const probe = join(bench.tools.root, 'dist', 'probe')
  const env = environmentOf(project, home)
  const { ended, usage } = await measure(
    bench.tools,
    [
      ...[project.python, '-m', 'pytest', '--collect-only', '-q', '-rA', '-o', `cache_dir=${cache}`],
      ...(measuresCoverage(project) ? ['--no-cov'] : []),
      ...(record ? ['-p', 'precollect_probe'] : []),
      ...project.args,
    ],
    {
      cwd: project.cwd,
      env: {
        ...env,
        PYTHONPYCACHEPREFIX: folderIn(home, 'byte-code'),
        PYTHONDONTWRITEBYTECODE: '1',
        COLUMNS: '1000',
        ...(record ? { PYTHONPATH: probe, PRECOLLECT_PROBE_OUT: record } : {}),
        ...(only ? { PRECOLLECT_PROBE_ONLY: only } : {}),
        ...more,
      },
      limitS: PYTEST_LIMIT_S,
    },
  )
  if (usage.exit === null) throw new SetupError(`${project.cwd}: pytest took more than ${PYTEST_LIMIT_S} s`)
  const printed = withoutChance(ended.stdout + ended.stderr)
  return { printed, exit: usage.exit, cpuS: usage.cpuS, wallS: usage.wallS }
}

/** A pass measures no coverage, whose report would be the user's: then the run it is compared with does not either. */
function measuresCoverage({ python }: Project): boolean {
  const lib = join(dirname(dirname(python)), 'lib')
  return readdirSync(lib).some(version => existsSync(join(lib, version, 'site-packages', 'pytest_cov')))
}

/**
 * Times, addresses and process numbers differ from run to run; and in the traceback of a crash of pytest's the frames
 * of pluggy, which are others where a hook is called around the one that fails.
 */
function withoutChance(text: string): string {
  return text
    .replace(/^ {2}File ".*[\\/]pluggy[\\/].*\n(?: {4}.*\n)*/gm, '')
    .replace(/ in \d+\.\d+s( \([\d:]+\))?/g, ' in TIME')
    .replace(/0x[0-9a-f]{6,}/g, 'ADDRESS')
    .replace(/^cachedir: .*/m, 'cachedir: FOLDER')
    .replace(/precollect-bench-\w+/g, 'HOME')
}

/** Stands for the run itself, ended by a conftest or from within. */
const SESSION = '(session)'

function failedOf(record: string): Failures {
  if (!existsSync(record)) return new Map() // It ended before the probe was loaded.
  const { collectors, stop } = readProbe(readFileSync(record))
  const types = (exceptions: readonly { readonly type: string }[]) => exceptions.map(it => it.type)
  const failed = collectors.filter(it => it.outcome === 'fails')
  return new Map([
    ...failed.map(it => [it.nodeid, types(it.exceptions)] as const),
    ...(stop ? [[SESSION, types(stop.exceptions)] as const] : []),
  ])
}

/** What pytest did when the corpus was made, without the probe. */
function expectedOf({ stage, errors = [] }: OracleRecord): Failures {
  const ofSession = new Set(['internal', 'usage', 'config'])
  // A conftest that is imported while files are collected costs its folder, an initial one the run.
  if (stage !== 'finished') ofSession.add('conftest')
  return new Map(
    errors.map(({ kind, node, raised, cause }) => [ofSession.has(kind) ? SESSION : node, [raised, cause]]),
  )
}

function agree(failed: Failures, expected: Failures): boolean {
  const alike = ([nodeid, types]: [string, readonly string[]]) => {
    const chain = failed.get(nodeid)
    // What pytest refuses before it calls any hook no plugin can see.
    if (!chain) return nodeid === SESSION
    return chain[0] === types[0] && types.every(type => chain.includes(type))
  }
  return [...failed.keys()].every(it => expected.has(it)) && [...expected].every(alike)
}

function listed(failures: Failures): string {
  return [...failures]
    .map(([nodeid, types]) => `${nodeid} ${types.join(' ')}`)
    .sort()
    .join('\n')
}

function same(a: Run, b: Run): boolean {
  return a.exit === b.exit && a.printed === b.printed
}

function least(values: readonly number[]): number {
  return Math.min(...values)
}

function firstDifference(a: string, b: string): string[] {
  const [left, right] = [a.split('\n'), b.split('\n')]
  const at = left.findIndex((line, index) => line !== right[index])
  const from = at < 0 ? left.length : at
  return [`- ${left[from] ?? '(ends)'}`, `+ ${right[from] ?? '(ends)'}`]
}

/** Percent of CPU that the probe adds, over all projects together. */
function cost(rows: readonly Row[]): number {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0)
  return 100 * (sum(row => row.probedCpuS) / sum(row => row.plainCpuS) - 1)
}

function line(row: Row): string[] {
  return [
    `${row.name} ${row.setting}`,
    row.output,
    row.record,
    String(row.failed),
    seconds(row.plainCpuS),
    seconds(row.probedCpuS),
    `${(100 * (row.probedCpuS / row.plainCpuS - 1)).toFixed(1)}%`,
    row.partCpuS === null ? '-' : (row.partCpuS / row.probedCpuS).toFixed(2),
    seconds(row.plainWallS),
    seconds(row.probedWallS),
  ]
}

function report(rows: readonly Row[]): string {
  const head = [
    'project',
    'output',
    'record',
    'failed',
    'plain cpu',
    'probed',
    'cost',
    'one file',
    'plain wall',
    'probed',
  ]
  const sum = (of: (row: Row) => number) => seconds(rows.reduce((total, row) => total + of(row), 0))
  const different = rows.filter(row => row.output === 'DIFFERENT').length
  const all = [
    'all',
    `${different} differ`,
    `${rows.filter(row => row.record === 'DIFFERENT').length} differ`,
    String(rows.reduce((total, row) => total + row.failed, 0)),
    sum(row => row.plainCpuS),
    sum(row => row.probedCpuS),
    `${cost(rows).toFixed(1)}%`,
    '',
    sum(row => row.plainWallS),
    sum(row => row.probedWallS),
  ]
  return table(head, [...rows.map(line), all], true)
}
