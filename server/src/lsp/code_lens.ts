/** Lines above a file and its findings: as what it is collected, who needs it, how many test files it breaks. */
import type {
  CancellationToken,
  CodeLens,
  CodeLensParams,
  ResultProgressReporter,
} from 'vscode-languageserver/node'
import { locator } from './diagnostics.ts'
import { inParts } from './parts.ts'
import type { Road } from './road.ts'

/** null for a file that is not open, or of which nothing is known. */
export async function codeLenses(
  road: Road,
  { textDocument }: CodeLensParams,
  token: CancellationToken,
  parts?: ResultProgressReporter<CodeLens[]>,
): Promise<CodeLens[] | null> {
  const document = road.document(textDocument)
  const reply = document && (await road.ask(document.path, 'lenses', document, token))
  if (!reply) return null
  const locate = locator(reply.texts, road.client.encoding)
  const lenses = reply.value.map(({ span, title, fingerprint }) => ({
    range: locate(span).range,
    command:
      fingerprint === null
        ? { title, command: '' }
        : { title, command: 'precollect.why', arguments: [{ uri: textDocument.uri, fingerprint }] },
  }))
  return inParts(lenses, parts, token, part => part)
}
