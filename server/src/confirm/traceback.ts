/** A chain of exceptions as Python prints it: what a person expects to read of a failure. Pure text. */
import { isWithin, relative } from '../files/paths.ts'
import type { ObservedException, ObservedFrame } from './observation.ts'

const BETWEEN = {
  cause: 'The above exception was the direct cause of the following exception:',
  context: 'During handling of the above exception, another exception occurred:',
}

/** Wrappers of pytest's own, whose message repeats what follows. */
const WRAPPERS = new Set(['CollectError', 'ConftestImportFailure'])

/** The chain, what it all came from first; paths below `root` are told from there. */
export function tracebackText(exceptions: readonly ObservedException[], root: string): string {
  const chain = withoutWrapper(exceptions)
  const parts = chain.map((exception, at) => {
    const link = chain[at - 1] && exception.link !== 'shown' ? exception.link : null
    // The link says how this one led to the one before it, which Python prints below.
    return [section(exception, root), ...(link ? ['', BETWEEN[link], ''] : [])].join('\n')
  })
  return parts.reverse().join('\n')
}

/** The exception to tell of a failure: what pytest was shown, or what is behind its own wrapper. */
export function explaining(exceptions: readonly ObservedException[]): ObservedException | null {
  return withoutWrapper(exceptions)[0] ?? null
}

function withoutWrapper(exceptions: readonly ObservedException[]): readonly ObservedException[] {
  const [first, ...rest] = exceptions
  return first && rest.length > 0 && WRAPPERS.has(first.type) ? rest : exceptions
}

function section({ type, message, frames }: ObservedException, root: string): string {
  const head = frames.length > 0 ? ['Traceback (most recent call last):'] : []
  const last = [type, message].filter(Boolean).join(': ')
  return [...head, ...frames.flatMap(frame => frameLines(frame, root)), last].join('\n')
}

function frameLines({ path, line, name, source }: ObservedFrame, root: string): string[] {
  const shown = isWithin(path, root) ? relative(root, path) : path
  const where = `  File "${shown}", line ${line}${name ? `, in ${name}` : ''}`
  return source ? [where, `    ${source}`] : [where]
}
