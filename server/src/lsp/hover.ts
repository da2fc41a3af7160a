/**
 * What a hover says: of a finding what, why, what to do, whom it stops, how pytest gets there and what could mend it;
 * of an import, a marker or a metric what pytest makes of it.
 */
import type { Hover, Position } from 'vscode-languageserver/node'
import type { AnalysisView, Mark } from '../engine/job.ts'
import type { FixOffer } from '../engine/questions/fixes.ts'
import type { Fact, Reply } from '../engine/questions/question.ts'
import { relative } from '../files/paths.ts'
import type { Finding } from '../rules/finding.ts'
import { locator } from './diagnostics.ts'
import { type Telling, tellFact } from './facts.ts'
import { type Style, styleFor } from './markup.ts'
import { type Encoding, Lines, uriOf } from './to_lsp.ts'

/** More of a list than this helps nobody in a hover. */
const shown = 8
const shownFixes = 4

/** The part of a workspace folder that a hover shows. */
export interface Shown {
  readonly root: string
  readonly view: AnalysisView | null
}

/** What else is known of the place, where it was asked for. */
export interface Known {
  readonly facts: Reply<'facts'> | null
  readonly fixes: readonly FixOffer[]
}

/**
 * The findings of `folder` at a position of the file `path`. `text` is what the editor shows: while it is newer than
 * what was analysed, the places of findings in it aren't known, and there are none.
 */
export function findingsAt(
  { view }: Shown,
  path: string,
  text: string,
  position: Position,
  encoding: Encoding,
): readonly Finding[] {
  if (view?.texts.get(path) !== text) return []
  const offset = new Lines(text, encoding).offset(position)
  return view.findings.filter(({ span }) => span.path === path && span.start <= offset && offset <= span.end)
}

/** The hover over findings and facts; null where there are none. */
export function hoverOf(
  folder: Shown,
  findings: readonly Finding[],
  { facts, fixes }: Known,
  client: { readonly encoding: Encoding; readonly markdown: boolean },
): Hover | null {
  // That a module is missing is the finding's to tell.
  const isTold = (fact: Fact) => fact.fact === 'import' && fact.kind === 'missing' && findings.length > 0
  const known = (facts?.value ?? []).filter(fact => !isTold(fact))
  const spans = [...findings, ...known].map(({ span }) => span)
  if (!spans[0]) return null
  const style = styleFor(client)
  const texts = new Map([...(folder.view?.texts ?? []), ...(facts?.texts ?? [])])
  const locate = locator(texts, client.encoding)
  const telling: Telling = { style, root: folder.root, lineOf: span => locate(span).range.start.line + 1 }
  const marks = folder.view?.marks
  const pages = [
    ...findings.map(finding =>
      explain(
        finding,
        marks?.get(finding.fingerprint),
        fixes.filter(fix => fix.finding === finding.fingerprint),
        telling,
      ),
    ),
    ...known.map(fact => tellFact(fact, telling)),
  ]
  return {
    range: locate(spans[0]).range,
    contents: { kind: style.kind, value: pages.join(style.rule) },
  }
}

const STATES: Readonly<Record<Mark['state'], string>> = {
  predicted: '',
  confirmed: 'confirmed: this line is on the traceback',
  shadowed: 'shadowed: it fails before it comes to this line',
  refuted: '',
  unseen: 'it did not come to this in its last run',
}

function explain(
  finding: Finding,
  mark: Mark | undefined,
  fixes: readonly FixOffer[],
  { style, root, lineOf }: Telling,
): string {
  const { text, strong, link, block } = style
  const parts = [
    `${strong(`${finding.rule}:`)} ${text(finding.what)}`,
    text(finding.why),
    finding.todo && `${strong('What to do:')} ${text(finding.todo)}`,
  ]
  if (fixes.length > 0) {
    const offers = fixes.slice(0, shownFixes).map((fix, rank) => tellFix(fix, rank, style))
    parts.push(`${strong('What would mend it:')}\n\n${offers.join('\n')}`)
  }
  if (finding.breaks.length > 0) {
    const files = finding.breaks.map(path => link(relative(root, path), uriOf(path)))
    parts.push(`${strong('Not collected because of it:')} ${abridge(files).join(', ')}`)
  }
  if (finding.chain.length > 1) {
    const hops = finding.chain.map(span => {
      const line = lineOf(span)
      return link(`${relative(root, span.path)}:${line}`, `${uriOf(span.path)}#L${line}`)
    })
    parts.push(`${strong('How pytest gets here:')} ${hops.join(' → ')}`)
  }
  if (mark && STATES[mark.state]) parts.push(`${strong('pytest:')} ${STATES[mark.state]}`)
  if (mark?.traceback) parts.push(block(mark.traceback))
  return parts.filter(Boolean).join('\n\n')
}

function tellFix({ title, because, brings, command }: FixOffer, rank: number, style: Style): string {
  const said = [because, brings].filter(Boolean).join('; ')
  const how = command ? ` ${style.name(command)}` : ''
  return `${rank + 1}. ${style.text(title)}${how}${said ? `: ${style.text(said)}` : ''}`
}

function abridge(items: readonly string[]): string[] {
  const rest = items.length - shown
  return rest > 0 ? [...items.slice(0, shown), `and ${rest} more`] : [...items]
}
