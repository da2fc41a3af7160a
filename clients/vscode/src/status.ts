/** How the workspace stands, in the status bar: the notification `precollect/status` of docs/editors.md. */
import { type Disposable, StatusBarAlignment, type StatusBarItem, ThemeColor, window } from 'vscode'

interface Status {
  /** Of the workspace folder. */
  readonly uri: string
  readonly state: 'analysing' | 'ready' | 'failed'
  readonly message: string
  readonly totals: null | {
    readonly collects: number
    readonly fails: number
    readonly skips: number
    readonly unknown: number
    readonly causes: number
    readonly stops: boolean
  }
}

export class Health implements Disposable {
  readonly item: StatusBarItem = window.createStatusBarItem('precollect.health', StatusBarAlignment.Left)
  private readonly folders = new Map<string, Status>()

  constructor() {
    this.item.name = 'precollect'
    this.item.command = 'precollect.causes.focus'
  }

  set(status: Status): void {
    this.folders.set(status.uri, status)
    this.draw()
  }

  forget(): void {
    this.folders.clear()
    this.item.hide()
  }

  dispose(): void {
    this.item.dispose()
  }

  private draw(): void {
    const all = [...this.folders.values()]
    const sum = (count: (totals: NonNullable<Status['totals']>) => number) =>
      all.reduce((total, { totals }) => total + (totals ? count(totals) : 0), 0)
    const fails = sum(totals => totals.fails)
    const files = sum(({ collects, fails, skips, unknown }) => collects + fails + skips + unknown)
    const stops = all.some(({ totals }) => totals?.stops)
    const broken = all.some(({ state }) => state === 'failed')
    const busy = all.some(({ state }) => state === 'analysing')
    const icon = busy ? 'sync~spin' : broken ? 'warning' : fails > 0 || stops ? 'error' : 'pass'
    const words = stops ? 'pytest stops' : fails > 0 ? `${fails} of ${files} not collected` : 'pytest'
    this.item.text = `$(${icon}) ${words}`
    this.item.tooltip = all
      .map(({ uri, message }) =>
        all.length > 1 ? `${decodeURIComponent(uri.split('/').at(-1)!)}: ${message}` : message,
      )
      .join('\n')
    this.item.backgroundColor =
      !busy && (fails > 0 || stops) ? new ThemeColor('statusBarItem.warningBackground') : undefined
    this.item.show()
  }
}
