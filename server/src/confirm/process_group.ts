/**
 * One program that is not trusted to end, with all that it starts: run, watched and killed as a whole. What it
 * is and what it says are the caller's. Together with `runner.ts`, its only user, the one place of this room
 * that starts processes.
 *
 * Who belongs to it: its process group, and on Linux every process that carries the mark of the run in its
 * environment, which a daemon that left the group still does. Only a process that did both, leave the group and
 * clear its environment, escapes. On Windows it is the tree of processes as `taskkill` sees it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { constants, setPriority } from 'node:os'
import { outputBytes, processesWith, residentBytes } from '../files/process_table.ts'
import type { ProcessEnd } from './observation.ts'

export interface GroupRequest {
  readonly executable: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  /** Of all processes together. Known on POSIX systems only. */
  readonly memoryBytes: number
  /** Written to standard error, or (on Linux) to the file that standard output or error lead to. */
  readonly outputBytes: number
  readonly signal?: AbortSignal | undefined
  /** Called now and again while it runs. */
  readonly onTick: () => void
}

export interface GroupEnd {
  readonly end: ProcessEnd
  /** The last of it. */
  readonly stderr: string
}

/** How much of standard error is kept: its end, where pytest says why it stopped. */
const KEPT_CHARACTERS = 64 * 1024

/** Processes that hold the pipe of a dead program open are not waited for longer than this. */
const PIPES_MS = 1000

const TICK_MS = 200

/** Looking at every process of the machine is not free: once in so many ticks. */
const TICKS_PER_MEMORY = 5

const POSIX = process.platform !== 'win32'

/** Runs it to its end, or to ours. Never rejects. */
export function runGroup(request: GroupRequest): Promise<GroupEnd> {
  return new Promise(resolve => {
    const group = new Group(request, resolve)
    group.start()
  })
}

class Group {
  private readonly mark = `PRECOLLECT_PASS=${randomUUID()}`
  private child: ChildProcess | null = null
  private guard: ChildProcess | null = null
  private ended: ProcessEnd | null = null
  private stderr = ''
  private received = 0
  private ticks = 0
  private readonly timers: NodeJS.Timeout[] = []

  constructor(
    private readonly request: GroupRequest,
    private readonly resolve: (end: GroupEnd) => void,
  ) {}

  start(): void {
    const { executable, args, cwd, env, timeoutMs, signal } = this.request
    if (signal?.aborted) return this.finish({ kind: 'cancelled' })
    this.guard = startGuard(this.mark)
    const [name, value] = this.mark.split('=') as [string, string]
    const child = spawn(executable, args, {
      cwd,
      env: { ...env, [name]: value },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: POSIX, // a process group of its own
      windowsHide: true,
    })
    this.child = child
    this.guard?.stdin?.write(`${child.pid ?? ''}\n`)
    this.lowerPriority()
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (chunk: string) => this.hear(chunk))
    child.on('error', error => {
      this.ended ??= { kind: 'not started', reason: error.message }
      if (child.pid === undefined) this.finish(this.ended)
    })
    child.on('exit', (code, killed) => {
      this.ended ??= code === null ? { kind: 'died', signal: killed ?? 'unknown' } : { kind: 'exited', code }
      this.kill() // what the project's code left running at import
      setTimeout(() => child.stderr.destroy(), PIPES_MS).unref()
    })
    child.on('close', () => this.finish(this.ended ?? { kind: 'not started', reason: 'no reason given' }))
    this.timers.push(
      setTimeout(() => this.stop({ kind: 'timed out' }), timeoutMs),
      setInterval(() => this.tick(), TICK_MS),
    )
    signal?.addEventListener('abort', this.abort)
  }

  private readonly abort = () => this.stop({ kind: 'cancelled' })

  private hear(chunk: string): void {
    this.stderr = (this.stderr + chunk).slice(-KEPT_CHARACTERS)
    this.received += chunk.length
    if (this.received > this.request.outputBytes) this.stopFor('output')
  }

  private tick(): void {
    const { memoryBytes, outputBytes: mostOutput, onTick } = this.request
    onTick()
    const pid = this.child?.pid
    if (pid === undefined || this.ended) return
    if (outputBytes(pid) > mostOutput) return this.stopFor('output')
    if (this.ticks++ % TICKS_PER_MEMORY > 0) return
    const check = (bytes: number) => {
      if (bytes > memoryBytes) this.stopFor('memory')
    }
    if (process.platform === 'linux') {
      check(processesWith(this.mark).reduce((sum, each) => sum + residentBytes(each), 0))
    } else if (POSIX) residentOfGroup(pid, check)
  }

  private stopFor(what: 'memory' | 'output'): void {
    const { memoryBytes, outputBytes: mostOutput } = this.request
    this.stop({ kind: 'over limit', what, bytes: what === 'memory' ? memoryBytes : mostOutput })
  }

  private stop(end: ProcessEnd): void {
    this.ended ??= end
    this.kill()
  }

  /** No SIGTERM first: a project's code may ignore it, and nothing in a collection is worth saving. */
  private kill(): void {
    const pid = this.child?.pid
    if (pid === undefined) return
    if (!POSIX) {
      spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
      return
    }
    killOne(-pid)
    // Who forks while it is looked for is found in the next round.
    for (let round = 0; round < 10; round++) {
      const left = processesWith(this.mark)
      if (left.length === 0) return
      for (const each of left) killOne(each)
    }
  }

  private lowerPriority(): void {
    const pid = this.child?.pid
    if (pid === undefined) return
    try {
      setPriority(pid, constants.priority.PRIORITY_LOW)
    } catch {
      // It has ended already, or the system does not let us: then it runs as we do.
    }
  }

  private finish(end: ProcessEnd): void {
    for (const timer of this.timers) clearTimeout(timer)
    this.request.signal?.removeEventListener('abort', this.abort)
    this.child?.stderr?.destroy()
    this.guard?.kill('SIGKILL')
    this.resolve({ end, stderr: this.stderr })
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // ESRCH: it has ended.
  }
}

/**
 * A shell that outlives us if we are killed ourselves, and then kills what we started: its standard input ends
 * when we do. $0 is the mark, the first line of input the process group.
 */
const GUARD = `
read -r group; read -r _
sweep() {
  test -n "$group" && kill -9 -- "-$group"
  for entry in $(grep -lsaF -- "$0" /proc/[0-9]*/environ); do
    entry=\${entry#/proc/}; kill -9 "\${entry%/environ}"
  done
}
sweep; sleep 1; sweep
`

/** null on Windows, where there is no such shell: there what we started outlives a server that is killed. */
function startGuard(mark: string): ChildProcess | null {
  if (!POSIX) return null
  const guard = spawn('/bin/sh', ['-c', GUARD, mark], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // an interrupt from the terminal reaches us, not it
    env: { PATH: process.env.PATH },
  })
  guard.on('error', () => {}) // Without a shell we only lose the guard.
  guard.stdin.on('error', () => {})
  guard.unref()
  return guard
}

/** macOS and its kin: memory of a process group as `ps` knows it. */
function residentOfGroup(group: number, tell: (bytes: number) => void): void {
  const ps = spawn('ps', ['-A', '-o', 'pgid=,rss='], { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  ps.on('error', () => {}) // No ps, no limit.
  ps.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  ps.on('close', () => {
    const rows = text.split('\n').map(line => line.trim().split(/\s+/).map(Number))
    tell(rows.reduce((sum, [pgid, kilobytes = 0]) => (pgid === group ? sum + kilobytes * 1024 : sum), 0))
  })
}
