/**
 * The commands of the server. Each shows its progress, can be cancelled, and answers with the text that it shows, for
 * clients that would rather show it themselves.
 */
import {
  type CancellationToken,
  type Connection,
  type ExecuteCommandParams,
  LSPErrorCodes,
  ResponseError,
  WorkDoneProgressReporter,
  type WorkDoneProgressServerReporter,
} from 'vscode-languageserver/node'
import type { About } from '../engine/questions/question.ts'
import { cacheFolder } from '../files/cache_folder.ts'
import { contentHash } from '../files/hash.ts'
import { basename, join, relative } from '../files/paths.ts'
import { keepText } from '../files/write.ts'
import type { CodeActions } from './code_actions.ts'
import type { Confirmations } from './confirmation.ts'
import { shown } from './parts.ts'
import { cancellable, type Road } from './road.ts'
import { inWords } from './status.ts'
import { pathOf, uriOf } from './to_lsp.ts'
import type { Folder, Workspace } from './workspace.ts'

/** What a command may be given: the URI of a file or folder, or an object with it. */
interface Given {
  readonly uri: string | null
  readonly fingerprint: string | null
  /** The id of a fix. */
  readonly fix: string | null
  /** How many errors a plan may leave. */
  readonly target: number
}

interface Command {
  /** What it is doing, as long as it does. */
  readonly title: string
  readonly work: (given: Given, token: CancellationToken) => Promise<string>
  /** It shows by itself how far it is, wherever the client takes progress that it has not asked for. */
  readonly showsItself?: true
}

export class Commands {
  private readonly table: Readonly<Record<string, Command>>

  /** `restart`: begins all analyses anew, in new threads. */
  constructor(
    private readonly connection: Connection,
    private readonly road: Road,
    private readonly workspace: Workspace,
    private readonly actions: CodeActions,
    confirmations: Confirmations,
    restart: () => void,
  ) {
    this.table = {
      'precollect.check': { title: 'checking', work: (given, token) => this.check(given, token) },
      'precollect.confirm': {
        title: 'running pytest',
        work: ({ uri }, token) => cancellable(token, signal => confirmations.confirm(uri, signal)),
        showsItself: true,
      },
      'precollect.confirmFile': {
        title: 'running pytest',
        work: ({ uri }, token) => cancellable(token, signal => confirmations.confirmFile(uri, signal)),
        showsItself: true,
      },
      'precollect.applyBridge': { title: 'applying a fix', work: (given, token) => this.apply(given, token) },
      'precollect.report': { title: 'making the report', work: (given, token) => this.report(given, token) },
      'precollect.plan': { title: 'planning', work: (given, token) => this.plan(given, token) },
      'precollect.why': { title: 'asking why', work: (given, token) => this.why(given, token) },
      'precollect.showEnvironment': {
        title: 'looking at the environment',
        work: (given, token) => this.environment(given, token),
      },
      'precollect.restart': {
        title: 'restarting',
        work: async (_, token) => {
          restart()
          await cancellable(token, () => workspace.settled())
          return 'restarted'
        },
      },
    }
  }

  get names(): string[] {
    return Object.keys(this.table)
  }

  /** Answers with a text; rejects with the protocol's errors, in words for people. */
  async execute(
    { command, arguments: args }: ExecuteCommandParams,
    token: CancellationToken,
    progress: WorkDoneProgressReporter,
  ): Promise<string> {
    const entry = this.table[command]
    if (!entry) throw refused(`no such command: ${command}`)
    const given = readGiven(args?.[0])
    const isAskedFor = !WorkDoneProgressReporter.isNullInstance(progress)
    const own = isAskedFor || entry.showsItself ? null : await this.ownProgress()
    const cancelled = own ? anyOf(token, own.token) : token
    return shown(own ?? progress, entry.title, () => entry.work(given, cancelled))
  }

  /** Progress that the client has not asked for, with a button to cancel; null where it shows none. */
  private async ownProgress(): Promise<WorkDoneProgressServerReporter | null> {
    if (!this.road.client.showsProgress) return null
    return this.connection.window.createWorkDoneProgress().catch((error: Error) => {
      this.connection.console.warn(`the editor shows no progress: ${error.message}`)
      return null
    })
  }

  private async check({ uri }: Given, token: CancellationToken): Promise<string> {
    const folders = this.foldersFor(uri)
    for (const { session } of folders) session.filesChanged([], true)
    await cancellable(token, () => Promise.all(folders.map(({ session }) => session.settled())))
    return folders
      .map(({ root, view }) => `${basename(root)}: ${view ? inWords(view.totals) : 'the analysis failed'}`)
      .join('\n')
  }

