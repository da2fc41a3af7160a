/**
 * A change of the workspace as plain data, and what can be said of it without a disk: whether two of them agree,
 * and what the files would be afterwards. Writing it is `files/transaction.ts`'s business.
 */
import { encodeLike } from '../files/encode.ts'
import type { FileSystem } from '../files/file_system.ts'
import { contentHash } from '../files/hash.ts'
import { OverlayFileSystem } from '../files/overlay.ts'
import { dirname, isWithin } from '../files/paths.ts'
import { walkFiles } from '../files/walk.ts'

/** Paths are those of the workspace as it is: a file that is renamed is changed under its old path. */
export interface WorkspaceEdit {
  readonly changed: readonly FileChange[]
  /** Never over an existing file. Folders that are missing are made. */
  readonly created: readonly CreatedFile[]
  readonly deleted: readonly DeletedFile[]
  /** Files or whole folders; nothing may lie at `to`. */
  readonly renamed: readonly Renamed[]
}

export interface FileChange {
  readonly path: string
  /** `contentHash` of the decoded text that the offsets count in: another text must not be edited. */
  readonly content: string
  /** From top to bottom, without overlaps. */
  readonly changes: readonly TextChange[]
}

/** Offsets are UTF-16 units; start === end inserts. */
export interface TextChange {
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface CreatedFile {
  readonly path: string
  readonly text: string
}

export interface DeletedFile {
  readonly path: string
  /** `contentHash` of its text; null for a file that is no text. */
  readonly content: string | null
}

export interface Renamed {
  readonly from: string
  readonly to: string
}

const NOTHING: WorkspaceEdit = { changed: [], created: [], deleted: [], renamed: [] }

/** An edit of which only the parts are given that there are. */
export function editOf(parts: Partial<WorkspaceEdit>): WorkspaceEdit {
  return { ...NOTHING, ...parts }
}

/** The change of one file whose text is `text`. What is put in gets line ends like those that are there. */
export function changeOf(path: string, text: string, changes: readonly TextChange[]): FileChange {
  const windows = /\r\n/.test(text)
  return {
    path,
    content: contentHash(text),
    changes: changes
      .map(change => (windows ? { ...change, text: change.text.replaceAll(/\r?\n/g, '\r\n') } : change))
      .sort((a, b) => a.start - b.start || a.end - b.end),
  }
}

export function isEmpty({ changed, created, deleted, renamed }: WorkspaceEdit): boolean {
  return changed.length + created.length + deleted.length + renamed.length === 0
}

/** Every path that an edit writes to, makes or takes away, without those below a renamed folder. */
export function pathsOf({ changed, created, deleted, renamed }: WorkspaceEdit): string[] {
  const places = [...changed, ...created, ...deleted].map(({ path }) => path)
  return [...new Set([...places, ...renamed.flatMap(({ from, to }) => [from, to])])]
}

/** Where the file is once the edit is made; null where it is deleted. */
export function movedTo({ deleted, renamed }: WorkspaceEdit, path: string): string | null {
  if (deleted.some(each => each.path === path)) return null
  const move = renamed.find(({ from }) => isWithin(path, from))
  return move ? move.to + path.slice(move.from.length) : path
}

/** Does the edit change what is read at a path? */
export function touches({ changed, created, deleted, renamed }: WorkspaceEdit): (path: string) => boolean {
  const places = new Set([...changed, ...created, ...deleted].map(({ path }) => path))
  return path =>
    places.has(path) || renamed.some(({ from, to }) => isWithin(path, from) || isWithin(path, to))
}

/** No file comes, goes or moves. */
export function changesOnlyTexts({ created, deleted, renamed }: WorkspaceEdit): boolean {
  return created.length + deleted.length + renamed.length === 0
}

/** The text after the changes. */
export function changedText(text: string, changes: readonly TextChange[]): string {
  let out = ''
  let at = 0
  for (const { start, end, text: put } of changes) {
    out += text.slice(at, start) + put
    at = end
  }
  return out + text.slice(at)
}

/**
 * Both edits in one, made for the same workspace; null where they can't both be made: one file is changed at
 * overlapping places, for two contents, or is changed and deleted; one path gets two texts or two names. What
 * both say alike is made once.
 */
export function merged(a: WorkspaceEdit, b: WorkspaceEdit): WorkspaceEdit | null {
  const changed = mergedChanges([...a.changed, ...b.changed])
  const created = unique([...a.created, ...b.created], ({ path }) => path)
  const deleted = unique([...a.deleted, ...b.deleted], ({ path }) => path)
  const renamed = unique([...a.renamed, ...b.renamed], ({ from }) => from)
  if (!changed || !created || !deleted || !renamed) return null
  const gone = [...deleted.map(({ path }) => path), ...renamed.map(({ from }) => from)]
  const made = [...created.map(({ path }) => path), ...renamed.map(({ to }) => to)]
  const clash =
    made.length > new Set(made).size ||
    deleted.some(({ path }) => changed.some(each => each.path === path)) ||
    gone.some((path, index) => gone.some((other, at) => at !== index && isWithin(other, path))) ||
    made.some(path => gone.some(other => isWithin(path, other)))
  return clash ? null : { changed, created, deleted, renamed }
}

/** null where two of one key differ. */
function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] | null {
  const known = new Map<string, T>()
  for (const item of items) {
    const other = known.get(keyOf(item))
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(item)) return null
    known.set(keyOf(item), item)
  }
  return [...known.values()]
}

