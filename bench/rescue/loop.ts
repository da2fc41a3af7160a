/**
 * The rescue: a project is restructured at many places at once, then only precollect's own commands are used, and the
 * real pytest counts what is left after each round.
 */
import { basename, dirname, join } from 'node:path'
import { applyEdits, copyEntry } from '../mutations/workspace.ts'
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
  /** Of these, the ones that did not fail before it. */
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
const MOST_ROUNDS = 40
const LIMIT_S = 3000

export function rescueEntry(bench: Bench, entry: Entry, options: PlanOptions): Promise<Rescue> {
  return withFolder(async folder => {
    const data = folderIn(folder, 'corpus')
    progress(`${entry.name}: copying`)
    copyEntry(bench.corpus, entry, SETTING, data)
    const project = projectOf(data, entry, SETTING)
    const home = folderIn(folder, 'home')
    const moves = together(await planned(bench, entry, project, folder, options))
    for (const { edits } of moves) applyEdits(project.cwd, edits)
    const rounds: Round[] = []
    const broken = await failing(bench, entry, data)
    let before = broken
    let { now } = (await plan(bench, project, home, Number.MAX_SAFE_INTEGER)).said
    let byHand = false
    while (before.size > 0 && now > TARGET && !byHand && rounds.length < MOST_ROUNDS) {
      progress(`${entry.name}: round ${rounds.length + 1}, ${before.size} test files fail`)
      // One step at a time, so that each is measured. Where the best one is a person's, all edits of the plan at once.
      let round = await plan(bench, project, home, Math.max(TARGET, now - 1))
      byHand = round.steps.length === 0 || round.steps.some(({ kind }) => kind !== 'edit')
      if (byHand) round = await plan(bench, project, home, TARGET)
      const after = await failing(bench, entry, data)
      rounds.push({ ...round, left: after.size, harmed: [...after].filter(path => !before.has(path)) })
      before = after
      now = round.said.after
      if (round.fault !== null) break
    }
    return { project: entry.name, moves: moves.map(({ title }) => title), broken: broken.size, rounds }
  })
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
async function plan({ tools }: Bench, project: Project, home: string, target: number): Promise<Planned> {
  const options = ['--output-format', 'json', '--invocation', 'python -m pytest', '--python', project.python]
  const { ended, usage } = await measure(
    tools,
    [
      process.execPath,
      tools.command,
      'plan',
      '--target',
      String(target),
      '--apply',
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
    'PYTHONDONTWRITEBYTECODE=1',
  ])
  if (ended.exit !== 0) throw new Error(`${entry.name}: the oracle failed\n${ended.stderr}`)
  const { record } = JSON.parse(ended.stdout) as { record: OracleRecord | null }
  if (record === null) throw new Error(`${entry.name}: pytest took too long`)
  const { session, collectors } = realityOf(record)
  if (session.outcome === 'stops') return new Set(realityOf(recorded(corpus, entry, SETTING)).order)
  return new Set([...collectors].flatMap(([path, { outcome }]) => (outcome === 'fails' ? [path] : [])))
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
