/** The part of the JSON document that tells what a real pass showed. Paths are relative to the root with '/'. */

import type { FindingState } from '../confirm/judge.ts'
import type { FailedImport, ObservedPlugin, ProcessEnd } from '../confirm/observation.ts'
import type { RuleScore } from '../confirm/score.ts'
import { type SlowImport, slowImports } from '../confirm/slow_imports.ts'
import { tracebackText } from '../confirm/traceback.ts'
import { relative } from '../files/paths.ts'
import type { VerdictHealth } from './health.ts'
import type { Confirmation } from './report_input.ts'

const SLOWEST = 50

export interface JsonConfirmation {
  readonly end: ProcessEnd
  readonly seconds: number
  readonly python: string | null
  readonly pytest: string | null
  readonly plugins: readonly ObservedPlugin[]
  readonly session: {
    readonly predicted: string
    readonly observed: string | null
    readonly agrees: boolean | null
  }
  readonly stop: { readonly phase: string; readonly traceback: string } | null
  readonly collectors: readonly {
    readonly path: string
    readonly predicted: string | null
    readonly observed: string
    readonly verdict: string
    /** Tests found, and seconds that the import took. */
    readonly items: number
    readonly seconds: number
    readonly traceback: string | null
  }[]
  readonly failedImports: readonly FailedImport[]
  readonly slowImports: { readonly self: readonly SlowImport[]; readonly cumulative: readonly SlowImport[] }
  /** The errors that were predicted, by what pytest said of them. */
  readonly states: Readonly<Record<FindingState, number>>
  /** Failures that nothing foretold. */
  readonly unforeseen: number
  /** Until now, in this project: by rule, the last row (`all`) the sums. */
  readonly score: readonly RuleScore[]
}

export function jsonConfirmation(
  { observation, judged }: Confirmation,
  { states, unforeseen, score }: VerdictHealth,
  rootdir: string,
): JsonConfirmation {
  const { end, milliseconds, python, pytest, plugins, stop, collectors, failedImports } = observation
  const short = (path: string) => relative(rootdir, path)
  const slow = (by: 'self' | 'cumulative') =>
    slowImports(observation, by, SLOWEST).map(it => ({ ...it, paidBy: it.paidBy.map(short) }))
  return {
    end,
    seconds: milliseconds / 1000,
    python,
    pytest,
    plugins,
    session: judged.session,
    stop: stop && { phase: stop.phase, traceback: tracebackText(stop.exceptions, rootdir) },
    collectors: judged.collectors.map(({ path, predicted, observed, verdict }) => {
      const records = collectors.filter(it => it.path === path)
      const own = records.find(it => it.kind !== 'class')
      const exceptions = records.find(it => it.outcome === 'fails')?.exceptions
      return {
        ...{ path: short(path), predicted, observed, verdict },
        ...{ items: own?.items ?? 0, seconds: own?.seconds ?? 0 },
        traceback: exceptions ? tracebackText(exceptions, rootdir) : null,
      }
    }),
    failedImports: failedImports.map(it => ({
      ...it,
      path: it.path && short(it.path),
      collector: it.collector && short(it.collector),
    })),
    slowImports: { self: slow('self'), cumulative: slow('cumulative') },
    states,
    unforeseen,
    score,
  }
}