function mergedChanges(files: readonly FileChange[]): FileChange[] | null {
  const byPath = new Map<string, FileChange>()
  for (const file of files) {
    const other = byPath.get(file.path)
    if (other && other.content !== file.content) return null
    const changes = other ? mergedTexts(other.changes, file.changes) : file.changes
    if (!changes) return null
    byPath.set(file.path, { ...file, changes })
  }
  return [...byPath.values()]
}

/** Two insertions at one place stay in the order given; equal changes are one. */
function mergedTexts(a: readonly TextChange[], b: readonly TextChange[]): TextChange[] | null {
  const fresh = b.filter(
    one => !a.some(({ start, end, text }) => start === one.start && end === one.end && text === one.text),
  )
  const all = [...a, ...fresh].sort((x, y) => x.start - y.start || x.end - y.end)
  return all.some((change, index) => index > 0 && all[index - 1]!.end > change.start) ? null : all
}

/**
 * The file system in which the edit was made. `text` gives the decoded texts that its offsets count in. null
 * where it can't be made: a text has changed meanwhile, or something lies already where a file is to go.
 */
export function overlaid(
  fs: FileSystem,
  edit: WorkspaceEdit,
  text: (path: string) => string | null,
): OverlayFileSystem | null {
  const contents = new Map<string, string | Uint8Array | null>()
  const isFree = (path: string) => fs.stat(path) === null
  for (const { path } of edit.deleted) contents.set(path, null)
  for (const { from, to } of edit.renamed) {
    if (!isFree(to) && !isSameFile(fs, from, to)) return null
    for (const file of filesAt(fs, from)) {
      const bytes = fs.read(file)
      if (bytes) contents.set(to + file.slice(from.length), bytes)
    }
    contents.set(from, null)
  }
  for (const { path, text: created } of edit.created) {
    if (!isFree(path) && movedTo(edit, path) === path) return null
    contents.set(path, created)
  }
  for (const { path, content, changes } of edit.changed) {
    const before = text(path)
    const bytes = fs.read(path)
    if (before === null || bytes === null || contentHash(before) !== content) return null
    const encoded = encodeLike(path, bytes, changedText(before, changes))
    if (encoded === null) return null
    contents.set(movedTo(edit, path) ?? path, encoded)
  }
  return new OverlayFileSystem(fs, contents)
}

function filesAt(fs: FileSystem, path: string): string[] {
  if (fs.stat(path)?.kind !== 'directory') return [path]
  return [...walkFiles(fs, path, () => true)].map(file => file.path)
}

/** A change of case only, where the file system takes both names for one. */
function isSameFile(fs: FileSystem, from: string, to: string): boolean {
  const names = fs.list(dirname(to))?.map(({ name }) => name) ?? []
  return from.toLowerCase() === to.toLowerCase() && !names.includes(to.slice(dirname(to).length + 1))
}
