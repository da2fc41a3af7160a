/** Predictions and observations as plain data, for tests that judge them. */
import type { Prediction } from '../../server/src/confirm/judge.ts'
import type { Observation, ObservedCollector, ObservedFrame } from '../../server/src/confirm/observation.ts'
import type { Finding } from '../../server/src/rules/finding.ts'

export function frame(path: string, line: number, rest: Partial<ObservedFrame> = {}): ObservedFrame {
  return { path, line, until: line, name: '<module>', project: true, source: '', ...rest }
}

export function fails(path: string, ...frames: ObservedFrame[]): ObservedCollector {
  const exceptions = [{ type: 'ImportError', message: 'no', link: 'shown' as const, frames }]
  return {
    nodeid: path,
    path,
    kind: 'module',
    outcome: 'fails',
    reason: null,
    items: 0,
    seconds: 0,
    exceptions,
  }
}

export function collects(
  path: string,
  outcome: ObservedCollector['outcome'] = 'collects',
): ObservedCollector {
  return { nodeid: path, path, kind: 'module', outcome, reason: null, items: 1, seconds: 0, exceptions: [] }
}

export function observed(collectors: ObservedCollector[], rest: Partial<Observation> = {}): Observation {
  return {
    end: { kind: 'exited', code: 0 },
    python: '3.11.9',
    pytest: '9.0.2',
    rootdir: '/p',
    inipath: null,
    plugins: [],
    collectors,
    stop: null,
    warnings: [],
    failedImports: [],
    modules: [],
    stderr: '',
    milliseconds: 1,
    ...rest,
  }
}

/** Spans hold lines: `lineOf` has none to find. Line 0 is a finding about a whole file. */
export function finding(path: string, line: number, breaks: string[], rest: Partial<Finding> = {}): Finding {
  const span = { path, start: line, end: line }
  return {
    rule: 'unresolved-import',
    severity: 'error',
    span,
    subject: '',
    what: '',
    why: '',
    todo: '',
    breaks,
    chain: [span],
    related: [],
    fingerprint: '',
    ...rest,
  }
}

export function predicted(
  collectors: Prediction['collectors'],
  findings: Finding[] = [],
  session: Prediction['session'] = { outcome: 'runs', exitCode: null },
): Prediction {
  return { session, collectors, findings, rootdir: '/p', lineOf: span => span.start || 1 }
}
