/**
 * Speed beside the real pytest, and beside other tools: `precollect check` and `pytest --collect-only` on the same
 * projects, in the same run, by turns, so that a busy machine is busy for all. Judges nothing; CPU seconds are the steady figure.
 */
import { Command, Option } from 'commander'
import { asExitCode, type Bench, openBench, progress, saveResult } from '../shared/bench.ts'
import {
  chooseEntries,
  type Entry,
  fetchMissing,
  projectOf,
  type Setting,
  SetupError,
} from '../shared/corpus.ts'
import { toCount } from '../shared/requirements.ts'
import {
  environmentOf,
  folderIn,
  measure,
  type Project,
  predict,
  type Usage,
  withFolder,
} from '../shared/run.ts'
import { median, megabytes, seconds, table } from '../shared/table.ts'
import { installOthers, OTHERS, type Other, runOther } from './others.ts'

const SETTING: Setting = 'healthy'
const PYTEST_LIMIT_S = 900

interface Options {
  readonly full: boolean
  readonly rounds: number
  readonly command?: string
  readonly tools: readonly Other[]
}

type Medians = Omit<Usage, 'exit'>

interface Row {
  readonly name: string
  /** Without a cache; with an empty one, which is filled; with that of the run before; pytest with its byte code in place. */
  readonly bare: Medians
  readonly cold: Medians
  readonly warm: Medians
  readonly pytest: Medians
  /** Null where a tool can't be run on the project. */
  readonly others: Readonly<Record<string, Medians | null>>
}

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = new Command('bench:speed')
      .description(
        'precollect check and pytest --collect-only by turns: medians of CPU, wall time and memory',
      )
      .argument('[names...]', 'entries of the corpus; without: the small subset')
      .option('--full', 'every entry', false)
      .option('--rounds <n>', 'runs of each', toCount, 5)
      .addOption(
        new Option('--tools <names...>', 'other tools to run by turns as well; they are installed from PyPI')
          .choices(OTHERS)
          .default([]),
      )
      .option('--command <file>', 'the built command to measure, instead of dist/precollect.js')
      .exitOverride()
    command.parse(args, { from: 'user' })
    const options = command.opts<Options>()
    if (options.rounds === 0) throw new SetupError('--rounds must be at least 1')
    const bench = await openBench(root, options.command)
    const entries = chooseEntries(bench.corpus, command.args, options.full)
    await fetchMissing(bench.corpus, bench.tools.python, entries, [SETTING])

    const versions = await installOthers(bench.tools, options.tools)

    const rows: Row[] = []
    for (const entry of entries) rows.push(await compare(bench, entry, options))
    progress('')
    process.stdout.write(`${report(rows)}\n`)
    if (options.tools.length > 0) process.stdout.write(`\n${comparison(rows, versions)}\n`)
    const saved = saveResult(root, 'speed', { setting: SETTING, rounds: options.rounds, versions, rows })
    process.stdout.write(`\nAll figures: ${saved}\n`)
    return true
  })
}

async function compare(bench: Bench, entry: Entry, { rounds, tools }: Options): Promise<Row> {
  const project = projectOf(bench.corpus.data, entry, SETTING)
  const runs: Record<'bare' | 'cold' | 'warm' | 'pytest', Usage[]> = {
    bare: [],
    cold: [],
    warm: [],
    pytest: [],
  }
  const others = new Map<Other, Usage[]>()
  progress(`${entry.name}: first pytest, not counted`)
  await withFolder(home => collect(bench, project, home))
  for (let round = 1; round <= rounds; round++) {
    progress(`${entry.name}: round ${round} of ${rounds}`)
    await withFolder(async home => {
      runs.bare.push(await check(bench, project, home, false))
      runs.cold.push(await check(bench, project, home))
      runs.pytest.push(await collect(bench, project, home))
      runs.warm.push(await check(bench, project, home))
      for (const tool of tools) {
        progress(`${entry.name}: round ${round} of ${rounds}: ${tool}`)
        const usage = await runOther(bench.tools, tool, project, home, entry.name.replaceAll('-', '_'))
        if (usage) others.set(tool, [...(others.get(tool) ?? []), usage])
      }
    })
  }
  return {
    name: entry.name,
    bare: middle(runs.bare),
    cold: middle(runs.cold),
    warm: middle(runs.warm),
    pytest: middle(runs.pytest),
    others: Object.fromEntries(tools.map(tool => [tool, middleOrNull(others.get(tool))])),
  }
}

