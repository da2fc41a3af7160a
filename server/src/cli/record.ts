/** `precollect report --record`: adds the present state to the history. */
import { Repository } from '../environment/git.ts'
import { commitNamed, uncommitted } from '../environment/revisions.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { join } from '../files/paths.ts'
import { appendLine } from '../files/write.ts'
import type { Health } from '../report/health.ts'
import { historyLine, type Recording, readHistory, trendOf } from '../report/history.ts'
import type { ReportInput, TrendPoint } from '../report/report_input.ts'
import { UsageError } from './exit_code.ts'
import type { Io } from './io.ts'
import { keptText, wholeHistory } from './kept.ts'
import { tool } from './version.ts'

export interface RecordOptions {
  /** The file, absolute or from the folder that is checked. */
  readonly history: string
  /** From now on fewer tests than were recorded are enough for `gate --min-collected history`. */
  readonly acceptFewer?: boolean
}

/** A state that is not kept yet. */
export interface Prepared {
  /** The states until now, and this one. */
  readonly trend: readonly TrendPoint[]
  /** Adds the line, and returns a sentence that says so. Throws a UsageError where it can't be written. */
  readonly keep: () => string
}

/**
 * The line for the present state. `cwd`: the folder that was checked. Throws a UsageError where the history is broken:
 * nothing is added to it then.
 */
export async function prepareRecord(
  cwd: string,
  input: ReportInput,
  model: Health,
  { history: name, acceptFewer }: RecordOptions,
  io: Io,
): Promise<Prepared> {
  const fs = new DiskFileSystem()
  const history = wholeHistory(fs, cwd, name)
  const commit = await commitOf(cwd, join(cwd, name), io)
  const fewerAccepted = acceptFewer === true
  const line = historyLine(history, input, model, { now: new Date(), commit, tool, fewerAccepted })
  const changed = commit?.dirty ? ' with changes' : ''
  const state = commit === null ? 'the present state' : `${commit.id.slice(0, 10)}${changed}`
  return {
    trend: trendOf({ lines: [...history.lines, ...readHistory(line).lines], troubles: [] }),
    keep() {
      const reason = appendLine(join(cwd, name), line)
      if (reason !== null) throw new UsageError(`cannot write ${name}: ${reason}`)
      return `${name}: ${state} recorded\n`
    },
  }
}

/** The states that were recorded, as far as the history is whole. */
export function trendSoFar(cwd: string, name: string): readonly TrendPoint[] {
  return trendOf(readHistory(keptText(new DiskFileSystem(), join(cwd, name), name) ?? ''))
}

/** null where there is no repository. What is recorded makes no tree dirty. */
async function commitOf(cwd: string, file: string, { env }: Io): Promise<Recording['commit']> {
  const repository = await Repository.of(cwd, env)
  if (typeof repository === 'string') return null
  const commit = await commitNamed(repository, 'HEAD')
  if (typeof commit === 'string') return null
  const changes = await uncommitted(repository)
  const own = new DiskFileSystem().realpath(file)
  const dirty = typeof changes === 'string' || changes.some(path => join(repository.root, path) !== own)
  return { ...commit, dirty }
}
