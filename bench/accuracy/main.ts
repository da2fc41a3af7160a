/**
 * Accuracy over real projects: what precollect predicts, against what the real pytest was recorded to do.
 * Each entry of the corpus is judged in its own environments, with the same folder, arguments and variables.
 */
import { Command, Option } from 'commander'
import { asExitCode, type Bench, openBench, progress, saveResult } from '../shared/bench.ts'
import {
  chooseEntries,
  type Entry,
  fetchMissing,
  projectOf,
  recorded,
  SETTINGS,
  type Setting,
} from '../shared/corpus.ts'
import { differs, type Judgement, judge } from '../shared/judge.ts'
import { realityOf } from '../shared/record.ts'
import { type Requirements, unmet, withRequirements } from '../shared/requirements.ts'
import { predict, type Usage, withFolder } from '../shared/run.ts'
import { megabytes, percent, seconds, table } from '../shared/table.ts'
import { abstentions, falseAlarms, sum, type Tally, tallyOf } from '../shared/tally.ts'

interface Options extends Requirements {
  readonly full: boolean
  readonly setting?: Setting
  readonly verbose: boolean
  readonly command?: string
}

interface Row {
  readonly name: string
  readonly tally: Tally
  readonly judgement: Judgement
  readonly fault: string | null
  readonly usage: Usage
  /** CPU seconds of the real pytest when the corpus was made. */
  readonly pytestCpuS: number
}

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = withRequirements(
      new Command('bench:accuracy')
        .description('Predictions against recorded outcomes over the corpus of real projects')
        .argument('[names...]', 'entries of the corpus; without: the small subset')
        .option('--full', 'every entry', false)
        .addOption(new Option('--setting <setting>', 'one of the two environments').choices(SETTINGS))
        .option('--verbose', 'list every disagreement', false)
        .option('--command <file>', 'the built command to measure, instead of dist/precollect.js'),
    ).exitOverride()
    command.parse(args, { from: 'user' })
    const options = command.opts<Options>()
    const bench = await openBench(root, options.command)
    const entries = chooseEntries(bench.corpus, command.args, options.full)
    const settings = options.setting ? [options.setting] : SETTINGS
    await fetchMissing(bench.corpus, bench.tools.python, entries, settings)

    const rows: Row[] = []
    for (const entry of entries) {
      for (const setting of settings) {
        progress(`${entry.name} ${setting}`)
        rows.push(await judgeEntry(bench, entry, setting))
      }
    }
    progress('')
    const total = sum(rows.map(row => row.tally))
    const failed = unmet(total, options)
    process.stdout.write(report(rows, total, options.verbose, failed))
    const saved = saveResult(root, 'accuracy', { settings, total, rows: rows.map(forFile) })
    process.stdout.write(`\nAll verdicts: ${saved}\n`)
    return failed.length === 0
  })
}

/** One cold run of the command, judged. */
function judgeEntry({ corpus, tools }: Bench, entry: Entry, setting: Setting): Promise<Row> {
  return withFolder(async home => {
    const project = projectOf(corpus.data, entry, setting)
    const { document, fault, usage } = await predict(tools, project, home)
    const judgement = judge(realityOf(recorded(corpus, entry, setting)), document, project.cwd)
    return {
      name: `${entry.name} ${setting}`,
      tally: tallyOf(judgement, document === null),
      judgement,
      fault,
      usage,
      pytestCpuS: entry.settings[setting].cpu_s,
    }
  })
}

