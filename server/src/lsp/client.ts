/** What the editor said at `initialize` that it can do, reduced to the questions this server asks. */
import type { DiagnosticTag, InitializeParams } from 'vscode-languageserver/node'
import type { Encoding } from './to_lsp.ts'

export interface Client {
  /** What a column counts. */
  readonly encoding: Encoding
  /** It asks for diagnostics, and can be told to ask again. */
  readonly pullsDiagnostics: boolean
  /** It may also ask for the diagnostics of all files at once. */
  readonly pullsWorkspace: boolean
  /** An answer about one document may bring the diagnostics of others. */
  readonly takesRelatedDocuments: boolean
  readonly showsRelated: boolean
  readonly showsVersions: boolean
  readonly showsLinks: boolean
  readonly showsTags: ReadonlySet<DiagnosticTag>
  readonly markdown: boolean
  /** It shows what a definition was asked of. */
  readonly linksDefinitions: boolean
  /** What an edit of the workspace may consist of besides changed texts. */
  readonly makes: ReadonlySet<'documentChanges' | 'create' | 'rename' | 'delete'>
  /** An action may be offered without its edit. */
  readonly resolvesActions: boolean
  readonly refreshesLenses: boolean
  readonly asksBeforeRenaming: boolean
  readonly showsProgress: boolean
  readonly showsDocuments: boolean
  /** It knows the notification `precollect/status`. */
  readonly showsStatus: boolean
  readonly answersConfiguration: boolean
  readonly registersConfiguration: boolean
  readonly registersWatchers: boolean
  readonly changesFolders: boolean
}

export function clientOf({ capabilities, clientInfo, initializationOptions }: InitializeParams): Client {
  const { general, textDocument, workspace, window, experimental } = capabilities
  const edits = workspace?.workspaceEdit
  return {
    encoding: chooseEncoding(general?.positionEncodings),
    // A change in one file changes what holds for others: pulling without being told to is of no use.
    pullsDiagnostics:
      textDocument?.diagnostic !== undefined && workspace?.diagnostics?.refreshSupport === true,
    // Neovim (0.12) that is told to ask again asks for the workspace and drops what it gets for open buffers.
    pullsWorkspace: clientInfo?.name !== 'Neovim',
    takesRelatedDocuments: textDocument?.diagnostic?.relatedDocumentSupport === true,
    showsRelated: textDocument?.publishDiagnostics?.relatedInformation === true,
    showsVersions: textDocument?.publishDiagnostics?.versionSupport === true,
    showsLinks: textDocument?.publishDiagnostics?.codeDescriptionSupport === true,
    // LSP 3.18 has it said for what is asked for as well.
    showsTags: new Set([
      ...(textDocument?.publishDiagnostics?.tagSupport?.valueSet ?? []),
      ...(textDocument?.diagnostic?.tagSupport?.valueSet ?? []),
    ]),
    markdown: textDocument?.hover?.contentFormat?.includes('markdown') ?? false,
    linksDefinitions: textDocument?.definition?.linkSupport === true,
    makes: new Set([
      ...(edits?.documentChanges ? (['documentChanges'] as const) : []),
      ...(edits?.resourceOperations ?? []),
    ]),
    resolvesActions: textDocument?.codeAction?.resolveSupport?.properties.includes('edit') === true,
    refreshesLenses: workspace?.codeLens?.refreshSupport === true,
    asksBeforeRenaming: workspace?.fileOperations?.willRename === true,
    showsProgress: window?.workDoneProgress === true,
    showsDocuments: window?.showDocument?.support === true,
    showsStatus: experimental?.precollectStatus === true || initializationOptions?.status === true,
    answersConfiguration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    changesFolders: workspace?.workspaceFolders === true,
  }
}

/**
 * UTF-16 wherever it is allowed, whatever the editor likes best: every client must know it, most servers
 * speak it, and Neovim warns when the servers of one buffer differ.
 */
function chooseEncoding(offered: readonly string[] | undefined): Encoding {
  const known: readonly Encoding[] = ['utf-16', 'utf-8', 'utf-32']
  return known.find(encoding => offered?.includes(encoding)) ?? 'utf-16'
}
