/**
 * One confirming pass: what it needs of an analysis, how it is run, and what it leaves as evidence. It decides
 * nothing about when, and asks nobody for trust: both are its callers'.
 */
import type { Current, Pass } from '../confirm/evidence.ts'
import type { PredictedCollector, Prediction } from '../confirm/judge.ts'
import type { Observation, ObservedCollector } from '../confirm/observation.ts'
import { collectOnly } from '../confirm/runner.ts'
import { decodeSource } from '../files/decode.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { contentHash } from '../files/hash.ts'
import { LineIndex } from '../files/lines.ts'
import { remember } from '../files/memo.ts'
import type { Span } from '../files/span.ts'
import type { Finding } from '../rules/finding.ts'
import { whoReaches } from '../simulate/reached.ts'
import type { Failure } from '../simulate/trace.ts'
import type { Told } from './analyze.ts'
import { closureKeys } from './closure_keys.ts'

/** All that confirming needs to know of an analysis, as plain data. */
export interface PassBasis {
  /** null: there is no interpreter to run pytest with. */
  readonly executable: string | null
  /** Of its environment; '' if unknown. */
  readonly prefix: string
  readonly cwd: string
  readonly args: readonly string[]
  readonly invocation: 'pytest' | 'python -m pytest'
  readonly rootdir: string
  /** Where what has no place is told. */
  readonly fallback: string
  readonly session: Prediction['session']
  readonly collectors: readonly PredictedCollector[]
  /** For each collector the content of all that it imports, as a hash. */
  readonly closures: ReadonlyMap<string, string>
  /** For each file that is open in the editor the collectors that import it: pytest reads what lies on the disk. */
  readonly open: ReadonlyMap<string, readonly string[]>
  readonly tellsUnpredicted: boolean
}

/** `open`: the files that are open in the editor. */
export function basisOf(analysis: Told, open: Iterable<string>): PassBasis {
  const { environment, plan, trace, tellsUnpredicted } = analysis
  const lines = new LineOf(analysis.text)
  const failsAt = (failure: Failure | null) =>
    failure && { path: failure.span.path, line: lines.of(failure.span) }
  const { outcome, exitCode, failure } = trace.session
  return {
    executable: environment.executable,
    prefix: environment.prefix,
    cwd: plan.invocation.cwd,
    args: plan.invocation.args,
    invocation: plan.invocation.kind,
    rootdir: plan.rootdir,
    fallback: plan.inipath ?? plan.initialConftests[0] ?? trace.collectors[0]?.path ?? plan.rootdir,
    session: {
      outcome: plan.stops.length > 0 ? 'stops' : outcome,
      exitCode: exitCode ?? plan.stops[0]?.exitCode ?? null,
      failsAt: failsAt(failure),
    },
    collectors: trace.collectors.map(it => ({
      path: it.path,
      outcome: it.outcome,
      failsAt: failsAt(it.failure),
    })),
    closures: closuresOf(analysis),
    open: new Map([...open].map(path => [path, whoReaches(trace.reached, path)])),
    tellsUnpredicted,
  }
}

/**
 * The prediction that evidence is judged against. `text`: as analysed where it was, else as it is. `unsaved`: the
 * open files that stand otherwise on the disk.
 */
export function currentOf(
  basis: PassBasis,
  findings: readonly Finding[],
  text: (path: string) => string | null,
  unsaved: readonly string[] = [],
): Current {
  const lines = new LineOf(text)
  const hashes = new Map<string, string | null>()
  const { session, collectors, rootdir, fallback } = basis
  const closures = new Map<string, string | null>(basis.closures)
  for (const path of unsaved)
    for (const collector of basis.open.get(path) ?? []) closures.set(collector, null)
  return {
    session,
    collectors,
    findings,
    rootdir,
    fallback,
    closures,
    text,
    lineOf: span => lines.of(span),
    content: path => remember(hashes, path, () => hashOf(text(path))),
  }
}

export interface PassRequest {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly only: readonly string[] | null
  /** Those of the files as they are on the disk. */
  readonly closures: Pass['closures']
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly onCollector?: (collector: ObservedCollector) => void
}

/** Runs pytest: executes the project's code. Never rejects for what the project does. */
export async function runPass(
  basis: PassBasis & { readonly executable: string },
  { env, only, closures, ...rest }: PassRequest,
): Promise<Pass> {
  const { executable, cwd, args, invocation } = basis
  const started = Date.now()
  const observation = await collectOnly({ executable, cwd, args, invocation, env, only, ...rest })
  return passFrom(observation, only, started, closures)
}

/** `started`: when the run began, in milliseconds of Unix time. What was written to since is not what it saw. */
export function passFrom(
  observation: Observation,
  only: Pass['only'],
  started: number,
  closures: Pass['closures'],
): Pass {
  const disk = new DiskFileSystem()
  return {
    observation,
    only,
    closures,
    content(path) {
      const stat = disk.stat(path)
      return stat && stat.mtimeMs < started ? hashOf(diskText(disk, path)) : null
    },
  }
}

/** The decoded text of a file on the disk; null where there is none. */
export function diskText(disk: DiskFileSystem, path: string): string | null {
  const bytes = disk.read(path)
  const decoded = bytes && decodeSource(bytes)
  return decoded && 'text' in decoded ? decoded.text : null
}

function hashOf(text: string | null): string | null {
  return text === null ? null : contentHash(text)
}

/** For each collector the content of all files that it reaches and of the configuration, as one key. */
function closuresOf({ trace: { reached }, plan, content }: Told): Map<string, string> {
  const keys = closureKeys(reached, file => `${file}\0${content(file)}`)
  const base = plan.inipath === null ? '' : (content(plan.inipath) ?? '')
  return new Map(Array.from(reached.collectors, at => [reached.files[at]!, `${base}:${keys[at]}`]))
}

class LineOf {
  private readonly indexes = new Map<string, LineIndex>()

  constructor(private readonly text: (path: string) => string | null) {}

  of({ path, start }: Span): number {
    let index = this.indexes.get(path)
    if (!index) {
      index = new LineIndex(this.text(path) ?? '')
      this.indexes.set(path, index)
    }
    return index.position(start).line
  }
}
