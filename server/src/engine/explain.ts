/**
 * The answer to `precollect why`: from one analysis the way to a failure or to a module, and from further ones what
 * would become of it if pytest were started in another way. Nothing of the project is executed.
 */

import { scanImports } from '../compile/import_scan.ts'
import type { FileSystem } from '../files/file_system.ts'
import { LineIndex } from '../files/lines.ts'
import { basename, dirname, isWithin, join, relative } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type {
  ExplainedEntry,
  ExplainedFailure,
  ExplainedPlace,
  Explanation,
  Hop,
  Otherwise,
  Resolution,
} from '../report/explanation.ts'
import { shownEntry, whyOnPath } from '../report/path_entry.ts'
import type { Cause } from '../rules/causes.ts'
import { collectorsOf } from '../rules/causes.ts'
import { said } from '../rules/classify.ts'
import type { Finding } from '../rules/finding.ts'
import { filesBehind, testFiles } from '../rules/test_files.ts'
import { Finder, type Spec } from '../simulate/finder.ts'
import { whoReaches } from '../simulate/reached.ts'
import type { CollectorTrace, Failure } from '../simulate/trace.ts'
import { type Analysis, type AnalysisRequest, analyze, type Remembered } from './analyze.ts'

/** What is asked about, found by `asked`. */
export type Question =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'module'; readonly name: string }
  | { readonly kind: 'finding'; readonly finding: Finding }

/**
 * What a word of the command line means: a file that is there, else a finding by its fingerprint (or the beginning of
 * it) or by 'path:line', else a dotted module name. null where it can be none of these. Paths count from `cwd`.
 */
export function questionOf(word: string, cwd: string, fs: FileSystem, analysis: Analysis): Question | null {
  const path = join(cwd, word)
  const kind = fs.stat(path)?.kind
  const conftest = join(path, 'conftest.py')
  if (kind === 'file') return { kind: 'file', path }
  if (kind === 'directory' && fs.stat(conftest)) return { kind: 'file', path: conftest }
  const placed = /^(.+):(\d+)(?::\d+)?$/.exec(word)
  const finding = analysis.findings.find(each =>
    placed
      ? each.span.path === join(cwd, placed[1]!) && lineOf(analysis, each.span) === Number(placed[2])
      : /^[0-9a-f]{6,16}$/.test(word) && each.fingerprint.startsWith(word),
  )
  if (finding) return { kind: 'finding', finding }
  return /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(word)
    ? { kind: 'module', name: word }
    : null
}

/** Makes up to five further analyses, which reuse what `remembered` holds. */
export async function explain(
  fs: FileSystem,
  request: AnalysisRequest,
  analysis: Analysis,
  remembered: Remembered,
  question: Question,
): Promise<Explanation> {
  const explainer = new Explainer(fs, request, analysis, remembered)
  if (question.kind === 'module') return explainer.module(question.name)
  return question.kind === 'file' ? explainer.file(question.path) : explainer.finding(question.finding)
}

class Explainer {
  constructor(
    private readonly fs: FileSystem,
    private readonly request: AnalysisRequest,
    private readonly analysis: Analysis,
    private readonly remembered: Remembered,
  ) {}

  async file(path: string): Promise<Explanation> {
    const { trace, plan, causes } = this.analysis
    const collector = collectorOf(this.analysis, path)
    const stopping = trace.session.outcome === 'stops' ? trace.session.failure : null
    const isTest = testFiles(plan).has(path)
    if (!collector && !isTest) return this.reachedFile(path)
    const failures = collector?.failure
      ? [collector.failure, ...collector.behind]
      : stopping
        ? [stopping]
        : []
    const shown = relative(plan.rootdir, path)
    const cause = causes.find(
      each =>
        each.stopsRun || each.occurrences.some(at => at.collector === collector?.path && at.layer === 0),
    )
    return {
      ...this.empty('file', shown),
      verdict: verdictOf(shown, collector, stopping, plan.rootdir),
      stage: failures[0] ? this.stage(failures[0], collector) : null,
      failures: failures.map((failure, layer) => this.failure(failure, layer)),
      todo: (cause && this.findingOf(cause)?.todo) ?? null,
      otherwise: await this.otherwise(
        other => outcomeFor(other, path),
        outcomeFor(this.analysis, path),
        path,
      ),
    }
  }

