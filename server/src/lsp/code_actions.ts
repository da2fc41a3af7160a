/** Fixes as code actions: quick fixes of the findings under the cursor, and all safe ones of a file at once. */
import {
  type CancellationToken,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  LSPErrorCodes,
  type Range,
  ResponseError,
} from 'vscode-languageserver/node'
import type { WorkspaceEdit } from '../bridges/edit.ts'
import type { FixOffer } from '../engine/questions/fixes.ts'
import type { Finding } from '../rules/finding.ts'
import type { Documents } from './documents.ts'
import { canMake, toLspEdit } from './edits.ts'
import type { Road } from './road.ts'
import { Lines } from './to_lsp.ts'
import type { Folder } from './workspace.ts'

export const FIX_ALL = 'source.fixAll.precollect'
export const actionKinds: readonly string[] = [CodeActionKind.QuickFix, FIX_ALL]

/** What an action needs to know to be resolved. */
interface Data {
  readonly path: string
  /** Of the finding that is to be mended; null: all of the file. */
  readonly fingerprint: string | null
  readonly fix: string
}

export class CodeActions {
  constructor(
    private readonly road: Road,
    private readonly documents: Documents,
  ) {}

  async offer(
    { textDocument, range, context }: CodeActionParams,
    token: CancellationToken,
  ): Promise<CodeAction[] | null> {
    const document = this.road.document(textDocument)
    if (!document) return null
    const wants = (kind: string) =>
      context.only === undefined || context.only.some(only => kind === only || kind.startsWith(`${only}.`))
    const { path, text } = document
    // A fix is of use only for the text as it is now.
    await this.road.settled(path, token)
    const actions: CodeAction[] = []
    if (wants(CodeActionKind.QuickFix)) {
      const findings = this.findingsIn(path, text, range)
      const fingerprints = findings.map(({ fingerprint }) => fingerprint)
      const reply =
        fingerprints.length > 0 ? await this.road.ask(path, 'fixes', { fingerprints }, token) : null
      for (const fix of reply?.value ?? []) {
        const finding = findings.find(({ fingerprint }) => fingerprint === fix.finding)
        const action =
          reply && finding && fix.edit && this.quickFix(fix, fix.edit, finding, path, context, reply.texts)
        if (action) actions.push(action)
      }
    }
    // Whatever wants all of it asks for it by name.
    if (context.only?.some(only => FIX_ALL === only || FIX_ALL.startsWith(`${only}.`))) {
      const reply = await this.road.ask(path, 'fixAll', { path }, token)
      const edit = reply?.value && this.lspEdit(reply.value, reply.texts)
      if (edit) actions.push({ title: 'precollect: make all safe fixes', kind: FIX_ALL, edit })
    }
    return actions
  }

  /** Puts the edit into an action that was offered without it. */
  async resolve(action: CodeAction, token: CancellationToken): Promise<CodeAction> {
    const data = action.data as Data | undefined
    if (!data || data.fingerprint === null || action.edit) return action
    const edit = await this.editOf(data.path, data.fingerprint, data.fix, token)
    if (!edit) throw new ResponseError(LSPErrorCodes.ContentModified, 'the files have changed since')
    return { ...action, edit }
  }

  /** The edit of one fix as the files are now; null where there is no such fix any more. */
  async editOf(path: string, fingerprint: string, id: string | null, token: CancellationToken) {
    const reply = await this.road.ask(path, 'fixes', { fingerprints: [fingerprint] }, token)
    const fix = reply?.value.find(each => (id === null ? each.edit !== null : each.id === id))
    return fix?.edit && reply ? this.lspEdit(fix.edit, reply.texts) : null
  }

  private quickFix(
    fix: FixOffer,
    edit: WorkspaceEdit,
    finding: Finding,
    path: string,
    { diagnostics }: CodeActionParams['context'],
    texts: ReadonlyMap<string, string>,
  ): CodeAction | null {
    if (!canMake(edit, this.road.client)) return null
    const data: Data = { path, fingerprint: finding.fingerprint, fix: fix.id }
    const effect = fix.brings ? ` (${fix.brings})` : ''
    const action: CodeAction = {
      title: `${fix.title}${effect}`,
      kind: CodeActionKind.QuickFix,
      isPreferred: fix.safety === 'safe',
      diagnostics: diagnostics.filter(({ data }) => data?.fingerprint === finding.fingerprint),
    }
    if (this.road.client.resolvesActions) return { ...action, data }
    const whole = this.lspEdit(edit, texts)
    return whole && { ...action, edit: whole }
  }

  private lspEdit(edit: WorkspaceEdit, texts: ReadonlyMap<string, string>) {
    if (!canMake(edit, this.road.client)) return null
    return toLspEdit(edit, path => texts.get(path) ?? null, this.documents, this.road.client)
  }

  private findingsIn(path: string, text: string, range: Range): readonly Finding[] {
    const lines = new Lines(text, this.road.client.encoding)
    const [start, end] = [lines.offset(range.start), lines.offset(range.end)]
    const here = (folder: Folder) =>
      folder.view?.texts.get(path) === text
        ? folder.view.findings.filter(
            ({ span }) => span.path === path && span.start <= end && start <= span.end,
          )
        : []
    return this.road.foldersOf(path).flatMap(here)
  }
}
