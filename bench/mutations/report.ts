/** What the seeded faults showed, for people: a table by family, and each disagreement with how to see it again. */
import { differs, type Judgement } from '../shared/judge.ts'
import type { Usage } from '../shared/run.ts'
import { percent, table } from '../shared/table.ts'
import { abstentions, falseAlarms, sum, type Tally } from '../shared/tally.ts'
import type { Edits } from './workspace.ts'

/** One planned fault, as `mutate.py` prints it. */
export interface Mutant {
  /** family#n: with project and seed it names the fault. */
  readonly id: string
  readonly family: string
  /** Meant to look like a fault and to change nothing. */
  readonly harmless: boolean
  readonly title: string
  readonly edits: Edits
  /** What goes from the copied environment's site-packages. */
  readonly gone: readonly string[]
  readonly diff: string
}

export interface Outcome {
  readonly project: string
  readonly mutant: Mutant
  /** The real pytest sees a difference to the unchanged tree. */
  readonly changed: boolean
  /** Less what was so without the fault. */
  readonly judgement: Judgement
  readonly tally: Tally
  /** Why there was no document. */
  readonly fault: string | null
  readonly usage: Usage
}

const HEAD = [
  'family',
  'mutants',
  'breaking',
  'caught',
  'cause',
  'files',
  'hit',
  'right',
  'miss',
  'ALARM',
  'abst',
  'stops',
]

/** One row for each family, those that are meant to be harmless marked with an asterisk. */
export function familyTable(outcomes: readonly Outcome[]): string {
  const families = [...new Set(outcomes.map(outcome => outcome.mutant.family))].sort()
  const rows = families.map(family => {
    const own = outcomes.filter(outcome => outcome.mutant.family === family)
    return line(`${family}${own[0]?.mutant.harmless ? ' *' : ''}`, own)
  })
  return table(HEAD, [...rows, line('all', outcomes)], true)
}

function line(name: string, outcomes: readonly Outcome[]): string[] {
  const tally = sum(outcomes.map(outcome => outcome.tally))
  const breaking = outcomes.filter(isBreaking)
  return [
    name,
    String(outcomes.length),
    String(breaking.length),
    percent(breaking.filter(isCaught).length, breaking.length),
    `${tally.causes.found}/${tally.causes.all}`,
    String(tally.failing),
    String(tally.predicted),
    String(tally.right),
    String(tally.missed),
    String(falseAlarms(tally)),
    String(abstentions(tally)),
    `${tally.sessions.stopsRight}/${tally.sessions.stops}`,
  ]
}

/** A collector fails, or the session stops, because of the fault. */
function isBreaking({ judgement, tally }: Outcome): boolean {
  return tally.failing > 0 || judgement.session.real === 'stops'
}

/** Something was said that is true: one collector predicted, or the stop. */
function isCaught({ judgement, tally }: Outcome): boolean {
  return tally.predicted > 0 || (judgement.session.real === 'stops' && judgement.session.kind === 'right')
}

const SHOWN_FILES = 4
const SHOWN_LINES = 16

/** '' where both sides agree, up to exception and line. */
export function disagreement(outcome: Outcome, seed: string, verbose: boolean): string {
  const { project, mutant, judgement, fault } = outcome
  const { session, collectors, emptyClaims } = judgement
  const sides = (truth: string, said: string) => `    real: ${truth}\n    said: ${said}`
  const told: string[] = []
  if (fault) told.push(`  no document: ${fault}`)
  if (session.kind !== 'right') told.push(`  session: ${session.kind}\n${sides(session.truth, session.said)}`)
  else if (session.cause !== null && session.cause !== 'right') {
    told.push(`  session: cause ${session.cause}\n${sides(session.truth, session.said)}`)
  }
  told.push(...emptyClaims.map(claim => `  wrong alarm: ${claim}`))
  const wrong = collectors.filter(differs)
  for (const each of verbose ? wrong : wrong.slice(0, SHOWN_FILES)) {
    const kind = each.kind === 'hit' ? `cause ${each.cause}` : each.kind
    told.push(`  ${each.path}: ${kind}\n${sides(each.truth, each.said)}`)
  }
  if (told.length === 0) return ''
  if (!verbose && wrong.length > SHOWN_FILES) told.push(`  and ${wrong.length - SHOWN_FILES} more`)
  const again = `--projects ${project} --seed ${seed} --pick ${mutant.id}`
  return [
    `${project} ${mutant.id} (${again})`,
    `  ${mutant.title}`,
    ...told,
    ...indented(mutant.diff, verbose),
  ].join('\n')
}

function indented(diff: string, verbose: boolean): string[] {
  const lines = diff === '' ? [] : diff.split('\n')
  const shown = verbose ? lines : lines.slice(0, SHOWN_LINES)
  return [...shown, ...(shown.length < lines.length ? ['...'] : [])].map(line => `  | ${line}`)
}

/** Without the new texts of whole files, and without what agrees. */
export function forFile({ mutant, judgement, ...outcome }: Outcome): object {
  const { edits: _, ...shown } = mutant
  return {
    ...outcome,
    mutant: shown,
    judgement: { ...judgement, collectors: judgement.collectors.filter(differs) },
  }
}
