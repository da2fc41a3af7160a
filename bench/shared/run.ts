/** Starts processes for the benchmarks: plain ones, measured ones, and precollect as a user starts it. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type Document, parseDocument } from './document.ts'

export interface Ended {
  /** null: ended by a signal. */
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
  /** What it wrote to descriptor 3. */
  readonly aside: string
}

export interface Usage {
  /** null: the time limit ended it. */
  readonly exit: number | null
  readonly wallS: number
  /** User and system time, children included. */
  readonly cpuS: number
  readonly rssKb: number
}

type Environment = Readonly<Record<string, string>>

/** Runs a program to its end. Rejects where it can't be started. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Environment } = {},
): Promise<Ended> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
    const streams = [child.stdout, child.stderr, child.stdio[3]].map(stream => {
      const parts: Buffer[] = []
      stream?.on('data', (part: Buffer) => parts.push(part))
      return parts
    })
    child.on('error', failed)
    child.on('close', exit => {
      const [stdout = '', stderr = '', aside = ''] = streams.map(parts =>
        Buffer.concat(parts).toString('utf8'),
      )
      done({ exit, stdout, stderr, aside })
    })
  })
}

/** The programs and scripts that every benchmark needs. */
export interface Tools {
  /** The repository. */
  readonly root: string
  /** An interpreter of the version that the corpus is made with. */
  readonly python: string
  /** The built precollect.js. */
  readonly command: string
}

/** Runs a program under `measure.py`. `limitS`: it is killed after as many seconds. */
export async function measure(
  tools: Tools,
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Environment; readonly limitS: number },
): Promise<{ readonly ended: Ended; readonly usage: Usage }> {
  const launcher = join(tools.root, 'bench', 'shared', 'measure.py')
  // -I: the launcher itself must not follow the Python variables meant for the command.
  const args = ['-I', '-S', launcher, String(options.limitS), ...command]
  const ended = await run(tools.python, args, { cwd: options.cwd, env: options.env })
  if (ended.aside === '') throw new Error(`${command.join(' ')}\n${ended.stderr}`)
  const said = JSON.parse(ended.aside) as {
    exit: number | null
    wall_s: number
    cpu_s: number
    rss_kb: number
  }
  return { ended, usage: { exit: said.exit, wallS: said.wall_s, cpuS: said.cpu_s, rssKb: said.rss_kb } }
}

/** One project as pytest is started in it. */
export interface Project {
  readonly cwd: string
  /** The environment's interpreter. */
  readonly python: string
  /** What follows `python -m pytest --collect-only -q`. */
  readonly args: readonly string[]
  /** Variables beyond the bare ones. */
  readonly env: Environment
}

/** The bare environment that the corpus's oracle gives to pytest too. `home`: an existing folder. */
export function environmentOf(project: Project, home: string): Environment {
  return {
    PATH: [dirname(project.python), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    TMPDIR: home,
    LANG: 'C.UTF-8',
    PYTHONHASHSEED: '0',
    ...project.env,
  }
}

export interface Prediction {
  /** null where the command gave none: `fault` says why. */
  readonly document: Document | null
  readonly fault: string | null
  readonly usage: Usage
}

const PRECOLLECT_LIMIT_S = 300

/**
 * `precollect check` on a project. `home`: where it may keep its cache, if it keeps one; the same folder again is a warm
 * start.
 */
export async function predict(
  tools: Tools,
  project: Project,
  home: string,
  { limitS = PRECOLLECT_LIMIT_S, keeps = true } = {},
): Promise<Prediction> {
  const options = ['--output-format', 'json', '--invocation', 'python -m pytest', '--python', project.python]
  if (!keeps) options.push('--no-cache')
  const { ended, usage } = await measure(
    tools,
    [process.execPath, tools.command, 'check', ...options, '--', ...project.args],
    { cwd: project.cwd, env: environmentOf(project, home), limitS },
  )
  const [document, fault] = readPrediction(ended, usage, limitS)
  return { document, fault, usage }
}

/** Exit 0 and 1 come with a document: no findings, findings. */
function readPrediction(ended: Ended, usage: Usage, limitS: number): [Document | null, string | null] {
  if (usage.exit === null) return [null, `no answer in ${limitS} s`]
  if (usage.exit > 1) return [null, `exit ${usage.exit}: ${ended.stderr.trim().slice(-500)}`]
  try {
    return [parseDocument(ended.stdout), null]
  } catch (error) {
    const printed = ended.stderr.trim().slice(-500)
    return [null, `no document: ${error instanceof Error ? error.message : error} ${printed}`.trimEnd()]
  }
}

/** Gives `use` a new empty folder, and removes it. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'precollect-bench-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** An empty folder of that name, made if need be. */
export function folderIn(parent: string, name: string): string {
  const folder = join(parent, name)
  mkdirSync(folder, { recursive: true })
  return folder
}
