/**
 * What may be much and long on its way: an answer sent in parts, to clients that take parts
 * (`partialResultToken`), and the progress of a request (`workDoneToken`).
 */
import { setImmediate } from 'node:timers/promises'
import {
  type CancellationToken,
  LSPErrorCodes,
  ResponseError,
  type ResultProgressReporter,
  type WorkDoneProgressReporter,
} from 'vscode-languageserver/node'

const ITEMS_IN_A_PART = 200

/**
 * `items` as the answer itself is to hold them: all of them, or none where the client takes parts, which then have been
 * sent, `wrap`ped as the request wants them. Between two parts other messages have their turn. Rejects once cancelled.
 */
export async function inParts<T, Part>(
  items: readonly T[],
  parts: ResultProgressReporter<Part> | undefined,
  token: CancellationToken,
  wrap: (items: T[]) => Part,
): Promise<T[]> {
  if (!parts) return [...items]
  for (let from = 0; from < items.length; from += ITEMS_IN_A_PART) {
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled')
    parts.report(wrap(items.slice(from, from + ITEMS_IN_A_PART)))
    await setImmediate()
  }
  return []
}

/** Does the work and shows that it is under way. */
export async function shown<T>(
  progress: Pick<WorkDoneProgressReporter, 'begin' | 'done'>,
  title: string,
  work: () => Promise<T>,
): Promise<T> {
  progress.begin('precollect', undefined, title, true)
  try {
    return await work()
  } finally {
    progress.done()
  }
}
