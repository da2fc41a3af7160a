/**
 * Is anything left behind? `precollect confirm` on a project that forks, daemonises, ignores signals and hangs,
 * killed at a random moment with a signal that it can't see coming: afterwards no process of it may be alive.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { asExitCode, progress, saveResult } from '../shared/bench.ts'
import { SetupError } from '../shared/corpus.ts'
import { toCount } from '../shared/requirements.ts'
import { withFolder } from '../shared/run.ts'

interface Options {
  readonly runs: number
  readonly python: string
}

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Longer than a whole run takes, so that kills fall before, into and behind it. */
const LONGEST_MS = 8000

/** What is killed needs a moment to be gone. */
const PATIENCE_MS = 5000

const PROJECT = {
  'pytest.ini': '[pytest]\n',
  'conftest.py': [
    'import os, signal, subprocess, sys, time',
    'for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(each, signal.SIG_IGN)',
    'sleep = [sys.executable, "-c", "import time; time.sleep(600)"]',
    'subprocess.Popen(sleep)',
    'subprocess.Popen(sleep, start_new_session=True)',
    'if os.fork() == 0:',
    '    os.setsid()',
    '    if os.fork() == 0: time.sleep(600)',
    '    os._exit(0)',
    '',
  ].join('\n'),
  'test_a.py': 'def test_a(): pass\n',
  'test_b.py': 'import time\ntime.sleep(2)\n',
  'test_c.py': 'import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n',
}

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = new Command('bench:kills')
      .description('precollect confirm, killed at random moments: nothing may be left behind')
      .option('--runs <n>', 'how often', toCount, 200)
      .requiredOption('--python <path>', 'an interpreter with pytest')
      .exitOverride()
    command.parse(args, { from: 'user' })
    if (process.platform !== 'linux') throw new SetupError('only Linux shows which processes are left')
    const options = command.opts<Options>()
    const { runs } = options
    const python = resolve(options.python)
    const built = join(root, 'dist', 'precollect.js')
    const results = await withFolder(async folder => {
      for (const [path, text] of Object.entries(PROJECT)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      }
      const done: Result[] = []
      for (let run = 1; run <= runs; run++) {
        progress(`run ${run} of ${runs}, ${done.reduce((sum, it) => sum + it.left, 0)} left behind`)
        done.push(await killed(built, folder, python))
      }
      return done
    })
    progress('')
    const left = results.reduce((sum, it) => sum + it.left, 0)
    const during = results.filter(it => it.started > 0).length
    process.stdout.write(
      `${runs} runs killed at random moments, in ${during} of them pytest's processes were running: ${left} left behind\n`,
    )
    process.stdout.write(`All figures: ${saveResult(root, 'kills', { runs, left, results })}\n`)
    return left === 0
  })
}

interface Result {
  readonly signal: string
  readonly afterMs: number
  /** Processes below the command when the signal was sent; alive when all should have been gone. */
  readonly started: number
  readonly left: number
}

async function killed(command: string, folder: string, python: string): Promise<Result> {
  const mark = `PRECOLLECT_BENCH=${randomUUID()}`
  const [name, value] = mark.split('=') as [string, string]
  const env = { PATH: process.env.PATH, PRECOLLECT_CACHE_DIR: join(folder, '.cache'), [name]: value }
  const child = spawn(process.execPath, [command, 'confirm', '--python', python], {
    cwd: folder,
    env,
    stdio: 'ignore',
  })
  const ended = new Promise(resolve => child.on('exit', resolve))
  const afterMs = Math.random() * LONGEST_MS
  const signal = SIGNALS[Math.floor(Math.random() * SIGNALS.length)]!
  await Promise.race([sleep(afterMs), ended])
  const started = processesWith(mark).filter(pid => pid !== child.pid).length
  child.kill(signal)
  await ended
  const deadline = Date.now() + PATIENCE_MS
  while (processesWith(mark).length > 0 && Date.now() < deadline) await sleep(50)
  const left = processesWith(mark)
  for (const pid of left) process.kill(pid, 'SIGKILL')
  return { signal, afterMs: Math.round(afterMs), started, left: left.length }
}

/** All processes that inherited this variable. */
function processesWith(entry: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/environ`).includes(entry)
      } catch {
        return false // Gone, or another user's.
      }
    })
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}
