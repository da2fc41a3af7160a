/** What the benchmarks share at their doors: set-up, results on disk, faults told in one line. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, platform, release } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { CommanderError } from 'commander'
import { type Corpus, findPython, openCorpus, SetupError } from './corpus.ts'
import type { Tools } from './run.ts'

export interface Bench {
  readonly corpus: Corpus
  readonly tools: Tools
}

/** `command`: a built precollect.js other than the repository's own, or undefined. */
export async function openBench(root: string, command: string | undefined): Promise<Bench> {
  return { corpus: openCorpus(root), tools: await openTools(root, command) }
}

/** The same for benchmarks that make their own projects. */
export async function openTools(root: string, command: string | undefined): Promise<Tools> {
  return {
    root,
    python: await findPython(),
    command: command ? fromUser(command) : join(root, 'dist', 'precollect.js'),
  }
}

/** A path as the user means it: npm starts its scripts in the repository, wherever the user stands. */
export function fromUser(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path)
}

/** Exit codes: 0 done, 1 a requirement does not hold, 2 the benchmark can't run. */
export async function asExitCode(work: () => Promise<boolean>): Promise<number> {
  try {
    return (await work()) ? 0 : 1
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`precollect: ${error.message}\n`)
    return 2
  }
}

/** Writes the full result as JSON, with what it was measured on. Returns the path. */
export function saveResult(root: string, name: string, result: object): string {
  const path = join(root, '.cache', 'bench', `${name}.json`)
  const machine = {
    node: process.versions.node,
    system: `${platform()} ${release()}`,
    cpus: cpus().map(cpu => cpu.model),
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(
    path,
    `${JSON.stringify({ benchmark: name, date: new Date().toISOString(), machine, ...result }, null, 1)}\n`,
  )
  return path
}

/** One line that stands for what is being done, on a terminal only. */
export function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
}
