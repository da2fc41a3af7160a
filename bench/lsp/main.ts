/**
 * The language server under a real client over standard input and output, in a project of the corpus: processor time
 * until it answers `initialize`, from opening a file and from an edit to diagnostics, memory over many edits, and how soon an analysis that
 * is given up ends. Linux only: it reads /proc.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import type { ClientCapabilities } from 'vscode-languageserver/node'
import type { AnalysisRequest } from '../../server/src/engine/analyze.ts'
import { GivenUp } from '../../server/src/engine/job.ts'
import { RemoteAnalyst } from '../../server/src/engine/remote.ts'
import { Editor } from '../../test/lsp/editor.ts'
import { asExitCode, openBench, progress, saveResult } from '../shared/bench.ts'
import { chooseEntries, fetchMissing, projectOf, type Setting, SetupError } from '../shared/corpus.ts'
import { toCount } from '../shared/requirements.ts'
import type { Project } from '../shared/run.ts'
import { median, table } from '../shared/table.ts'

const SETTING: Setting = 'healthy'
const STARTS = 5
/** Files that are open and typed in by turns. */
const OPEN_FILES = 6
/** Files that are opened and closed again, untouched. */
const VISITS = 20
/** Clock ticks of /proc in milliseconds. */
const TICK_MS = 10

interface Options {
  readonly edits: number
  readonly replay: number
  readonly cancels: number
}