/** Throws SetupError where the command gives no document: a crash is not quick. */
async function check({ tools }: Bench, project: Project, home: string, keeps = true): Promise<Usage> {
  const { usage, fault } = await predict(tools, project, home, { keeps })
  if (fault) throw new SetupError(`${project.cwd}: ${fault}`)
  return usage
}

async function collect({ tools }: Bench, project: Project, home: string): Promise<Usage> {
  const cache = folderIn(home, 'pytest-cache')
  const { usage } = await measure(
    tools,
    [project.python, '-m', 'pytest', '--collect-only', '-q', '-o', `cache_dir=${cache}`, ...project.args],
    { cwd: project.cwd, env: environmentOf(project, home), limitS: PYTEST_LIMIT_S },
  )
  if (usage.exit === null) throw new SetupError(`${project.cwd}: pytest took more than ${PYTEST_LIMIT_S} s`)
  return usage
}

function middleOrNull(usages: readonly Usage[] | undefined): Medians | null {
  return usages ? middle(usages) : null
}

function middle(usages: readonly Usage[]): Medians {
  return {
    wallS: median(usages.map(usage => usage.wallS)),
    cpuS: median(usages.map(usage => usage.cpuS)),
    rssKb: median(usages.map(usage => usage.rssKb)),
  }
}

const HEAD = [
  'project',
  'bare cpu',
  'cold cpu',
  'wall',
  'MB',
  'warm cpu',
  'wall',
  'pytest cpu',
  'wall',
  'MB',
  'bare/pytest',
  'cold/pytest',
  'warm/pytest',
]

/** CPU seconds and memory of the other tools, and what a cold check takes of their CPU. */
function comparison(rows: readonly Row[], versions: Readonly<Record<string, string>>): string {
  const head = [
    'project',
    ...Object.entries(versions).flatMap(([tool, version]) => [`${tool} ${version}`, 'MB', 'cold/it']),
  ]
  const cells = (cold: Medians, it: Medians | null | undefined) =>
    it ? [seconds(it.cpuS), megabytes(it.rssKb), (cold.cpuS / it.cpuS).toFixed(2)] : ['-', '-', '-']
  return table(
    head,
    rows.map(({ name, cold, others }) => [
      name,
      ...Object.keys(versions).flatMap(tool => cells(cold, others[tool])),
    ]),
  )
}

/** The last row holds sums (of memory: maxima) and their ratios. */
function report(rows: readonly Row[]): string {
  const all: Row = {
    name: 'all',
    others: {},
    bare: total(rows.map(row => row.bare)),
    cold: total(rows.map(row => row.cold)),
    warm: total(rows.map(row => row.warm)),
    pytest: total(rows.map(row => row.pytest)),
  }
  return table(HEAD, [...rows, all].map(line), true)
}

function total(medians: readonly Medians[]): Medians {
  const add = (name: 'wallS' | 'cpuS') => medians.reduce((sum, each) => sum + each[name], 0)
  return { wallS: add('wallS'), cpuS: add('cpuS'), rssKb: Math.max(...medians.map(each => each.rssKb)) }
}

function line({ name, bare, cold, warm, pytest }: Row): string[] {
  return [
    name,
    seconds(bare.cpuS),
    ...[seconds(cold.cpuS), seconds(cold.wallS), megabytes(cold.rssKb)],
    ...[seconds(warm.cpuS), seconds(warm.wallS)],
    ...[seconds(pytest.cpuS), seconds(pytest.wallS), megabytes(pytest.rssKb)],
    ...[bare, cold, warm].map(each => (each.cpuS / pytest.cpuS).toFixed(3)),
  ]
}
