/**
 * The rescue: a project is restructured at many places at once, then only precollect's own commands are used, and the
 * real pytest counts what is left after each round.
 */
import { writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { applyEdits, copyEntry, type Edits } from '../mutations/workspace.ts'
import { type Bench, progress } from '../shared/bench.ts'
import { type Entry, projectOf, recorded } from '../shared/corpus.ts'
import { type OracleRecord, realityOf } from '../shared/record.ts'
import { environmentOf, folderIn, measure, type Project, run, withFolder } from '../shared/run.ts'
import { table } from '../shared/table.ts'
import { type PlanOptions, planned, type Restructuring, SETTING } from './planned.ts'

export interface Round {
  /** Errors that precollect saw before it, and said would be left after it. */
  readonly said: { readonly now: number; readonly after: number }
  readonly steps: readonly { readonly kind: string; readonly title: string; readonly errorsAfter: number }[]
  /** Test files that really fail after it. */
  readonly left: number
  /** Of these, the ones that the project had before it was restructured and that did not fail before the round. */
  readonly harmed: readonly string[]
  readonly cpuS: number
  readonly fault: string | null
}

export interface Rescue {
  readonly project: string
  readonly moves: readonly string[]
  /** Test files that really fail before the first round. */
  readonly broken: number
  readonly rounds: readonly Round[]
}

type Planned = Omit<Round, 'left' | 'harmed'>

const TARGET = 10
const LIMIT_S = 3000

/** How often a plan is made and applied, and how much of it at once. */
export interface Pace {
  readonly rounds: number
  /** Steps of one round; null: the whole plan. */
  readonly steps: number | null
}

/** As a user would go on: the whole plan, three times at most. */
export const WHOLE: Pace = { rounds: 3, steps: null }
/** One step after another, so that each is measured. */
export const STEPWISE: Pace = { rounds: 60, steps: 1 }

/** `keep`: an existing folder for the copy, which is left there as the rescue leaves it; null: a passing one. */
export function rescueEntry(
  bench: Bench,
  entry: Entry,
  options: PlanOptions,
  pace: Pace,
  keep: string | null,
): Promise<Rescue> {
  const work = async (folder: string) => {
    const data = folderIn(folder, 'corpus')
    progress(`${entry.name}: copying`)
    copyEntry(bench.corpus, entry, SETTING, data)
    const project = projectOf(data, entry, SETTING)
    const home = folderIn(folder, 'home')
    const all = together(await planned(bench, entry, project, folder, options))
    const moves = await sound(bench, entry, project, folder, all)
    const healthy = new Set(testFiles(bench.corpus, entry))
    for (const { edits } of moves) applyEdits(project.cwd, edits)
    const rounds: Round[] = []
    const broken = await failing(bench, entry, data)
    let before = broken
    for (let at = 1; at <= pace.rounds && before.size > TARGET; at++) {
      progress(`${entry.name}: round ${at}, ${before.size} test files fail`)
      const round = await plan(bench, project, home, pace)
      const after = await failing(bench, entry, data)
      rounds.push({
        ...round,
        left: after.size,
        harmed: [...after].filter(path => healthy.has(path) && !before.has(path)),
      })
      before = after
      if (round.fault !== null || !round.steps.some(({ kind }) => kind === 'edit')) break
    }
    return { project: entry.name, moves: moves.map(({ title }) => title), broken: broken.size, rounds }
  }
  return keep === null ? withFolder(work) : work(keep)
}

/**
 * Those after which the suite collects once all importers are told: a move that closes an import cycle by itself is one
 * that nobody would have made. What moves nothing stays.
 */
async function sound(
  bench: Bench,
  entry: Entry,
  project: Project,
  folder: string,
  all: readonly Restructuring[],
): Promise<Restructuring[]> {
  const { tools } = bench
  const data = join(folder, 'corpus')
  const list = join(folder, 'moved.json')
  const script = join(tools.root, 'bench', 'rescue', 'tell.py')
  const healthy = await failing(bench, entry, data)
  const collects = async (moves: readonly Restructuring[]) => {
    progress(`${entry.name}: does it collect once ${moves.length} moves are told?`)
    const undo = moves.map(({ edits }) => applyEdits(project.cwd, edits))
    writeFileSync(list, JSON.stringify(Object.assign({}, ...moves.map(({ moved }) => moved))))
    const told = await run(tools.python, ['-B', '-S', '-W', 'ignore', script, project.cwd, '--moved', list])
    if (told.exit !== 0) throw new Error(told.stderr)
    undo.push(applyEdits(project.cwd, JSON.parse(told.stdout) as Edits))
    const after = await failing(bench, entry, data)
    for (const step of undo.reverse()) step()
    return [...after].every(path => healthy.has(path))
  }
  const soundOf = async (moves: readonly Restructuring[]): Promise<readonly Restructuring[]> => {
    if (moves.length === 0 || (await collects(moves))) return moves
    if (moves.length === 1) return []
    const half = moves.length >> 1
    const first = await soundOf(moves.slice(0, half))
    const second = await soundOf(moves.slice(half))
    const both = [...first, ...second]
    return first.length === 0 || second.length === 0 || (await collects(both)) ? both : first
  }
  const moving = all.filter(({ moved }) => Object.keys(moved).length > 0)
  const kept = new Set(await soundOf(moving))
  return all.filter(each => kept.has(each) || !moving.includes(each))
}

/** Those that touch no file of another one before them, and put nothing into a package that another one takes away. */
function together(all: readonly Restructuring[]): Restructuring[] {
  const taken = new Set<string>()
  const made = new Set<string>()
  const gone = new Set<string>()
  return all.filter(({ edits }) => {
    const paths = Object.entries(edits)
    const into = paths.flatMap(([path, text]) => (text === null ? [] : [dirname(path)]))
    const away = paths.flatMap(([path, text]) => (text === null && isInit(path) ? [dirname(path)] : []))
    const clash =
      paths.some(([path]) => taken.has(path)) ||
      into.some(folder => gone.has(folder)) ||
      away.some(folder => made.has(folder))
    if (clash) return false
    for (const [path] of paths) taken.add(path)
    for (const folder of into) made.add(folder)
    for (const folder of away) gone.add(folder)
    return true
  })
}

function isInit(path: string): boolean {
  return basename(path) === '__init__.py'
}

/** `precollect plan --apply`: what it said, and made. */
async function plan({ tools }: Bench, project: Project, home: string, pace: Pace): Promise<Planned> {
  const options = ['--output-format', 'json', '--invocation', 'python -m pytest', '--python', project.python]
  const { ended, usage } = await measure(
    tools,
    [
      process.execPath,
      tools.command,
      'plan',
      '--target',
      String(TARGET),
      '--apply',
      ...(pace.steps === null ? [] : ['--steps', String(pace.steps)]),
      ...options,
      '--',
      ...project.args,
    ],
    { cwd: project.cwd, env: environmentOf(project, home), limitS: LIMIT_S },
  )
  const fault =
    usage.exit !== null && usage.exit < 2 ? null : `exit ${usage.exit}: ${ended.stderr.trim().slice(-500)}`
  if (fault !== null) return { said: { now: 0, after: 0 }, steps: [], cpuS: usage.cpuS, fault }
  const told = JSON.parse(ended.stdout) as { errors: Round['said']; steps: Round['steps'] }
  const steps = told.steps.map(({ kind, title, errorsAfter }) => ({ kind, title, errorsAfter }))
  return { said: told.errors, steps, cpuS: usage.cpuS, fault }
}

/**
 * The Python files that pytest collects in the healthy project, those without a test and those that skip themselves
 * among them: as precollect counts.
 */
function testFiles(corpus: Bench['corpus'], entry: Entry): readonly string[] {
  const { collectors } = realityOf(recorded(corpus, entry, SETTING))
  return [...collectors.keys()].filter(path => path.endsWith('.py'))
}

/** Test files that the real pytest fails to collect; all of them where its run stops. */
async function failing({ corpus, tools }: Bench, entry: Entry, data: string): Promise<Set<string>> {
  const script = join(tools.root, 'bench', 'shared', 'oracle_once.py')
  const ended = await run(tools.python, [
    '-B',
    script,
    corpus.spec,
    data,
    entry.name,
    SETTING,
    // Many runs of one copy: each need not compile what the one before did, and the copy stays clean.
    `PYTHONPYCACHEPREFIX=${join(dirname(data), 'byte-code')}`,
  ])
  if (ended.exit !== 0) throw new Error(`${entry.name}: the oracle failed\n${ended.stderr}`)
  const { record } = JSON.parse(ended.stdout) as { record: OracleRecord | null }
  if (record === null) throw new Error(`${entry.name}: pytest took too long`)
  const { session, collectors } = realityOf(record)
  const files = testFiles(corpus, entry)
  if (session.outcome === 'stops') return new Set(files)
  const failed = [...collectors].flatMap(([path, { outcome }]) => (outcome === 'fails' ? [path] : []))
  // With a conftest all files below its folder are lost.
  return new Set(
    failed.flatMap(path => {
      const below = files.filter(file => path === '.' || file.startsWith(`${path}/`))
      return path.endsWith('.py') ? [path] : below
    }),
  )
}

export function rescueTable(rescues: readonly Rescue[]): string {
  const rows = rescues.flatMap(({ project, moves, broken, rounds }) =>
    rounds.map((round, at) => [
      at === 0 ? project : '',
      at === 0 ? moves.length : '',
      at === 0 ? broken : (rounds[at - 1]?.left ?? ''),
      round.said.now,
      round.steps.length,
      round.steps.filter(({ kind }) => kind !== 'edit').length,
      round.said.after,
      round.left,
      round.harmed.length,
      round.cpuS.toFixed(0),
      round.fault ?? '',
    ]),
  )
  return table(
    [
      'project',
      'moves',
      'fail',
      'said',
      'steps',
      'not edits',
      'said after',
      'fail after',
      'harmed',
      'cpu s',
      '',
    ],
    rows.map(row => row.map(String)),
  )
}
