/**
 * The workspace folders, one analysis session each, and which of them speaks for a file. Opening, editing and
 * closing go to all sessions, as one folder may import from another; what they find goes to a listener, with the
 * folder it is about.
 */
import type { AnalysisRequest } from '../engine/analyze.ts'
import type { AnalysisView, Analyst, FirstWord } from '../engine/job.ts'
import { Session } from '../engine/session.ts'
import { isWithin } from '../files/paths.ts'

/** A folder of the workspace and what is known of it by its last published analysis. */
export interface Folder {
  readonly root: string
  readonly uri: string
  readonly session: Session
  readonly view: AnalysisView | null
}

export interface WorkspaceListener {
  started(folder: Folder): void
  firstWord(folder: Folder, word: FirstWord): void
  published(folder: Folder, view: AnalysisView): void
  failed(folder: Folder, message: string): void
}

export class Workspace {
  private readonly byRoot = new Map<string, Folder>()
  private readonly texts = new Map<string, string>()

  constructor(
    private readonly newAnalyst: () => Analyst,
    private readonly listener: WorkspaceListener,
  ) {}

  get folders(): readonly Folder[] {
    return [...this.byRoot.values()]
  }

  /** Adds a folder if it isn't there; it is analysed from its first `configure` on. */
  add(root: string, uri: string): Folder {
    const known = this.byRoot.get(root)
    if (known) return known
    const session = new Session(this.newAnalyst(), {
      started: () => this.listener.started(folder),
      firstWord: word => this.listener.firstWord(folder, word),
      published: view => {
        folder.view = view
        this.listener.published(folder, view)
      },
      failed: message => this.listener.failed(folder, message),
    })
    const folder: { -readonly [K in keyof Folder]: Folder[K] } = { root, uri, session, view: null }
    this.byRoot.set(root, folder)
    for (const [path, text] of this.texts) session.setText(path, text)
    return folder
  }

  remove(root: string): void {
    const folder = this.byRoot.get(root)
    if (!folder) return
    this.byRoot.delete(root)
    folder.session.dispose()
  }

  configure(root: string, request: AnalysisRequest): void {
    this.byRoot.get(root)?.session.configure(request)
  }

  setText(path: string, text: string): void {
    this.texts.set(path, text)
    for (const { session } of this.folders) session.setText(path, text)
  }

  closeText(path: string): void {
    this.texts.delete(path)
    for (const { session } of this.folders) session.closeText(path)
  }

  saved(path: string): void {
    for (const { session } of this.folders) session.saved(path)
  }

  /** The open texts that concern a folder, as they are in the editor. */
  textsOf(root: string): ReadonlyMap<string, string> {
    const session = this.byRoot.get(root)?.session
    return new Map([...this.texts].filter(([path]) => session?.concerns(path)))
  }

  /** `anything`: others may have changed, too. */
  filesChanged(paths: readonly string[], anything: boolean): void {
    for (const { session } of this.folders) session.filesChanged(paths, anything)
  }

  /** The folder that speaks for a file: the innermost one around it; null for a file outside of all. */
  owner(path: string): Folder | null {
    const around = this.folders.filter(({ root }) => isWithin(path, root))
    return around.reduce<Folder | null>((a, b) => (a && a.root.length > b.root.length ? a : b), null)
  }

  /** What may be folders came or went. */
  foldersChanged(paths: readonly string[]): void {
    for (const { session } of this.folders) session.foldersChanged(paths)
  }

  /** Resolves when the session that speaks for the file, where none does all of them, has nothing left to do. */
  async settled(path?: string): Promise<void> {
    const owner = path === undefined ? null : this.owner(path)
    await Promise.all((owner ? [owner] : this.folders).map(({ session }) => session.settled()))
  }

  dispose(): void {
    for (const { session } of this.folders) session.dispose()
    this.byRoot.clear()
  }
}
