/** The VS Code client: starts the server, tells it whether the workspace is trusted, and restarts it on demand. */
import { join } from 'node:path'
import { commands, type ExtensionContext, workspace } from 'vscode'
import { type Executable, LanguageClient, type LanguageClientOptions } from 'vscode-languageclient/node'

/** Python, and what configures pytest: unsaved text of either counts. */
const documents = [
  { scheme: 'file', language: 'python' },
  {
    scheme: 'file',
    pattern: '**/{pytest.ini,.pytest.ini,pytest.toml,.pytest.toml,pyproject.toml,tox.ini,setup.cfg}',
  },
]

let client: LanguageClient | undefined

export async function activate(context: ExtensionContext): Promise<void> {
  const restart = async () => {
    await client?.dispose()
    client = newClient(context)
    await client.start()
  }
  context.subscriptions.push(
    commands.registerCommand('precollect.restart', restart),
    workspace.onDidGrantWorkspaceTrust(restart),
    workspace.onDidChangeConfiguration(event => event.affectsConfiguration('precollect.path') && restart()),
  )
  await restart()
}

export async function deactivate(): Promise<void> {
  await client?.dispose()
}

function newClient(context: ExtensionContext): LanguageClient {
  const options: LanguageClientOptions = {
    documentSelector: documents,
    initializationOptions: { trusted: workspace.isTrusted },
  }
  return new LanguageClient('precollect', 'precollect', serverCommand(context), options)
}

function serverCommand(context: ExtensionContext): Executable {
  const named = workspace.getConfiguration('precollect').get<string>('path')
  const program = named || context.asAbsolutePath(join('dist', 'server', 'precollect.js'))
  if (!program.endsWith('.js')) return { command: program, args: ['server', '--stdio'] }
  // The editor's own Node runs it, so none has to be installed.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  return { command: process.execPath, args: [program, 'server', '--stdio'], options: { env } }
}
