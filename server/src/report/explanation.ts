/**
 * What `precollect why` tells: how it comes that a test file fails, a module is found, or is not. Plain data, made by
 * `engine/explain.ts`, printed as it stands by `--output-format json`, and for people by `renderExplanation`.
 * Paths are relative to `root`, lines start at 1.
 */
import { wrap } from './layout.ts'
import { count, painter, type Style } from './style.ts'

export interface Explanation {
  readonly version: 1
  readonly root: string
  readonly asked: { readonly kind: 'file' | 'module' | 'finding'; readonly subject: string }
  /** One sentence that answers the question. */
  readonly verdict: string
  /** When it happens: while an initial conftest is loaded, while a test file is imported... null: nothing fails. */
  readonly stage: string | null
  /** Each part of a dotted name, outermost first, with what was found for it. */
  readonly resolution: readonly Resolution[]
  /** What fails now, then what waits behind it. */
  readonly failures: readonly ExplainedFailure[]
  /** Statements that import it, one for each file. */
  readonly importers: readonly ExplainedPlace[]
  /** Test files that depend on it, or fail because of it. */
  readonly testFiles: readonly string[]
  readonly todo: string | null
  /** What becomes of it if pytest is started in another way. */
  readonly otherwise: readonly Otherwise[]
  /** `sys.path` as the run leaves it. */
  readonly path: readonly ExplainedEntry[]
}

export interface ExplainedPlace {
  readonly path: string
  readonly line: number
  /** The line's text without indentation. */
  readonly source: string
}

export interface ExplainedEntry {
  readonly entry: string
  readonly why: string
}

export interface Hop extends ExplainedPlace {
  /** The module that this file is, as it was imported. */
  readonly module: string | null
  /** What served it. */
  readonly from: ExplainedEntry | null
}

export interface Resolution {
  readonly name: string
  /** The file or folder that is taken; null: none. */
  readonly found: string | null
  readonly kind: 'module' | 'package' | 'namespace package' | 'standard library' | 'installed' | 'not found'
  readonly from: ExplainedEntry | null
  /** Where it was looked for, of one that is not found. */
  readonly searched: readonly ExplainedEntry[]
}

export interface ExplainedFailure {
  readonly exception: string
  readonly message: string
  readonly rule: string
  /** How many errors are in front of it: 0 is what pytest shows. */
  readonly layer: number
  readonly hops: readonly Hop[]
  readonly searched: readonly ExplainedEntry[]
}

export interface Otherwise {
  /** 'python -m pytest', 'pytest --import-mode=importlib', 'pytest tests/test_a.py' */
  readonly how: string
  /** 'the same', 'collects', or the exception that is raised instead. */
  readonly outcome: string
}

export function renderExplanation(told: Explanation, style: Style): string {
  const paint = painter(style)
  const title = (text: string) => paint.bold(text)
  const entry = ({ entry, why }: ExplainedEntry) => `${entry}  ${paint.dim(`(${why})`)}`
  const place = ({ path, line, source }: ExplainedPlace, indent: string) =>
    `${indent}${paint.cyan(`${path}:${line}`)}${source === '' ? '' : `  ${source}`}`
  const hop = (each: Hop) => [
    ...(each.module === null || each.from === null
      ? []
      : [
          `      ${paint.dim(`${each.module} is ${each.path}, found in ${each.from.entry} (${each.from.why})`)}`,
        ]),
    place(each, '    '),
  ]
  const failure = (each: ExplainedFailure) => [
    title(
      each.layer === 0
        ? 'The way there:'
        : `Behind it, once ${each.layer === 1 ? 'that is' : 'those are'} cured:`,
    ),
    ...each.hops.flatMap(hop),
    ...wrap(`${each.exception}: ${each.message}`, style.width, '    ').map(line => paint.red(line)),
    ...(each.searched.length === 0 ? [] : ['    searched, and not found in']),
    ...each.searched.map(it => `      ${entry(it)}`),
    '',
  ]
  const step = (each: Resolution) => [
    `    ${each.name}: ${each.found === null ? each.kind : `${each.found} (${each.kind})`}`,
    ...(each.from ? [`      found in ${entry(each.from)}`] : []),
    ...each.searched.map(it => `      not in ${entry(it)}`),
  ]
  const list = (heading: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [title(heading), ...lines, '']
  const most = style.verbose ? Number.POSITIVE_INFINITY : 10
  const some = (lines: readonly string[]) =>
    lines.length <= most
      ? lines
      : [...lines.slice(0, most), `    and ${lines.length - most} more (-v shows them)`]
  return [
    ...wrap(told.verdict, style.width).map(title),
    ...(told.stage === null ? [] : wrap(told.stage, style.width)),
    '',
    ...list('Where it is looked for:', told.resolution.flatMap(step)),
    ...told.failures.flatMap(failure),
    ...list('Imported by:', some(told.importers.map(it => place(it, '    ')))),
    ...list(`${count(told.testFiles.length, 'test file')}:`, some(told.testFiles.map(path => `    ${path}`))),
    ...list('What to do:', told.todo === null ? [] : wrap(told.todo, style.width, '    ')),
    ...list(
      'Started in another way:',
      told.otherwise.flatMap(({ how, outcome }) => wrap(`${how}: ${outcome}`, style.width, '    ', 8)),
    ),
    ...(style.verbose
      ? list(
          'sys.path:',
          told.path.map(it => `    ${entry(it)}`),
        )
      : []),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n')
}
