/**
 * The texts that are open in the editor. Keeping them in step is the library's; ours is what it does not know: columns
 * that are not counted in UTF-16, and changes that come in another order than they were made in, as Helix sends those
 * of a burst. Their versions say in which.
 */
import { type TextDocumentContentChangeEvent, TextDocuments } from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { remember } from '../files/memo.ts'
import { type Encoding, Lines, pathOf } from './to_lsp.ts'

export type Documents = TextDocuments<TextDocument>

/** So many changes may come before one that was made earlier. */
const MOST_AHEAD = 256

export function openDocuments(encoding: Encoding): Documents {
  const changes = new Changes(encoding)
  return new TextDocuments({
    create: TextDocument.create,
    update: (document, made, version) => changes.make(document, made, version),
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

type Made = readonly TextDocumentContentChangeEvent[]

interface Step {
  readonly version: number
  readonly made: Made
}

interface History {
  /** The text before the first step, with the version of the last one that is in it. */
  readonly base: TextDocument
  /** By version. */
  readonly steps: Step[]
}

export class Changes {
  private readonly histories = new WeakMap<TextDocument, History>()

  constructor(private readonly encoding: Encoding) {}

  /** Makes changes in the document; where they come late, as if they had come in time. Answers with the document. */
  make(document: TextDocument, made: Made, version: number): TextDocument {
    const { base, steps } = remember(this.histories, document, () => ({ base: copyOf(document), steps: [] }))
    if (version < document.version && version > base.version) {
      steps.splice(
        steps.findIndex(step => step.version > version),
        0,
        { version, made },
      )
      TextDocument.update(document, [{ text: base.getText() }], document.version)
      for (const step of steps) this.update(document, step.made, document.version)
    } else {
      // What is older than all that is known can only be made as it comes.
      const newest = Math.max(version, document.version)
      steps.push({ version: newest, made })
      this.update(document, made, newest)
    }
    if (steps.length >= 2 * MOST_AHEAD)
      for (const step of steps.splice(0, MOST_AHEAD)) this.update(base, step.made, step.version)
    return document
  }

  /** One at a time: the columns of each change count in the text that the one before left. */
  private update(document: TextDocument, made: Made, version: number): void {
    for (const change of made)
      TextDocument.update(document, [inUtf16(document, change, this.encoding)], version)
  }
}

function copyOf(document: TextDocument): TextDocument {
  return TextDocument.create(document.uri, document.languageId, document.version, document.getText())
}

function inUtf16(document: TextDocument, change: TextDocumentContentChangeEvent, encoding: Encoding) {
  if (encoding === 'utf-16' || !('range' in change)) return change
  const lines = new Lines(document.getText(), encoding)
  const { start, end } = change.range
  return { text: change.text, range: { start: lines.inUtf16(start), end: lines.inUtf16(end) } }
}
