/**
 * A small editor for the tests: it starts the built server as a real editor does, speaks LSP with it over
 * standard input and output, and keeps what a user would see.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  type ApplyWorkspaceEditResult,
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DidSaveTextDocumentNotification,
  ExitNotification,
  type FileChangeType,
  type FileSystemWatcher,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  type ProgressToken,
  type ProtocolConnection,
  type Range,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type WorkspaceEdit,
} from 'vscode-languageserver/node'
import type { StatusParams } from '../../server/src/lsp/status.ts'

/** The command under test; another build of it can be named, such as an installed package's. */
export const command =
  process.env.PRECOLLECT_COMMAND ?? fileURLToPath(new URL('../../dist/precollect.js', import.meta.url))

/** Longer than any answer may take on a busy machine; only a failing test waits for it. */
const patience = 20_000

export interface EditorOptions {
  readonly capabilities?: ClientCapabilities
  readonly initializationOptions?: unknown
  /** What the user has set in the section `precollect`; read anew at each question. */
  readonly settings?: { readonly [key: string]: unknown }
  /** Workspace folders other than the project itself. */
  readonly folders?: readonly string[]
  /** The folder of precollect's own cache, instead of one beside the project. */
  readonly cache?: string
  /** The editor's process, instead of this one. */
  readonly processId?: number
}

/** Without the developer's own virtual environment and pytest options. `cache`: the folder of precollect's own. */
export function environment(cache: string): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env
  return { PATH, SystemRoot, PRECOLLECT_CACHE_DIR: cache }
}

export class Editor {
  /** What the server pushed last, by path relative to the project. Files without diagnostics are not in it. */
  readonly shown = new Map<string, readonly Diagnostic[]>()
  readonly log: string[] = []
  readonly progress: string[] = []
  /** What came for each token: kinds of progress, and parts of answers. */
  readonly sent = new Map<ProgressToken, unknown[]>()
  readonly registered: string[] = []
  /** What the server wants watched. */
  readonly watched: FileSystemWatcher[] = []
  refreshes = 0
  /** The documents that the server wanted shown, and the edits that it wanted made. */
  readonly documents: string[] = []
  readonly edits: WorkspaceEdit[] = []
  readonly statuses: StatusParams[] = []
  /** What was shown to the user as a message. */
  readonly messages: string[] = []
  takesEdits = true
  /** Presses the button to cancel as soon as there is one. */
  cancelsProgress = false
  /** Called after each change of what is shown. */
  onShown = () => {}
  /** Called when the server wants diagnostics to be asked for again. */
  onRefresh = () => {}
  /** Called for whatever is pushed. */
  onPublished = (
    _path: string,
    _items: readonly Diagnostic[],
    _version: number | undefined,
    _uri: string,
  ) => {}
  settings: unknown
  introduction!: InitializeResult
  readonly connection: ProtocolConnection
  /** Resolves with the exit code of the server. */
  readonly exited: Promise<number | null>
  private readonly versions = new Map<string, number>()
  private readonly watchers = new Set<() => void>()
  private readonly server: ChildProcessWithoutNullStreams

