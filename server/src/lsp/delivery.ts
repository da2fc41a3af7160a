/**
 * How diagnostics get to the client. A client that asks for them gets those of its open documents by asking,
 * and those of all other files too if it ever asks for the workspace; else they are pushed, because a finding
 * is as a rule in a file that nobody has open. An answer about one document brings those of the other open ones for which
 * something else holds now, to clients that take them: never those of files that are pushed, which would be shown twice.
 */
import {
  type CancellationToken,
  type Connection,
  type DiagnosticServerCancellationData,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type FullDocumentDiagnosticReport,
  LSPErrorCodes,
  type PublishDiagnosticsParams,
  type RelatedFullDocumentDiagnosticReport,
  ResponseError,
  type ResultProgressReporter,
  type UnchangedDocumentDiagnosticReport,
  type WorkDoneProgressReporter,
  type WorkspaceDiagnosticReport,
  type WorkspaceDiagnosticReportPartialResult,
} from 'vscode-languageserver/node'
import type { Client } from './client.ts'
import type { Board } from './diagnostics.ts'
import { type Documents, filesOf } from './documents.ts'
import { inParts, shown } from './parts.ts'
import { pathOf, uriOf } from './to_lsp.ts'
import type { Workspace } from './workspace.ts'

export class Delivery {
  /** The entry that was pushed last, for each file that the client shows something pushed for, and under which URI. */
  private readonly pushed = new Map<string, { readonly id: string; readonly uri: string }>()
  /**
   * The entry that each document, by its URI, got when it last asked. What an answer brought of others is not in it: a
   * client drops an answer about a text that it has edited since, and would never ask about the others again.
   */
  private readonly pulled = new Map<string, string>()
  /** The documents, by path, of which there is a first word, and the version that it is about. */
  private readonly words = new Map<string, number>()
  private readonly listeners = new Set<() => void>()
  private asksForWorkspace = false
  private closed = false
  private readonly waiters: (() => void)[] = []

  constructor(
    private readonly connection: Connection,
    private readonly client: Client,
    private readonly documents: Documents,
    private readonly workspace: Workspace,
    private readonly board: Board,
  ) {
    if (!client.pullsDiagnostics) return
    connection.languages.diagnostics.on(({ textDocument, previousResultId }, token, progress) =>
      shown(progress, 'analysing', () => this.answerDocument(textDocument.uri, previousResultId, token)),
    )
    connection.languages.diagnostics.onWorkspace(({ previousResultIds }, token, progress, parts) => {
      const previous = new Map(previousResultIds.map(({ uri, value }) => [pathOf(uri), value]))
      return this.answerWorkspace(previous, token, progress, parts)
    })
  }

  /** The board says something new of one open document, before the analysis of its newest text is through. */
  firstWord(path: string, version: number): void {
    this.words.set(path, version)
    this.pushChanges([path])
    for (const listener of [...this.listeners]) listener()
  }

  /** The board has changed. Documents need no call of their own: opening and closing them is analysed anew. */
  update(): void {
    this.words.clear()
    this.pushChanges(new Set([...this.board.paths(), ...this.pushed.keys()]))
    if (!this.client.pullsDiagnostics) return
    for (const resolve of this.waiters.splice(0)) resolve()
    // Requests that waited for this result are answered first; only the others need to ask again.
    setImmediate(() => this.refresh())
  }

  private pushChanges(paths: Iterable<string>): void {
    const open = filesOf(this.documents)
    for (const path of paths) {
      const { id, version, items } = this.board.get(path)
      const uri = open.get(path)?.uri ?? uriOf(path)
      const isTold = items.length > 0 && !this.isPulled(open.has(path))
      const before = this.pushed.get(path)
      // A client that spells a URI in its own way may take another spelling for another file.
      if (before && (!isTold || before.uri !== uri)) {
        this.pushed.delete(path)
        this.push({ uri: before.uri, diagnostics: [] })
      }
      if (isTold && (before?.id !== id || before.uri !== uri)) {
        this.pushed.set(path, { id, uri })
        const known = this.client.showsVersions && version !== undefined ? { version } : {}
        this.push({ uri, diagnostics: [...items], ...known })
      }
    }
  }

  /** Answers every request that still waits. */
  dispose(): void {
    this.closed = true
    for (const resolve of this.waiters.splice(0)) resolve()
  }

  private isPulled(open: boolean): boolean {
    return this.client.pullsDiagnostics && (open || this.asksForWorkspace)
  }

  private push(params: PublishDiagnosticsParams): void {
    this.connection
      .sendDiagnostics(params)
      .catch(error => this.connection.console.warn(`diagnostics were not sent: ${error.message}`))
  }

