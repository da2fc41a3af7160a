/**
 * Changes to the user's files, all or none. Everything is looked at before the first byte is written: that the files
 * are what the changes were made for, that they may be written, that nothing is in the way. New contents are
 * written beside their files and moved over them; where the system refuses half-way, what was done is undone.
 *
 * Links are followed, modes and encodings kept. A process that is killed between two moves can't undo them.
 */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { encodeLike, textOf } from './encode.ts'
import { contentHash } from './hash.ts'
import { basename, dirname, join, normalize, parents } from './paths.ts'

/** Paths are absolute; `was` is `contentKey` of the file that the change was made for. */
export type Change =
  | { readonly kind: 'write'; readonly path: string; readonly was: string; readonly text: string }
  | { readonly kind: 'create'; readonly path: string; readonly text: string }
  | { readonly kind: 'delete'; readonly path: string; readonly was: string }
  /** `text`: what it is to hold under its new name; null: what it holds now. */
  | {
      readonly kind: 'rename'
      readonly path: string
      readonly was: string
      readonly to: string
      readonly text: string | null
    }

export interface Refusal {
  readonly path: string
  /** A phrase for people: 'it changed in between'. */
  readonly reason: string
}

export interface Applied {
  /** The files that are not what they were, in the order of the changes; of a rename both paths. */
  readonly written: readonly string[]
  /** Why nothing was written; empty where all was. */
  readonly refused: readonly Refusal[]
}

/** What identifies the content of a file: of its text, or of its bytes where it has none. */
export function contentKey(path: string, bytes: Uint8Array): string {
  return contentHash(textOf(path, bytes) ?? bytes)
}

/** Makes all changes, at most one for each file, or none of them. Never throws. */
export function applyChanges(changes: readonly Change[]): Applied {
  const prepared = changes.map(prepare)
  const refused = [...prepared.flatMap(it => ('reason' in it ? [it] : [])), ...repeated(changes)]
  if (refused.length > 0) return { written: [], refused }
  const done: (() => void)[] = []
  for (const step of prepared) {
    if ('reason' in step) continue
    try {
      step.run(undo => done.push(undo))
    } catch (error) {
      const left = done.reverse().flatMap(undo => reasonOf(undo) ?? [])
      const lost = left.length > 0 ? `, and what was done could not be undone: ${left.join('; ')}` : ''
      return { written: [], refused: [{ path: step.path, reason: `${words(error)}${lost}` }] }
    }
  }
  for (const step of prepared) if ('finish' in step) reasonOf(step.finish)
  const written = changes.flatMap(change =>
    change.kind === 'rename' ? [change.path, change.to] : [change.path],
  )
  return { written, refused: [] }
}

interface Step {
  readonly path: string
  /** Throws where the system refuses; hands out first how each thing is undone. */
  run(undoable: (undo: () => void) => void): void
  /** Takes away what was kept for an undoing that is no longer needed. */
  finish(): void
}

const NOTHING = () => {}

function prepare(change: Change): Step | Refusal {
  const { path } = change
  try {
    if (change.kind === 'create') return isThere(path) ? refuse(path, 'it exists already') : creation(change)
    const real = normalize(realpathSync(path))
    const stat = statSync(real)
    const before = readFileSync(real)
    if (contentKey(path, before) !== change.was) return refuse(path, 'it changed in between')
    if ((stat.mode & 0o222) === 0) return refuse(path, 'it is read-only')
    const old: Content = { bytes: before, mode: stat.mode & 0o7777 }
    if (change.kind === 'delete') return deletion(path)
    const bytes = change.text === null ? before : encodeLike(path, before, change.text)
    if (bytes === null) return refuse(path, 'its encoding cannot hold the change')
    if (change.kind === 'write') return writing(path, real, old, { ...old, bytes })
    const { to } = change
    return isThere(to) ? refuse(to, 'it exists already') : renaming(path, to, old, { ...old, bytes })
  } catch (error) {
    return refuse(path, isAbsent(error) ? 'it is gone' : words(error))
  }
}

interface Content {
  readonly bytes: Uint8Array
  readonly mode: number
}

function creation({ path, text }: Extract<Change, { kind: 'create' }>): Step {
  return {
    path,
    run: undoable => {
      makeFolders(dirname(path), undoable)
      // 'wx': never over what somebody else made meanwhile.
      closeSync(openSync(path, 'wx'))
      undoable(() => rmSync(path))
      writeFileSync(path, text)
    },
    finish: NOTHING,
  }
}

function writing(path: string, real: string, old: Content, now: Content): Step {
  return {
    path,
    run: undoable => {
      replace(real, now)
      undoable(() => replace(real, old))
    },
    finish: NOTHING,
  }
}

/** Put aside until all else is done; of a link the link, not what it points to. */
function deletion(path: string): Step {
  const aside = besides(path)
  return {
    path,
    run: undoable => {
      renameSync(path, aside)
      undoable(() => renameSync(aside, path))
    },
    finish: () => rmSync(aside),
  }
}

function renaming(path: string, to: string, old: Content, now: Content): Step {
  return {
    path,
    run: undoable => {
      makeFolders(dirname(to), undoable)
      renameSync(path, to)
      undoable(() => renameSync(to, path))
      if (now.bytes === old.bytes) return
      const real = normalize(realpathSync(to))
      replace(real, now)
      undoable(() => replace(real, old))
    },
    finish: NOTHING,
  }
}

/** Readers see the old content or the new one, never a part. */
function replace(path: string, { bytes, mode }: Content): void {
  const unfinished = besides(path)
  try {
    writeFileSync(unfinished, bytes, { flag: 'wx' })
    chmodSync(unfinished, mode)
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

/** A name in the same folder that nobody has, and that no tool takes for a module. */
function besides(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
}

function makeFolders(folder: string, undoable: (undo: () => void) => void): void {
  const missing = [folder, ...parents(folder)].filter(each => !isThere(each))
  for (const each of missing.reverse()) {
    mkdirSync(each)
    undoable(() => rmdirSync(each))
  }
}

/** Two changes of one path would need an order: whoever makes changes merges them first. */
function repeated(changes: readonly Change[]): Refusal[] {
  const paths = changes.flatMap(change => (change.kind === 'rename' ? [change.path, change.to] : change.path))
  const twice = new Set(paths.filter((path, at) => paths.indexOf(path) < at))
  return [...twice].map(path => ({ path, reason: 'two changes are meant for it' }))
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function refuse(path: string, reason: string): Refusal {
  return { path, reason }
}

function reasonOf(action: () => void): string | null {
  try {
    action()
    return null
  } catch (error) {
    return words(error)
  }
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
