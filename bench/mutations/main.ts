/**
 * Seeded faults: one at a time is put into a copy of a project that collects; the real pytest says what it
 * breaks, and the prediction made for the same tree is judged against that.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { asExitCode, type Bench, fromUser, openBench, progress, saveResult } from '../shared/bench.ts'
import {
  chooseEntries,
  type Entry,
  environmentFolder,
  fetchMissing,
  projectOf,
  recorded,
  type Setting,
  SetupError,
  sourceOf,
} from '../shared/corpus.ts'
import { type Judgement, judge } from '../shared/judge.ts'
import { type OracleRecord, type Reality, realityOf } from '../shared/record.ts'
import { type Requirements, toCount, unmet, withRequirements } from '../shared/requirements.ts'
import { folderIn, type Project, predict, run, withFolder } from '../shared/run.ts'
import { sum, tallyOf } from '../shared/tally.ts'
import { isChanged, without } from './baseline.ts'
import { disagreement, familyTable, forFile, type Mutant, type Outcome } from './report.ts'
import { applyEdits, copyEntry, hideEntries, sitePackages } from './workspace.ts'

interface Options extends Requirements {
  readonly projects?: string
  readonly full: boolean
  readonly maxPytestCpu: number
  readonly count: number
  readonly seed: string
  readonly family: readonly string[]
  readonly pick?: string
  readonly keep?: string
  readonly verbose: boolean
  readonly command?: string
}

/** Faults are seeded where collection succeeds: what fails then is the fault's work. */
const SETTING: Setting = 'healthy'
/** Many short runs on files that change within a second: byte code of a mutant must not outlive it. */
const NO_BYTECODE = 'PYTHONDONTWRITEBYTECODE'

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = withRequirements(
      new Command('bench:mutations')
        .description('Predictions for seeded faults, against the real pytest on the same tree')
        .option('--projects <names>', 'entries of the corpus, separated by commas; without: the small subset')
        .option('--full', 'every entry whose collection is quick enough', false)
        .option('--max-pytest-cpu <seconds>', 'the limit for --full', Number, 6)
        .option('--count <n>', 'faults for each project', toCount, 12)
        .option('--seed <text>', 'another seed, other faults', '1')
        .option('--family <name>', 'only this family of faults (repeatable)', gather, [])
        .option('--pick <family#n>', 'only this fault')
        .option('--keep <folder>', 'with --pick: make the copy there, and leave it with its fault')
        .option('--verbose', 'whole diffs and all files of a disagreement', false)
        .option('--command <file>', 'the built command to measure, instead of dist/precollect.js'),
    ).exitOverride()
    command.parse(args, { from: 'user' })
    const options = command.opts<Options>()
    const bench = await openBench(root, options.command)
    const entries = chooseProjects(bench, options)
    await fetchMissing(bench.corpus, bench.tools.python, entries, [SETTING])

    const outcomes: Outcome[] = []
    for (const entry of entries) outcomes.push(...(await mutateEntry(bench, entry, options)))
    progress('')

    const total = sum(outcomes.map(outcome => outcome.tally))
    const failed = unmet(total, options)
    const wrong = outcomes
      .map(outcome => disagreement(outcome, options.seed, options.verbose))
      .filter(Boolean)
    const parts = [familyTable(outcomes), ...wrong, ...failed.map(line => `Does not hold: ${line}`)]
    process.stdout.write(`${parts.join('\n\n')}\n`)
    const saved = saveResult(root, 'mutations', {
      seed: options.seed,
      total,
      outcomes: outcomes.map(forFile),
    })
    process.stdout.write(`\nAll mutants: ${saved}\n`)
    return failed.length === 0
  })
}

