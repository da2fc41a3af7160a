/** Completion of registered markers, with what their registration says of them. */
import {
  type CancellationToken,
  type CompletionItem,
  CompletionItemKind,
  type CompletionParams,
} from 'vscode-languageserver/node'
import { locator } from './diagnostics.ts'
import { styleFor } from './markup.ts'
import type { Road } from './road.ts'

/** null where no marker can stand. */
export async function completeMarkers(
  road: Road,
  { textDocument, position }: CompletionParams,
  token: CancellationToken,
): Promise<CompletionItem[] | null> {
  const place = road.place(textDocument, position)
  const reply = place && (await road.ask(place.path, 'completion', place, token))
  if (!reply?.value) return null
  const { range } = locator(reply.texts, road.client.encoding)(reply.value.span)
  const style = styleFor(road.client)
  return reply.value.markers.map(({ name, meaning: { signature, description, from } }) => ({
    label: name,
    kind: CompletionItemKind.Constant,
    detail: `${signature} (${from})`,
    textEdit: { range, newText: name },
    ...(description ? { documentation: { kind: style.kind, value: style.text(description) } } : {}),
  }))
}
