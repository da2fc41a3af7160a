/** What git remembers of Python files that are gone: renamed to what, or deleted, and in which commit. */
import { type Repository, zeroTerminated } from '../environment/git.ts'
import { join } from '../files/paths.ts'

export interface PastChange {
  /** Where it lay, absolute. */
  readonly from: string
  /** Where it went; null: it was deleted. */
  readonly to: string | null
  /** Abbreviated; null: in the work tree, not committed yet. */
  readonly commit: string | null
  /** The first line of the commit's message; '' where there is none. */
  readonly subject: string
}

/** Newest first. Plain data. */
export type History = readonly PastChange[]

/** Older commits than this many are not looked at. */
const MOST_COMMITS = 3000
const TIMEOUT_MS = 10_000

const LOG = [
  ...['log', `--max-count=${MOST_COMMITS}`, '--diff-filter=DR', '-M', '--name-status', '-z'],
  ...['--no-ext-diff', '--format=%x01%h%x02%s', '--', '*.py'],
]
const WORK_TREE = [
  'diff',
  'HEAD',
  '--diff-filter=DR',
  '-M',
  '--name-status',
  '-z',
  '--no-ext-diff',
  '--',
  '*.py',
]

/** Of a repository that can't be asked: nothing. */
export async function readHistory(repository: Repository): Promise<History> {
  const [log, tree] = await Promise.all([
    repository.ask(LOG, { timeoutMs: TIMEOUT_MS }),
    repository.ask(WORK_TREE, { timeoutMs: TIMEOUT_MS }),
  ])
  return [...parse(tree.out, repository.root), ...parse(log.out, repository.root)]
}

/** Where a file that is gone lies now, over several renames; null where it was never renamed, or deleted since. */
export function followed(history: History, path: string): PastChange | null {
  let last: PastChange | null = null
  const seen = new Set<string>()
  for (let at = path; !seen.has(at); ) {
    seen.add(at)
    const next = history.find(({ from, to }) => from === at && to !== null)
    if (!next) break
    last = next
    at = next.to!
  }
  return last
}

export function deletionOf(history: History, path: string): PastChange | null {
  return history.find(({ from, to }) => from === path && to === null) ?? null
}

/** `\x01commit\x02subject`, then `D\0path` and `R100\0old\0new`, all ended by a zero byte. */
function parse(out: Buffer, root: string): PastChange[] {
  const changes: PastChange[] = []
  let commit: string | null = null
  let subject = ''
  const items = zeroTerminated(out)
  for (let at = 0; at < items.length; at++) {
    const item = items[at]!.replace(/^\n+/, '')
    const header = /^\x01([^\x02]*)\x02(.*)$/s.exec(item)
    if (header) {
      commit = header[1]!
      subject = header[2]!.split('\n', 1)[0]!
    } else if (/^R\d*$/.test(item)) {
      changes.push({
        from: join(root, items[at + 1] ?? ''),
        to: join(root, items[at + 2] ?? ''),
        commit,
        subject,
      })
      at += 2
    } else if (item === 'D') {
      changes.push({ from: join(root, items[at + 1] ?? ''), to: null, commit, subject })
      at += 1
    }
  }
  return changes
}
