/**
 * A copy of one corpus entry in which faults can be seeded: the source, and an environment whose editable
 * install points to that copy. Laid out as the corpus is, so the corpus's own oracle runs in it unchanged.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  type Corpus,
  type Entry,
  environmentFolder,
  type Setting,
  SetupError,
  sourceOf,
} from '../shared/corpus.ts'

/** Byte code holds the path it was compiled from, and pytest shows it as it is: a copy starts without. */
const LEFT_BEHIND = new Set(['__pycache__', '.pytest_cache'])

/** Copies an entry into `data`, an existing folder on any file system; cheap on the corpus's own. */
export function copyEntry(corpus: Corpus, entry: Entry, setting: Setting, data: string): void {
  const source = sourceOf(corpus.data, entry)
  const copy = sourceOf(data, entry)
  cpSync(source, copy, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter: path => !LEFT_BEHIND.has(basename(path)),
  })
  const environment = environmentFolder(data, entry, setting)
  linkTree(environmentFolder(corpus.data, entry, setting), environment)
  for (const path of editableFiles(environment)) redirect(path, source, copy)
}

/** The same tree of hard links (copies where the file system has none across), symbolic links kept as they are. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkTree(source, target)
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else linkFile(source, target)
  }
}

function linkFile(source: string, target: string): void {
  try {
    linkSync(source, target)
  } catch {
    copyFileSync(source, target) // another file system, or too many links
  }
}

/** Where installers write the path of an editable install. */
function editableFiles(environment: string): string[] {
  const site = sitePackages(environment)
  return readdirSync(site).flatMap(name => {
    if (name.endsWith('.pth') || /^__editable__.*\.py$/.test(name)) return [join(site, name)]
    const url = join(site, name, 'direct_url.json')
    return name.endsWith('.dist-info') && existsSync(url) ? [url] : []
  })
}

/** Throws SetupError where there is none. */
export function sitePackages(environment: string): string {
  const library = join(environment, 'lib')
  const found = readdirSync(library)
    .map(python => join(library, python, 'site-packages'))
    .find(site => existsSync(site))
  if (found === undefined) throw new SetupError(`no site-packages in ${environment}`)
  return found
}

/** Writes a new file in place of the link: the corpus's own stays as it is. */
function redirect(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8')
  if (!text.includes(from)) return
  rmSync(path)
  writeFileSync(path, text.replaceAll(from, to))
}

/** path -> new text; null: deleted. Paths are relative to the folder pytest is started in. */
export type Edits = Readonly<Record<string, string | null>>

/**
 * Applies edits below `root` and returns what undoes them, times (in seconds) included: byte code stays valid.
 * Throws SetupError where a path leads out of `root`.
 */
export function applyEdits(root: string, edits: Edits): () => void {
  const undo: (() => void)[] = []
  for (const [relative, text] of Object.entries(edits)) {
    const path = join(root, relative)
    if (!path.startsWith(join(root, '/'))) throw new SetupError(`an edit outside of the copy: ${relative}`)
    undo.push(...makeFolders(dirname(path)), remember(path))
    if (text === null) rmSync(path)
    else writeFileSync(path, text)
  }
  return () => {
    for (const step of undo.reverse()) step()
  }
}

/** Puts entries of `site` aside, on the same file system, and returns what brings them back as they were. */
export function hideEntries(site: string, names: readonly string[]): () => void {
  if (names.length === 0) return () => {}
  const aside = mkdtempSync(join(dirname(site), 'hidden-'))
  for (const name of names) renameSync(join(site, name), join(aside, name))
  return () => {
    for (const name of names) renameSync(join(aside, name), join(site, name))
    rmdirSync(aside)
  }
}

function makeFolders(folder: string): (() => void)[] {
  if (existsSync(folder)) return []
  const above = makeFolders(dirname(folder))
  mkdirSync(folder)
  return [...above, () => rmdirSync(folder)]
}

function remember(path: string): () => void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return () => rmSync(path, { force: true })
  const [bytes, { atimeMs, mtimeMs }] = [readFileSync(path), statSync(path)]
  const seconds = (ms: number) => Math.floor(ms / 1000) // all that byte code remembers, and all that is exact
  return () => {
    writeFileSync(path, bytes)
    utimesSync(path, seconds(atimeMs), seconds(mtimeMs))
  }
}
