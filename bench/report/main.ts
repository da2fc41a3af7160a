/**
 * What a report costs over the analysis: `precollect check` with JSON, with the page, and `precollect report`, by
 * turns. And what a page with many findings costs the browser that opens it, where there is one.
 */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { chromium } from 'playwright-core'
import { asExitCode, type Bench, openBench, progress, saveResult } from '../shared/bench.ts'
import { chooseEntries, fetchMissing, projectOf, type Setting, SetupError } from '../shared/corpus.ts'
import { toCount } from '../shared/requirements.ts'
import { environmentOf, folderIn, measure, type Project, type Usage, withFolder } from '../shared/run.ts'
import { median, megabytes, seconds, table } from '../shared/table.ts'

const SETTING: Setting = 'lean'
const LIMIT_S = 300
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)

interface Options {
  readonly full: boolean
  readonly rounds: number
  readonly findings: number
  readonly command?: string
}

interface Row {
  readonly name: string
  /** CPU seconds, medians: the JSON document, the page, and all files of `precollect report`. */
  readonly json: number
  readonly html: number
  readonly report: number
  readonly pageBytes: number
  readonly rssKb: number
}

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = new Command('bench:report')
      .description('CPU of JSON, page and report by turns; what a large page costs a browser')
      .argument('[names...]', 'entries of the corpus; without: the small subset')
      .option('--full', 'every entry', false)
      .option('--rounds <n>', 'runs of each', toCount, 5)
      .option('--findings <n>', 'in the large page', toCount, 10_000)
      .option('--command <file>', 'the built command to measure, instead of dist/precollect.js')
      .exitOverride()
    command.parse(args, { from: 'user' })
    const options = command.opts<Options>()
    if (options.rounds === 0) throw new SetupError('--rounds must be at least 1')
    const bench = await openBench(root, options.command)
    const entries = chooseEntries(bench.corpus, command.args, options.full)
    await fetchMissing(bench.corpus, bench.tools.python, entries, [SETTING])

    const rows: Row[] = []
    for (const entry of entries) {
      const project = projectOf(bench.corpus.data, entry, SETTING)
      rows.push(await withFolder(home => compare(bench, entry.name, project, home, options.rounds)))
    }
    const large = await withFolder(async home => {
      const project = broken(home, options.findings, bench.tools.python)
      const row = await compare(bench, `${options.findings} findings`, project, home, options.rounds)
      return { row, opened: await open(join(home, 'page.html'), options.rounds) }
    })
    rows.push(large.row)
    progress('')
    process.stdout.write(`${table(HEAD, rows.map(line))}\n\n${words(large.opened)}\n`)
    const saved = saveResult(root, 'report', { setting: SETTING, rows, opened: large.opened })
    process.stdout.write(`\nAll figures: ${saved}\n`)
    return true
  })
}

async function compare(
  bench: Bench,
  name: string,
  project: Project,
  home: string,
  rounds: number,
): Promise<Row> {
  const page = join(home, 'page.html')
  const kinds = {
    json: ['check', '--output-format', 'json', '-o', join(home, 'document.json')],
    html: ['check', '--output-format', 'html', '-o', page],
    report: ['report', '--output-dir', folderIn(home, 'report')],
  }
  const runs: Record<keyof typeof kinds, Usage[]> = { json: [], html: [], report: [] }
  for (let round = 0; round <= rounds; round++) {
    progress(`${name}: round ${round} of ${rounds}`)
    for (const kind of ['json', 'html', 'report'] as const) {
      const usage = await precollect(bench, project, home, kinds[kind])
      if (round > 0) runs[kind].push(usage) // the first one fills the cache
    }
  }
  const cpu = (usages: readonly Usage[]) => median(usages.map(usage => usage.cpuS))
  return {
    name,
    ...{ json: cpu(runs.json), html: cpu(runs.html), report: cpu(runs.report) },
    pageBytes: statSync(page).size,
    rssKb: Math.max(...runs.report.map(usage => usage.rssKb)),
  }
}

async function precollect(
  { tools }: Bench,
  project: Project,
  home: string,
  [verb = '', ...options]: readonly string[],
): Promise<Usage> {
  const { ended, usage } = await measure(
    tools,
    [process.execPath, tools.command, verb, '--python', project.python, ...options, '--', ...project.args],
    { cwd: project.cwd, env: environmentOf(project, home), limitS: LIMIT_S },
  )
  if (usage.exit !== 0 && usage.exit !== 1) throw new SetupError(`${project.cwd}: ${ended.stderr}`)
  return usage
}

/** A project of as many test files, each of which fails for a reason of its own. */
function broken(home: string, findings: number, python: string): Project {
  const cwd = folderIn(home, 'project')
  writeFileSync(join(cwd, 'pytest.ini'), '[pytest]\naddopts = --import-mode=importlib\n')
  for (let at = 0; at < findings; at++) {
    const path = join(cwd, 'tests', `area_${at % 40}`, `part_${at % 400}`, `test_${at}.py`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(
      path,
      `import os\nfrom shop_${at % 700} import thing_${at}\n\ndef test_${at}():\n    assert os\n`,
    )
  }
  return { cwd, python, args: [], env: {} }
}

interface Opened {
  /** Medians: from the address to the page that is drawn, and the CPU seconds of the page's own thread. */
  readonly wallS: number
  readonly cpuS: number
}

async function open(page: string, rounds: number): Promise<Opened | null> {
  if (CHROMIUM === undefined) return null
  const opened: Opened[] = []
  for (let round = 0; round < rounds; round++) {
    progress(`the large page: ${round + 1} of ${rounds}`)
    opened.push(await withFolder(profile => openOnce(CHROMIUM, page, profile)))
  }
  return { wallS: median(opened.map(it => it.wallS)), cpuS: median(opened.map(it => it.cpuS)) }
}

async function openOnce(executablePath: string, file: string, profile: string): Promise<Opened> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync']
  const quiet = ['--disable-background-networking', '--disable-component-update']
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [...args, ...quiet],
  })
  try {
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    const begin = performance.now()
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('html[data-ready]')
    const wallS = (performance.now() - begin) / 1000
    const { metrics } = await session.send('Performance.getMetrics')
    return { wallS, cpuS: metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN }
  } finally {
    await context.close()
  }
}

const HEAD = ['project', 'json cpu', 'html cpu', 'added', 'report cpu', 'page kB', 'MB']

function line({ name, json, html, report, pageBytes, rssKb }: Row): string[] {
  const cpu = [seconds(json), seconds(html), seconds(html - json), seconds(report)]
  return [name, ...cpu, (pageBytes / 1000).toFixed(0), megabytes(rssKb)]
}

function words(opened: Opened | null): string {
  if (!opened) return 'There is no Chromium here: what the large page costs to open was not measured.'
  return `The large page is drawn ${seconds(opened.wallS)} s after it is asked for; CPU of its thread ${seconds(opened.cpuS)} s.`
}
