/**
 * In which order to mend: the few causes after which most test files collect. It counts what the layers of the
 * trace say will be left, and knows nothing of how a cause is mended.
 */
import type { Cause } from '../rules/causes.ts'

export interface CureStep {
  readonly cause: Cause
  /** Test files that are still not collected once this cause and those before it are mended. */
  readonly left: number
}

export interface CureOrder {
  /** Test files that are not collected now, without those that a stop of the run would take along. */
  readonly before: number
  readonly steps: readonly CureStep[]
}

/**
 * Greedy: what stops the run, then each time the cause that brings most files back at once; where none does so
 * alone, the one that most files wait for. `files`: how many test files stand behind a collector. At most `most`
 * steps.
 */
export function cureOrder(
  causes: readonly Cause[],
  files: (collector: string) => number,
  most: number,
): CureOrder {
  const open = new Map<string, Set<Cause>>()
  for (const cause of causes) {
    for (const { collector } of cause.occurrences) {
      const waiting = open.get(collector)
      if (waiting) waiting.add(cause)
      else open.set(collector, new Set([cause]))
    }
  }
  const size = new Map([...open.keys()].map(collector => [collector, files(collector)]))
  const count = () => [...open.keys()].reduce((sum, collector) => sum + size.get(collector)!, 0)
  const before = count()
  const todo = new Set(causes)
  const steps: CureStep[] = []
  for (const cause of causes) {
    if (cause.stopsRun && steps.length < most) cure(cause)
  }
  while (open.size > 0 && steps.length < most) cure(best(todo, open, size))
  return { before, steps }

  function cure(cause: Cause): void {
    todo.delete(cause)
    for (const { collector } of cause.occurrences) {
      const waiting = open.get(collector)
      waiting?.delete(cause)
      if (waiting?.size === 0) open.delete(collector)
    }
    steps.push({ cause, left: count() })
  }
}

/** The first of those that bring most files back, then of those that most files still wait for. */
function best(
  todo: ReadonlySet<Cause>,
  open: ReadonlyMap<string, ReadonlySet<Cause>>,
  size: ReadonlyMap<string, number>,
): Cause {
  const gain = new Map<Cause, { back: number; waiting: number }>()
  for (const [collector, waiting] of open) {
    for (const cause of waiting) {
      const known = gain.get(cause) ?? { back: 0, waiting: 0 }
      gain.set(cause, known)
      known.waiting += size.get(collector)!
      if (waiting.size === 1) known.back += size.get(collector)!
    }
  }
  const of = (cause: Cause) => gain.get(cause) ?? { back: 0, waiting: 0 }
  return [...todo].reduce((best, cause) => {
    const [a, b] = [of(cause), of(best)]
    return a.back > b.back || (a.back === b.back && a.waiting > b.waiting) ? cause : best
  })
}
