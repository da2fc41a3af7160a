/**
 * Markdown for the summary of a CI job and the comment on a pull request: what is broken, what would mend most,
 * and the findings themselves, folded. It keeps within the size that a comment may have.
 */
import type { Finding } from '../rules/finding.ts'
import type { Health, Totals } from './health.ts'
import { Places } from './places.ts'
import { byDamage } from './ranked_findings.ts'
import type { ReportInput } from './report_input.ts'
import type { RescuePlan } from './rescue_plan.ts'
import { count, severityWord } from './style.ts'
import { sessionVerdict } from './summary.ts'

/** GitHub refuses comments of more than 65,536 characters; what a bot adds needs room too. */
const MOST_CHARACTERS = 60_000
const TOP_CAUSES = 20
const TOP_NAMES = 10
const TOP_CURES = 5

/** Ends with what it had to leave out. `tool`: name and version. */
export function renderMarkdown(input: ReportInput, model: Health, tool: string): string {
  const places = new Places(input)
  const head = [
    `## ${heading(input, model)}`,
    totals(model),
    ...confirmed(model),
    ...causes(model, places),
    ...(model.rescue && model.rescue.steps.length > 0 ? rescue(model.rescue) : cures(model)),
    ...histogram('Missing modules', model.statistics.missingModules),
    ...histogram('Missing names', model.statistics.missingSymbols),
    ...bridges(model, places),
    ...doubts(model),
  ]
  const foot = basis(model, tool)
  const room = MOST_CHARACTERS - [...head, foot].join('\n\n').length
  const told = byDamage(model, input.findings).filter(({ severity }) => severity !== 'info')
  return `${[...head, ...details(told, places, room), foot].join('\n\n')}\n`
}

function heading(input: ReportInput, model: Health): string {
  const stop = sessionVerdict(input, model)
  if (model.session.outcome === 'stops') return `❌ precollect: ${stop}`
  const { fails, unknown } = model.files
  if (fails > 0)
    return `❌ precollect: ${count(fails, 'test file')} ${fails === 1 ? 'fails' : 'fail'} to collect`
  if (stop !== null) return `❔ precollect: ${stop}`
  const all = sum(model.files)
  if (all === 0) return 'precollect: no tests found'
  return unknown > 0
    ? `✅ precollect: nothing found that fails, ${unknown} not decided`
    : `✅ precollect: ${all === 1 ? 'the test file collects' : `all ${all} test files collect`}`
}

function sum({ collects, fails, skips, unknown }: Totals): number {
  return collects + fails + skips + unknown
}

function totals({ files, tests, findings }: Health): string {
  const row = (name: string, { collects, fails, skips, unknown }: Totals) =>
    `| ${name} | ${collects} | ${fails} | ${skips} | ${unknown} |`
  const { error, warning } = findings.bySeverity
  return [
    '| | collect | fail | skipped | not decided |',
    '|---|--:|--:|--:|--:|',
    row('test files', files),
    row('tests written in them', tests),
    '',
    `${count(error, 'error')}, ${count(warning, 'warning')}.`,
  ].join('\n')
}

function confirmed({ verdicts }: Health): string[] {
  if (!verdicts) return []
  const { confirmed, refuted } = verdicts.states
  return [
    `pytest was run: ${confirmed} of the errors confirmed, ${refuted} refuted, ${verdicts.unforeseen} not foreseen.`,
  ]
}

function causes({ causes }: Health, places: Places): string[] {
  const now = causes.filter(({ cause, files }) => cause.stopsRun || files > 0)
  if (now.length === 0) return []
  const more = now.length - TOP_CAUSES
  const rows = now.slice(0, TOP_CAUSES).map(({ cause, finding, files, tests }) => {
    const lost = cause.stopsRun ? 'all' : String(files)
    const words = finding?.what ?? `${cause.failure.exception}: ${cause.failure.message}`
    return `| ${lost} | ${cause.stopsRun ? 'all' : tests} | ${code(cause.rule)} | ${code(places.short(cause.span))} | ${cell(words)} |`
  })
  return [
    [
      `### ${count(now.length, 'root cause')}`,
      '',
      '| test files | tests | rule | place | what |',
      '|--:|--:|---|---|---|',
      ...rows,
      ...(more > 0 ? ['', `and ${more} more`] : []),
    ].join('\n'),
  ]
}

