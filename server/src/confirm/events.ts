/**
 * Reads the lines that the probe writes (its own head says which) into the parts of an Observation, as they
 * come. A line that is no event (cut off by a death, or written over by the project) is left out.
 */
import { normalize } from '../files/paths.ts'
import type {
  FailedImport,
  ModuleTime,
  ObservedCollector,
  ObservedException,
  ObservedFrame,
  ObservedPlugin,
  ObservedStop,
  ObservedWarning,
} from './observation.ts'

/** All that the probe came to write. `finished`: it saw the session's end. */
export interface ProbeRecord {
  readonly python: string | null
  /** Of the environment that it ran in. */
  readonly prefix: string | null
  readonly pytest: string | null
  /** Where pytest was started. */
  readonly cwd: string | null
  readonly rootdir: string | null
  readonly inipath: string | null
  readonly plugins: readonly ObservedPlugin[]
  readonly collectors: readonly ObservedCollector[]
  readonly stop: ObservedStop | null
  readonly warnings: readonly ObservedWarning[]
  readonly failedImports: readonly FailedImport[]
  readonly modules: readonly ModuleTime[]
  readonly finished: boolean
  readonly exitCode: number | null
}

type ProbeEvent =
  | { event: 'start'; python: string; prefix: string; pytest: string; cwd: string }
  | { event: 'configured'; rootdir: string; inipath: string | null; plugins: ObservedPlugin[] }
  | { event: 'collecting'; nodeid: string; path: string }
  | ({ event: 'collector' } & ObservedCollector)
  | ({ event: 'import' } & Omit<FailedImport, 'collector'>)
  | { event: 'modules'; modules: [name: string, self: number, cumulative: number][] }
  | ({ event: 'stop' } & ObservedStop)
  | ({ event: 'warning' } & ObservedWarning)
  | { event: 'finish'; exitCode: number }

export class ProbeReader {
  private readonly decoder = new TextDecoder()
  /** The beginning of a line whose end has not come yet. */
  private rest = ''
  private readonly known: {
    -readonly [K in Exclude<
      keyof ProbeRecord,
      'collectors' | 'warnings' | 'failedImports' | 'modules'
    >]: ProbeRecord[K]
  } = {
    python: null,
    prefix: null,
    pytest: null,
    cwd: null,
    rootdir: null,
    inipath: null,
    plugins: [],
    stop: null,
    finished: false,
    exitCode: null,
  }
  private running: { readonly nodeid: string; readonly path: string } | null = null
  private readonly collectors: ObservedCollector[] = []
  private readonly warnings: ObservedWarning[] = []
  private readonly failedImports: FailedImport[] = []
  private readonly modules: ModuleTime[] = []

  /** The next bytes of the record. Returns the collectors that came to their end in them. */
  feed(bytes: Uint8Array): readonly ObservedCollector[] {
    const before = this.collectors.length
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n')
    this.rest = lines.pop()!
    for (const line of lines) {
      try {
        this.take(JSON.parse(line) as ProbeEvent)
      } catch {
        // Not a line of the probe's: the process died while it wrote, or the project writes there too.
      }
    }
    return this.collectors.slice(before)
  }

  /** All that was read until now. */
  record(): ProbeRecord {
    const items = new Map<string, number>()
    for (const { path, items: own } of this.collectors) items.set(path, (items.get(path) ?? 0) + own)
    const collectors = this.collectors.map(it => (isFile(it) ? { ...it, items: items.get(it.path)! } : it))
    if (this.running) collectors.push({ ...unfinished, ...this.running })
    const { warnings, failedImports, modules } = this
    return { ...this.known, collectors, warnings, failedImports, modules }
  }

  private take(event: ProbeEvent): void {
    const { known } = this
    switch (event.event) {
      case 'start':
        known.python = event.python
        known.prefix = normalize(event.prefix)
        known.pytest = event.pytest
        known.cwd = normalize(event.cwd)
        break
      case 'configured':
        known.rootdir = normalize(event.rootdir)
        known.inipath = event.inipath && normalize(event.inipath)
        known.plugins = event.plugins
        break
      case 'collecting':
        this.running = { nodeid: event.nodeid, path: normalize(event.path) }
        break
      case 'collector': {
        const { nodeid, kind, outcome, reason, items, seconds } = event
        const path = normalize(event.path)
        const exceptions = event.exceptions.map(exception)
        this.collectors.push({ nodeid, path, kind, outcome, reason, items, seconds, exceptions })
        this.running = null
        break
      }
      case 'import': {
        const { module, line, type, message, again, at } = event
        const path = event.path && normalize(event.path)
        this.failedImports.push({ module, path, line, type, message, again, at, collector: this.payer() })
        break
      }
      case 'modules':
        for (const [name, self, cumulative] of event.modules)
          this.modules.push({ name, self, cumulative, collector: this.payer() })
        break
      case 'stop':
        known.stop ??= { phase: event.phase, exceptions: event.exceptions.map(exception) }
        break
      case 'warning': {
        const { category, message, path, line } = event
        this.warnings.push({ category, message, path: normalize(path), line })
        break
      }
      case 'finish':
        known.finished = true
        known.exitCode = event.exitCode
    }
  }

  private payer(): string | null {
    return this.running?.path ?? null
  }
}

/** `bytes`: the probe's whole file. */
export function readProbe(bytes: Uint8Array): ProbeRecord {
  const reader = new ProbeReader()
  reader.feed(bytes)
  return reader.record()
}

const unfinished = {
  kind: 'module',
  outcome: 'unfinished',
  reason: null,
  items: 0,
  seconds: 0,
  exceptions: [],
} as const

function isFile(collector: ObservedCollector): boolean {
  return collector.kind === 'module' || collector.kind === 'file'
}

function exception(raw: ObservedException): ObservedException {
  const frame = (it: ObservedFrame): ObservedFrame => ({ ...it, path: normalize(it.path) })
  return { ...raw, frames: raw.frames.map(frame) }
}