  /** A file that is no test file: who reaches it, and what fails in it. */
  private reachedFile(path: string): Explanation {
    const { trace, plan, causes } = this.analysis
    const shown = relative(plan.rootdir, path)
    const loaded = trace.modules.filter(module => module.file === path)
    const names = loaded.map(({ name }) => `'${name}'`).join(' and ')
    const files = whoReaches(trace.reached, path).flatMap(collector => filesBehind(plan, collector))
    const here = causes.filter(({ failure }) => failure.chain.some(span => span.path === path))
    const failing =
      here.length === 0
        ? ''
        : `, and ${here.length === 1 ? 'one error lies' : `${here.length} errors lie`} on the way through it`
    return {
      ...this.empty('file', shown),
      verdict:
        loaded.length === 0
          ? `${shown} is not imported while tests are collected.`
          : `${shown} is imported as ${names} for ${files.length === 1 ? 'one test file' : `${files.length} test files`}${failing}.`,
      resolution: loaded.map(({ name, entry }) => ({
        name,
        found: shown,
        kind: basename(path) === '__init__.py' ? 'package' : 'module',
        from: entry === null ? null : this.entry(entry),
        searched: [],
      })),
      failures: here.map(({ failure }) => this.failure(failure, 0)),
      importers: loaded.flatMap(({ name }) => this.importers(name)),
      testFiles: [...new Set(files)].map(file => relative(plan.rootdir, file)),
      todo: (here[0] && this.findingOf(here[0])?.todo) ?? null,
    }
  }

  async finding(finding: Finding): Promise<Explanation> {
    const { plan, causes } = this.analysis
    const cause = causes.find(each => each.id === finding.fingerprint)
    const first = cause && collectorsOf(cause)[0]
    const files = finding.breaks.flatMap(collector => filesBehind(plan, collector))
    const failed = (analysis: Analysis) =>
      analysis.findings.some(({ fingerprint }) => fingerprint === finding.fingerprint)
        ? 'the same'
        : 'it does not happen'
    const collector = first === undefined ? undefined : collectorOf(this.analysis, first)
    return {
      ...this.empty('finding', finding.fingerprint),
      verdict: `${finding.what}: ${finding.why}.`,
      stage: cause ? this.stage(cause.failure, collector) : null,
      failures: cause ? [this.failure(cause.failure, 0)] : [],
      testFiles: [...new Set(files)].map(file => relative(plan.rootdir, file)),
      todo: finding.todo,
      otherwise: await this.otherwise(failed, 'the same', null),
    }
  }

  async module(name: string): Promise<Explanation> {
    const { trace, plan, causes } = this.analysis
    const loaded = trace.modules.find(module => module.name === name)
    const resolution = this.resolve(name)
    const last = resolution.at(-1)!
    const broken = causes.filter(
      ({ failure: { detail } }) =>
        detail.kind === 'module-not-found' &&
        (detail.module === name || name.startsWith(`${detail.module}.`)),
    )
    const importers = this.importers(name)
    const files = loaded
      ? whoReaches(trace.reached, loaded.file).flatMap(path => filesBehind(plan, path))
      : broken.flatMap(collectorsOf)
    const found = last.kind !== 'not found'
    const by =
      importers.length === 0
        ? 'no file that is imported here imports'
        : importers.length === 1
          ? 'one file imports'
          : `${importers.length} files import`
    return {
      ...this.empty('module', name),
      verdict: found
        ? `'${name}' is ${last.found ?? `part of the ${last.kind}`}; ${by} it.`
        : `'${last.name}' cannot be found; ${by} ${last.name === name ? 'it' : `'${name}'`}.`,
      stage: null,
      resolution,
      failures: broken.slice(0, 1).map(({ failure }) => ({ ...this.failure(failure, 0), searched: [] })),
      importers,
      testFiles: [...new Set(files)].map(file => relative(plan.rootdir, file)),
      todo: (broken[0] && this.findingOf(broken[0])?.todo) ?? null,
    }
  }

  private empty(kind: Explanation['asked']['kind'], subject: string): Explanation {
    const { plan, trace } = this.analysis
    return {
      version: 1,
      root: plan.rootdir,
      asked: { kind, subject },
      verdict: '',
      stage: null,
      resolution: [],
      failures: [],
      importers: [],
      testFiles: [],
      todo: null,
      otherwise: [],
      path: trace.path.map(entry => this.entry(entry)),
    }
  }

  private findingOf(cause: Cause): Finding | undefined {
    return this.analysis.findings.find(({ fingerprint }) => fingerprint === cause.id)
  }

