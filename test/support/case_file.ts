/**
 * Reads `.case` files: a whole Python project in one text, with what is expected of it in comments under the
 * lines. The grammar is in test/README.md. Whatever does not fit it is an error: a mark with a slip in it must
 * not be a mark less.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join, normalize, stem } from '../../server/src/files/paths.ts'

export interface Case {
  /** Path below test/cases/. */
  readonly path: string
  /** The name of the project's folder. */
  readonly name: string
  readonly title: string
  readonly pytestArgs: readonly string[]
  readonly invocation: 'pytest' | 'python -m pytest'
  /** The folder pytest is started in, relative to the project. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly needs: readonly Requirement[]
  /** A version specifier that the interpreter must satisfy; null: any. */
  readonly python: string | null
  /** null: the pinned one. */
  readonly pytestVersion: string | null
  /** Relative path -> text. A path that ends in '/' is an empty folder. */
  readonly files: ReadonlyMap<string, string>
  /** The same for what is installed beside pytest and `needs`. */
  readonly sitePackages: ReadonlyMap<string, string>
  /** What cures the first failures, then those that come to light, and so on: the files that change each time. */
  readonly cures: readonly ReadonlyMap<string, string>[]
  /** What fixes make of the files: relative path -> text, or null where it is gone. Empty: nothing is asked. */
  readonly fixed: ReadonlyMap<string, string | null>
  /** May the fixes leave test files out of the collection? */
  readonly leaveOut: boolean
  readonly marks: readonly Mark[]
  /** Collectors that neither simply collect nor fail: relative path -> outcome. */
  readonly outcomes: ReadonlyMap<string, 'skips' | 'unknown'>
}

export interface Requirement {
  readonly name: string
  readonly version: string
}

export interface Mark {
  /** Relative to the project. */
  readonly path: string
  /** From 1; columns are UTF-16 units from 0, `columns` is null for a mark of the whole file. */
  readonly line: number
  readonly columns: readonly [start: number, end: number] | null
  readonly rule: string
  readonly known: Known | null
  readonly severity: 'error' | 'warning' | 'info'
  /** Collectors that fail because of it, relative to the project. */
  readonly breaks: readonly string[]
  /** It ends the whole run, with this exit code. */
  readonly exitCode: number | null
  /** Where the exception is raised, when that is not the marked place; else empty. */
  readonly raisedAt: readonly { readonly path: string; readonly line: number }[]
}

/**
 * MISS: pytest fails there, precollect is silent. FALSE: precollect speaks, pytest does not fail. UNSURE: pytest
 * fails there, precollect only warns, because it may not start an interpreter to be sure. SHADOWED is no
 * disagreement: the line is wrong, and its collector fails before it comes to it.
 */
export type Known = 'MISS' | 'FALSE' | 'UNSURE' | 'SHADOWED'

const FOLDER = normalize(fileURLToPath(new URL('../cases/', import.meta.url)))

