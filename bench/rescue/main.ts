/**
 * Seeded restructurings: modules and names of a healthy project move, nobody tells their importers, and precollect
 * is asked where they went. The right answer is known; what counts is the rank at which it is given.
 */
import { Command } from 'commander'
import { applyEdits, copyEntry } from '../mutations/workspace.ts'
import { asExitCode, type Bench, fromUser, openBench, progress, saveResult } from '../shared/bench.ts'
import { chooseEntries, type Entry, fetchMissing, projectOf } from '../shared/corpus.ts'
import { toCount } from '../shared/requirements.ts'
import { environmentOf, folderIn, measure, type Project, withFolder } from '../shared/run.ts'
import { table } from '../shared/table.ts'
import { rescueEntry, rescueTable, STEPWISE, WHOLE } from './loop.ts'
import { type PlanOptions, planned, type Restructuring, SETTING } from './planned.ts'
import { type Answer, type Asked, judge, type MissingDocument } from './rank.ts'

interface Options extends PlanOptions {
  readonly projects?: string
  readonly full: boolean
  readonly loop: boolean
  readonly stepwise: boolean
  readonly rounds?: number
  readonly keep?: string
  readonly command?: string
  readonly verbose: boolean
}

interface Outcome {
  readonly project: string
  readonly restructuring: Omit<Restructuring, 'edits'>
  /** One for each missing module or name that was told of it; empty: nothing that is collected asks for it. */
  readonly answers: readonly Answer[]
  readonly cpuS: number
  readonly fault: string | null
}

const LIMIT_S = 600

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = new Command('bench:rescue')
      .description('Where moved modules and names went: the rank of the right answer')
      .option('--projects <names>', 'entries of the corpus, separated by commas; without: the small subset')
      .option('--full', 'every entry', false)
      .option('--count <n>', 'restructurings of each project', toCount, 6)
      .option('--seed <text>', 'another seed, other restructurings', '1')
      .option(
        '--kind <name>',
        'only this kind (repeatable)',
        (value, before: string[]) => [...before, value],
        [],
      )
      .option(
        '--loop',
        'all restructurings at once, then precollect plan --apply, then the real pytest',
        false,
      )
      .option('--stepwise', 'with --loop: one step of the plan at a time, each measured', false)
      .option('--rounds <n>', 'with --loop: not more rounds than these; 0 only restructures', toCount)
      .option('--keep <folder>', 'with --loop, of one project: make the copy there, and leave it')
      .option('--damage <n>', 'with --loop: dropped markers and collisions of each kind besides', toCount, 0)
      .option('--verbose', 'every answer that is not the first', false)
      .option('--command <file>', 'the built command to measure, instead of dist/precollect.js')
      .exitOverride()
    command.parse(args, { from: 'user' })
    const options = command.opts<Options>()
    const bench = await openBench(root, options.command)
    const names = options.projects?.split(',').map(name => name.trim()) ?? []
    const entries = chooseEntries(bench.corpus, names, options.full)
    await fetchMissing(bench.corpus, bench.tools.python, entries, [SETTING])
    if (options.loop) {
      const rescues = []
      const usual = options.stepwise ? STEPWISE : WHOLE
      const pace = { ...usual, rounds: options.rounds ?? usual.rounds }
      const keep = options.keep === undefined ? null : fromUser(options.keep)
      for (const entry of entries) rescues.push(await rescueEntry(bench, entry, options, pace, keep))
      process.stdout.write(`${rescueTable(rescues)}\n`)
      process.stdout.write(
        `\nAll steps: ${saveResult(root, 'rescue-loop', { seed: options.seed, rescues })}\n`,
      )
      return true
    }
    const outcomes: Outcome[] = []
    for (const entry of entries) outcomes.push(...(await restructureEntry(bench, entry, options)))
    progress('')
    process.stdout.write(`${summary(outcomes)}\n`)
    if (options.verbose) process.stdout.write(`\n${outcomes.flatMap(wrongAnswers).join('\n')}\n`)
    process.stdout.write(`\nAll answers: ${saveResult(root, 'rescue', { seed: options.seed, outcomes })}\n`)
    return outcomes.every(({ fault }) => fault === null)
  })
}

function restructureEntry(bench: Bench, entry: Entry, options: Options): Promise<Outcome[]> {
  return withFolder(async folder => {
    const data = folderIn(folder, 'corpus')
    progress(`${entry.name}: copying`)
    copyEntry(bench.corpus, entry, SETTING, data)
    const project = projectOf(data, entry, SETTING)
    const home = folderIn(folder, 'home')
    const outcomes: Outcome[] = []
    for (const each of await planned(bench, entry, project, folder, { ...options, damage: 0 })) {
      progress(`${entry.name}: ${each.id}`)
      const undo = applyEdits(project.cwd, each.edits)
      outcomes.push(await ask(bench, entry, project, home, each))
      undo()
    }
    return outcomes
  })
}

async function ask(
  { tools }: Bench,
  entry: Entry,
  project: Project,
  home: string,
  { edits, ...restructuring }: Restructuring,
): Promise<Outcome> {
  const options = ['--output-format', 'json', '--invocation', 'python -m pytest', '--python', project.python]
  const { ended, usage } = await measure(
    tools,
    [process.execPath, tools.command, 'bridges', '--top', '20', ...options, '--', ...project.args],
    { cwd: project.cwd, env: environmentOf(project, home), limitS: LIMIT_S },
  )
  const fault = usage.exit === 0 ? null : `exit ${usage.exit}: ${ended.stderr.trim().slice(-500)}`
  const told = fault === null ? (JSON.parse(ended.stdout) as { missing: MissingDocument[] }).missing : []
  const asked: Asked = new Map(Object.entries(restructuring.moved))
  return { project: entry.name, restructuring, answers: judge(told, asked), cpuS: usage.cpuS, fault }
}

function summary(outcomes: readonly Outcome[]): string {
  const kinds = [...new Set(outcomes.map(({ restructuring }) => restructuring.kind))].sort()
  const row = (name: string, some: readonly Outcome[]) => {
    const answers = some.flatMap(each => each.answers)
    const within = (rank: number) =>
      answers.filter(answer => answer.rank !== null && answer.rank <= rank).length
    const share = (count: number) =>
      answers.length === 0 ? '' : `${((100 * count) / answers.length).toFixed(0)} %`
    return [
      name,
      some.length,
      some.filter(each => each.answers.length === 0).length,
      answers.length,
      share(within(1)),
      share(within(3)),
      answers.filter(({ rank }) => rank === null).length,
      some.filter(({ fault }) => fault !== null).length,
      (some.reduce((sum, { cpuS }) => sum + cpuS, 0) / Math.max(1, some.length)).toFixed(1),
    ].map(String)
  }
  return table(
    ['kind', 'moves', 'harmless', 'asked', 'first', 'in three', 'not found', 'faults', 'cpu s'],
    [
      ...kinds.map(kind =>
        row(
          kind,
          outcomes.filter(({ restructuring }) => restructuring.kind === kind),
        ),
      ),
      row('all', outcomes),
    ],
  )
}

function wrongAnswers({ project, restructuring, answers, fault }: Outcome): string[] {
  const wrong = answers.filter(({ rank }) => rank !== 1)
  if (wrong.length === 0 && fault === null) return []
  return [
    `${project} ${restructuring.id}: ${restructuring.title}${fault === null ? '' : `\n  ${fault}`}`,
    ...wrong.map(
      ({ missing, rank, first }) => `  ${missing}: ${rank ?? 'not found'}; first: ${first ?? 'nothing'}`,
    ),
  ]
}