  private entry(entry: string): ExplainedEntry {
    const { plan, environment } = this.analysis
    return {
      entry: shownEntry(entry, plan.rootdir),
      why: this.whyThere(entry) ?? whyOnPath(entry, plan, environment),
    }
  }

  /** An entry of a package's `__path__` is no entry of `sys.path`. */
  private whyThere(entry: string): string | null {
    const { trace } = this.analysis
    if (trace.path.includes(entry)) return null
    const parent = trace.modules.find(({ file }) => file === join(entry, '__init__.py'))
    return parent ? `the folder of the package '${parent.name}'` : null
  }

  private failure(failure: Failure, layer: number): ExplainedFailure {
    const { detail, exception, message, chain } = failure
    const cause = this.analysis.causes.find(
      each => each.failures.includes(failure) || each.failure === failure,
    )
    return {
      exception,
      message: said(message, this.analysis.plan.rootdir),
      rule: cause?.rule ?? '',
      layer,
      hops: chain.map((span, at) => this.hop(span, chain[at - 1])),
      searched: detail.kind === 'module-not-found' ? this.searched(detail.searched) : [],
    }
  }

  private searched(entries: readonly string[]): ExplainedEntry[] {
    return [...new Set(entries)].map(entry => this.entry(entry))
  }

  private hop(span: Span, before: Span | undefined): Hop {
    const entered = before !== undefined && before.path !== span.path
    const loaded = entered ? this.analysis.trace.modules.find(({ file }) => file === span.path) : undefined
    const name = loaded?.name ?? null
    const from = loaded?.entry == null ? null : this.entry(loaded.entry)
    return { ...this.place(span), module: name, from }
  }

  private place({ path, start }: Span): ExplainedPlace {
    const text = this.analysis.text(path)
    const shown = relative(this.analysis.plan.rootdir, path)
    if (text === null) return { path: shown, line: 1, source: '' }
    const lines = new LineIndex(text)
    const { line } = lines.position(start)
    return { path: shown, line, source: lines.line(line).trim() }
  }

  private stage({ chain, span }: Failure, collector: CollectorTrace | undefined): string {
    const { plan } = this.analysis
    const first = chain[0]?.path ?? span.path
    const shown = relative(plan.rootdir, first)
    if (collector) {
      const isFolder = filesBehind(plan, collector.path)[0] !== collector.path
      return isFolder
        ? `It happens when pytest loads ${shown}, before it collects the folder: none of the files below is collected.`
        : 'It happens when pytest imports the test file to see what is in it.'
    }
    if (plan.initialConftests.includes(first))
      return `It happens when pytest loads ${shown}, before it collects anything: the whole run stops.`
    return 'It happens while pytest starts, before it collects anything: the whole run stops.'
  }

  /** Each part of the name, as an import of it at the end of the run would find it. */
  private resolve(name: string): Resolution[] {
    const { trace, environment, plan } = this.analysis
    const finder = new Finder(this.fs, environment)
    const steps: Resolution[] = []
    let path: readonly string[] = trace.path
    const parts = name.split('.')
    for (let i = 1; i <= parts.length; i++) {
      const full = parts.slice(0, i).join('.')
      const loaded = trace.modules.find(module => module.name === full)
      const spec = i === 1 ? finder.findTopLevel(full, path) : finder.findSubmodule(full, parts[i - 1]!, path)
      const file = loaded?.file ?? spec?.file ?? spec?.path?.[0] ?? null
      const entry = loaded ? loaded.entry : (spec?.entry ?? null)
      steps.push({
        name: full,
        found: file === null ? null : shownPath(plan.rootdir, file),
        kind: this.kindOf(spec, file),
        from: entry === null ? null : this.entry(entry),
        searched: spec || loaded ? [] : this.searched(path),
      })
      if (!spec && !loaded) break
      path = spec?.path ?? (file !== null && basename(file) === '__init__.py' ? [dirname(file)] : [])
    }
    return steps
  }

  private kindOf(spec: Spec | null, file: string | null): Resolution['kind'] {
    const { environment } = this.analysis
    if (!spec && file === null) return 'not found'
    if (spec?.kind === 'builtin') return 'standard library'
    const within = (folders: readonly string[]) => folders.some(folder => file?.startsWith(`${folder}/`))
    if (within(environment.sitePackages)) return 'installed'
    if (within(environment.stdlib)) return 'standard library'
    if (spec?.kind === 'namespace') return 'namespace package'
    return file !== null && basename(file) === '__init__.py' ? 'package' : 'module'
  }

