/** What git remembers of functions and classes that are gone from their files: in which commit, and what came then. */
import type { Repository } from '../environment/git.ts'
import { join } from '../files/paths.ts'

export interface PastDefinition {
  /** The file that defined it, absolute. */
  readonly path: string
  readonly name: string
  /** What the same lines define since; null where they define nothing, or something of another kind. */
  readonly renamed: string | null
  /** What else its file defines since the same commit. */
  readonly beside: ReadonlySet<string>
  /** Files that define the name since the same commit, absolute. */
  readonly moved: readonly string[]
  /** Abbreviated; null: in the work tree, not committed yet. */
  readonly commit: string | null
  readonly subject: string
}

/** A name with the file that lacks it. */
export interface Lost {
  readonly path: string
  readonly name: string
}

const MOST_COMMITS = 100
const TIMEOUT_MS = 10_000

/** Whatever the user's settings are: paths from the top, each behind one letter, and no lines but those that changed. */
const PATCH = [
  ...['-p', '-U0', '-M', '--no-color', '--no-ext-diff', '--no-textconv', '--no-relative'],
  ...['--src-prefix=a/', '--dst-prefix=b/'],
]

/** Newest first. Of a repository that can't be asked: nothing. */
export async function readPastDefinitions(
  repository: Repository,
  lost: readonly Lost[],
): Promise<readonly PastDefinition[]> {
  if (lost.length === 0) return []
  const names = [...new Set(lost.map(({ name }) => name))]
  const paths = [...new Set(lost.map(({ path }) => path))]
  const defines = `^((async +)?def|class) +(${names.join('|')})[^A-Za-z0-9_]`
  const log = ['log', `--max-count=${MOST_COMMITS}`, `-G${defines}`, '--full-diff', '--pickaxe-all']
  const [committed, tree] = await Promise.all([
    repository.ask([...log, ...PATCH, '--format=%x01%h%x02%s', '--', ...paths], { timeoutMs: TIMEOUT_MS }),
    repository.ask(['diff', 'HEAD', ...PATCH, '--', '*.py'], { timeoutMs: TIMEOUT_MS }),
  ])
  const isAsked = ({ path, name }: Lost) => lost.some(each => each.path === path && each.name === name)
  return [tree, committed].flatMap(({ out }) => parse(out.toString('utf8'), repository.root)).filter(isAsked)
}

/** The last that is known of a name; null where git does not know that its file ever defined it. */
export function pastDefinition(
  past: readonly PastDefinition[],
  path: string,
  name: string,
): PastDefinition | null {
  return past.find(each => each.path === path && each.name === name) ?? null
}

interface FileDiff {
  /** By the names of before. */
  readonly removed: Map<string, { readonly renamed: string | null }>
  readonly added: Set<string>
}

function parse(text: string, root: string): PastDefinition[] {
  return text.split(/^\x01/m).flatMap(part => {
    const header = /^([^\x02\n]*)\x02(.*)/.exec(part)
    const files = filesOf(part, root)
    return [...files].flatMap(([path, { removed, added }]) =>
      [...removed].flatMap(([name, { renamed }]): PastDefinition[] => {
        if (added.has(name)) return []
        const moved = [...files].flatMap(([other, diff]) =>
          diff.added.has(name) && !diff.removed.has(name) ? [other] : [],
        )
        const beside = new Set([...added].filter(each => !removed.has(each)))
        const isNew = renamed !== null && beside.has(renamed)
        const when = { commit: header?.[1] ?? null, subject: header?.[2] ?? '' }
        return [{ path, name, renamed: isNew ? renamed : null, beside, moved, ...when }]
      }),
    )
  })
}

/** By absolute paths: of a file that was renamed the removed ones by its old path, the added ones by its new one. */
function filesOf(patch: string, root: string): Map<string, FileDiff> {
  const files = new Map<string, FileDiff>()
  const at = (path: string): FileDiff => {
    const known = files.get(path) ?? { removed: new Map(), added: new Set() }
    files.set(path, known)
    return known
  }
  for (const file of patch.split(/^diff --git .*$/m).slice(1)) {
    const from = /^--- a\/(.*?)\t?$/m.exec(file)?.[1]
    const to = /^\+\+\+ b\/(.*?)\t?$/m.exec(file)?.[1]
    for (const hunk of file.split(/^@@ .*$/m).slice(1)) {
      const [gone, come] = ['-', '+'].map(sign => definitionsIn(hunk, sign)) as [Definition[], Definition[]]
      const isPaired = gone.length === come.length
      if (to) for (const { name } of come) at(join(root, to)).added.add(name)
      for (const [order, { name, kind }] of from ? gone.entries() : []) {
        const other = isPaired && from === to ? come[order]! : null
        at(join(root, from!)).removed.set(name, { renamed: other?.kind === kind ? other.name : null })
      }
    }
  }
  return files
}

interface Definition {
  readonly kind: string
  readonly name: string
}

/** What the lines of one side of a hunk define at the top of the module. */
function definitionsIn(hunk: string, sign: string): Definition[] {
  const lines = hunk.matchAll(new RegExp(String.raw`^[${sign}](?:async +)?(def|class) +(\w+)`, 'gm'))
  return Array.from(lines, ([, kind, name]) => ({ kind: kind!, name: name! }))
}
