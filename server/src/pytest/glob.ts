/**
 * Python's globs: `fnmatch`, pytest's `fnmatch_ex` on paths, and `glob.iglob(..., recursive=True)`.
 * Paths have '/' on every platform; where Windows is simulated, case folds and '\' is read as '/'.
 */
import type { FileSystem } from '../files/file_system.ts'
import { basename, isAbsolute, join } from '../files/paths.ts'

const compiled = new Map<string, RegExp>()

/** Python's `fnmatch.fnmatch(text, pattern)`: '*' crosses '/', '[!x]' negates, no escapes. */
export function fnmatch(text: string, pattern: string, windows = false): boolean {
  if (windows) return translated(pattern.replaceAll('\\', '/').toLowerCase()).test(text.toLowerCase())
  return translated(pattern).test(text)
}

/**
 * pytest's `fnmatch_ex(pattern, path)`: a pattern without a separator is held against the base name, one
 * with a separator against the whole path, preceded by any folders if it is relative.
 */
export function matchesGlob(path: string, pattern: string, windows = false): boolean {
  const unified = windows ? pattern.replaceAll('\\', '/') : pattern
  if (!unified.includes('/')) return fnmatch(basename(path), unified, windows)
  return fnmatch(path, isAbsolute(unified) ? unified : `*/${unified}`, windows)
}

/**
 * Python's `sorted(glob.iglob(pattern, recursive=True))` with `cwd` as working directory: relative patterns
 * give relative paths, as they were written ('tests/' stays 'tests/'). Names that begin with '.' are matched
 * only by a part that begins with '.'; '**' does not enter hidden folders.
 */
export function globPaths(fs: FileSystem, cwd: string, pattern: string): string[] {
  const rooted = /^(?:[A-Za-z]:)?\/+/.exec(pattern)?.[0] ?? ''
  let found = [rooted]
  const parts = pattern.slice(rooted.length).split(/(?<=\/)/)
  for (const [index, part] of parts.entries()) {
    const slash = part.endsWith('/') ? '/' : ''
    const name = slash ? part.slice(0, -1) : part
    const last = index === parts.length - 1
    found = found.flatMap(base => {
      if (name === '**') return everythingBelow(fs, cwd, base, last && !slash, last && slash !== '')
      if (!/[*?[]/.test(name)) return exists(fs, cwd, base + name, slash !== '') ? [base + part] : []
      return (fs.list(join(cwd, base || '.')) ?? [])
        .filter(entry => slash === '' || entry.kind === 'directory')
        .filter(entry => name.startsWith('.') === entry.name.startsWith('.') && fnmatch(entry.name, name))
        .map(entry => base + entry.name + slash)
    })
  }
  return [...new Set(found)].filter(path => path !== '').sort((a, b) => (a < b ? -1 : 1))
}

/** What '**' stands for: the base itself and all below it; only folders where more follows. */
function everythingBelow(
  fs: FileSystem,
  cwd: string,
  base: string,
  files: boolean,
  closing: boolean,
): string[] {
  const out = [base]
  const visit = (prefix: string, above: readonly string[]): void => {
    const folder = join(cwd, prefix || '.')
    const real = fs.realpath(folder)
    // A link back to a folder above would be followed until the system refuses; once is enough.
    if (above.includes(real)) return
    for (const entry of fs.list(folder) ?? []) {
      if (entry.name.startsWith('.')) continue
      if (entry.kind !== 'directory') {
        if (files) out.push(prefix + entry.name)
        continue
      }
      out.push(files ? prefix + entry.name : `${prefix}${entry.name}/`)
      visit(`${prefix}${entry.name}/`, [...above, real])
    }
  }
  visit(base, [])
  return closing || files ? out.filter(path => path !== '') : out
}

function exists(fs: FileSystem, cwd: string, path: string, folder: boolean): boolean {
  const stat = fs.stat(join(cwd, path || '.'))
  return stat !== null && (!folder || stat.kind === 'directory')
}

function translated(pattern: string): RegExp {
  let regexp = compiled.get(pattern)
  if (!regexp) {
    regexp = new RegExp(`^(?:${translate(pattern)})$`, 'su')
    compiled.set(pattern, regexp)
  }
  return regexp
}

/** `fnmatch.translate`, with JavaScript's syntax as target. */
function translate(pattern: string): string {
  let out = ''
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern[at]!
    if (c === '*') out += '.*'
    else if (c === '?') out += '.'
    else if (c === '[') {
      // A ']' right after '[' or '[!' belongs to the set.
      const first = pattern[at + 1] === '!' ? at + 2 : at + 1
      const close = pattern.indexOf(']', first + 1)
      if (close < 0) out += '\\['
      else {
        out += characterSet(pattern.slice(at + 1, close))
        at = close
      }
    } else out += c.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
  }
  return out
}

/** The inside of a set: ranges stay, an empty range ('z-a') matches nothing. */
function characterSet(inside: string): string {
  const negated = inside.startsWith('!')
  const chars = [...(negated ? inside.slice(1) : inside)]
  let set = ''
  for (let i = 0; i < chars.length; i++) {
    const from = chars[i]!
    const to = chars[i + 1] === '-' ? chars[i + 2] : undefined
    if (to === undefined) set += escapeInSet(from)
    else {
      if (from <= to) set += `${escapeInSet(from)}-${escapeInSet(to)}`
      i += 2
    }
  }
  if (set === '') return negated ? '.' : '(?!)'
  return `[${negated ? '^' : ''}${set}]`
}

function escapeInSet(c: string): string {
  return /[\\\]^[&~|\-(){}/]/.test(c) ? `\\${c}` : c
}
