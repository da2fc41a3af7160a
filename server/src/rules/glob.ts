/** Patterns of files in the settings, read as `.gitignore` and ruff read them; only for matching, no disk. */

/**
 * A test for paths relative to the settings' folder. `*` and `?` stay within one name, `**` crosses folders,
 * `[a-z]` is one character. A pattern without '/' matches a file or folder of that name anywhere; one that
 * matches a folder matches all below it. null where it is no pattern (`[z-a]`).
 */
export function globTest(pattern: string): ((path: string) => boolean) | null {
  const anchored = pattern.replace(/^\.?\//, '').replace(/\/$/, '')
  const prefix = anchored === pattern.replace(/\/$/, '') && !anchored.includes('/') ? '(?:.*/)?' : ''
  const body = anchored.replaceAll(/\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|[^\w/]/g, part => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part.length > 1) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\')
    return `\\${part}`
  })
  try {
    const compiled = new RegExp(`^${prefix}${body}(?:/.*)?$`)
    return path => compiled.test(path)
  } catch {
    return null // a range that runs backwards
  }
}
