/** Files that are renamed or moved in the editor: their importers follow, and what would be lost is said. */
import {
  type CancellationToken,
  type Connection,
  type FileOperationRegistrationOptions,
  MessageType,
  type RenameFilesParams,
  ShowMessageNotification,
  type WorkspaceEdit,
} from 'vscode-languageserver/node'
import type { Renamed } from '../bridges/edit.ts'
import { relative } from '../files/paths.ts'
import type { Documents } from './documents.ts'
import { toLspEdit } from './edits.ts'
import type { Road } from './road.ts'
import { pathOf } from './to_lsp.ts'

/** Which renamings the editor is to ask about. */
export const renamings: FileOperationRegistrationOptions = {
  filters: [
    { scheme: 'file', pattern: { glob: '**/*.py', matches: 'file' } },
    { scheme: 'file', pattern: { glob: '**', matches: 'folder' } },
  ],
}

/** The edit of the importers, which the client makes before it renames; null where there is none to make. */
export async function willRename(
  connection: Connection,
  road: Road,
  documents: Documents,
  { files }: RenameFilesParams,
  token: CancellationToken,
): Promise<WorkspaceEdit | null> {
  const renamed = files.flatMap(({ oldUri, newUri }): Renamed[] => {
    const [from, to] = [pathOf(oldUri), pathOf(newUri)]
    return from === null || to === null ? [] : [{ from, to }]
  })
  const [first] = renamed
  if (!first) return null
  await road.settled(first.from, token)
  const reply = await road.ask(first.from, 'rename', { renamed }, token)
  if (!reply?.value) return null
  const { edit, loss } = reply.value
  if (loss !== null) {
    const root = road.foldersOf(first.from)[0]?.root ?? ''
    const what = renamed.map(({ from, to }) => `${relative(root, from)} to ${relative(root, to)}`).join(', ')
    // Not `showWarningMessage`, which asks for an answer.
    const message = `Renaming ${what} ${loss}.`
    await connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message })
  }
  return edit.changed.length === 0
    ? null
    : toLspEdit(edit, path => reply.texts.get(path) ?? null, documents, road.client)
}