/** A client that asks for diagnostics: its answer comes when it holds for the newest text. */
const pulling: ClientCapabilities = {
  textDocument: { diagnostic: {} },
  workspace: { diagnostics: { refreshSupport: true } },
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
    const editor = await start(project, cache)
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

function start({ cwd, python, args }: Project, cache: string): Promise<Editor> {
  return Editor.start(cwd, {
    cache,
    capabilities: pulling,
    initializationOptions: { python, pytestArgs: args.filter(arg => arg !== '-q') },
  })
}

/** Processor time of the server until it has answered `initialize`. */
async function startMs(project: Project, cache: string): Promise<number> {
  const editor = await start(project, cache)
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
async function givenUp(
  program: string,
  { cwd, python, args }: Project,
  count: number,
  cache: string,
): Promise<Ended[]> {
  const request: AnalysisRequest = {
    cwd,
    paths: [],
    pytestArgs: args.filter(arg => arg !== '-q'),
    invocation: null,
    python,
    trusted: true,
    env: { PATH: process.env.PATH ?? '', PRECOLLECT_CACHE_DIR: cache },
    envIsExact: false,
    select: [],
    ignore: [],
  }
  const analyst = new RemoteAnalyst(pathToFileURL(program), progress)
  // Anything may have changed: nothing is kept of the analysis before.
  const analyze = () =>
    analyst.analyze({ request, texts: new Map(), typed: new Set(), paused: true, changed: null })
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

type KindOfEdit =
  | 'opened as it is'
  | 'closed'
  | 'in a body'
  | 'at module level'
  | 'an import that fails'
  | 'its removal'

interface Timed {
  readonly kind: KindOfEdit
  readonly wallMs: number
  readonly cpuMs: number
}

/** Types in several open files by turns: each edit is followed by its own diagnostics, as pulling editors do. */
class Typist {
  private turn = 0
  private readonly texts = new Map<string, string>()

  private constructor(private readonly editor: Editor) {}

  static async at(editor: Editor, root: string): Promise<Typist> {
    const typist = new Typist(editor)
    for (const path of filesToType(root)) {
      typist.texts.set(path, readFileSync(join(root, path), 'utf8'))
      await editor.open(path)
    }
    progress('the first analysis')
    await typist.pull([...typist.texts.keys()][0]!)
    return typist
  }

  /** Opens and closes files as they are on the disk. */
  async visit(root: string): Promise<Timed[]> {
    const times: Timed[] = []
    for (const path of filesToType(root, VISITS).filter(each => !this.texts.has(each))) {
      times.push(await this.timed(path, 'opened as it is', () => this.editor.open(path)))
      const other = [...this.texts.keys()][0]!
      times.push(await this.timed(other, 'closed', () => this.editor.close(path)))
    }
    return times
  }

  async type(count: number): Promise<Timed[]> {
    const times: Timed[] = []
    for (let n = 0; n < count; n++) {
      progress(`edit ${n + 1} of ${count}`)
      times.push(...(await this.edit()))
    }
    return times
  }

  /** Megabytes after each hundredth of the edits. */
  async replay(count: number): Promise<number[]> {
    const memory: number[] = []
    const every = Math.max(1, Math.floor(count / 100))
    for (let n = 1; n <= count; n++) {
      await this.edit()
      if (n % every !== 0) continue
      memory.push(residentMb(this.editor.pid))
      progress(`replayed ${n} of ${count}: ${memory.at(-1)} MB`)
    }
    return memory
  }

  private async edit(): Promise<Timed[]> {
    const files = [...this.texts.keys()]
    const path = files[this.turn % files.length]!
    const round = Math.floor(this.turn / files.length) % 5
    this.turn++
    if (round === 3)
      return [
        await this.insert(path, 0, `import nothing_like_it_${this.turn}\n`, 'an import that fails'),
        await this.remove(path, 0),
      ]
    if (round === 4)
      return [
        await this.insert(path, 0, `_typed = ${this.turn}\n`, 'at module level'),
        await this.remove(path, 0),
      ]
    return [await this.insert(path, this.lineInBody(path), `    # ${this.turn}\n`, 'in a body')]
  }

  /** A line behind the head of the last function of the file. */
  private lineInBody(path: string): number {
    const lines = this.texts.get(path)!.split('\n')
    return Math.max(0, lines.findLastIndex(line => /^\s+def .*:$/.test(line)) + 1)
  }

  private insert(path: string, line: number, text: string, kind: KindOfEdit): Promise<Timed> {
    const lines = this.texts.get(path)!.split('\n')
    lines.splice(line, 0, text.trimEnd())
    this.texts.set(path, lines.join('\n'))
    const place = { line, character: 0 }
    return this.timed(path, kind, () => this.editor.edit(path, { start: place, end: place }, text))
  }

  private remove(path: string, line: number): Promise<Timed> {
    const lines = this.texts.get(path)!.split('\n')
    lines.splice(line, 1)
    this.texts.set(path, lines.join('\n'))
    const range = { start: { line, character: 0 }, end: { line: line + 1, character: 0 } }
    return this.timed(path, 'its removal', () => this.editor.edit(path, range, ''))
  }

  private async timed(path: string, kind: KindOfEdit, edit: () => Promise<void>): Promise<Timed> {
    const [began, spent] = [performance.now(), cpuMs(this.editor.pid)]
    await edit()
    await this.pull(path)
    return { kind, wallMs: performance.now() - began, cpuMs: cpuMs(this.editor.pid) - spent }
  }

  private async pull(path: string): Promise<void> {
    await this.editor.connection.sendRequest('textDocument/diagnostic', {
      textDocument: { uri: this.editor.uri(path) },
    })
  }
}

/** Modules and test files of the project, spread over it; the same ones each time. */
function filesToType(root: string, count = OPEN_FILES): string[] {
  const all = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.py'))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .filter(path => /^\s+def .*:$/m.test(readFileSync(join(root, path), 'utf8')))
    .sort()
  const isTest = (path: string) => /(?:^|\/)test_[^/]*\.py$/.test(path)
  const spread = (files: readonly string[]) =>
    Array.from({ length: count / 2 }, (_, n) => files[Math.floor(((n + 0.5) * files.length) / (count / 2))])
  const chosen = [...spread(all.filter(isTest)), ...spread(all.filter(path => !isTest(path)))]
  if (chosen.includes(undefined)) throw new SetupError(`too few files to type in: ${root}`)
  return [...new Set(chosen as string[])]
}

/** User and system time of a process and its threads so far. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kb) / 1024)
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
  const isVisit = ({ kind }: Timed) => kind === 'opened as it is' || kind === 'closed'
  add(
    'all edits',
    times.filter(each => !isVisit(each)),
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

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const [middle, late] = [0.5, 0.95].map(at => Math.round(sorted[Math.floor(at * (sorted.length - 1))]!))
  return `median ${middle} ms, 95 % ${late} ms`
}
