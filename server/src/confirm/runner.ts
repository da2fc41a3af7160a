/**
 * Runs the project's own pytest once, with `--collect-only` and the probe, and hands back what was seen. This
 * executes the project's code: whoever calls it has asked for trust before. The only module of this room that
 * starts processes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { normalize } from '../files/paths.ts'
import { makeScratch } from '../files/scratch.ts'
import { type ProbeRecord, readProbe } from './events.ts'
import type { Observation, ObservedStop, ProcessEnd } from './observation.ts'
import { exceptionFromStderr } from './stderr.ts'

export interface CollectRequest {
  /** The project's interpreter. */
  readonly executable: string
  /** The folder pytest is started in. */
  readonly cwd: string
  /** What follows `pytest` on the command line. */
  readonly args: readonly string[]
  readonly invocation: 'pytest' | 'python -m pytest'
  /** The whole environment of the process; what the probe needs is added. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** Beside this file in the source tree, and beside the bundle in dist/. */
const PROBE = fileURLToPath(new URL('./probe/', import.meta.url)).replace(/[\\/]$/, '')

/** How much of each stream is kept: its end, where pytest says why it stopped. */
const KEPT_CHARACTERS = 64 * 1024

/** Processes that hold the pipes of a dead pytest open are not waited for longer than this. */
const PIPES_MS = 1000

/**
 * What `pytest` does that `python -m pytest` does not: the script's folder, not the working directory, is the
 * first entry of sys.path. Done by hand, because a script may be a launcher (Windows, pyenv), not Python.
 */
const AS_SCRIPT = [
  'import os, sys',
  'if not getattr(sys.flags, "safe_path", False): sys.path[0] = os.path.dirname(sys.executable)',
  'sys.argv[0] = os.path.join(os.path.dirname(sys.executable), "pytest")',
  'from pytest import console_main',
  'sys.exit(console_main())',
].join('\n')

/** Options of the cache provider: a project that has one in its addopts can't be run without that plugin. */
const CACHE_OPTION =
  /unrecognized arguments:.*--(lf|last-failed|ff|failed-first|nf|new-first|lfnf|sw|stepwise|cache)\b/

/**
 * One collect-only pass. Never rejects for what the project or its pytest do: that is the observation. At the
 * time limit, and when `signal` aborts, the process and all that it started are killed; what had been seen by
 * then is in the observation.
 */
export async function collectOnly(request: CollectRequest): Promise<Observation> {
  const seen = await pass(request, () => ['-p', 'no:cacheprovider'])
  const refused = seen.end.kind === 'exited' && seen.end.code === 4 && CACHE_OPTION.test(seen.stderr)
  return refused ? pass(request, scratch => ['-o', `cache_dir=${scratch}/cache`]) : seen
}

async function pass(
  request: CollectRequest,
  cacheArgs: (scratch: string) => readonly string[],
): Promise<Observation> {
  const started = performance.now()
  const scratch = makeScratch()
  try {
    const start = request.invocation === 'pytest' ? ['-c', AS_SCRIPT] : ['-m', 'pytest']
    const own = ['--collect-only', '-p', 'precollect_probe', ...cacheArgs(scratch.path)]
    const { end, stderr } = await run(request, [...start, ...own, ...request.args], {
      ...request.env,
      PYTHONPATH: [PROBE, ...(request.env.PYTHONPATH ? [request.env.PYTHONPATH] : [])].join(delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
      PY_COLORS: '0',
      PRECOLLECT_PROBE_OUT: `${scratch.path}/events`,
    })
    const probe = readProbe(scratch.read('events'))
    return {
      end,
      python: probe.python,
      pytest: probe.pytest,
      rootdir: probe.rootdir,
      collectors: probe.collectors,
      stop: stopOf(end, probe, stderr),
      warnings: probe.warnings,
      stderr,
      milliseconds: Math.round(performance.now() - started),
    }
  } finally {
    scratch.remove()
  }
}

/** Exit codes of a session that came to its end: all collected, with errors, interrupted by them, no tests, warnings. */
const ORDINARY = new Set([0, 1, 2, 5, 6])

function stopOf(end: ProcessEnd, probe: ProbeRecord, stderr: string): ObservedStop | null {
  if (probe.stop) return probe.stop
  if (end.kind !== 'exited' && end.kind !== 'died') return null // by us, not by the project
  if (probe.finished && end.kind === 'exited' && ORDINARY.has(end.code)) return null
  const exception = exceptionFromStderr(stderr)
  return { phase: probe.rootdir === null ? 'start' : 'session', exceptions: exception ? [exception] : [] }
}

function run(
  request: CollectRequest,
  args: readonly string[],
  env: Record<string, string | undefined>,
): Promise<{ end: ProcessEnd; stderr: string }> {
  return new Promise(resolve => {
    const child = spawn(request.executable, args, {
      cwd: request.cwd,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: process.platform !== 'win32', // a process group of its own
      windowsHide: true,
    })
    let stderr = ''
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-KEPT_CHARACTERS)
    })

    let ended: ProcessEnd | null = null
    const stop = (end: ProcessEnd) => {
      ended ??= end
      killGroup(child)
    }
    const timer = setTimeout(() => stop({ kind: 'timed out' }), request.timeoutMs)
    const abort = () => stop({ kind: 'cancelled' })
    request.signal?.addEventListener('abort', abort)
    if (request.signal?.aborted) abort()

    const finish = () => {
      clearTimeout(timer)
      request.signal?.removeEventListener('abort', abort)
      child.stderr.destroy()
      const end = ended ?? { kind: 'not started', reason: 'no reason given' }
      resolve({ end, stderr: stripVTControlCharacters(stderr) })
    }
    child.on('error', error => {
      ended ??= { kind: 'not started', reason: error.message }
      if (child.pid === undefined) finish()
    })
    child.on('exit', (code, signal) => {
      ended ??= code === null ? { kind: 'died', signal: signal ?? 'unknown' } : { kind: 'exited', code }
      killGroup(child) // what the project's code left running at import
      setTimeout(() => child.stderr.destroy(), PIPES_MS).unref()
    })
    child.on('close', finish)
  })
}

/** Kills the process and its descendants; nothing where they are gone already. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // ESRCH: the group has ended.
  }
}

/** The folder of the probe, for messages that tell people how to load it by hand. */
export const probeFolder = normalize(PROBE)
