/**
 * How diagnostics get to the client. A client that asks for them gets those of its open documents by asking,
 * and those of all other files too if it ever asks for the workspace; else they are pushed, because a finding
 * is as a rule in a file that nobody has open.
 */
import {
  type CancellationToken,
  type Connection,
  type DiagnosticServerCancellationData,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver/node'
import type { Client } from './client.ts'
import type { Board } from './diagnostics.ts'
import type { Documents } from './documents.ts'
import { pathOf, uriOf } from './to_lsp.ts'
import type { Workspace } from './workspace.ts'

export class Delivery {
  /** The stamp of what was pushed last, for each file that the client shows something pushed for. */
  private readonly pushed = new Map<string, string>()
  /** The stamp of what each document got when it last asked. */
  private readonly pulled = new Map<string, string>()
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
    connection.languages.diagnostics.on(({ textDocument, previousResultId }, token) =>
      this.answerDocument(textDocument.uri, previousResultId, token),
    )
    connection.languages.diagnostics.onWorkspace(({ previousResultIds }, token) =>
      this.answerWorkspace(new Map(previousResultIds.map(({ uri, value }) => [pathOf(uri), value])), token),
    )
  }

  /** The board, or which documents are open, has changed. */
  update(): void {
    const open = new Map(this.documents.all().map(document => [pathOf(document.uri), document]))
    for (const path of new Set([...this.board.paths(), ...this.pushed.keys()])) {
      const document = open.get(path)
      const uri = document?.uri ?? uriOf(path)
      const entry = this.board.get(path)
      if (entry.items.length === 0 || this.isPulled(document !== undefined)) {
        if (this.pushed.delete(path)) this.push(uri, [], document?.version)
        continue
      }
      const stamp = this.stamp(path, document?.version)
      if (this.pushed.get(path) === stamp) continue
      this.pushed.set(path, stamp)
      this.push(uri, [...entry.items], document?.version)
    }
    if (this.client.pullsDiagnostics) {
      for (const uri of this.pulled.keys()) if (!this.documents.get(uri)) this.pulled.delete(uri)
      for (const resolve of this.waiters.splice(0)) resolve()
      // Requests that waited for this result are answered first; only the others need to ask again.
      setImmediate(() => this.refresh())
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

  /**
   * What tells one state of a file's diagnostics from another. The version counts: an editor moves diagnostics
   * along with edits, so equal ones must be sent again after an edit and its undoing.
   */
  private stamp(path: string, version: number | undefined): string {
    return `${this.board.get(path).id}@${version ?? ''}`
  }

  private push(
    uri: string,
    diagnostics: Parameters<Connection['sendDiagnostics']>[0]['diagnostics'],
    version?: number,
  ) {
    const known = this.client.showsVersions && version !== undefined ? { version } : {}
    void this.connection.sendDiagnostics({ uri, diagnostics, ...known })
  }

  private refresh(): void {
    const outdated = this.documents.all().some(({ uri, version }) => {
      const path = pathOf(uri)
      const given = this.pulled.get(uri)
      return path !== null && given !== undefined && given !== this.stamp(path, version)
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
    await unlessCancelled(this.workspace.settled(path), token)
    if (token.isCancellationRequested) return cancelled()
    const resultId = this.stamp(path, this.documents.get(uri)?.version)
    this.pulled.set(uri, resultId)
    if (resultId === previous) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
    return { kind: DocumentDiagnosticReportKind.Full, resultId, items: [...this.board.get(path).items] }
  }

  /** `previous`: what the client has, by path. It is answered as soon as that is no longer the truth. */
  private async answerWorkspace(
    previous: ReadonlyMap<string | null, string>,
    token: CancellationToken,
  ): Promise<WorkspaceDiagnosticReport | ResponseError<DiagnosticServerCancellationData>> {
    if (!this.asksForWorkspace) {
      this.asksForWorkspace = true
      this.update()
    }
    await unlessCancelled(this.workspace.settled(), token)
    while (!token.isCancellationRequested && !this.closed) {
      const items = this.workspaceItems(previous)
      const news = items.some(({ kind }) => kind === DocumentDiagnosticReportKind.Full)
      if (news || previous.size === 0) return { items }
      await unlessCancelled(this.nextUpdate(), token)
    }
    return cancelled()
  }

  private workspaceItems(previous: ReadonlyMap<string | null, string>): WorkspaceDiagnosticReport['items'] {
    const open = new Map(this.documents.all().map(document => [pathOf(document.uri), document]))
    const paths = new Set([...previous.keys(), ...this.board.paths()])
    return [...paths].flatMap(path => {
      if (path === null) return []
      const version = open.get(path)?.version
      const resultId = this.stamp(path, version)
      const file = { uri: open.get(path)?.uri ?? uriOf(path), version: version ?? null, resultId }
      if (previous.get(path) === resultId) return { ...file, kind: DocumentDiagnosticReportKind.Unchanged }
      return { ...file, kind: DocumentDiagnosticReportKind.Full, items: [...this.board.get(path).items] }
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
