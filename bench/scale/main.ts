/**
 * Large repositories, made up and removed again: what a check takes with nothing kept and with everything kept, what an
 * edit costs in the server, and how each grows from size to size. Linux only: it reads /proc.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { layOutEnvironment } from '../../test/support/on_disk.ts'
import { standardPython } from '../../test/support/pythons.ts'
import { asExitCode, openTools, progress, saveResult } from '../shared/bench.ts'
import { SetupError } from '../shared/corpus.ts'
import { toCount } from '../shared/requirements.ts'
import { type Project, predict, type Tools, type Usage } from '../shared/run.ts'
import { megabytes, seconds, table } from '../shared/table.ts'
import { residentMb, share, startEditor, type Timed, Typist } from '../shared/typist.ts'
import { installed, monorepo } from './monorepo.ts'

const SEED = 1
const LIMIT_S = 1800

interface Options {
  readonly files: readonly number[]
  readonly edits: number
  readonly command?: string
}

interface Row {
  readonly files: number
  readonly cold: Usage
  readonly warm: Usage
  readonly edits: Edits | null
}

interface Edits {
  /** Milliseconds: the middle one, and that which 95 of 100 stay below. */
  readonly cpuMs: readonly [number, number]
  readonly wallMs: readonly [number, number]
  /** To what is known of all files. */
  readonly allCpuMs: readonly [number, number]
  readonly memoryMb: number
  readonly times: readonly Timed[]
}

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = new Command('bench:scale')
      .description('made-up repositories of growing size: a check, cold and warm, and edits')
      .option('--files <counts>', 'Python files of each repository', toCounts, [10_000, 30_000, 100_000])
      .option('--edits <n>', 'edits that are timed in each; 0: the server is not started', toCount, 60)
      .option('--command <file>', 'the built command to measure, instead of dist/precollect.js')
      .exitOverride()
    command.parse(args, { from: 'user' })
    if (process.platform !== 'linux') throw new SetupError('only Linux tells what a process uses')
    const { files, edits, command: other } = command.opts<Options>()
    const tools = await openTools(root, other)
    const rows: Row[] = []
    for (const count of files) {
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'precollect-scale-')))
      try {
        rows.push(await measured(tools, folder, count, edits))
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }
    progress('')
    process.stdout.write(`${report(rows)}\n`)
    process.stdout.write(`\nAll figures: ${saveResult(root, 'scale', { seed: SEED, rows })}\n`)
    return true
  })
}

async function measured(tools: Tools, folder: string, count: number, edits: number): Promise<Row> {
  const [cwd, home] = [join(folder, 'repository'), join(folder, 'home')]
  progress(`${count} files: writing them`)
  mkdirSync(home)
  const files = layOut(cwd, count)
  const python = layOutEnvironment(join(folder, 'environment'), standardPython(), installed(SEED))
  const project: Project = { cwd, python, args: [], env: {} }
  progress(`${files} files: cold`)
  const cold = await check(tools, project, home)
  progress(`${files} files: warm`)
  const warm = await check(tools, project, home)
  return { files, cold, warm, edits: edits > 0 ? await typed(project, join(folder, 'cache'), edits) : null }
}

/** Returns how many Python files there are. */
function layOut(root: string, count: number): number {
  const made = new Set<string>()
  let files = 0
  for (const [path, text] of monorepo(count, SEED)) {
    const full = join(root, path)
    const folder = dirname(full)
    if (!made.has(folder)) mkdirSync(folder, { recursive: true })
    made.add(folder)
    writeFileSync(full, text)
    if (path.endsWith('.py')) files++
  }
  return files
}

/** Throws SetupError where the command gives no document: a crash is not quick. */
async function check(tools: Tools, project: Project, home: string): Promise<Usage> {
  const { usage, fault } = await predict(tools, project, home, { limitS: LIMIT_S })
  if (fault) throw new SetupError(fault)
  return usage
}

async function typed(project: Project, cache: string, count: number): Promise<Edits> {
  const editor = await startEditor(project, cache)
  try {
    const typist = await Typist.at(editor, project.cwd)
    const times = await typist.type(count)
    const of = (values: readonly number[]): [number, number] => [share(values, 0.5), share(values, 0.95)]
    return {
      cpuMs: of(times.map(({ cpuMs }) => cpuMs)),
      wallMs: of(times.map(({ wallMs }) => wallMs)),
      allCpuMs: of(times.map(({ all }) => all.cpuMs)),
      memoryMb: residentMb(editor.pid),
      times,
    }
  } finally {
    editor.kill()
  }
}

/** With each figure how it grew for each file, against the row above. */
function report(rows: readonly Row[]): string {
  const head = ['files', 'cold cpu', 'growth', 'wall', 'MB', 'growth', 'warm cpu', 'growth', 'wall', 'MB']
  const edits = ['edit cpu ms', '95 %', 'edit wall ms', '95 %', 'all files cpu ms', '95 %', 'server MB']
  const line = (row: Row, at: number): string[] => {
    const before = rows[at - 1]
    const grown = (figure: (row: Row) => number) =>
      before ? (figure(row) / figure(before) / (row.files / before.files)).toFixed(2) : ''
    const { files, cold, warm, edits: typed } = row
    return [
      ...[String(files), seconds(cold.cpuS), grown(each => each.cold.cpuS), seconds(cold.wallS)],
      ...[megabytes(cold.rssKb), grown(each => each.cold.rssKb)],
      ...[seconds(warm.cpuS), grown(each => each.warm.cpuS), seconds(warm.wallS), megabytes(warm.rssKb)],
      ...(typed
        ? [...typed.cpuMs, ...typed.wallMs, ...typed.allCpuMs, typed.memoryMb].map(value => value.toFixed(0))
        : edits.map(() => '-')),
    ]
  }
  return table([...head, ...edits], rows.map(line))
}

function toCounts(text: string): number[] {
  const counts = text.split(',').map(toCount)
  if (counts.some(count => count < 100)) throw new InvalidArgumentError('100 files are the least.')
  return counts
}
