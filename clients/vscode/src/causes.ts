/** The tree of root causes: what has to change, the most harmful first, and below each how pytest gets there. */
import {
  type Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  EventEmitter,
  type Location,
  languages,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  type Uri,
  window,
  workspace,
} from 'vscode'

/** A finding, or a place on the way to it. */
export interface Cause {
  readonly label: string
  readonly uri: Uri
  readonly range: Diagnostic['range']
  readonly severity: DiagnosticSeverity | null
  /** The whole message. */
  readonly told: string
  readonly places: readonly Cause[]
}

export class Causes implements TreeDataProvider<Cause>, Disposable {
  private readonly changed = new EventEmitter<void>()
  readonly onDidChangeTreeData = this.changed.event
  private readonly view: TreeView<Cause>
  private readonly listening: Disposable

  constructor() {
    this.view = window.createTreeView('precollect.causes', { treeDataProvider: this })
    this.listening = languages.onDidChangeDiagnostics(() => this.refresh())
    this.refresh()
  }

  getChildren(cause?: Cause): Cause[] {
    return [...(cause ? cause.places : found())]
  }

  getTreeItem({ label, uri, range, severity, told, places }: Cause): TreeItem {
    const item = new TreeItem(
      label,
      places.length > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
    )
    item.description = `${workspace.asRelativePath(uri)}:${range.start.line + 1}`
    item.tooltip = told
    item.contextValue = severity === null ? 'place' : 'cause'
    if (severity !== null)
      item.iconPath = new ThemeIcon(severity === DiagnosticSeverity.Error ? 'error' : 'warning')
    item.command = { command: 'vscode.open', title: 'Open', arguments: [uri, { selection: range }] }
    return item
  }

  dispose(): void {
    this.listening.dispose()
    this.view.dispose()
    this.changed.dispose()
  }

  private refresh(): void {
    const count = found().length
    this.view.badge =
      count > 0 ? { value: count, tooltip: `${count} thing${count === 1 ? '' : 's'} to change` } : undefined
    this.changed.fire()
  }
}

function found(): Cause[] {
  const causes = languages
    .getDiagnostics()
    .flatMap(([uri, diagnostics]) =>
      diagnostics.filter(({ source }) => source === 'precollect').map(found => causeOf(uri, found)),
    )
  return causes.sort((a, b) => a.severity! - b.severity! || b.places.length - a.places.length)
}

function causeOf(uri: Uri, { message, range, severity, relatedInformation }: Diagnostic): Cause {
  const placeOf = (label: string, { uri, range }: Location): Cause => ({
    ...{ label, uri, range, severity: null, told: label, places: [] },
  })
  return {
    label: message.split('\n')[0]!,
    uri,
    range,
    severity,
    told: message,
    places: (relatedInformation ?? []).map(({ message, location }) => placeOf(message, location)),
  }
}