  private constructor(
    readonly root: string,
    cache = `${root}.cache`,
  ) {
    this.server = spawn(process.execPath, [command, 'server', '--stdio'], {
      cwd: root,
      env: environment(cache),
    })
    this.exited = new Promise(resolve => this.server.on('exit', resolve))
    this.server.stderr.setEncoding('utf8').on('data', text => this.log.push(text))
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.server.stdout),
      new StreamMessageWriter(this.server.stdin),
    )
    this.listen()
  }

  static async start(root: string, options: EditorOptions = {}): Promise<Editor> {
    const editor = new Editor(root, options.cache)
    editor.settings = options.settings ?? null
    editor.introduction = await editor.connection.sendRequest(InitializeRequest.type, {
      processId: options.processId ?? process.pid,
      rootUri: null,
      workspaceFolders: [root, ...(options.folders ?? [])].map(folder => ({
        uri: pathToFileURL(folder).href,
        name: folder,
      })),
      capabilities: options.capabilities ?? {},
      initializationOptions: options.initializationOptions,
    })
    await editor.connection.sendNotification(InitializedNotification.type, {})
    return editor
  }

  get pid(): number {
    return this.server.pid!
  }

  uri(path: string): string {
    return pathToFileURL(join(this.root, path)).href
  }

  async open(path: string): Promise<void> {
    await this.openText(path, readFileSync(join(this.root, path), 'utf8'), 1)
  }

  async openText(path: string, text: string, version: number): Promise<void> {
    this.versions.set(path, version)
    const textDocument = { uri: this.uri(path), languageId: 'python', version, text }
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument })
  }

  /** Replaces a range of an open document, without saving. */
  async edit(path: string, range: Range, text: string): Promise<void> {
    const version = this.versions.get(path)! + 1
    this.versions.set(path, version)
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: this.uri(path), version },
      contentChanges: [{ range, text }],
    })
  }

  async save(path: string): Promise<void> {
    await this.connection.sendNotification(DidSaveTextDocumentNotification.type, {
      textDocument: { uri: this.uri(path) },
    })
  }

  async close(path: string): Promise<void> {
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri: this.uri(path) },
    })
  }

  /** Tells the server, as a client does that watches files. */
  async tell(type: FileChangeType, path: string): Promise<void> {
    const changes = [{ uri: this.uri(path), type }]
    await this.connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes })
  }

  async configure(settings: unknown): Promise<void> {
    this.settings = settings
    await this.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: null })
  }

  /** Path and rule of all that is shown, sorted: `tests/test_a.py unresolved-import`. */
  summary(): string[] {
    return [...this.shown].flatMap(([path, items]) => items.map(({ code }) => `${path} ${code}`)).sort()
  }

  /** Waits for the server to make `condition` true; fails with what is shown instead. */
  async until(what: string, condition: () => boolean): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve, reject) => {
      const check = () => condition() && end(resolve)
      const state = () => JSON.stringify({ shown: this.summary(), log: this.log }, null, 1)
      const timer = setTimeout(() => end(() => reject(new Error(`waited for ${what}; ${state()}`))), patience)
      const end = (settle: () => void) => {
        clearTimeout(timer)
        this.watchers.delete(check)
        settle()
      }
      this.watchers.add(check)
    })
  }

  /** Waits until exactly these findings are shown. */
  async untilShown(...expected: readonly string[]): Promise<void> {
    const wanted = JSON.stringify([...expected].sort())
    await this.until(wanted, () => JSON.stringify(this.summary()) === wanted)
  }

  /** Presses the button to cancel of the progress that was shown last. */
  async cancelProgress(): Promise<void> {
    const token = [...this.sent.keys()].at(-1)
    await this.connection.sendNotification('window/workDoneProgress/cancel', { token })
  }

  /** All that the server sent until now has been received. */
  async caughtUp(): Promise<void> {
    const params = { textDocument: { uri: this.uri('nothing.py') }, position: { line: 0, character: 0 } }
    await this.connection.sendRequest(HoverRequest.type, params)
  }

  /** Sends bytes as they are, whether or not they make a message. */
  sendRaw(text: string): void {
    this.server.stdin.write(text)
  }

  async stop(): Promise<number | null> {
    await this.connection.sendRequest(ShutdownRequest.type)
    return this.exit()
  }

  async exit(): Promise<number | null> {
    await this.connection.sendNotification(ExitNotification.type)
    return this.exited
  }

  /** For the end of a test that may have failed anywhere. */
  kill(): void {
    this.connection.dispose()
    this.server.kill('SIGKILL')
  }

  private listen(): void {
    const { connection } = this
    const notice = () => {
      for (const check of [...this.watchers]) check()
    }
    connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics, version }) => {
      const path = decodeURIComponent(uri).slice(pathToFileURL(this.root).href.length + 1)
      if (diagnostics.length > 0) this.shown.set(path, diagnostics)
      else this.shown.delete(path)
      this.onShown()
      this.onPublished(path, diagnostics, version, uri)
      notice()
    })
    connection.onNotification('window/logMessage', ({ message }) => {
      this.log.push(message)
      notice()
    })
    connection.onNotification('window/showMessage', ({ message }) => {
      this.messages.push(message)
      notice()
    })
    connection.onNotification('precollect/status', (params: StatusParams) => {
      this.statuses.push(params)
      notice()
    })
    connection.onRequest('window/showDocument', ({ uri }) => {
      this.documents.push(uri)
      return { success: true }
    })
    connection.onRequest('workspace/applyEdit', ({ edit }): ApplyWorkspaceEditResult => {
      if (!this.takesEdits) return { applied: false, failureReason: 'not today' }
      this.edits.push(edit)
      return { applied: true }
    })
    connection.onNotification('$/progress', ({ token, value }) => {
      const before = this.sent.get(token)
      const said = value.kind ?? value
      if (before) before.push(said)
      else this.sent.set(token, [said])
      if (value.kind) this.progress.push(value.kind)
      if (this.cancelsProgress && value.kind === 'begin')
        void connection.sendNotification('window/workDoneProgress/cancel', { token })
      notice()
    })
    connection.onRequest('window/workDoneProgress/create', () => null)
    connection.onRequest('workspace/configuration', ({ items }) => items.map(() => this.settings))
    connection.onRequest('client/registerCapability', ({ registrations }) => {
      for (const { method, registerOptions } of registrations) {
        this.registered.push(method)
        this.watched.push(...(registerOptions?.watchers ?? []))
      }
      notice()
      return null
    })
    connection.onRequest('workspace/diagnostic/refresh', () => {
      this.refreshes++
      this.onRefresh()
      notice()
      return null
    })
    connection.listen()
  }
}

/** Writes the files (path -> text) into a new folder. Returns its real path. */
export function makeProject(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'precollect-lsp-')))
  for (const [path, text] of Object.entries(files)) writeInto(root, path, text)
  return root
}

export function writeInto(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

export function removeProject(root: string): void {
  for (const folder of [root, `${root}.cache`]) rmSync(folder, { recursive: true, force: true })
}
