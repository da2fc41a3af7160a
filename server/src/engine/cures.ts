/**
 * Failures that count as cured: by a person's hand, or to look behind them. A cure is kept by its place, and places
 * move when files are edited.
 */
import { movedTo, type WorkspaceEdit } from '../bridges/edit.ts'
import type { Plan } from '../pytest/plan.ts'
import { type Cause, failureOfStop } from '../rules/causes.ts'
import { siteOf } from '../simulate/machine.ts'
import type { Cured } from '../simulate/passed.ts'
import type { Failure } from '../simulate/trace.ts'

export interface Cure {
  readonly path: string
  /** Offset of the token that the failure points at. */
  readonly start: number
  readonly message: string
}

export function cureOf({ focus, message }: Failure): Cure {
  return { path: focus.path, start: focus.start, message }
}

/** Everything in which a cause shows. */
export function curesOf(cause: Cause): readonly Cure[] {
  return [cause.failure, ...cause.failures].map(cureOf)
}

/** As the simulation takes them. */
export function curedBy(cures: readonly Cure[], installed: readonly string[]): Cured {
  const sites = cures.map(({ path, start, message }) =>
    siteOf({ focus: { path, start, end: start }, message }),
  )
  return { sites: new Set(sites), installed: new Set(installed) }
}

/** Where the cures are once an edit was made. */
export function movedCures(cures: readonly Cure[], edit: WorkspaceEdit): readonly Cure[] {
  return cures.flatMap(cure => {
    const path = movedTo(edit, cure.path)
    if (path === null) return []
    const changes = edit.changed.find(each => each.path === cure.path)?.changes ?? []
    const shift = changes
      .filter(({ end }) => end <= cure.start)
      .reduce((sum, { start, end, text }) => sum + text.length - (end - start), 0)
    return [{ ...cure, path, start: cure.start + shift }]
  })
}

/** The plan without the stops that count as cured: what pytest would do then is planned already. */
export function withoutStops(plan: Plan, { sites }: Cured): Plan {
  const stops = plan.stops.filter(stop => !sites.has(siteOf(failureOfStop(stop, plan))))
  return stops.length === plan.stops.length ? plan : { ...plan, stops }
}