function report(rows: readonly Row[], total: Tally, verbose: boolean, failed: readonly string[]): string {
  const parts = [accuracyTable(rows, total), figures(total), reasons(total)]
  const faults = rows.filter(row => row.fault !== null).map(row => `${row.name}: ${row.fault}`)
  if (faults.length > 0) parts.push(`No document:\n${faults.join('\n')}`)
  if (verbose) parts.push(rows.flatMap(disagreements).join('\n') || 'No disagreement.')
  if (failed.length > 0) parts.push(`Does not hold:\n${failed.map(line => `  ${line}`).join('\n')}`)
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

const HEAD = [
  'project',
  'files',
  'fail',
  'hit',
  'right',
  'type',
  'miss',
  'ALARM',
  'abst',
  'skip',
  '-plan',
  '+plan',
]
const HEAD_OF_RUN = ['cause', 'session', 'cpu s', 'pytest', 'ratio', 'MB']

function accuracyTable(rows: readonly Row[], total: Tally): string {
  const cpu = rows.reduce((all, row) => all + row.usage.cpuS, 0)
  const pytest = rows.reduce((all, row) => all + row.pytestCpuS, 0)
  const rss = Math.max(...rows.map(row => row.usage.rssKb))
  const lines = rows.map(row => line(row.name, row.tally, row.usage.cpuS, row.pytestCpuS, row.usage.rssKb))
  return table([...HEAD, ...HEAD_OF_RUN], [...lines, line('all', total, cpu, pytest, rss)], true)
}

function line(name: string, tally: Tally, cpuS: number, pytestCpuS: number, rssKb: number): string[] {
  const { failing, predicted, right, rightType, missed, skips, plan, causes, sessions } = tally
  const counts = [failing, predicted, right, rightType, missed, falseAlarms(tally), abstentions(tally)]
  return [
    name,
    String(tally.judged),
    ...counts.map(String),
    `${skips.right}/${skips.real}${skips.false > 0 ? `+${skips.false}` : ''}`,
    String(plan.missing),
    String(plan.extra),
    `${causes.found}/${causes.all}`,
    tally.runs === 1 ? sessionCell(tally) : `${sessions.right}/${tally.runs}`,
    seconds(cpuS),
    seconds(pytestCpuS),
    (cpuS / pytestCpuS).toFixed(2),
    megabytes(rssKb),
  ]
}

function sessionCell({ sessions, broken }: Tally): string {
  if (broken > 0) return 'BROKEN'
  if (sessions.wrongAlarms > 0) return 'ALARM'
  if (sessions.missed > 0) return 'miss'
  if (sessions.abstained > 0) return 'abst'
  return sessions.stops > sessions.stopsRight ? 'cause?' : 'ok'
}

function figures(total: Tally): string {
  const { failing, judged, causes, sessions } = total
  const alarms = `${total.wrongAlarms} on collectors, ${total.sessions.wrongAlarms} on sessions, ${total.emptyClaims} that name none`
  return [
    `wrong alarms       ${falseAlarms(total)} (${alarms})`,
    `failing predicted  ${percent(total.predicted, failing)} (${total.predicted} of ${failing}); exception and line right ${percent(total.right, failing)}`,
    `causes found       ${percent(causes.found, causes.all)} (${causes.found} of ${causes.all})`,
    `sessions           ${sessions.right} of ${total.runs} right; stops with their cause ${sessions.stopsRight} of ${sessions.stops}; exit code wrong ${sessions.exitCodeWrong}`,
    `abstained          ${percent(abstentions(total), judged)} of ${judged} collectors (really failing: ${total.abstained.fails})`,
    `skips              ${total.skips.unseen} unseen, ${total.skips.false} false; order differs in ${total.plan.orderWrong} runs`,
  ].join('\n')
}

const SHOWN_REASONS = 12

function reasons(total: Tally): string {
  const all = Object.entries(total.reasons).map(([reason, by]) => ({
    reason,
    ...by,
    sum: by.fails + by.collects + by.skips + by.absent,
  }))
  if (all.length === 0) return ''
  all.sort((a, b) => b.sum - a.sum || (a.reason < b.reason ? -1 : 1))
  const rows = all
    .slice(0, SHOWN_REASONS)
    .map(each => [each.reason, each.fails, each.collects, each.skips, each.absent].map(String))
  return table(['reason to abstain', 'fails', 'collects', 'skips', 'absent'], rows)
}

function disagreements({ name, judgement }: Row): string[] {
  const { session, collectors, emptyClaims } = judgement
  const sides = (what: string, kind: string, truth: string, said: string) =>
    `${name} ${what}: ${kind}: real=${truth} predicted=${said}`
  return [
    ...(session.kind !== 'right' || (session.cause !== null && session.cause !== 'right')
      ? [
          sides(
            '(session)',
            session.kind === 'right' ? 'other cause' : session.kind,
            session.truth,
            session.said,
          ),
        ]
      : []),
    ...collectors
      .filter(differs)
      .map(each =>
        sides(each.path, each.kind === 'hit' ? `hit, ${each.cause}` : each.kind, each.truth, each.said),
      ),
    ...emptyClaims.map(claim => `${name} (claim): wrong alarm: ${claim}`),
  ]
}

/** What agrees is left out of the file: it would be nine tenths of it. */
function forFile({ judgement, ...row }: Row): object {
  return { ...row, judgement: { ...judgement, collectors: judgement.collectors.filter(differs) } }
}
