/**
 * The language server under a real client over standard input and output, in a project of the corpus: processor time
 * until it answers `initialize`, from opening a file and from an edit to diagnostics, memory over many edits, and how soon an analysis that
 * is given up ends. Linux only: it reads /proc.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { GivenUp } from '../../server/src/engine/job.ts'
import { RemoteAnalyst } from '../../server/src/engine/remote.ts'
import { asExitCode, openBench, progress, saveResult } from '../shared/bench.ts'
import { chooseEntries, fetchMissing, projectOf, type Setting } from '../shared/corpus.ts'
import { requestFor } from '../shared/request.ts'
import { toCount } from '../shared/requirements.ts'
import type { Project } from '../shared/run.ts'
import { median, table } from '../shared/table.ts'
import { cpuMs, spread, startEditor, type Timed, Typist } from '../shared/typist.ts'

const SETTING: Setting = 'healthy'
const STARTS = 5

interface Options {
  readonly edits: number
  readonly replay: number
  readonly cancels: number
}

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = new Command('bench:lsp')
      .description('the language server: its start, from an edit to diagnostics, memory over many edits')
      .argument('[name]', 'an entry of the corpus', 'sqlalchemy')
      .option('--edits <n>', 'edits that are timed', toCount, 200)
      .option('--replay <n>', 'further edits, over which memory is watched', toCount, 0)
      .option('--cancels <n>', 'analyses that are given up', toCount, 40)
      .exitOverride()
    command.parse(args, { from: 'user' })
    const { edits, replay, cancels } = command.opts<Options>()
    const bench = await openBench(root, undefined)
    const entries = chooseEntries(bench.corpus, [command.processedArgs[0] as string], false)
    await fetchMissing(bench.corpus, bench.tools.python, entries, [SETTING])
    const project = projectOf(bench.corpus.data, entries[0]!, SETTING)

    const cache = mkdtempSync(join(tmpdir(), 'precollect-bench-lsp-'))
    const starts: number[] = []
    for (let n = 0; n < STARTS; n++) starts.push(await startMs(project, cache))
    const ends = await givenUp(join(root, 'dist', 'analysis_worker.js'), project, cancels, cache)
    const editor = await startEditor(project, cache)
    try {
      const typist = await Typist.at(editor, project.cwd)
      const visits = await typist.visit(project.cwd)
      const times = await typist.type(edits)
      const memory = replay > 0 ? await typist.replay(replay) : []
      progress('')
      const rows = report(starts, [...visits, ...times], memory, ends)
      process.stdout.write(`${table(['figure', 'value'], rows)}\n`)
      const saved = saveResult(root, 'lsp', {
        project: entries[0]!.name,
        starts,
        visits,
        times,
        memory,
        ends,
      })
      process.stdout.write(`\nAll figures: ${saved}\n`)
    } finally {
      editor.kill()
      rmSync(cache, { recursive: true, force: true })
    }
    return true
  })
}

/** Processor time of the server until it has answered `initialize`. */
async function startMs(project: Project, cache: string): Promise<number> {
  const editor = await startEditor(project, cache)
  const spent = cpuMs(editor.pid)
  editor.kill()
  return spent
}

interface Ended {
  readonly wallMs: number
  readonly cpuMs: number
}

/**
 * From giving up an analysis of everything, at some moment of it, to the thread that analyses being free
 * for the next one.
 */
async function givenUp(program: string, project: Project, count: number, cache: string): Promise<Ended[]> {
  const request = requestFor(project, { PRECOLLECT_CACHE_DIR: cache })
  const analyst = new RemoteAnalyst(pathToFileURL(program), progress)
  // Anything may have changed: nothing is kept of the analysis before.
  const analyze = () =>
    analyst.analyze({
      request,
      texts: new Map(),
      typed: new Set(),
      paused: true,
      changed: [],
      anything: true,
    })
  const times: Ended[] = []
  await analyze()
  const began = performance.now()
  await analyze()
  const whole = performance.now() - began
  for (let n = 0; times.length < count && n < 10 * count; n++) {
    progress(`given up ${times.length} of ${count}`)
    const running = analyze().then(
      () => null,
      (error: unknown) => error,
    )
    await new Promise(resolve => setTimeout(resolve, whole * ((n % count) / count)))
    const [from, spent] = [performance.now(), process.cpuUsage()]
    analyst.giveUp()
    // An analysis that was done before is none that was given up.
    if (!((await running) instanceof GivenUp)) continue
    const { user, system } = process.cpuUsage(spent)
    times.push({ wallMs: performance.now() - from, cpuMs: (user + system) / 1000 })
  }
  analyst.dispose()
  return times
}

function report(
  starts: readonly number[],
  times: readonly Timed[],
  memory: readonly number[],
  ends: readonly Ended[],
): string[][] {
  const rows = [['initialize answered, CPU', `${median(starts)} ms`]]
  const add = (name: string, some: readonly Timed[]) => {
    if (some.length === 0) return
    rows.push([`to diagnostics, ${name} (${some.length})`, spreadOf(some)])
  }
  const ofAll = times.map(({ kind, all }): Timed => ({ kind, ...all, all }))
  const isVisit = ({ kind }: Timed) => kind === 'opened as it is' || kind === 'closed'
  add(
    'all edits',
    times.filter(each => !isVisit(each)),
  )
  add(
    'all edits, of all files',
    ofAll.filter(each => !isVisit(each)),
  )
  for (const kind of new Set(times.map(each => each.kind)))
    add(
      kind,
      times.filter(each => each.kind === kind),
    )
  if (ends.length > 0) rows.push([`given up and ended (${ends.length})`, spreadOf(ends)])
  if (memory.length > 0) {
    const half = memory.slice(Math.floor(memory.length / 2))
    rows.push(['memory, most', `${Math.max(...memory)} MB`])
    rows.push(['memory, first and last of the last half', `${half[0]} MB, ${half.at(-1)} MB`])
  }
  return rows
}

function spreadOf(some: readonly Ended[]): string {
  const cpu = some.map(({ cpuMs }) => cpuMs)
  return `${spread(some.map(({ wallMs }) => wallMs))}; CPU: ${spread(cpu)}`
}
