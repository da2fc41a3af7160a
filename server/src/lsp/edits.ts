/** Edits of the workspace as the protocol wants them, or not at all where the client can't make them. */
import {
  CreateFile,
  DeleteFile,
  type WorkspaceEdit as LspEdit,
  RenameFile,
  TextDocumentEdit,
  type TextEdit,
} from 'vscode-languageserver/node'
import type { FileChange, WorkspaceEdit } from '../bridges/edit.ts'
import { contentHash } from '../files/hash.ts'
import type { Client } from './client.ts'
import { type Documents, filesOf } from './documents.ts'
import { Lines, uriOf } from './to_lsp.ts'

/** Can the client make this edit? */
export function canMake({ created, deleted, renamed }: WorkspaceEdit, { makes }: Client): boolean {
  if (created.length + deleted.length + renamed.length > 0 && !makes.has('documentChanges')) return false
  return (
    (created.length === 0 || makes.has('create')) &&
    (deleted.length === 0 || makes.has('delete')) &&
    (renamed.length === 0 || makes.has('rename'))
  )
}

/**
 * The edit in the protocol's words; null where a file is no longer what it was made for. `text`: the text of a file that
 * is not open, as it was analysed. Changes come before the renaming of what they change.
 */
export function toLspEdit(
  edit: WorkspaceEdit,
  text: (path: string) => string | null,
  documents: Documents,
  client: Client,
): LspEdit | null {
  const open = filesOf(documents)
  const changes: { readonly uri: string; readonly version: number | null; readonly edits: TextEdit[] }[] = []
  for (const change of edit.changed) {
    const document = open.get(change.path)
    const now = document?.getText() ?? text(change.path)
    if (now === null || contentHash(now) !== change.content) return null
    const uri = document?.uri ?? uriOf(change.path)
    changes.push({ uri, version: document?.version ?? null, edits: textEdits(change, now, client) })
  }
  if (!client.makes.has('documentChanges')) {
    return { changes: Object.fromEntries(changes.map(({ uri, edits }) => [uri, edits])) }
  }
  const beginning = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }
  return {
    documentChanges: [
      ...changes.map(({ uri, version, edits }) => TextDocumentEdit.create({ uri, version }, edits)),
      ...edit.created.flatMap(({ path, text: newText }) => [
        CreateFile.create(uriOf(path), { overwrite: false, ignoreIfExists: false }),
        TextDocumentEdit.create({ uri: uriOf(path), version: null }, [{ range: beginning, newText }]),
      ]),
      ...edit.renamed.map(({ from, to }) =>
        RenameFile.create(uriOf(from), uriOf(to), { overwrite: false, ignoreIfExists: false }),
      ),
      ...edit.deleted.map(({ path }) => DeleteFile.create(uriOf(path))),
    ],
  }
}

function textEdits({ changes }: FileChange, text: string, { encoding }: Client): TextEdit[] {
  const lines = new Lines(text, encoding)
  return changes.map(({ text: newText, ...range }) => ({ range: lines.range(range), newText }))
}
