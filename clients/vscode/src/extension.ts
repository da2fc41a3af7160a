/** The VS Code client: starts the server, tells it whether the workspace is trusted, and wires what shows its words. */
import { join } from 'node:path'
import { commands, type ExtensionContext, Uri, window, workspace } from 'vscode'
import { type Executable, LanguageClient, type LanguageClientOptions } from 'vscode-languageclient/node'
import { Causes } from './causes'
import { argumentsOf } from './commands'
import { isReport, showReport } from './report'
import { Health } from './status'

/** Python, and what configures pytest: unsaved text of either counts. */
const documents = [
  { scheme: 'file', language: 'python' },
  {
    scheme: 'file',
    pattern: '**/{pytest.ini,.pytest.ini,pytest.toml,.pytest.toml,pyproject.toml,tox.ini,setup.cfg}',
  },
]

/** These answer with a line that nothing else shows. */
const TOLD: ReadonlySet<string> = new Set([
  'precollect.check',
  'precollect.confirm',
  'precollect.confirmFile',
])

let client: LanguageClient | undefined

/** Answers with what is on the screen, for tests. */
export async function activate(context: ExtensionContext): Promise<object> {
  const health = new Health()
  const causes = new Causes()
  const restart = async () => {
    await client?.dispose()
    health.forget()
    client = newClient(context)
    client.onNotification('precollect/status', params => health.set(params))
    await client.start()
  }
  context.subscriptions.push(
    health,
    causes,
    commands.registerCommand('precollect.restartServer', restart),
    commands.registerCommand('precollect.showLog', () => client?.outputChannel.show()),
    workspace.onDidGrantWorkspaceTrust(restart),
    workspace.onDidChangeConfiguration(event => event.affectsConfiguration('precollect.path') && restart()),
  )
  await restart()
  return { status: () => health.item, causes: () => causes.getChildren() }
}

export async function deactivate(): Promise<void> {
  await client?.dispose()
}

function newClient(context: ExtensionContext): LanguageClient {
  const options: LanguageClientOptions = {
    documentSelector: documents,
    initializationOptions: { trusted: workspace.isTrusted, status: true },
    middleware: {
      // The client makes commands of the editor of those of the server; they may come without any argument.
      async executeCommand(command, args, next) {
        const answer = await next(command, args.length > 0 ? args : argumentsOf(command))
        if (TOLD.has(command) && typeof answer === 'string') void window.showInformationMessage(answer)
        return answer
      },
      window: {
        async showDocument(params, token, next) {
          const uri = Uri.parse(params.uri)
          if (!isReport(uri)) return next(params, token)
          await showReport(uri)
          return { success: true }
        },
      },
    },
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
