/** The road for questions: from a request of the editor to the folder whose analysis can answer it, and back. */
import {
  type CancellationToken,
  LSPErrorCodes,
  type Position,
  ResponseError,
  type TextDocumentIdentifier,
} from 'vscode-languageserver/node'
import { GivenUp } from '../engine/job.ts'
import type { About, Kind, Place, Reply } from '../engine/questions/question.ts'
import type { Client } from './client.ts'
import { type Documents, filesOf } from './documents.ts'
import { Lines, pathOf } from './to_lsp.ts'
import type { Folder, Workspace } from './workspace.ts'

export class Road {
  constructor(
    private readonly workspace: Workspace,
    private readonly documents: Documents,
    readonly client: Client,
  ) {}

  /** What is open under a URI; null for what is no file or not open. */
  document({ uri }: TextDocumentIdentifier): { readonly path: string; readonly text: string } | null {
    const path = pathOf(uri)
    const text = this.documents.get(uri)?.getText()
    return path === null || text === undefined ? null : { path, text }
  }

  place(textDocument: TextDocumentIdentifier, position: Position): Place | null {
    const document = this.document(textDocument)
    if (!document) return null
    return { ...document, offset: new Lines(document.text, this.client.encoding).offset(position) }
  }

  /** The folders whose analyses speak for a file: one, or all where it lies outside of them. */
  foldersOf(path: string): readonly Folder[] {
    const owner = this.workspace.owner(path)
    return owner ? [owner] : this.workspace.folders
  }

  /**
   * The first answer that says something, of the folders that speak for `path`; null where there is none. Where it
   * names places in open files that were edited since they were analysed, it is asked for again once that is done.
   * Rejects with the protocol's errors: cancelled, or overtaken by an edit.
   */
  async ask<K extends Kind>(
    path: string,
    kind: K,
    about: About<K>,
    token: CancellationToken,
  ): Promise<Reply<K> | null> {
    for (const folder of this.foldersOf(path)) {
      const ask = () => cancellable(token, signal => folder.session.ask(kind, about, signal))
      let reply = await ask()
      if (reply && this.isOutdated(reply)) {
        await cancellable(token, () => folder.session.settled())
        reply = await ask()
      }
      if (reply && !isNothing(reply.value)) return reply
    }
    return null
  }

  private isOutdated({ texts }: Reply<Kind>): boolean {
    const open = filesOf(this.documents)
    return [...texts].some(([path, text]) => (open.get(path)?.getText() ?? text) !== text)
  }

  /** Waits until what is shown holds for the newest text of the file. */
  settled(path: string, token: CancellationToken): Promise<void> {
    return cancellable(token, () => this.workspace.settled(path))
  }
}

/** The work's result, or the protocol's error as soon as the client gives up on it or it is given up itself. */
export async function cancellable<T>(
  token: CancellationToken,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  let listener: { dispose(): void } | null = null
  const cancelled = new Promise<never>((_, reject) => {
    const stop = () => {
      controller.abort()
      reject(new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled'))
    }
    if (token.isCancellationRequested) stop()
    else listener = token.onCancellationRequested(stop)
  })
  const done = work(controller.signal).catch((error: unknown) => {
    if (error instanceof GivenUp)
      throw new ResponseError(LSPErrorCodes.ContentModified, 'overtaken by an edit')
    throw error
  })
  // Of the two, one is always left over.
  done.catch(() => {})
  cancelled.catch(() => {})
  return Promise.race([done, cancelled]).finally(() => listener?.dispose())
}

function isNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}
