/**
 * What git knows of the states of a work tree: how it differs from a revision, whether it is clean, which files are
 * tracked or ignored, and tags. Answers of git that can't be had are its reason, as a string.
 */
import { join, parents } from '../files/paths.ts'
import { type GitAnswer, type Repository, zeroTerminated } from './git.ts'

export interface Commit {
  /** The full hash. */
  readonly id: string
  /** When it was committed, ISO 8601. */
  readonly at: string
}

/** How the work tree would have to change to be that of a revision again. */
export interface WayBack {
  readonly commit: string
  /** Absolute path -> content in the revision; null where the file or whole folder was not there. */
  readonly contents: ReadonlyMap<string, Uint8Array | null>
  /** Files that have moved since: their path now -> their path then; both absolute. */
  readonly renamed: ReadonlyMap<string, string>
  /** Sentences: what of the revision can't be looked at. */
  readonly unknown: readonly string[]
}

/** Larger files are no source code. */
const LARGEST_FILE = 64 * 1024 * 1024

const LINK = '120000'
const SUBMODULE = '160000'

/** The commit that a name means; a string where there is none. */
export async function commitNamed(repository: Repository, name: string): Promise<Commit | string> {
  // What begins with '-' would be an option.
  if (name.startsWith('-')) return `'${name}' is no name of a revision`
  const { out, trouble } = await repository.ask(['rev-parse', '--verify', '--quiet', `${name}^{commit}`])
  const id = out.toString('utf8').trim()
  if (trouble !== null || id === '') return `no commit is called '${name}'`
  const shown = await repository.ask(['show', '-s', '--no-show-signature', '--format=%cI', id])
  return shown.trouble ?? { id, at: shown.out.toString('utf8').trim() }
}

/** Where the current state branched off from a commit; the commit itself where there is no such place. */
export async function branchingPoint(repository: Repository, commit: string): Promise<string> {
  const { out, trouble } = await repository.ask(['merge-base', commit, 'HEAD'])
  return trouble === null ? out.toString('utf8').trim() : commit
}

/** `root`: the work tree's folder as the paths are to begin with. */
export async function wayBack(
  repository: Repository,
  commit: string,
  root: string,
): Promise<WayBack | string> {
  const [diff, untracked, folders] = await Promise.all([
    repository.ask(['diff-index', '--raw', '-z', '-M', '--no-abbrev', '--ignore-submodules=dirty', commit]),
    repository.ask(['ls-files', '-z', '--others', '--exclude-standard']),
    repository.ask(['ls-tree', '-r', '-d', '-z', '--name-only', commit]),
  ])
  const trouble = diff.trouble ?? untracked.trouble ?? folders.trouble
  if (trouble !== null) return trouble
  const changes = readRaw(zeroTerminated(diff.out))
  const blobs = await contentsOf(
    repository,
    changes.filter(({ then }) => then !== null && then.mode !== SUBMODULE).map(({ then }) => then!.blob),
  )
  if (typeof blobs === 'string') return blobs
  const contents = new Map<string, Uint8Array | null>()
  const unknown: string[] = []
  const before = new Set(zeroTerminated(folders.out))
  for (const path of zeroTerminated(untracked.out)) contents.set(join(root, gone(path, before)), null)
  for (const { then, now } of changes) {
    if (now !== null && now !== then?.path) contents.set(join(root, gone(now, before)), null)
  }
  for (const { then } of changes) {
    if (then === null) continue
    const bytes = blobs.get(then.blob)
    if (then.mode === LINK || then.mode === SUBMODULE || bytes === undefined) {
      unknown.push(`${then.path}: what it was in ${commit.slice(0, 10)} could not be looked at`)
    } else contents.set(join(root, then.path), bytes)
  }
  const moved = changes.filter(({ then, now }) => then !== null && now !== null && then.path !== now)
  const renamed = new Map(moved.map(({ then, now }) => [join(root, now!), join(root, then!.path)]))
  return { commit, contents, renamed, unknown }
}

interface Change {
  /** null: the file was not there. */
  readonly then: { readonly path: string; readonly mode: string; readonly blob: string } | null
  /** The path now; null: the file is gone. */
  readonly now: string | null
}

