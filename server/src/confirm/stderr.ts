/**
 * What pytest says on standard error where it ends before any hook could see it: a refused option, a plugin
 * that can't be imported. Only the forms that pytest and Python print themselves are read; anything else gives
 * the words and no more.
 */
import { normalize } from '../files/paths.ts'
import type { ObservedException, ObservedFrame } from './observation.ts'

/** Installed packages, the standard library, and code that is no file. */
const FOREIGN = /\/(site|dist)-packages\/|\/lib\/python\d+\.\d+\/|^</

const TRACEBACK = 'Traceback (most recent call last):'

/** What Python prints between two exceptions of a chain; the later one is the one that was shown. */
const CAUSE = 'The above exception was the direct cause of the following exception:'
const CONTEXT = 'During handling of the above exception, another exception occurred:'

/** The exceptions behind `stderr` (plain text, '\n' or '\r\n'); none where it holds nothing but white space. */
export function exceptionFromStderr(stderr: string): readonly ObservedException[] {
  const lines = stderr.split(/\r?\n/).filter(line => line.trim() !== '')
  const last = lines.at(-1)
  if (last === undefined) return []
  const usage = usageError(lines)
  if (usage) return [usage]
  const chain = tracebacks(lines)
  return chain.length > 0 ? chain : [shown('', last.trim(), [])]
}

/** `ERROR: TEXT`, where TEXT may go on for lines; of argparse's "usage: ..." only what follows "error: ". */
function usageError(lines: readonly string[]): ObservedException | null {
  const at = lines.findIndex(line => line.startsWith('ERROR: '))
  if (at < 0) return null
  const text = lines.slice(at).join('\n').slice('ERROR: '.length)
  const refused = /^usage: [\s\S]*?: error: (.*)/.exec(text)
  return shown('UsageError', refused?.[1] ?? text, [])
}

/** The last traceback as the interpreter prints it, if it is whole, with those that led to it. */
function tracebacks(lines: readonly string[]): readonly ObservedException[] {
  const chain: ObservedException[] = []
  let rest = lines
  let link: ObservedException['link'] = 'shown'
  for (;;) {
    const at = rest.lastIndexOf(TRACEBACK)
    const exception = at < 0 ? null : traceback(rest.slice(at + 1), link)
    if (!exception) return chain
    chain.push(exception)
    const between = rest[at - 1]
    if (between !== CAUSE && between !== CONTEXT) return chain
    link = between === CAUSE ? 'cause' : 'context'
    rest = rest.slice(0, at - 1)
  }
}

/** `lines` follow the head; after the frames comes `Type: message`. */
function traceback(lines: readonly string[], link: ObservedException['link']): ObservedException | null {
  const frames: ObservedFrame[] = []
  let end = 0
  for (; end < lines.length && /^\s/.test(lines[end]!); end++) {
    const frame = /^ {2}File "(.+)", line (\d+)(?:, in (.+))?$/.exec(lines[end]!)
    if (!frame) continue
    const [path, line] = [normalize(frame[1]!), Number(frame[2])]
    const next = lines[end + 1] ?? ''
    const source = /^ {4}/.test(next) ? next.trim() : ''
    frames.push({ path, line, until: line, name: frame[3] ?? '', project: !FOREIGN.test(path), source })
  }
  const said = /^([A-Za-z_][\w.]*)(?:: ([\s\S]*))?$/.exec(lines.slice(end).join('\n'))
  return said ? shown(said[1]!.split('.').at(-1)!, said[2] ?? '', frames, link) : null
}

function shown(
  type: string,
  message: string,
  frames: readonly ObservedFrame[],
  link: ObservedException['link'] = 'shown',
): ObservedException {
  return { type, message, link, frames }
}
