/**
 * Edits in real projects, as the language server sees them: does an analysis that goes on from the one before say what
 * one from the beginning says, and is what is told first of the edited file borne out by it?
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { Command } from 'commander'
import type { AnalysisView, FirstWord, Job } from '../../server/src/engine/job.ts'
import { RemoteAnalyst } from '../../server/src/engine/remote.ts'
import type { Finding } from '../../server/src/rules/finding.ts'
import { Random } from '../../test/support/random.ts'
import { asExitCode, openBench, progress, saveResult } from '../shared/bench.ts'
import { chooseEntries, fetchMissing, projectOf, type Setting } from '../shared/corpus.ts'
import { requestFor } from '../shared/request.ts'
import { toCount } from '../shared/requirements.ts'
import type { Project } from '../shared/run.ts'
import { table } from '../shared/table.ts'

const SETTING: Setting = 'healthy'
/** Files that are open in the editor. */
const OPEN = 10

interface Options {
  readonly full: boolean
  readonly count: number
  readonly seed: number
}

interface Outcome {
  readonly project: string
  readonly edits: number
  /** Edits after which the two analyses said different things. */
  readonly differing: string[]
  readonly firstWords: number
  /** First words with something in them that was not so. */
  readonly untrue: string[]
}

/** `root`: the repository; `args`: the command line after the benchmark's name. Returns the exit code. */
export function main(root: string, args: readonly string[]): Promise<number> {
  return asExitCode(async () => {
    const command = new Command('bench:edits')
      .description(
        'edits in real projects: an analysis that goes on from the one before against one from the beginning',
      )
      .argument('[names...]', 'entries of the corpus; without them the small subset')
      .option('--full', 'every entry', false)
      .option('--count <n>', 'edits in each project', toCount, 20)
      .option('--seed <n>', 'the edits are the same ones for the same seed', toCount, 1)
      .exitOverride()
    command.parse(args, { from: 'user' })
    const { full, count, seed } = command.opts<Options>()
    const bench = await openBench(root, undefined)
    const entries = chooseEntries(bench.corpus, command.processedArgs[0] as string[], full)
    await fetchMissing(bench.corpus, bench.tools.python, entries, [SETTING])
    const outcomes: Outcome[] = []
    for (const entry of entries) {
      const project = projectOf(bench.corpus.data, entry, SETTING)
      outcomes.push(await compared(root, entry.name, project, count, new Random(seed)))
    }
    progress('')
    const rows = outcomes.map(({ project, edits, differing, firstWords, untrue }) =>
      [project, edits, differing.length, firstWords, untrue.length].map(String),
    )
    process.stdout.write(`${table(['project', 'edits', 'differ', 'first words', 'untrue'], rows)}\n`)
    for (const { project, differing, untrue } of outcomes)
      for (const told of [...differing, ...untrue]) process.stdout.write(`${project}: ${told}\n`)
    process.stdout.write(`\nAll figures: ${saveResult(root, 'edits', { seed, outcomes })}\n`)
    return outcomes.every(({ differing, untrue }) => differing.length + untrue.length === 0)
  })
}

async function compared(
  root: string,
  name: string,
  project: Project,
  count: number,
  random: Random,
): Promise<Outcome> {
  const outcome: Outcome = { project: name, edits: count, differing: [], firstWords: 0, untrue: [] }
  const program = pathToFileURL(join(root, 'dist', 'analysis_worker.js'))
  const [kept, fresh] = [new RemoteAnalyst(program, progress), new RemoteAnalyst(program, progress)]
  const request = requestFor(project, project.env)
  const texts = new Map(filesToOpen(project.cwd, random).map(path => [path, readFileSync(path, 'utf8')]))
  const original = new Map(texts)
  const job = (anything: boolean): Job => ({
    request,
    texts: new Map(texts),
    typed: new Set(texts.keys()),
    paused: true,
    changed: [],
    anything,
  })
  let firstWords = 0
  let before = await kept.analyze(job(false))
  try {
    for (let n = 1; n <= count; n++) {
      progress(`${name}: edit ${n} of ${count}`)
      const path = random.of([...texts.keys()])
      const edit = edited(texts.get(path)!, original.get(path)!, n, random)
      texts.set(path, edit.text)
      const words: FirstWord[] = []
      const going = await kept.analyze(job(false), word => words.push(word))
      const told = `edit ${n}, ${edit.what} in ${relative(project.cwd, path)}`
      if (!isDeepStrictEqual(saidBy(going), saidBy(await fresh.analyze(job(true)))))
        outcome.differing.push(told)
      firstWords += words.length
      for (const what of words.flatMap(word => notBorneOut(word, going, before)))
        outcome.untrue.push(`the first word on ${told}: ${what}`)
      before = going
    }
  } finally {
    kept.dispose()
    fresh.dispose()
  }
  return { ...outcome, firstWords }
}

function saidBy({ findings, totals, halfTyped }: AnalysisView) {
  return { findings, totals, halfTyped }
}

/** What the word says to make files fail, and is not found in the end, nor was before. */
function notBorneOut({ findings }: FirstWord, after: AnalysisView, before: AnalysisView): string[] {
  const key = ({ rule, span, what }: Finding) => JSON.stringify([rule, span.path, what])
  const known = new Set([...after.findings, ...before.findings].map(key))
  return findings
    .filter(finding => finding.breaks.length > 0 && !known.has(key(finding)))
    .map(({ rule, what }) => `${rule}, ${what}`)
}

/** Half of them test files. */
function filesToOpen(cwd: string, random: Random): string[] {
  const all = readdirSync(cwd, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.py'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
  const isTest = (path: string) => /(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/.test(path)
  return [
    ...random.some(all.filter(isTest), OPEN / 2),
    ...random.some(
      all.filter(path => !isTest(path)),
      OPEN / 2,
    ),
  ]
}

/** An edit such as people make on their way to something. */
function edited(
  text: string,
  original: string,
  n: number,
  random: Random,
): { readonly what: string; readonly text: string } {
  const lines = text.split('\n')
  const tops = lines.flatMap((line, at) =>
    /^(?:import|from|def|class|@|[A-Za-z_]\w* =)/.test(line) ? [at] : [],
  )
  const at = tops.length > 0 ? random.of(tops) : 0
  const put = (what: string, ...put: string[]) => ({ what, text: lines.toSpliced(at, 0, ...put).join('\n') })
  switch (random.below(8)) {
    case 0:
      return put('an import that fails', `import nothing_like_it_${n}`)
    case 1:
      return put('an import', `import ${random.of(['colorsys', 'wave', 'os.path'])}`)
    case 2:
      return put('an assignment', `_typed_${n} = [${n}]`)
    case 3: {
      const single = tops.filter(line => /^(?:import|from|\w+ =).*[\w)\]}'"]$/.test(lines[line]!))
      if (single.length === 0) return put('a blank line', '')
      return { what: 'a line less', text: lines.toSpliced(random.of(single), 1).join('\n') }
    }
    case 4: {
      const named = /^((?:def|class) \w+)/.exec(lines[at] ?? '')?.[1]
      if (!named) return put('a comment', `# ${n}`)
      return {
        what: `${named} renamed`,
        text: lines.with(at, lines[at]!.replace(named, `${named}_${n}`)).join('\n'),
      }
    }
    case 5:
      return put('a function', `def typed_${n}():`, '    return 1', '')
    default:
      return { what: 'all undone', text: original }
  }
}