/** The format of `git diff-index --raw -z`: ':MODE MODE BLOB BLOB STATUS', path, and a second path of renames. */
function readRaw(items: readonly string[]): Change[] {
  const changes: Change[] = []
  for (let at = 0; at < items.length; ) {
    const [mode = '', , blob = '', , status = ''] = items[at++]!.slice(1).split(' ')
    const path = items[at++] ?? ''
    const moved = /^[RC]/.test(status)
    const now = moved ? (items[at++] ?? '') : status === 'D' ? null : path
    const then = status === 'A' || status.startsWith('C') ? null : { path, mode, blob }
    changes.push({ then, now })
  }
  return changes
}

/** The path, or the topmost folder above it that was not there before. */
function gone(path: string, before: ReadonlySet<string>): string {
  const added = [...parents(path)].filter(folder => !before.has(folder))
  return added.at(-1) ?? path
}

/** The contents of blobs; those that are too large, or not at hand in a partial clone, are missing. */
async function contentsOf(
  repository: Repository,
  blobs: readonly string[],
): Promise<Map<string, Uint8Array> | string> {
  const contents = new Map<string, Uint8Array>()
  const wanted = [...new Set(blobs)]
  if (wanted.length === 0) return contents
  const listed = await repository.ask(['cat-file', '--batch-check'], { input: `${wanted.join('\n')}\n` })
  if (listed.trouble !== null) return listed.trouble
  const fit = listed.out
    .toString('utf8')
    .split('\n')
    .map(line => line.split(' '))
    .filter(([, kind, size]) => kind === 'blob' && Number(size) <= LARGEST_FILE)
    .map(([id]) => id!)
  if (fit.length === 0) return contents
  const { out, trouble } = await repository.ask(['cat-file', '--batch'], { input: `${fit.join('\n')}\n` })
  if (trouble !== null) return trouble
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf(0x0a, at)
    const [id, , size] = out.subarray(at, end).toString('latin1').split(' ')
    const start = end + 1
    contents.set(id!, out.subarray(start, start + Number(size)))
    at = start + Number(size) + 1
  }
  return contents
}

/** Paths of the work tree that differ from the last commit or are not known to git; a string where git can't say. */
export async function uncommitted(repository: Repository): Promise<readonly string[] | string> {
  const status = ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all']
  const { out, trouble } = await repository.ask([...status, '--ignore-submodules=dirty'])
  return trouble ?? zeroTerminated(out).map(item => item.slice(3))
}

/** Of files and folders (absolute) those that git tracks, or in which it tracks something. */
export async function tracked(
  repository: Repository,
  paths: readonly string[],
): Promise<ReadonlySet<string> | string> {
  const { out, trouble } = await repository.ask(['ls-files', '-z'])
  if (trouble !== null) return trouble
  const known = new Set<string>()
  for (const file of zeroTerminated(out)) {
    const path = join(repository.root, file)
    known.add(path)
    for (const folder of parents(path)) {
      if (known.has(folder)) break
      known.add(folder)
    }
  }
  return new Set(paths.filter(path => known.has(path)))
}

/** Makes an annotated tag of the last commit. Returns git's reason where that fails, as where there is one already. */
export async function makeTag(repository: Repository, name: string, message: string): Promise<string | null> {
  // A tag that is to be signed waits for a person.
  const request = { input: message, timeoutMs: 120_000 }
  const { trouble } = await repository.ask(['tag', '-a', '--cleanup=verbatim', '-F', '-', name], request)
  return trouble
}

/** Why no tag can have this name; null where it can. */
export async function tagTrouble(repository: Repository, name: string): Promise<string | null> {
  const answers: readonly GitAnswer[] = await Promise.all([
    repository.ask(['check-ref-format', `refs/tags/${name}`]),
    repository.ask(['rev-parse', '--verify', '--quiet', `refs/tags/${name}`]),
  ])
  if (answers[0]!.trouble !== null || name.startsWith('-')) return `'${name}' can't be the name of a tag`
  return answers[1]!.trouble === null ? `there is a tag '${name}' already` : null
}
