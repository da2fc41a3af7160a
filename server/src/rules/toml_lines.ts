/** On which line a key of a TOML document stands: the parser gives values only. */

/**
 * The line (from 1) of the key that is reached by `path`, e.g. ['tool', 'precollect', 'select']; of the
 * nearest key above it where it is written inside an inline table; 1 where nothing of it is found.
 */
export function lineOfKey(text: string, path: readonly string[]): number {
  let table: readonly string[] = []
  let best = { depth: 0, line: 1 }
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const header = /^\s*\[+([^\]]+)\]/.exec(line)
    const key = header ? null : /^\s*((?:"[^"]*"|'[^']*'|[\w-]+|\s*\.\s*)+?)\s*=/.exec(line)
    if (header) table = parts(header[1]!)
    else if (!key) continue
    const here = key ? [...table, ...parts(key[1]!)] : table
    if (
      here.length > best.depth &&
      here.length <= path.length &&
      here.every((name, at) => name === path[at])
    ) {
      best = { depth: here.length, line: index + 1 }
    }
  }
  return best.line
}

function parts(dotted: string): string[] {
  return [...dotted.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map(
    part => part[1] ?? part[2] ?? part[3] ?? '',
  )
}
