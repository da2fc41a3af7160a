/**
 * Arithmetic on the paths of this project: absolute, '/' on every platform. Pure strings, no disk.
 */

/** Joins and normalises: '.' and '..' and doubled '/' go away; an absolute later part starts anew. */
export function join(base: string, ...parts: readonly string[]): string {
  let path = base
  for (const part of parts) path = isAbsolute(part) ? part : `${path}/${part}`
  return normalize(path)
}

export function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)
}

/** The path with '\' of Windows turned into '/', '.', '..' and doubled '/' resolved, no '/' at the end. */
export function normalize(path: string): string {
  // Most are normal, and of POSIX.
  if (path.startsWith('/') && !/\/\/|\/\.|\/$/.test(path)) return path
  const drive = /^[A-Za-z]:/.exec(path)?.[0] ?? ''
  const rest = drive ? path.slice(drive.length).replaceAll('\\', '/') : path
  const absolute = rest.startsWith('/')
  const out: string[] = []
  for (const part of rest.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (out.length > 0 && out.at(-1) !== '..') out.pop()
      else if (!absolute) out.push('..')
    } else out.push(part)
  }
  return drive + (absolute ? '/' : '') + out.join('/') || (absolute ? '/' : '.')
}

/** '/a/b' -> '/a'; '/' -> '/'. */
export function dirname(path: string): string {
  const cut = path.lastIndexOf('/')
  if (cut < 0) return '.'
  if (cut === 0) return '/'
  if (cut === 2 && path[1] === ':') return path.slice(0, 3)
  return path.slice(0, cut)
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The name without its last suffix: 'test_a.py' -> 'test_a'; 'a.b.py' -> 'a.b'. */
export function stem(path: string): string {
  const name = basename(path)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}

/** True where `path` is `folder` itself or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

/** `path` as seen from `from`, with '..' where needed; '.' for the folder itself. */
export function relative(from: string, path: string): string {
  if (path === from) return '.'
  if (isWithin(path, from)) return path.slice(from.endsWith('/') ? from.length : from.length + 1)
  const a = from.split('/').filter(Boolean)
  const b = path.split('/').filter(Boolean)
  let same = 0
  while (same < a.length && same < b.length && a[same] === b[same]) same++
  return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/') || '.'
}

/** All folders from the path's own parent up to the root, nearest first. */
export function* parents(path: string): Generator<string> {
  let at = path
  for (;;) {
    const up = dirname(at)
    if (up === at || up === '.') return
    yield up
    at = up
  }
}
