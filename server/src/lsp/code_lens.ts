/** Lines above a file and its findings: as what it is collected, who needs it, how many test files it breaks. */
import type { CancellationToken, CodeLens, CodeLensParams } from 'vscode-languageserver/node'
import { locator } from './diagnostics.ts'
import type { Road } from './road.ts'

/** null for a file that is not open, or of which nothing is known. */
export async function codeLenses(
  road: Road,
  { textDocument }: CodeLensParams,
  token: CancellationToken,
): Promise<CodeLens[] | null> {
  const document = road.document(textDocument)
  const reply = document && (await road.ask(document.path, 'lenses', document, token))
  if (!reply) return null
  const locate = locator(reply.texts, road.client.encoding)
  return reply.value.map(({ span, title, fingerprint }) => ({
    range: locate(span).range,
    command:
      fingerprint === null
        ? { title, command: '' }
        : { title, command: 'precollect.why', arguments: [{ uri: textDocument.uri, fingerprint }] },
  }))
}
