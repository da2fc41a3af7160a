/**
 * The language server on standard input and output: wires the editor's messages to the workspace and its
 * findings back. It loads nothing of the analysis, which lives in threads of its own, so it answers at once.
 */
import {
  CodeLensRefreshRequest,
  type Connection,
  createConnection,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
  type WorkspaceFolder,
} from 'vscode-languageserver/node'
import { version } from '../../../package.json'
import type { AnalysisView, FirstWord } from '../engine/job.ts'
import { RemoteAnalyst } from '../engine/remote.ts'
import { type Client, clientOf } from './client.ts'
import { actionKinds, CodeActions } from './code_actions.ts'
import { Commands } from './commands.ts'
import { Configuration, confirmSettingsFor, requestFor, type Settings } from './configuration.ts'
import { Confirmations } from './confirmation.ts'
import { Delivery } from './delivery.ts'
import { Board, diagnosticsOf } from './diagnostics.ts'
import { type Documents, filesOf, openDocuments } from './documents.ts'
import { FirstAnalysis } from './progress.ts'
import { answerQuestions } from './questions.ts'
import { renamings, willRename } from './renames.ts'
import { Road } from './road.ts'
import { Status } from './status.ts'
import { pathOf } from './to_lsp.ts'
import { Watch } from './watch.ts'
import { type Folder, Workspace } from './workspace.ts'

/** Speaks LSP on standard input and output until the client says `exit` or goes away. */
export function startServer(): void {
  const connection = createConnection(process.stdin, process.stdout)
  // The last resort: a fault in one request must not end the server that answers all others.
  const log = (error: unknown) =>
    connection.console.error(`fault in the language server: ${error instanceof Error ? error.stack : error}`)
  process.on('uncaughtException', log).on('unhandledRejection', log)
  connection.onInitialize(params => new Server(connection, clientOf(params), params).introduction())
  connection.listen()
}

class Server {
  private readonly documents: Documents
  private readonly configuration: Configuration
  private readonly workspace: Workspace
  private readonly board = new Board()
  private readonly delivery: Delivery
  private readonly watch: Watch
  private readonly progress: FirstAnalysis
  private readonly confirmations: Confirmations
  private readonly commands: Commands
  private readonly status: Status
  /** By root of the folder, as of its last `configure`. */
  private readonly settings = new Map<string, Settings>()
  /** By root of the folder: what the lenses of its files were made of. */
  private readonly lensed = new Map<string, string>()
  /** By root of the folder: what its findings hold for, as last logged. */
  private readonly basis = new Map<string, string>()

  constructor(
    private readonly connection: Connection,
    private readonly client: Client,
    params: InitializeParams,
  ) {
    this.documents = openDocuments(client.encoding)
    this.configuration = new Configuration(connection, client, params.initializationOptions)
    this.progress = new FirstAnalysis(connection)
    this.status = new Status(connection, client)
    this.workspace = new Workspace(newAnalyst(connection), {
      started: folder => this.started(folder),
      firstWord: (folder, word) => this.firstWord(folder, word),
      published: (folder, view) => this.published(folder, view),
      failed: (folder, message) => this.failed(folder, message),
    })
    this.confirmations = new Confirmations(connection, this.workspace, folder => {
      // Else what passes showed is shown along with the analysis that is due: its places are those of the newest texts.
      if (folder.session.isCurrent) this.show(folder)
    })
    this.delivery = new Delivery(connection, client, this.documents, this.workspace, this.board)
    this.watch = new Watch(
      connection,
      client,
      (paths, anything) => this.workspace.filesChanged(paths, anything),
      paths => this.workspace.foldersChanged(paths),
    )
    this.followDocuments()
    const road = new Road(this.workspace, this.documents, client)
    const actions = new CodeActions(road, this.documents)
    connection.workspace.onWillRenameFiles((params, token) =>
      willRename(connection, road, this.documents, params, token),
    )
    answerQuestions(connection, road, this.confirmations, actions)
    this.commands = new Commands(connection, road, this.workspace, actions, this.confirmations, () =>
      this.restart(),
    )
    connection.onExecuteCommand((params, token, progress) => this.commands.execute(params, token, progress))
    connection.onInitialized(() => this.begin(rootsOf(params)))
    connection.onShutdown(() => {
      this.confirmations.dispose()
      this.delivery.dispose()
      this.workspace.dispose()
    })
  }

  introduction(): InitializeResult {
    const pull = {
      identifier: 'precollect',
      interFileDependencies: true,
      workspaceDiagnostics: this.client.pullsWorkspace,
      workDoneProgress: true,
    }
    return {
      serverInfo: { name: 'precollect', version },
      capabilities: {
        positionEncoding: this.client.encoding,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: { workDoneProgress: true },
        documentLinkProvider: {},
        completionProvider: { triggerCharacters: ['.'] },
        codeLensProvider: {},
        codeActionProvider: {
          codeActionKinds: [...actionKinds],
          workDoneProgress: true,
          resolveProvider: this.client.resolvesActions,
        },
        executeCommandProvider: { commands: this.commands.names, workDoneProgress: true },
        workspace: {
          workspaceFolders: { supported: true, changeNotifications: true },
          ...(this.client.asksBeforeRenaming ? { fileOperations: { willRename: renamings } } : {}),
        },
        ...(this.client.pullsDiagnostics ? { diagnosticProvider: pull } : {}),
      },
    }
  }

