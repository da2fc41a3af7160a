/** The end of a terminal report: how many test files stand where, what would mend most, what is not known. */
import { alike } from '../rules/causes.ts'
import { confirmationSummary } from './confirmation.ts'
import type { Health, Totals } from './health.ts'
import { table, wrap } from './layout.ts'
import { Places } from './places.ts'
import type { ReportInput } from './report_input.ts'
import { byRule, type Histogram } from './statistics.ts'
import { count, type Paint, painter, type Style } from './style.ts'

const TOP_CAUSES = 10
const TOP_DOUBTS = 5

/** The summary in lines; `whole` says as well what the verdicts hold for, as `-v` does everywhere. */
export function summary(input: ReportInput, model: Health, style: Style, whole = style.verbose): string[] {
  const paint = painter(style)
  const paragraphs = [
    whole ? basis(input, style) : [],
    topCauses(model, new Places(input), paint),
    doubts(model, style, whole),
    wrap(verdict(input, model, paint), style.width),
    confirmationSummary(input, style, whole),
  ]
  return paragraphs
    .filter(lines => lines.length > 0)
    .flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]))
}

/** The line that opens a report of a run that stops; null where it runs. */
export function sessionVerdict({ plan }: ReportInput, { session }: Health): string | null {
  if (session.outcome === 'runs') return null
  const code = session.exitCode === null ? '' : ` with exit code ${session.exitCode}`
  if (session.outcome === 'unknown') {
    return `whether the run reaches collection could not be decided${session.reason ? `: ${session.reason}` : ''}`
  }
  const early = plan.stops[0]?.phase !== 'after collection' || session.failure?.detail.kind === 'exit'
  return early
    ? `the whole run stops${code}: no test is collected`
    : `the whole run stops${code} after collection`
}

/** What the verdicts hold for: interpreter, pytest, invocation. */
function basis({ environment, plan }: ReportInput, style: Style): string[] {
  const python = environment.executable ?? 'no interpreter, its standard library assumed'
  const { kind, because } = plan.invocation
  return [
    `Python ${environment.version.join('.')}: ${python} (${environment.chosenBecause})`,
    `pytest ${plan.pytestVersion}, started as ${kind} (${because})`,
    `root folder ${plan.rootdir}, configuration ${plan.inipath ?? 'none'}`,
  ].flatMap(line => wrap(line, style.width))
}

/** The test files by what becomes of them. */
function verdict(input: ReportInput, model: Health, paint: Paint): string {
  const { files, layers } = model
  const total = files.collects + files.fails + files.skips + files.unknown
  const stop = sessionVerdict(input, model)
  const sentences = stop === null ? [] : [`${paint.bold(capital(stop))}.`]
  if (total > 0) {
    const lead = stop === null ? '' : 'Were that cured: '
    sentences.push(`${lead}${count(total, 'test file')}: ${outcomes(files, total)}.`)
  } else if (stop === null) sentences.push('No tests found.')
  const again = layers[1] ?? 0
  if (again > 0) {
    sentences.push(again === 1 ? '1 file has' : `${again} files have`, 'another error behind the first one.')
  }
  return sentences.join(' ')
}

function outcomes({ fails, collects, skips, unknown }: Totals, total: number): string {
  if (collects === total) return total === 1 ? 'it collects' : 'all collect'
  const parts = [
    fails > 0 ? `${fails} ${fails === 1 ? 'fails' : 'fail'} to collect` : '',
    collects > 0 ? `${collects} ${collects === 1 ? 'collects' : 'collect'}` : '',
    skips > 0 ? `${skips} ${skips === 1 ? 'is' : 'are'} skipped` : '',
    unknown > 0 ? `${unknown} could not be decided` : '',
  ]
  return parts.filter(Boolean).join(', ')
}

/** What would mend most; told from two on, as one alone stands right above. */
function topCauses({ causes }: Health, places: Places, paint: Paint): string[] {
  const striking = causes.filter(({ cause, files }) => cause.stopsRun || files > 0)
  const lost = new Map(
    striking.map(({ cause, files }) => [cause, cause.stopsRun ? Number.POSITIVE_INFINITY : files]),
  )
  const now = alike([...lost.keys()])
    .map(group => ({ group, files: group.reduce((sum, cause) => sum + lost.get(cause)!, 0) }))
    .sort((a, b) => b.files - a.files)
  if (now.length < 2) return []
  const rows = now.slice(0, TOP_CAUSES).map(({ group: [cause, ...others], files }) => {
    const more = others.length > 0 ? ` and ${count(others.length, 'more place')}` : ''
    const number = Number.isFinite(files) ? String(files) : 'all'
    return [number, cause.rule, places.short(cause.span) + more, cause.subject.split('\n')[0]!]
  })
  const more = now.length - rows.length
  return [
    paint.bold('Causes by test files lost:'),
    ...table(rows),
    ...(more > 0 ? [`  and ${count(more, 'more cause')}`] : []),
  ]
}

/** Reasons for abstaining, most frequent first, and what is not known of the environment. */
function doubts(model: Health, style: Style, whole: boolean): string[] {
  const shown = style.verbose ? model.doubts : model.doubts.slice(0, TOP_DOUBTS)
  const rest = model.doubts.length - shown.length
  const items = [
    ...shown.map(({ reason, collectors }) => `${count(collectors.length, 'file')}: ${reason}`),
    ...(rest > 0 ? [`and ${count(rest, 'more reason')} (-v shows them)`] : []),
    ...(whole ? model.unknown : []),
  ]
  return items.length === 0 ? [] : ['Not known:', ...items.flatMap(item => wrap(item, style.width, '  '))]
}

/** `--statistics`: counts in place of findings. */
export function renderStatistics(input: ReportInput, model: Health, style: Style): string {
  const paint = painter(style)
  const { missingModules, missingSymbols } = model.statistics
  const sections: readonly (readonly [string, Histogram])[] = [
    ['Findings by rule:', byRule(input.findings)],
    ['Missing modules, by files that fail for want of them:', missingModules],
    ['Missing names, by files that fail for want of them:', missingSymbols],
  ]
  const lines = sections
    .filter(([, histogram]) => histogram.size > 0)
    .flatMap(([title, histogram]) => [
      paint.bold(title),
      ...table([...histogram].map(([name, n]) => [String(n), name])),
      '',
    ])
  return [...lines, ...(style.quiet ? [] : summary(input, model, style))].join('\n').trimEnd().concat('\n')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