const SECTION = /^-- (\S.*?) --$/
const CURE = /^after(?: (\d))?: (\S.*)$/
const FIXED = /^(fixed|gone): (\S.*)$/
const HEADER = /^(pytest|run|cwd|env|needs|python|pytest-version|outcome|fix): (.*)$/
const MARK_LINE = /^\s*#\s*\^/
const MARK = new RegExp(
  [
    /^(?<indent>\s*)(?<hash>#\s*)(?<carets>\^+)(?<file>file)? /,
    /(?:(?<known>MISS|FALSE|UNSURE|SHADOWED) )?(?<rule>[a-z]+(?:-[a-z]+)*)/,
    /(?: at (?<raised>\S+:\d+(?:, \S+:\d+)*))?/,
    /(?: \((?<severity>warning|info)\)|(?: \(session (?<exitCode>\d)\))?(?: -> (?<breaks>\S.*))?)$/,
  ]
    .map(part => part.source)
    .join(''),
)

/** All cases below test/cases/, in the order of their paths. */
export function readCases(): Case[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .map(normalize)
    .filter(path => path.endsWith('.case'))
    .sort()
    .map(path => parseCase(path, readFileSync(join(FOLDER, path), 'utf8')))
}

/** Throws with the path and the line where `text` does not follow the grammar. */
export function parseCase(path: string, text: string): Case {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const first = lines.findIndex(line => SECTION.test(line))
  const fail = (line: number, why: string): never => {
    throw new Error(`${path}:${line + 1}: ${why}`)
  }
  if (first < 0) fail(0, 'no section')
  const head = readHead(lines.slice(0, first), fail)
  const files = new Map<string, string>()
  const sitePackages = new Map<string, string>()
  const cures: Map<string, string>[] = []
  const fixed = new Map<string, string | null>()
  const marks: Mark[] = []
  let at = first
  while (at < lines.length) {
    const name = SECTION.exec(lines[at]!)![1]!
    const start = ++at
    while (at < lines.length && !SECTION.test(lines[at]!)) at++
    const body = lines.slice(start, at)
    const content = body.map(line => `${line}\n`).join('')
    const mended = FIXED.exec(name)
    if (mended) {
      if (fixed.has(mended[2]!)) fail(start - 1, `${name} stands here twice`)
      fixed.set(mended[2]!, mended[1] === 'gone' ? null : content)
      continue
    }
    const installed = name.startsWith('site-packages/')
    const cure = CURE.exec(name)
    const step = Number(cure?.[1] ?? 1) - 1
    if (cure && step === cures.length) cures.push(new Map())
    const [store, key] = cure
      ? [cures[step] ?? fail(start - 1, 'a cure before it is missing'), cure[2]!]
      : installed
        ? [sitePackages, name.slice('site-packages/'.length)]
        : [files, name]
    if (store.has(key)) fail(start - 1, `${name} stands here twice`)
    store.set(key, content)
    body.forEach((line, index) => {
      if (!MARK_LINE.test(line)) return
      if (installed) fail(start + index, 'a finding never stands in an installed package')
      if (cure) fail(start + index, 'what comes to light after a cure is marked SHADOWED before it')
      marks.push(readMark(name, body, index) ?? fail(start + index, `not a mark: ${line}`))
    })
  }
  return { path, name: stem(path), ...head, files, sitePackages, cures, fixed, marks }
}

function readHead(lines: readonly string[], fail: (line: number, why: string) => never) {
  const values = (key: string) => headers.filter(header => header.key === key).map(header => header.value)
  const headers: { key: string; value: string }[] = []
  const prose: string[] = []
  lines.forEach((line, index) => {
    const header = HEADER.exec(line)
    if (header) headers.push({ key: header[1]!, value: header[2]!.trim() })
    else if (headers.length > 0 && line.trim() !== '')
      fail(index, 'prose after a header, or an unknown header')
    else prose.push(line)
  })
  const title = prose.join(' ').replace(/\s+/g, ' ').trim()
  if (title === '') fail(0, 'no title')
  const invocation = values('run')[0] ?? 'pytest'
  if (invocation !== 'pytest' && invocation !== 'python -m pytest') return fail(0, `run: ${invocation}`)
  return {
    title,
    pytestArgs: values('pytest').flatMap(splitArguments),
    invocation: invocation as Case['invocation'],
    cwd: values('cwd')[0] ?? '.',
    env: Object.fromEntries(values('env').map(value => splitAt(value, '='))),
    needs: values('needs').map(value => {
      const [name, version] = splitAt(value, '==')
      return { name, version }
    }),
    python: values('python')[0] ?? null,
    leaveOut: values('fix').includes('--leave-out'),
    pytestVersion: values('pytest-version')[0] ?? null,
    outcomes: new Map(
      values('outcome').map(value => {
        const said = /^(\S+) (skips|unknown)$/.exec(value)
        return said ? [said[1]!, said[2] as 'skips' | 'unknown'] : fail(0, `outcome: ${value}`)
      }),
    ),
  }
}

/** Arguments as a shell would split them, with quotes and without anything else. */
function splitArguments(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(part => part[1] ?? part[2] ?? part[3]!)
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

function readMark(path: string, body: readonly string[], index: number): Mark | null {
  const parts = MARK.exec(body[index]!)?.groups
  if (!parts) return null
  const { indent = '', hash = '', carets = '', file, rule = '', raised } = parts
  let line = index // the line above, from 1; marks of the same line stand below one another
  while (line > 0 && MARK_LINE.test(body[line - 1]!)) line--
  const start = indent.length + (hash === '#' ? 0 : hash.length)
  const end = indent.length + hash.length + carets.length
  if (!file && (line === 0 || end > body[line - 1]!.length)) return null
  const severity = parts.severity === 'warning' || parts.severity === 'info' ? parts.severity : 'error'
  if (severity === 'error' && !parts.breaks && !parts.exitCode) return null
  return {
    path,
    line: file ? 1 : line,
    columns: file ? null : [start, end],
    rule,
    known: (parts.known as Known | undefined) ?? null,
    severity,
    breaks: parts.breaks?.split(',').map(it => it.trim()) ?? [],
    exitCode: parts.exitCode ? Number(parts.exitCode) : null,
    raisedAt: (raised?.split(', ') ?? []).map(place => {
      const [path = '', line] = place.split(':')
      return { path, line: Number(line) }
    }),
  }
}

/** What is installed: in it `<project>` stands for the project's folder, which only the one who lays it out knows. */
export function installedFiles(c: Case, root: string): [path: string, text: string][] {
  return [...c.sitePackages].map(([path, text]) => [path, text.replaceAll('<project>', root)])
}

/** What pytest really does with a collector of the case. */
export function realOutcome(c: Case, collector: string): 'collects' | 'fails' | 'skips' {
  const fails = c.marks.some(({ known, breaks }) => known !== 'FALSE' && breaks.includes(collector))
  return fails ? 'fails' : c.outcomes.get(collector) === 'skips' ? 'skips' : 'collects'
}

/** What precollect has to say of it. */
export function predictedOutcome(c: Case, collector: string): 'collects' | 'fails' | 'skips' | 'unknown' {
  const of = c.marks.filter(({ breaks }) => breaks.includes(collector))
  if (of.some(({ known }) => known === null || known === 'FALSE')) return 'fails'
  return c.outcomes.get(collector) ?? (of.some(({ known }) => known === 'UNSURE') ? 'unknown' : 'collects')
}

/** The run ends before or outside of collection, with this exit code; null where it does not. */
export function sessionStop(c: Case, side: 'real' | 'predicted'): number | null {
  const other = side === 'real' ? ['FALSE'] : ['MISS', 'UNSURE']
  const mark = c.marks.find(({ known, exitCode }) => exitCode !== null && !other.includes(known ?? ''))
  return mark?.exitCode ?? null
}