  /** The first statement of each project file that imports the module or what lies below it. */
  private importers(name: string): ExplainedPlace[] {
    const { trace } = this.analysis
    const tail = name.slice(name.lastIndexOf('.') + 1)
    const names = new Map(trace.modules.map(({ file, name }) => [file, name]))
    return trace.reached.files.flatMap(path => {
      const text = this.analysis.text(path)
      if (text === null || !text.includes(tail)) return []
      const own = names.get(path) ?? ''
      const isPackage = basename(path) === '__init__.py'
      const found = scanImports(text).some(({ module, level, names: wanted }) => {
        const parents = own.split('.').slice(0, (isPackage ? 1 : 0) - level || undefined)
        const base = level === 0 ? module : [...parents, ...(module === '' ? [] : [module])].join('.')
        if (base === name || base.startsWith(`${name}.`)) return true
        return wanted !== '*' && wanted.some(each => `${base}.${each}` === name)
      })
      if (!found) return []
      const at = new RegExp(`^[^\\S\\n]*(?:from|import)\\b[^\\n]*\\b${tail}\\b`, 'm').exec(text)
      return [this.place({ path, start: at?.index ?? 0, end: 0 })]
    })
  }

  /** What `tell` says of further analyses, where it is not `now`. */
  private async otherwise(
    tell: (analysis: Analysis) => string,
    now: string,
    alone: string | null,
  ): Promise<Otherwise[]> {
    const { plan } = this.analysis
    const { kind } = plan.invocation
    const other = kind === 'pytest' ? 'python -m pytest' : 'pytest'
    const modes = (['prepend', 'append', 'importlib'] as const).filter(mode => mode !== plan.importMode)
    const { request } = this
    const variants: readonly (readonly [how: string, change: Partial<AnalysisRequest>])[] = [
      [other, { invocation: other }],
      ...modes.map(mode => {
        const option = `--import-mode=${mode}`
        return [`${kind} ${option}`, { pytestArgs: [...request.pytestArgs, option] }] as const
      }),
      ...(alone === null
        ? []
        : [[`${kind} ${relative(request.cwd, alone)}`, { paths: [relative(request.cwd, alone)] }] as const]),
    ]
    const told: Otherwise[] = []
    for (const [how, change] of variants) {
      const invocation = change.invocation ?? kind
      const outcome = tell(await analyze(this.fs, { ...request, ...change, invocation }, this.remembered))
      told.push({ how, outcome: outcome === now ? 'the same' : outcome })
    }
    return told
  }
}

function shownPath(root: string, path: string): string {
  return isWithin(path, root) ? relative(root, path) : path
}

function lineOf(analysis: Analysis, { path, start }: Span): number {
  return new LineIndex(analysis.text(path) ?? '').position(start).line
}

/** The collector that decides over a file: itself, or the folder of a conftest that fails. */
function collectorOf({ trace, plan }: Analysis, path: string): CollectorTrace | undefined {
  const isConftest = basename(path) === 'conftest.py'
  return (
    trace.collectors.find(each => each.path === path || (isConftest && each.path === dirname(path))) ??
    trace.collectors.find(each => each.failure !== null && filesBehind(plan, each.path).includes(path))
  )
}

function outcomeFor(analysis: Analysis, path: string): string {
  const { trace, plan } = analysis
  const stopping = trace.session.outcome === 'stops' ? trace.session.failure : null
  const words = ({ exception, message }: Failure) => `${exception}: ${said(message, plan.rootdir)}`
  if (stopping) return `the whole run stops: ${words(stopping)}`
  const collector = collectorOf(analysis, path)
  if (!collector) return 'it is not collected'
  return collector.failure ? words(collector.failure) : `it ${collector.outcome}`
}

function verdictOf(
  shown: string,
  collector: CollectorTrace | undefined,
  stopping: Failure | null,
  root: string,
): string {
  const words = ({ exception, message }: Failure) => `${exception}: ${said(message, root)}`
  if (collector?.failure) return `${shown} is not collected: ${words(collector.failure)}`
  if (stopping) return `${shown} is not collected, as the whole run stops: ${words(stopping)}`
  if (!collector) return `${shown} is not collected: a conftest takes it out.`
  const reason = collector.reason === null ? '' : `: ${collector.reason}`
  if (collector.outcome === 'unknown') return `What becomes of ${shown} could not be decided${reason}.`
  return collector.outcome === 'skips' ? `${shown} is skipped${reason}.` : `${shown} collects.`
}
