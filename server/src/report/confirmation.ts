/** How a report for people tells what a real pass showed: a state for each finding, and a summary. */

import type { FindingState } from '../confirm/judge.ts'
import { endedByUs, type Observation } from '../confirm/observation.ts'
import { scoreByRule } from '../confirm/score.ts'
import { type SlowImport, slowImports } from '../confirm/slow_imports.ts'
import { relative, stem } from '../files/paths.ts'
import type { Finding } from '../rules/finding.ts'
import { wrap } from './layout.ts'
import type { Confirmation, ReportInput } from './report_input.ts'
import { count, type Style } from './style.ts'

const WORDS: Readonly<Record<FindingState, string>> = {
  predicted: 'pytest was not asked, or says nothing either way',
  confirmed: 'confirmed: this line is on the traceback',
  shadowed: 'shadowed: pytest fails before it comes to this line',
  refuted: 'refuted: pytest collects what this should break',
  unseen: 'unseen: pytest did not come to it',
}

const SLOWEST = 8
const WORTH_TELLING_S = 0.1
const LONGEST_TRACEBACK = 12

/** `confirmed` for what pytest itself said; `predicted` without a pass. */
export function stateOf(finding: Finding, confirmation: Confirmation | undefined): FindingState {
  if (!confirmation) return 'predicted'
  const at = confirmation.predicted.indexOf(finding)
  return at < 0 ? 'confirmed' : confirmation.judged.findings[at]!
}

/** The findings to tell: those that were not refuted, unless all are wanted, and what nobody foresaw. */
export function confirmedFindings(
  { predicted, judged }: Pick<Confirmation, 'predicted' | 'judged'>,
  all: boolean,
): readonly Finding[] {
  const kept = predicted.filter((_, at) => all || judged.findings[at] !== 'refuted')
  const told = [...kept, ...judged.told.map(it => it.finding)]
  return told.sort((a, b) => compare(a.span.path, b.span.path) || a.span.start - b.span.start)
}

/** What a line of the concise report ends with. */
export function stateWords(finding: Finding, confirmation: Confirmation | undefined): string {
  if (!confirmation || isOwn(finding, confirmation)) return ''
  const state = stateOf(finding, confirmation)
  return state === 'predicted' ? '' : ` (${state})`
}

/** The notes below a finding of the full report: its state, and for what nobody foresaw the traceback's end. */
export function stateNotes(
  finding: Finding,
  confirmation: Confirmation | undefined,
  { verbose }: Style,
): readonly (readonly [name: string, text: string])[] {
  if (!confirmation) return []
  if (!isOwn(finding, confirmation)) {
    const state = stateOf(finding, confirmation)
    return state === 'predicted' && finding.severity !== 'error' ? [] : [['pytest', WORDS[state]]]
  }
  const { traceback } = confirmation.judged.told.find(it => it.finding === finding)!
  const lines = traceback.split('\n').filter(line => line.trim() !== '')
  const shown = verbose ? lines : lines.slice(-LONGEST_TRACEBACK)
  return shown.map(line => ['pytest', line] as const)
}

/** Paragraph after the summary: how far prediction and reality agree here, now and until now. */
export function confirmationSummary(
  { confirmation, plan }: ReportInput,
  style: Style,
  whole: boolean,
): string[] {
  if (!confirmation) return []
  const { observation, judged, predicted, score } = confirmation
  const states = (state: FindingState) =>
    judged.findings.filter((it, at) => it === state && predicted[at]!.severity === 'error').length
  const parts = [
    `${states('confirmed')} confirmed`,
    ...(['shadowed', 'refuted', 'unseen'] as const).flatMap(it =>
      states(it) > 0 ? [`${states(it)} ${it}`] : [],
    ),
    `${judged.unpredicted.length} not foreseen`,
  ]
  const took = `${(observation.milliseconds / 1000).toFixed(1)} s`
  const ended = endedByUs(observation.end) ? `, ${observation.end.kind}` : ''
  const lines = wrap(
    `pytest ${observation.pytest ?? '(not started)'} was run (${took}${ended}): of the errors ${parts.join(', ')}.`,
    style.width,
  )
  const rows = scoreByRule(score)
  const all = rows.at(-1)
  if (all) {
    lines.push(
      ...wrap(
        `Here so far: precision ${shareOf(all.precision)}, recall ${shareOf(all.recall)} ` +
          `over ${count(all.confirmed + all.refuted + all.missed, 'error')}.`,
        style.width,
      ),
    )
  }
  if (!whole) return lines
  for (const { rule, confirmed, refuted, missed, precision, recall } of rows.slice(0, -1)) {
    if (refuted + missed === 0 && !style.verbose) continue
    lines.push(
      `  ${rule}: precision ${shareOf(precision)}, recall ${shareOf(recall)} ` +
        `(${confirmed} confirmed, ${refuted} refuted, ${missed} missed)`,
    )
  }
  const slow = (['self', 'cumulative'] as const).flatMap(by => slowest(observation, by, plan.rootdir, style))
  return [...lines, ...slow]
}

const ORDER = {
  self: 'Slowest imports, by their own time (and with what they import):',
  cumulative: 'Slowest imports, by the time with what they import (and their own):',
}

/** A module that fails is run again by each that imports it: several may have paid. */
function slowest(
  observation: Observation,
  by: 'self' | 'cumulative',
  rootdir: string,
  { verbose }: Style,
): string[] {
  const other = by === 'self' ? 'cumulative' : 'self'
  // What a test file takes with all that it imports is the sum of the others.
  const isTestFile = ({ module, paidBy: [payer] }: SlowImport) =>
    payer !== undefined && module.split('.').at(-1) === stem(payer)
  const told = slowImports(observation, by, Infinity)
    .filter(row => (verbose || row[by] >= WORTH_TELLING_S) && !(by === 'cumulative' && isTestFile(row)))
    .slice(0, SLOWEST)
  const rows = told.map(row => {
    const [first, ...more] = row.paidBy
    const payer = first ? relative(rootdir, first) : 'conftests and plugins'
    const others = more.length > 0 ? ` and ${count(more.length, 'more file')}` : ''
    return `  ${row[by].toFixed(3)} s (${row[other].toFixed(3)} s)  ${row.module}, paid by ${payer}${others}`
  })
  return rows.length === 0 ? [] : [ORDER[by], ...rows]
}

function isOwn(finding: Finding, { predicted }: Confirmation): boolean {
  return !predicted.includes(finding)
}

function shareOf(value: number | null): string {
  return value === null ? '-' : value.toFixed(2)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
