/** What an editor may ask about a place or a file: each request to the module that answers it. */
import type { CancellationToken, Connection, Hover, HoverParams } from 'vscode-languageserver/node'
import type { FixOffer } from '../engine/questions/fixes.ts'
import type { Finding } from '../rules/finding.ts'
import type { CodeActions } from './code_actions.ts'
import { codeLenses } from './code_lens.ts'
import { completeMarkers } from './completion.ts'
import type { Confirmations } from './confirmation.ts'
import { findingsAt, hoverOf } from './hover.ts'
import { Navigation } from './navigation.ts'
import { shown } from './parts.ts'
import type { Road } from './road.ts'

/** A hover is shown without fixes if they take longer to verify: nobody waits for it. */
const HOVER_MS = 1500

/** Takes the requests of the connection. Each rejects with the protocol's errors only: cancelled, overtaken, a fault of ours. */
export function answerQuestions(
  connection: Connection,
  road: Road,
  confirmations: Confirmations,
  actions: CodeActions,
): void {
  const navigation = new Navigation(road)
  connection.onHover((params, token) => hover(road, confirmations, params, token))
  connection.onDefinition((params, token) => navigation.definition(params, token))
  connection.onReferences((params, token, progress, parts) =>
    shown(progress, 'looking for uses', () => navigation.references(params, token, parts)),
  )
  connection.onDocumentLinks((params, token, _, parts) => navigation.links(params, token, parts))
  connection.onCompletion((params, token) => completeMarkers(road, params, token))
  connection.onCodeLens((params, token, _, parts) => codeLenses(road, params, token, parts))
  connection.onCodeAction((params, token, progress) =>
    shown(progress, 'looking for fixes', () => actions.offer(params, token)),
  )
  connection.onCodeActionResolve((action, token) => actions.resolve(action, token))
}

async function hover(
  road: Road,
  confirmations: Confirmations,
  { textDocument, position }: HoverParams,
  token: CancellationToken,
): Promise<Hover | null> {
  const place = road.place(textDocument, position)
  if (!place) return null
  const { path, text } = place
  const { client } = road
  for (const folder of road.foldersOf(path)) {
    const shown = { root: folder.root, view: confirmations.shown(folder) }
    const findings = findingsAt(shown, path, text, position, client.encoding)
    const [facts, fixes] = await Promise.all([
      road.ask(path, 'facts', place, token),
      findings.length > 0 ? soonFixes(road, path, findings, token) : [],
    ])
    const made = hoverOf(shown, findings, { facts, fixes }, client)
    if (made) return made
  }
  return null
}

async function soonFixes(
  road: Road,
  path: string,
  findings: readonly Finding[],
  token: CancellationToken,
): Promise<readonly FixOffer[]> {
  const fingerprints = findings.map(({ fingerprint }) => fingerprint)
  const reply = road
    .settled(path, token)
    .then(() => road.ask(path, 'fixes', { fingerprints }, token))
    .catch(() => null)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => {
    timer = setTimeout(() => resolve(null), HOVER_MS)
  })
  const first = await Promise.race([reply, late])
  clearTimeout(timer)
  return first?.value ?? []
}
