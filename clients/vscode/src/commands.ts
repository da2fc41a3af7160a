/** What a command of the server is about when it is given from the palette: the editor and the finding at its cursor. */
import { languages, window } from 'vscode'

const ABOUT_A_FILE: ReadonlySet<string> = new Set([
  'precollect.why',
  'precollect.confirmFile',
  'precollect.applyBridge',
])

export function argumentsOf(command: string): unknown[] {
  const editor = window.activeTextEditor
  if (!editor || !ABOUT_A_FILE.has(command)) return []
  const { document, selection } = editor
  const found = languages.getDiagnostics(document.uri).filter(({ source }) => source === 'precollect')
  const here = found.find(({ range }) => range.contains(selection.active)) ?? found[0]
  // The client library keeps what the server sent along with a diagnostic.
  const fingerprint = (here as { data?: { fingerprint?: string } } | undefined)?.data?.fingerprint
  return [{ uri: document.uri.toString(), fingerprint }]
}