  private refresh(): void {
    for (const uri of this.pulled.keys()) if (!this.documents.get(uri)) this.pulled.delete(uri)
    const outdated = [...filesOf(this.documents)].some(([path, { uri }]) => {
      const given = this.pulled.get(uri)
      return given !== undefined && given !== this.board.get(path).id
    })
    if (!outdated) return
    this.connection.languages.diagnostics
      .refresh()
      .catch(error =>
        this.connection.console.warn(`the editor does not refresh diagnostics: ${error.message}`),
      )
  }

  private async answerDocument(
    uri: string,
    previous: string | undefined,
    token: CancellationToken,
  ): Promise<DocumentDiagnosticReport | ResponseError<DiagnosticServerCancellationData>> {
    const path = pathOf(uri)
    if (path === null) return { kind: DocumentDiagnosticReportKind.Full, items: [] }
    await unlessCancelled(this.wordOn(uri, path), token)
    if (token.isCancellationRequested) return cancelled()
    const related = this.client.takesRelatedDocuments ? this.relatedTo(path) : {}
    return {
      ...this.answered(uri, path, previous),
      ...(Object.keys(related).length > 0 ? { relatedDocuments: related } : {}),
    }
  }

  /** Resolves when all is known about a document, or there is a first word on its newest text. */
  private wordOn(uri: string, path: string): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        const version = this.words.get(path)
        if (version === undefined || version !== this.documents.get(uri)?.version) return
        this.listeners.delete(look)
        resolve()
      }
      this.listeners.add(look)
      void this.workspace.settled(path).then(() => {
        this.listeners.delete(look)
        resolve()
      })
      look()
    })
  }

  private answered(
    uri: string,
    path: string,
    previous: string | undefined,
  ): FullDocumentDiagnosticReport | UnchangedDocumentDiagnosticReport {
    const { id } = this.board.get(path)
    this.pulled.set(uri, id)
    return id === previous ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId: id } : this.whole(path)
  }

  private whole(path: string): FullDocumentDiagnosticReport {
    const { id, items } = this.board.get(path)
    return { kind: DocumentDiagnosticReportKind.Full, resultId: id, items: [...items] }
  }

  /** By URI, what is new of the open documents that the same analysis speaks for, as far as the client ever asked for them. */
  private relatedTo(path: string): NonNullable<RelatedFullDocumentDiagnosticReport['relatedDocuments']> {
    const folder = this.workspace.owner(path)
    const reports: NonNullable<RelatedFullDocumentDiagnosticReport['relatedDocuments']> = {}
    for (const [other, { uri }] of filesOf(this.documents)) {
      const given = this.pulled.get(uri)
      if (other === path || given === undefined || given === this.board.get(other).id) continue
      if (this.workspace.owner(other) === folder) reports[uri] = this.whole(other)
    }
    return reports
  }

  /** `previous`: what the client has, by path. It is answered as soon as that is no longer the truth. */
  private async answerWorkspace(
    previous: ReadonlyMap<string | null, string>,
    token: CancellationToken,
    progress: WorkDoneProgressReporter,
    parts: ResultProgressReporter<WorkspaceDiagnosticReportPartialResult> | undefined,
  ): Promise<WorkspaceDiagnosticReport | ResponseError<DiagnosticServerCancellationData>> {
    if (!this.asksForWorkspace) {
      this.asksForWorkspace = true
      this.update()
    }
    // What comes behind it is no work, but waiting for news.
    await shown(progress, 'analysing', () => unlessCancelled(this.workspace.settled(), token))
    while (!token.isCancellationRequested && !this.closed) {
      const items = this.workspaceItems(previous)
      const news = items.some(({ kind }) => kind === DocumentDiagnosticReportKind.Full)
      if (news || previous.size === 0)
        return { items: await inParts(items, parts, token, part => ({ items: part })) }
      await unlessCancelled(this.nextUpdate(), token)
    }
    return cancelled()
  }

  private workspaceItems(previous: ReadonlyMap<string | null, string>): WorkspaceDiagnosticReport['items'] {
    const open = filesOf(this.documents)
    return [...new Set([...previous.keys(), ...this.board.paths()])].flatMap(path => {
      if (path === null) return []
      const { id, version, items } = this.board.get(path)
      const file = { uri: open.get(path)?.uri ?? uriOf(path), version: version ?? null, resultId: id }
      return previous.get(path) === id
        ? { ...file, kind: DocumentDiagnosticReportKind.Unchanged }
        : { ...file, kind: DocumentDiagnosticReportKind.Full, items: [...items] }
    })
  }

  private nextUpdate(): Promise<void> {
    return new Promise(resolve => this.waiters.push(resolve))
  }
}

function cancelled(): ResponseError<DiagnosticServerCancellationData> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled')
}

/** Waits for `work`, or for the client to give up on the request. */
async function unlessCancelled(work: Promise<void>, token: CancellationToken): Promise<void> {
  let stop = () => {}
  const given = new Promise<void>(resolve => {
    const listener = token.onCancellationRequested(() => resolve())
    stop = () => listener.dispose()
  })
  await Promise.race([work, given])
  stop()
}