  private async apply({ uri, fingerprint, fix }: Given, token: CancellationToken): Promise<string> {
    const path = uri === null ? null : pathOf(uri)
    if (path === null || fingerprint === null)
      throw refused('expected { uri, fingerprint } of a finding, and perhaps the id of one of its fixes')
    await this.road.settled(path, token)
    const edit = await this.actions.editOf(path, fingerprint, fix, token)
    if (!edit) throw refused('there is no such fix any more')
    const { applied, failureReason } = await this.connection.workspace.applyEdit(edit)
    if (!applied) throw refused(failureReason ?? 'the editor did not take the edit')
    return 'applied'
  }

  private async why({ uri, fingerprint }: Given, token: CancellationToken): Promise<string> {
    const path = uri === null ? null : pathOf(uri)
    if (path === null) throw refused('expected the URI of a file, or { uri, fingerprint } of a finding')
    await this.road.settled(path, token)
    const [folder] = this.road.foldersOf(path)
    const word = fingerprint ?? (folder ? relative(folder.root, path) : path)
    const reply = await this.road.ask(path, 'why', { word }, token)
    if (!reply?.value) throw refused(`nothing is known of ${word}`)
    return this.show('why', reply.value)
  }

  /** Answers with the URI of the page. */
  private async report({ uri }: Given, token: CancellationToken): Promise<string> {
    const pages = await this.askEach(uri, 'page', null, token)
    const shown = pages.map(async ([{ root }, html]) => {
      const path = join(shownFolder(), `${basename(root)}-${contentHash(root).slice(0, 8)}.html`)
      const fault = keepText(path, html)
      if (fault !== null) throw refused(`the report was not written to ${path}: ${fault}`)
      if (this.road.client.showsDocuments)
        await this.connection.window.showDocument({ uri: uriOf(path), external: true })
      return uriOf(path)
    })
    return (await Promise.all(shown)).join('\n')
  }

  private async plan({ uri, target }: Given, token: CancellationToken): Promise<string> {
    const plans = await this.askEach(uri, 'plan', { target }, token)
    return this.show('plan', plans.map(([, plan]) => plan).join('\n'))
  }

  private async environment({ uri }: Given, token: CancellationToken): Promise<string> {
    const told = await this.askEach(uri, 'environment', null, token)
    return this.show('environment', told.map(([{ root }, text]) => `${root}\n\n${text}`).join('\n'))
  }

  /** The answer of each folder that a URI means, once it holds for the newest texts. */
  private askEach<K extends 'page' | 'plan' | 'environment'>(
    uri: string | null,
    kind: K,
    about: About<K>,
    token: CancellationToken,
  ): Promise<[Folder, string][]> {
    const asked = this.foldersFor(uri).map(async (folder): Promise<[Folder, string]> => {
      await cancellable(token, () => folder.session.settled())
      const reply = await cancellable(token, signal => folder.session.ask(kind, about, signal))
      if (!reply) throw refused(`${folder.root} could not be analysed`)
      return [folder, reply.value]
    })
    return Promise.all(asked)
  }

  /** The folders that a URI means: one, the one that speaks for it, or without any all. */
  private foldersFor(uri: string | null): readonly Folder[] {
    const path = uri === null ? null : pathOf(uri)
    if (path === null) return this.workspace.folders
    const owner = this.workspace.owner(path)
    if (!owner) throw refused(`${uri} is in no workspace folder`)
    return [owner]
  }

  /** In a window of its own where the client has any. */
  private async show(name: string, text: string): Promise<string> {
    const path = join(shownFolder(), `${name}.txt`)
    if (this.road.client.showsDocuments && keepText(path, text) === null)
      await this.connection.window.showDocument({ uri: uriOf(path), takeFocus: true })
    return text
  }
}

/** Where texts lie while they are shown. */
function shownFolder(): string {
  return join(cacheFolder(process.env), 'shown')
}

function readGiven(argument: unknown): Given {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  if (typeof argument !== 'object' || argument === null)
    return { uri: text(argument), fingerprint: null, fix: null, target: 0 }
  const { uri, fingerprint, fix, target } = argument as Record<string, unknown>
  return {
    uri: text(uri),
    fingerprint: text(fingerprint),
    fix: text(fix),
    target: typeof target === 'number' ? target : 0,
  }
}

function anyOf(...tokens: readonly CancellationToken[]): CancellationToken {
  return {
    get isCancellationRequested() {
      return tokens.some(token => token.isCancellationRequested)
    },
    onCancellationRequested(listener, that, disposables) {
      const all = tokens.map(token => token.onCancellationRequested(listener, that, disposables))
      return {
        dispose() {
          for (const each of all) each.dispose()
        },
      }
    },
  }
}

/** A command that can't be done, in words for people. */
function refused(message: string): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestFailed, message)
}
