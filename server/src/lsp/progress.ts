/** Tells the client that the first analysis of a folder is under way; the later ones are too short to tell. */
import type { Connection, WorkDoneProgressServerReporter } from 'vscode-languageserver/node'
import { basename } from '../files/paths.ts'

export class FirstAnalysis {
  private readonly reporters = new Map<string, Promise<WorkDoneProgressServerReporter>>()
  private readonly done = new Set<string>()

  constructor(private readonly connection: Connection) {}

  /** An analysis of the folder begins: only the first one is shown. */
  started(root: string): void {
    if (this.reporters.has(root)) return
    this.reporters.set(root, this.connection.window.createWorkDoneProgress())
    this.tell(root, reporter => reporter.begin('precollect', undefined, `reading ${basename(root)}`, false))
  }

  /** There is a result, or there will be none any more. */
  ended(root: string): void {
    if (!this.reporters.has(root) || this.done.has(root)) return
    this.done.add(root)
    this.tell(root, reporter => reporter.done())
  }

  private tell(root: string, message: (reporter: WorkDoneProgressServerReporter) => void): void {
    this.reporters
      .get(root)
      ?.then(message)
      .catch(error => this.connection.console.warn(`the editor shows no progress: ${error.message}`))
  }
}