  private followDocuments(): void {
    const { documents, workspace, watch } = this
    documents.onDidOpen(() => watch.sign())
    documents.onDidChangeContent(({ document }) => {
      const path = pathOf(document.uri)
      if (path !== null) workspace.setText(path, document.getText())
    })
    documents.onDidSave(({ document }) => {
      watch.sign()
      const path = pathOf(document.uri)
      if (path === null) return
      workspace.saved(path)
      this.confirmations.saved(path)
    })
    documents.onDidClose(({ document }) => {
      const path = pathOf(document.uri)
      if (path !== null) workspace.closeText(path)
    })
    documents.listen(this.connection)
  }

  /** The client takes requests from now on. */
  private begin(roots: readonly string[]): void {
    this.watch.listen()
    this.configuration.listen(() => {
      for (const folder of this.workspace.folders) void this.configure(folder)
    })
    if (this.client.changesFolders) {
      const uris = (folders: readonly WorkspaceFolder[]) => folders.map(({ uri }) => uri)
      this.connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) =>
        this.changeFolders(uris(added), uris(removed)),
      )
    }
    this.changeFolders(roots, [])
  }

  private changeFolders(added: readonly string[], removed: readonly string[]): void {
    for (const uri of removed) {
      const root = pathOf(uri)
      if (root === null) continue
      this.forget(root)
      this.board.set(root, new Map(), new Map())
    }
    this.delivery.update()
    for (const uri of added) {
      const root = pathOf(uri)
      if (root !== null) this.workspace.add(root, uri)
    }
    // All of them: which folder speaks for a file may have changed.
    for (const folder of this.workspace.folders) void this.configure(folder)
  }

  /** Never rejects. */
  private async configure(folder: Folder): Promise<void> {
    const { root, uri } = folder
    const settings = await this.configuration.of(uri)
    this.settings.set(root, settings)
    const request = requestFor(root, settings, this.configuration.trusted)
    this.workspace.configure(root, request)
    this.confirmations.configure(folder, confirmSettingsFor(settings, request))
  }

  private started(folder: Folder): void {
    this.progress.started(folder.root)
    this.status.tell(folder, 'analysing')
  }

  private firstWord(folder: Folder, { path, findings, texts }: FirstWord): void {
    const { root } = folder
    const document = filesOf(this.documents).get(path)
    const marks = this.confirmations.shown(folder)?.marks
    if (!document || this.workspace.owner(path) !== folder) return
    const word = { findings, texts, ...(marks ? { marks } : {}) }
    const found = diagnosticsOf(word, this.client, this.settings.get(root)?.ruleDocs ?? null)
    this.board.setFile(root, path, found.get(path) ?? [], document.version)
    this.delivery.firstWord(path, document.version)
  }

  private published(folder: Folder, view: AnalysisView): void {
    const { root } = folder
    this.progress.ended(root)
    if (this.basis.get(root) !== view.basis) {
      this.basis.set(root, view.basis)
      this.connection.console.info(`${root}: ${view.basis}`)
    }
    this.confirmations.update(folder, view)
    this.show(folder)
    this.status.tell(folder, 'ready')
    this.refreshLenses(folder, view)
  }

  /** Puts on the board what is to be said of a folder now. */
  private show(folder: Folder): void {
    const { root } = folder
    const view = this.confirmations.shown(folder)
    if (!view) return
    // Each folder's analysis speaks for the folder's own files, and for those outside of all.
    const found = diagnosticsOf(view, this.client, this.settings.get(root)?.ruleDocs ?? null)
    for (const path of found.keys()) {
      const owner = this.workspace.owner(path)
      if (owner !== null && owner !== folder) found.delete(path)
    }
    this.board.set(root, found, filesOf(this.documents))
    this.delivery.update()
  }

  private failed(folder: Folder, message: string): void {
    const { root } = folder
    this.progress.ended(root)
    this.status.tell(folder, 'failed', message)
    this.connection.console.error(`the analysis of ${root} failed: ${message}`)
  }

  /** Lenses tell of collectors and findings: where neither changes, the editor need not ask again. */
  private refreshLenses({ root }: Folder, { totals, findings }: AnalysisView): void {
    if (!this.client.refreshesLenses) return
    const told = JSON.stringify([
      totals,
      findings.map(({ fingerprint, breaks }) => [fingerprint, breaks.length]),
    ])
    if (this.lensed.get(root) === told) return
    this.lensed.set(root, told)
    this.connection
      .sendRequest(CodeLensRefreshRequest.type)
      .catch(error => this.connection.console.warn(`the editor does not refresh lenses: ${error.message}`))
  }

  /** Every folder in a thread of its own, as if the server had just been started. */
  private restart(): void {
    for (const { root, uri } of this.workspace.folders) {
      this.forget(root)
      this.workspace.add(root, uri)
    }
    for (const folder of this.workspace.folders) void this.configure(folder)
  }

  /** All of a folder but what is shown of it. */
  private forget(root: string): void {
    this.workspace.remove(root)
    this.progress.ended(root)
    this.confirmations.remove(root)
    this.status.forget(root)
    this.lensed.delete(root)
    this.basis.delete(root)
  }
}

function newAnalyst(connection: Connection): () => RemoteAnalyst {
  const program = new URL('./analysis_worker.js', import.meta.url)
  return () => new RemoteAnalyst(program, line => connection.console.warn(line))
}

function rootsOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  if (workspaceFolders) return workspaceFolders.map(({ uri }) => uri)
  return rootUri ? [rootUri] : []
}