function rescue({ errors, steps }: RescuePlan): string[] {
  const shown = steps.slice(0, TOP_CURES)
  const ways = { edit: 'fix', command: 'run', hand: 'by hand' } as const
  const list = shown.map(
    ({ kind, title, command, errorsAfter }) =>
      `1. ${ways[kind]}: ${command === null ? inline(title) : `${code(command)} (${inline(title)})`}: ${errorsAfter} left`,
  )
  const more = steps.length - shown.length
  return [
    [
      `**Plan:** ${count(steps.length, 'step')} ${steps.length === 1 ? 'brings' : 'bring'} ${count(errors.now, 'lost test file')} to ${errors.after}.`,
      '',
      ...list,
      ...(more > 0 ? [`\nand ${more} more: \`precollect plan\` lists them.`] : []),
    ].join('\n'),
  ]
}

function cures({ cures: { before, steps } }: Health): string[] {
  const shown = steps.slice(0, TOP_CURES)
  const last = shown.at(-1)
  if (shown.length < 2 || !last || last.left >= before) return []
  const list = shown.map(({ cause, left }) => `1. ${code(cause.subject)} (${cause.rule}): ${left} left`)
  return [
    [
      `**Mend first:** these ${shown.length} bring ${count(before, 'lost test file')} to ${last.left}.`,
      '',
      ...list,
    ].join('\n'),
  ]
}

function histogram(title: string, names: ReadonlyMap<string, number>): string[] {
  if (names.size === 0) return []
  const items = [...names].slice(0, TOP_NAMES).map(([name, files]) => `${code(name)} (${files})`)
  const more = names.size - items.length
  return [`**${title}:** ${items.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
}

function bridges({ bridges }: Health, places: Places): string[] {
  if (!bridges || bridges.length === 0) return []
  const items = bridges.map(
    ({ path, state, users }) =>
      `${code(places.path(path))} (${state === 'needed' ? `${count(users.length, 'user')}` : state})`,
  )
  return [`**Bridges still in place:** ${items.join(', ')}`]
}

function doubts({ doubts }: Health): string[] {
  if (doubts.length === 0) return []
  const items = doubts.map(
    ({ reason, collectors }) => `- ${count(collectors.length, 'file')}: ${inline(reason)}`,
  )
  return [['**Not decided:**', '', ...items.slice(0, TOP_NAMES)].join('\n')]
}

/** Each finding folded, as many as there is room for. */
function details(findings: readonly Finding[], places: Places, room: number): string[] {
  const blocks: string[] = []
  let used = 200 // for the sentence about the rest
  for (const finding of findings) {
    const block = detail(finding, places)
    used += block.length + 2
    if (used > room) break
    blocks.push(block)
  }
  const rest = findings.length - blocks.length
  return [
    ...(blocks.length > 0 ? ['### Findings', ...blocks] : []),
    ...(rest > 0 ? [`${count(rest, 'more finding')} would not fit in here.`] : []),
  ]
}

function detail({ severity, rule, span, what, why, todo, chain }: Finding, places: Places): string {
  const line = places.line(span.path, places.start(span).line)
  const fence = '`'.repeat(Math.max(3, ...(line?.match(/`+/g) ?? []).map(run => run.length + 1)))
  const way = chain.length > 1 ? [`Way: ${chain.map(link => code(places.short(link))).join(' → ')}`] : []
  return [
    `<details><summary>${severityWord(severity)} <code>${html(rule)}</code> ${html(places.short(span))}: ${html(what)}</summary>`,
    ...(line === null || line.trim() === '' ? [] : [`${fence}python\n${line.trim()}\n${fence}`]),
    ...way,
    [`Why: ${sentence(why)}`, ...(todo ? [`To do: ${sentence(todo)}`] : [])].join('<br>'),
    '</details>',
  ].join('\n\n')
}

function basis({ environment }: Health, tool: string): string {
  const { python, pytest, invocation, executable } = environment
  const where = executable === null ? 'no interpreter found' : code(executable)
  return `<sub>${tool}; Python ${python} (${where}), pytest ${pytest}, started as ${code(invocation)}</sub>`
}

function sentence(text: string): string {
  return inline(text) + (/[.?!]$/.test(text) ? '' : '.')
}

/** Text that may stand in a cell of a table. */
function cell(text: string): string {
  return inline(text).replaceAll('|', '\\|')
}

/** Text on one line in which nothing is markup. */
function inline(text: string): string {
  return html(text.replaceAll(/\s*\n\s*/g, ' ')).replaceAll(/[\\`*_[\]~]/g, '\\$&')
}

function html(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/** A code span, also of a text that has backticks; a bar would end a cell. */
function code(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')
  const runs = [...line.matchAll(/`+/g)].map(run => run[0].length)
  const ticks = '`'.repeat(Math.max(0, ...runs) + 1)
  return runs.length > 0 ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`
}
