/** Where things are: definitions, references and links that only somebody who knows pytest's run can give. */
import type {
  CancellationToken,
  DefinitionParams,
  DocumentLink,
  DocumentLinkParams,
  Location,
  LocationLink,
  ReferenceParams,
  ResultProgressReporter,
} from 'vscode-languageserver/node'
import { locator } from './diagnostics.ts'
import { inParts } from './parts.ts'
import type { Road } from './road.ts'
import { uriOf } from './to_lsp.ts'

export class Navigation {
  constructor(private readonly road: Road) {}

  async definition(
    { textDocument, position }: DefinitionParams,
    token: CancellationToken,
  ): Promise<Location[] | LocationLink[] | null> {
    const place = this.road.place(textDocument, position)
    const reply = place && (await this.road.ask(place.path, 'definition', place, token))
    if (!reply?.value) return null
    const locate = locator(reply.texts, this.road.client.encoding)
    const { origin, targets } = reply.value
    const places = targets.map(locate)
    if (!this.road.client.linksDefinitions) return places
    return places.map(({ uri, range }) => ({
      originSelectionRange: locate(origin).range,
      targetUri: uri,
      targetRange: range,
      targetSelectionRange: range,
    }))
  }

  async references(
    { textDocument, position, context }: ReferenceParams,
    token: CancellationToken,
    parts?: ResultProgressReporter<Location[]>,
  ): Promise<Location[] | null> {
    const place = this.road.place(textDocument, position)
    if (!place) return null
    const about = { ...place, declaration: context.includeDeclaration }
    const reply = await this.road.ask(place.path, 'references', about, token)
    if (!reply) return null
    const places = reply.value.map(locator(reply.texts, this.road.client.encoding))
    return inParts(places, parts, token, part => part)
  }

  async links(
    { textDocument }: DocumentLinkParams,
    token: CancellationToken,
    parts?: ResultProgressReporter<DocumentLink[]>,
  ): Promise<DocumentLink[] | null> {
    const document = this.road.document(textDocument)
    const reply = document && (await this.road.ask(document.path, 'links', document, token))
    if (!reply) return null
    const locate = locator(reply.texts, this.road.client.encoding)
    const links = reply.value.map(({ span, target }) => ({
      range: locate(span).range,
      target: uriOf(target),
    }))
    return inParts(links, parts, token, part => part)
  }
}
