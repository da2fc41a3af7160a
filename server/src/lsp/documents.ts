/**
 * The texts that are open in the editor. Keeping them in step is the library's; translating columns that are
 * not counted in UTF-16 is ours, because the library knows only those.
 */
import { type TextDocumentContentChangeEvent, TextDocuments } from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { type Encoding, Lines, pathOf } from './to_lsp.ts'

export type Documents = TextDocuments<TextDocument>

export function openDocuments(encoding: Encoding): Documents {
  return new TextDocuments({
    create: TextDocument.create,
    update(document, changes, version) {
      // One at a time: the columns of each change count in the text that the one before left.
      for (const change of changes)
        TextDocument.update(document, [inUtf16(document, change, encoding)], version)
      return document
    },
  })
}

/** The open documents that are files, by path. */
export function filesOf(documents: Documents): Map<string, TextDocument> {
  const files = new Map<string, TextDocument>()
  for (const document of documents.all()) {
    const path = pathOf(document.uri)
    if (path !== null) files.set(path, document)
  }
  return files
}

function inUtf16(document: TextDocument, change: TextDocumentContentChangeEvent, encoding: Encoding) {
  if (encoding === 'utf-16' || !('range' in change)) return change
  const lines = new Lines(document.getText(), encoding)
  const { start, end } = change.range
  return { text: change.text, range: { start: lines.inUtf16(start), end: lines.inUtf16(end) } }
}
