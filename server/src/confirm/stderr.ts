/**
 * What pytest says on standard error where it ends before any hook could see it: a refused option, a plugin
 * that can't be imported. Only the forms that pytest and Python print themselves are read; anything else gives
 * the words and no more.
 */
import { normalize } from '../files/paths.ts'
import type { ObservedException, ObservedFrame } from './observation.ts'

/** Installed packages, the standard library, and code that is no file. */
const FOREIGN = /\/(site|dist)-packages\/|\/lib\/python\d+\.\d+\/|^</

/** The exception behind `stderr` (plain text, '\n' or '\r\n'); null where it holds nothing but white space. */
export function exceptionFromStderr(stderr: string): ObservedException | null {
  const lines = stderr.split(/\r?\n/).filter(line => line.trim() !== '')
  const last = lines.at(-1)
  if (last === undefined) return null
  return usageError(lines) ?? traceback(lines) ?? shown('', last.trim(), [])
}

/** `ERROR: TEXT`, where TEXT may go on for lines; of argparse's "usage: ..." only what follows "error: ". */
function usageError(lines: readonly string[]): ObservedException | null {
  const at = lines.findIndex(line => line.startsWith('ERROR: '))
  if (at < 0) return null
  const text = lines.slice(at).join('\n').slice('ERROR: '.length)
  const refused = /^usage: [\s\S]*?: error: (.*)/.exec(text)
  return shown('UsageError', refused?.[1] ?? text, [])
}

/** The last traceback as the interpreter prints it, if it is whole: it ends with `Type: message`. */
function traceback(lines: readonly string[]): ObservedException | null {
  const at = lines.lastIndexOf('Traceback (most recent call last):')
  if (at < 0) return null
  const frames: ObservedFrame[] = []
  let end = at + 1
  for (; end < lines.length && /^\s/.test(lines[end]!); end++) {
    const frame = /^ {2}File "(.+)", line (\d+)(?:, in (.+))?$/.exec(lines[end]!)
    if (!frame) continue
    const [path, line] = [normalize(frame[1]!), Number(frame[2])]
    frames.push({ path, line, until: line, name: frame[3] ?? '', project: !FOREIGN.test(path) })
  }
  const said = /^([A-Za-z_][\w.]*)(?:: ([\s\S]*))?$/.exec(lines.slice(end).join('\n'))
  return said ? shown(said[1]!.split('.').at(-1)!, said[2] ?? '', frames) : null
}

function shown(type: string, message: string, frames: readonly ObservedFrame[]): ObservedException {
  return { type, message, link: 'shown', frames }
}
