/** Reads the lines that the probe writes (its own head says which) into the parts of an Observation. */
import { normalize } from '../files/paths.ts'
import type {
  ObservedCollector,
  ObservedException,
  ObservedFrame,
  ObservedStop,
  ObservedWarning,
} from './observation.ts'

/** All that the probe came to write. `finished`: it saw the session's end. */
export interface ProbeRecord {
  readonly python: string | null
  readonly pytest: string | null
  readonly rootdir: string | null
  readonly collectors: readonly ObservedCollector[]
  readonly stop: ObservedStop | null
  readonly warnings: readonly ObservedWarning[]
  readonly finished: boolean
}

type ProbeEvent =
  | { event: 'start'; python: string; pytest: string }
  | { event: 'configured'; rootdir: string }
  | { event: 'collecting'; nodeid: string; path: string }
  | ({ event: 'collector' } & Omit<ObservedCollector, 'items'>)
  | ({ event: 'stop' } & ObservedStop)
  | ({ event: 'warning' } & ObservedWarning)
  | { event: 'items'; files: Record<string, number> }
  | { event: 'finish'; exitCode: number }

/** `text`: the probe's file. A last line cut off by the death of the process is left out. */
export function readProbe(text: string): ProbeRecord {
  let python: string | null = null
  let pytest: string | null = null
  let rootdir: string | null = null
  let stop: ObservedStop | null = null
  let finished = false
  let running: { nodeid: string; path: string } | null = null
  const items = new Map<string, number>()
  const collectors: ObservedCollector[] = []
  const warnings: ObservedWarning[] = []
  for (const line of text.split('\n').slice(0, -1)) {
    const event = JSON.parse(line) as ProbeEvent
    if (event.event === 'start') ({ python, pytest } = event)
    else if (event.event === 'configured') rootdir = normalize(event.rootdir)
    else if (event.event === 'collecting') running = { nodeid: event.nodeid, path: normalize(event.path) }
    else if (event.event === 'collector') {
      const { nodeid, kind, outcome, reason } = event
      collectors.push({
        nodeid,
        path: normalize(event.path),
        kind,
        outcome,
        reason,
        items: 0,
        exceptions: event.exceptions.map(exception),
      })
      running = null
    } else if (event.event === 'stop') {
      stop ??= { phase: event.phase, exceptions: event.exceptions.map(exception) }
    } else if (event.event === 'warning') {
      const { category, message, path, line } = event
      warnings.push({ category, message, path: normalize(path), line })
    } else if (event.event === 'items') {
      for (const [path, count] of Object.entries(event.files)) items.set(normalize(path), count)
    } else if (event.event === 'finish') finished = true
  }
  if (running) {
    collectors.push({
      ...running,
      kind: 'module',
      outcome: 'unfinished',
      reason: null,
      items: 0,
      exceptions: [],
    })
  }
  return {
    python,
    pytest,
    rootdir,
    collectors: collectors.map(it => (isFile(it) ? { ...it, items: items.get(it.path) ?? 0 } : it)),
    stop,
    warnings,
    finished,
  }
}

function isFile(collector: ObservedCollector): boolean {
  return collector.kind === 'module' || collector.kind === 'file'
}

function exception(raw: ObservedException): ObservedException {
  const frame = (it: ObservedFrame): ObservedFrame => ({ ...it, path: normalize(it.path) })
  return { ...raw, frames: raw.frames.map(frame) }
}
