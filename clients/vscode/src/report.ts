/** The HTML report in a tab. The page is one file, with a policy of its own that lets it load nothing. */
import { type Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode'

const panels = new Map<string, WebviewPanel>()

/** Only the report is shown as a page: it alone is HTML. */
export function isReport(uri: Uri): boolean {
  return uri.scheme === 'file' && uri.path.endsWith('.html')
}

/** Shows the file in the tab that it has, or in a new one. */
export async function showReport(uri: Uri): Promise<void> {
  const html = new TextDecoder().decode(await workspace.fs.readFile(uri))
  const key = uri.toString()
  let panel = panels.get(key)
  if (panel) panel.reveal()
  else {
    panel = window.createWebviewPanel('precollect.report', 'precollect report', ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [],
      retainContextWhenHidden: true,
    })
    panels.set(key, panel)
    panel.onDidDispose(() => panels.delete(key))
  }
  panel.webview.html = html
}
