/**
 * Confirmation as the editor sees it: one clock for each workspace folder, and its progress with a button to cancel.
 * What passes mean is the engine's.
 */
import {
  type Connection,
  LSPErrorCodes,
  ResponseError,
  type WorkDoneProgressServerReporter,
} from 'vscode-languageserver/node'
import { Confirmation, type ConfirmSettings } from '../engine/confirmation.ts'
import type { AnalysisView } from '../engine/job.ts'
import { basename } from '../files/paths.ts'
import { pathOf } from './to_lsp.ts'
import type { Folder, Workspace } from './workspace.ts'

/** A message for each collector would be more than an editor can show. */
const PROGRESS_MS = 200

export class Confirmations {
  private readonly byRoot = new Map<string, Confirmation>()

  /** `onChange`: what is shown of a folder is no longer what it was. */
  constructor(
    private readonly connection: Connection,
    private readonly workspace: Workspace,
    private readonly onChange: (folder: Folder) => void,
  ) {}

  configure(folder: Folder, settings: ConfirmSettings): void {
    this.of(folder).configure(settings)
  }

  /** To be called for each newly published view. */
  update(folder: Folder, view: AnalysisView): void {
    this.of(folder).update(view)
  }

  /** The newest view with what passes showed; null before the first analysis of the folder. */
  shown(folder: Folder): AnalysisView | null {
    return this.byRoot.get(folder.root)?.shown ?? folder.view
  }

  saved(path: string): void {
    for (const folder of this.workspace.folders) {
      if (this.workspace.textsOf(folder.root).has(path)) this.byRoot.get(folder.root)?.saved()
    }
  }

  remove(root: string): void {
    this.byRoot.get(root)?.dispose()
    this.byRoot.delete(root)
  }

  dispose(): void {
    for (const root of [...this.byRoot.keys()]) this.remove(root)
  }

  /** A full pass over the folder with this URI, or over all. Answers with a sentence for each that was asked. */
  async confirm(uri: string | null, signal: AbortSignal): Promise<string> {
    const path = uri === null ? null : pathOf(uri)
    const folders =
      path === null ? this.workspace.folders : this.workspace.folders.filter(it => it.root === path)
    const said = await Promise.all(folders.map(folder => this.of(folder).request(null, signal)))
    return said.join('\n')
  }

  /** A pass over one test file. */
  async confirmFile(uri: string | null, signal: AbortSignal): Promise<string> {
    const path = uri === null ? null : pathOf(uri)
    const folder = path === null ? null : this.workspace.owner(path)
    if (!folder)
      throw new ResponseError(LSPErrorCodes.RequestFailed, 'expected the URI of a file in the workspace')
    return this.of(folder).request(path, signal)
  }

  private of(folder: Folder): Confirmation {
    const { root } = folder
    const known = this.byRoot.get(root)
    if (known) return known
    const progress = new PassProgress(this.connection, basename(root))
    const made = new Confirmation(
      {
        began: (total, cancel) => progress.begin(total, cancel),
        progressed: (done, total) => progress.report(done, total),
        ended: () => progress.end(),
        changed: () => this.onChange(folder),
        log: message => this.connection.console.info(`${root}: ${message}`),
      },
      () => this.workspace.textsOf(root),
    )
    this.byRoot.set(root, made)
    return made
  }
}

/** The progress of one folder's passes, one at a time. */
class PassProgress {
  private reporter: Promise<WorkDoneProgressServerReporter> | null = null
  private toldAt = 0

  constructor(
    private readonly connection: Connection,
    private readonly name: string,
  ) {}

  begin(total: number, cancel: () => void): void {
    const made = this.connection.window.createWorkDoneProgress()
    this.reporter = made
    this.tell(reporter => {
      reporter.begin(`pytest in ${this.name}`, 0, `0 of ${total}`, true)
      reporter.token.onCancellationRequested(cancel)
    })
  }

  report(done: number, total: number): void {
    if (Date.now() - this.toldAt < PROGRESS_MS) return
    this.toldAt = Date.now()
    const percent = Math.min(100, Math.round((100 * done) / Math.max(total, 1)))
    this.tell(reporter => reporter.report(percent, `${done} of ${Math.max(done, total)}`))
  }

  end(): void {
    this.tell(reporter => reporter.done())
    this.reporter = null
  }

  private tell(message: (reporter: WorkDoneProgressServerReporter) => void): void {
    this.reporter
      ?.then(message)
      .catch((error: Error) => this.connection.console.warn(`the editor shows no progress: ${error.message}`))
  }
}
