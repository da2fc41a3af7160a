/** The restructurings of a project, as `restructure.py` plans them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../shared/bench.ts'
import { type Entry, recorded, type Setting } from '../shared/corpus.ts'
import { realityOf } from '../shared/record.ts'
import { type Project, run } from '../shared/run.ts'

export interface PlanOptions {
  readonly count: number
  readonly seed: string
  readonly kind: readonly string[]
  /** With `loop`: so many dropped markers and collisions of each kind, besides what moves. */
  readonly damage: number
}

/** Things are moved where collection succeeds: what fails then is the move's work. */
export const SETTING: Setting = 'healthy'

export interface Restructuring {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly edits: Readonly<Record<string, string | null>>
  /** Dotted names: where it was -> where it is. */
  readonly moved: Readonly<Record<string, string>>
}

/** The same seed and tree give the same list. `folder`: an existing one for what is written on the way. */
export async function planned(
  { corpus, tools }: Bench,
  entry: Entry,
  project: Project,
  folder: string,
  options: PlanOptions,
): Promise<Restructuring[]> {
  const { order } = realityOf(recorded(corpus, entry, SETTING))
  const tests = join(folder, 'tests.json')
  writeFileSync(tests, JSON.stringify(order))
  const script = join(tools.root, 'bench', 'rescue', 'restructure.py')
  const ended = await run(tools.python, [
    ...['-B', '-S', '-W', 'ignore', script, project.cwd, '--tests', tests],
    ...['--damage', String(options.damage)],
    ...['--seed', `${options.seed}/${entry.name}`, '--count', String(options.count)],
    ...options.kind.flatMap(name => ['--kind', name]),
  ])
  if (ended.exit !== 0) throw new Error(ended.stderr)
  return JSON.parse(ended.stdout) as Restructuring[]
}
