/**
 * Runs the project's own pytest once, with `--collect-only` and the probe, and hands back what was seen. This
 * executes the project's code: whoever calls it has asked for trust before.
 */
import { totalmem } from 'node:os'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { normalize } from '../files/paths.ts'
import { makeScratch, type Scratch } from '../files/scratch.ts'
import { ProbeReader, type ProbeRecord } from './events.ts'
import { endedByUs, type Observation, type ObservedCollector, type ObservedStop } from './observation.ts'
import { type GroupEnd, runGroup } from './process_group.ts'
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
  /** Test files, absolute: no other one is collected, except those that `args` names. Without it: all. */
  readonly only?: readonly string[] | null
  /** Of pytest and all that it starts. Without it: three quarters of the machine's. */
  readonly memoryBytes?: number
  /** Of what is printed. Without it: `OUTPUT_BYTES`. */
  readonly outputBytes?: number
  readonly signal?: AbortSignal
  /** Called for each collector that comes to its end, soon after it does. */
  readonly onCollector?: (collector: ObservedCollector) => void
}

/** Beside this file in the source tree, and beside the bundle in dist/. */
const PROBE = fileURLToPath(new URL('./probe/', import.meta.url)).replace(/[\\/]$/, '')

/** Nobody reads more; pytest keeps what is printed in a file, and a disk is not without end. */
const OUTPUT_BYTES = 256 * 1024 * 1024

const MOST_MEMORY = 0.75

const CHUNK_BYTES = 1024 * 1024

/**
 * What `pytest` does that `python -m pytest` does not: the script's folder, not the working directory, is the
 * first entry of sys.path. Done by hand, because a script may be a launcher (Windows, pyenv), not Python.
 */
const AS_SCRIPT = [
  'import os, sys',
  'if not getattr(sys.flags, "safe_path", False): sys.path[0] = os.path.dirname(sys.executable)',
  'sys.argv[0] = os.path.join(os.path.dirname(sys.executable), "pytest")',
  'import pytest',
  // Before 6.2, which the probe refuses in clear words, there is only `main`.
  'sys.exit(getattr(pytest, "console_main", pytest.main)())',
].join('\n')

/**
 * One collect-only pass. Never rejects for what the project or its pytest do: that is the observation. At a
 * limit, and when `signal` aborts, the process and all that it started are killed; what had been seen by then
 * is in the observation.
 */
export async function collectOnly(request: CollectRequest): Promise<Observation> {
  const started = performance.now()
  const scratch = makeScratch()
  try {
    const record = new Tail(scratch, request.onCollector)
    const { end, stderr: raw } = await runGroup({
      executable: request.executable,
      cwd: request.cwd,
      args: commandOf(request),
      env: environmentOf(request, scratch),
      timeoutMs: request.timeoutMs,
      memoryBytes: request.memoryBytes ?? totalmem() * MOST_MEMORY,
      outputBytes: request.outputBytes ?? OUTPUT_BYTES,
      signal: request.signal,
      onTick: () => record.read(),
    })
    const probe = record.end()
    const stderr = stripVTControlCharacters(raw)
    return {
      end,
      python: probe.python,
      pytest: probe.pytest,
      rootdir: probe.rootdir,
      inipath: probe.inipath,
      plugins: probe.plugins,
      collectors: probe.collectors,
      stop: stopOf(end, probe, stderr),
      warnings: probe.warnings,
      failedImports: probe.failedImports,
      modules: probe.modules,
      stderr,
      milliseconds: Math.round(performance.now() - started),
    }
  } finally {
    scratch.remove()
  }
}

function commandOf({ invocation, args }: CollectRequest): string[] {
  const start = invocation === 'pytest' ? ['-c', AS_SCRIPT] : ['-m', 'pytest']
  return [...start, '--collect-only', '-p', 'precollect_probe', ...args]
}

function environmentOf({ env, only }: CollectRequest, scratch: Scratch): CollectRequest['env'] {
  if (only) scratch.write('only', JSON.stringify(only))
  return {
    ...env,
    PYTHONPATH: [PROBE, ...(env.PYTHONPATH ? [env.PYTHONPATH] : [])].join(delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
    PY_COLORS: '0',
    PRECOLLECT_PROBE_OUT: `${scratch.path}/events`,
    ...(only ? { PRECOLLECT_PROBE_ONLY: `${scratch.path}/only` } : {}),
  }
}

/** The record, read while it is written. */
class Tail {
  private readonly reader = new ProbeReader()
  private offset = 0

  constructor(
    private readonly scratch: Scratch,
    private readonly onCollector: CollectRequest['onCollector'],
  ) {}

  read(): void {
    for (;;) {
      const bytes = this.scratch.readFrom('events', this.offset, CHUNK_BYTES)
      if (bytes.length === 0) return
      this.offset += bytes.length
      for (const collector of this.reader.feed(bytes)) this.onCollector?.(collector)
    }
  }

  end(): ProbeRecord {
    this.read()
    return this.reader.record()
  }
}

/** Exit codes of a session that came to its end: all collected, with errors, interrupted by them, no tests, warnings. */
const ORDINARY = new Set([0, 1, 2, 5, 6])

function stopOf(end: GroupEnd['end'], probe: ProbeRecord, stderr: string): ObservedStop | null {
  if (probe.stop) return probe.stop
  if (endedByUs(end)) return null
  if (probe.finished && end.kind === 'exited' && ORDINARY.has(end.code)) return null
  const exceptions = exceptionFromStderr(stderr)
  return { phase: probe.rootdir === null ? 'start' : 'session', exceptions }
}

/** The folder of the probe, for messages that tell people how to load it by hand. */
export const probeFolder = normalize(PROBE)