function gather(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function chooseProjects({ corpus }: Bench, options: Options): readonly Entry[] {
  const names = options.projects?.split(',').map(name => name.trim()) ?? []
  const entries = chooseEntries(corpus, names, options.full)
  if (names.length > 0 || !options.full) return entries
  return entries.filter(entry => entry.settings[SETTING].cpu_s <= options.maxPytestCpu)
}

/** All faults of one project, judged in one copy of it. */
function mutateEntry(bench: Bench, entry: Entry, options: Options): Promise<Outcome[]> {
  const keep = options.pick ? options.keep : undefined
  const work = async (folder: string) => {
    const data = folderIn(folder, 'corpus')
    progress(`${entry.name}: copying`)
    copyEntry(bench.corpus, entry, SETTING, data)
    const bare = projectOf(data, entry, SETTING)
    const project = { ...bare, env: { ...bare.env, [NO_BYTECODE]: '1' } }
    const home = folderIn(folder, 'home')

    progress(`${entry.name}: baseline`)
    const record = await askPytest(bench, entry, data, [])
    if (record === null) throw new SetupError(`${entry.name}: pytest took too long in the unchanged copy`)
    const baseline = checkedBaseline(bench, entry, record)
    const { document, fault } = await predict(bench.tools, project, home)
    if (fault) process.stderr.write(`${entry.name}: no prediction for the unchanged copy: ${fault}\n`)
    const judged = judge(baseline, document, project.cwd)

    const site = sitePackages(environmentFolder(data, entry, SETTING))
    const mutants = await planMutants(bench, entry, project, site, baseline, folder, options)
    const outcomes: Outcome[] = []
    for (const mutant of mutants) {
      progress(`${entry.name}: ${mutant.id} (${outcomes.length + 1} of ${mutants.length})`)
      const undoEdits = applyEdits(project.cwd, mutant.edits)
      const bringBack = hideEntries(site, mutant.gone)
      const outcome = await judgeMutant(bench, entry, data, project, home, mutant, { baseline, judged })
      if (outcome) outcomes.push(outcome)
      else process.stderr.write(`${entry.name} ${mutant.id}: pytest took too long, not judged\n`)
      if (keep !== undefined) continue
      undoEdits()
      bringBack()
    }
    return outcomes
  }
  return keep === undefined ? withFolder(work) : work(fromUser(keep))
}

async function askPytest(
  { corpus, tools }: Bench,
  entry: Entry,
  data: string,
  variables: readonly string[],
): Promise<OracleRecord | null> {
  const script = join(tools.root, 'bench', 'shared', 'oracle_once.py')
  const ended = await run(tools.python, ['-B', script, corpus.spec, data, entry.name, SETTING, ...variables])
  if (ended.exit !== 0) throw new Error(`${entry.name}: the oracle failed\n${ended.stderr}`)
  return (JSON.parse(ended.stdout) as { record: OracleRecord | null }).record
}

/** Throws SetupError where the copy still reaches into the corpus, or collects otherwise than recorded. */
function checkedBaseline({ corpus }: Bench, entry: Entry, record: OracleRecord): Reality {
  if (JSON.stringify(record).includes(sourceOf(corpus.data, entry))) {
    throw new SetupError(`${entry.name}: the copied environment still imports from the corpus itself`)
  }
  const reality = realityOf(record)
  if (isChanged(realityOf(recorded(corpus, entry, SETTING)), reality)) {
    process.stderr.write(`${entry.name}: the unchanged copy does not collect as recorded; judged as it is\n`)
  }
  return reality
}

async function planMutants(
  { tools }: Bench,
  entry: Entry,
  project: Project,
  site: string,
  baseline: Reality,
  folder: string,
  options: Options,
): Promise<Mutant[]> {
  const others = [...baseline.collectors.keys()].filter(
    path => path.endsWith('.py') && !baseline.order.includes(path),
  )
  const tests = join(folder, 'tests.json')
  writeFileSync(tests, JSON.stringify([...baseline.order, ...others]))
  const script = join(tools.root, 'bench', 'mutations', 'mutate.py')
  const ended = await run(tools.python, [
    ...['-B', '-S', '-W', 'ignore', script, project.cwd, '--tests', tests, '--site', site],
    ...['--seed', `${options.seed}/${entry.name}`, '--count', String(options.count)],
    ...options.family.flatMap(name => ['--family', name]),
    ...(options.pick ? ['--pick', options.pick] : []),
  ])
  if (ended.exit !== 0) throw new SetupError(ended.stderr.trim().split('\n').at(-1) ?? '')
  return JSON.parse(ended.stdout) as Mutant[]
}

/** null: pytest did not end in time. */
async function judgeMutant(
  bench: Bench,
  entry: Entry,
  data: string,
  project: Project,
  home: string,
  mutant: Mutant,
  before: { readonly baseline: Reality; readonly judged: Judgement },
): Promise<Outcome | null> {
  const record = await askPytest(bench, entry, data, [`${NO_BYTECODE}=1`])
  if (record === null) return null
  const reality = realityOf(record)
  const { document, fault, usage } = await predict(bench.tools, project, home)
  const judgement = without(judge(reality, document, project.cwd), before.judged)
  return {
    project: entry.name,
    mutant,
    changed: isChanged(before.baseline, reality),
    judgement,
    tally: tallyOf(judgement, document === null),
    fault,
    usage,
  }
}
