/** Counts judgements. Sums of tallies are tallies, so a table's total row is made as any other. */
import type { Judgement, VerdictKind } from './judge.ts'

export type Tally = {
  runs: number
  /** Runs in which the command gave no document. */
  broken: number
  /** Collectors that were judged. */
  judged: number
  /** Of those: fail in reality. */
  failing: number
  /** Of the failing: predicted to fail, with exception and line right, with the exception alone. */
  predicted: number
  right: number
  rightType: number
  missed: number
  wrongAlarms: number
  /** Error findings that break nothing, in runs that do not stop. */
  emptyClaims: number
  /** 'unknown' was predicted, by what happened. */
  abstained: { fails: number; collects: number; skips: number; absent: number }
  skips: { real: number; right: number; unseen: number; false: number }
  plan: { missing: number; extra: number; orderWrong: number }
  causes: { all: number; found: number }
  /** `stops` and `stopsRight`: real stops, and those with exit code, exception and place (or subject) right. */
  sessions: {
    right: number
    missed: number
    wrongAlarms: number
    abstained: number
    stops: number
    stopsRight: number
    exitCodeWrong: number
  }
  /** Why it abstained, by what happened. */
  reasons: Record<string, Tally['abstained']>
}

export function emptyTally(): Tally {
  return {
    runs: 0,
    broken: 0,
    judged: 0,
    failing: 0,
    predicted: 0,
    right: 0,
    rightType: 0,
    missed: 0,
    wrongAlarms: 0,
    emptyClaims: 0,
    abstained: { fails: 0, collects: 0, skips: 0, absent: 0 },
    skips: { real: 0, right: 0, unseen: 0, false: 0 },
    plan: { missing: 0, extra: 0, orderWrong: 0 },
    causes: { all: 0, found: 0 },
    sessions: {
      right: 0,
      missed: 0,
      wrongAlarms: 0,
      abstained: 0,
      stops: 0,
      stopsRight: 0,
      exitCodeWrong: 0,
    },
    reasons: {},
  }
}

/** The tally of one run. `broken`: the command gave no document. */
export function tallyOf(judgement: Judgement, broken: boolean): Tally {
  const tally = emptyTally()
  tally.runs = 1
  tally.broken = broken ? 1 : 0
  const of = (kind: VerdictKind) => judgement.collectors.filter(each => each.kind === kind).length
  const judged = judgement.collectors.filter(each => each.kind !== 'not judged')
  tally.judged = judged.length
  tally.failing = judged.filter(each => each.real === 'fails').length
  tally.predicted = of('hit')
  tally.right = judged.filter(each => each.cause === 'right').length
  tally.rightType = judged.filter(each => each.cause === 'right type').length
  tally.missed = of('miss')
  tally.wrongAlarms = of('wrong alarm')
  tally.emptyClaims = judgement.emptyClaims.length
  for (const { kind, real, reason } of judged) {
    if (kind !== 'abstains' || real === 'not reached') continue
    tally.abstained[real]++
    const why = reason ?? ''
    const by = tally.reasons[why] ?? { fails: 0, collects: 0, skips: 0, absent: 0 }
    tally.reasons[why] = { ...by, [real]: by[real] + 1 }
  }
  const skipping = judged.filter(each => each.real === 'skips')
  tally.skips.real = skipping.length
  tally.skips.right = skipping.filter(each => each.kind === 'agrees').length
  tally.skips.unseen = of('skip unseen')
  tally.skips.false = of('false skip')
  tally.plan.missing = of('not planned')
  tally.plan.extra = of('not collected')
  tally.plan.orderWrong = judgement.orderRight === false ? 1 : 0
  tally.causes.all = judgement.causes.length
  tally.causes.found = judgement.causes.filter(each => each.found).length
  const { kind, real, cause, exitCodeRight } = judgement.session
  tally.sessions.right = kind === 'right' ? 1 : 0
  tally.sessions.missed = kind === 'miss' ? 1 : 0
  tally.sessions.wrongAlarms = kind === 'wrong alarm' ? 1 : 0
  tally.sessions.abstained = kind === 'abstains' ? 1 : 0
  tally.sessions.stops = real === 'stops' ? 1 : 0
  tally.sessions.stopsRight = cause === 'right' ? 1 : 0
  tally.sessions.exitCodeWrong = exitCodeRight === false ? 1 : 0
  return tally
}

/** The sum of tallies. */
export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((a, b) => added(a, b) as Tally, emptyTally())
}

type Numbers = { readonly [name: string]: number | Numbers }

/** Adds leaf by leaf; a name that one side lacks is taken from the other. */
function added(a: Numbers, b: Numbers): Numbers {
  const total: Record<string, number | Numbers> = { ...a }
  for (const [name, value] of Object.entries(b)) {
    const own = total[name]
    if (own === undefined) total[name] = value
    else total[name] = typeof own === 'number' ? own + (value as number) : added(own, value as Numbers)
  }
  return total
}

/** Everything that was said and is false: the first of the two figures that rule. */
export function falseAlarms(tally: Tally): number {
  return tally.wrongAlarms + tally.emptyClaims + tally.sessions.wrongAlarms
}

export function abstentions(tally: Tally): number {
  const { fails, collects, skips, absent } = tally.abstained
  return fails + collects + skips + absent
}

/** `part / whole`; null where there is no whole. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
