/** What a hover over a finding says: what, why, what to do, whom it stops, and how pytest gets there. */
import { type Hover, MarkupKind, type Position } from 'vscode-languageserver/node'
import type { AnalysisView, Mark } from '../engine/job.ts'
import { relative } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { Finding } from '../rules/finding.ts'
import { locator } from './diagnostics.ts'
import { type Encoding, Lines, uriOf } from './to_lsp.ts'

/** More of a list than this helps nobody in a hover. */
const shown = 8

/** The part of a workspace folder that a hover shows. */
export interface Shown {
  readonly root: string
  readonly view: AnalysisView | null
}

/**
 * The findings of `folder` at a position of the file `path`, explained; null where there are none. `text` is what
 * the editor shows: while it is newer than what was analysed, the places of findings in it aren't known.
 */
export function hoverAt(
  folder: Shown,
  path: string,
  text: string,
  position: Position,
  client: { readonly encoding: Encoding; readonly markdown: boolean },
): Hover | null {
  if (folder.view?.texts.get(path) !== text) return null
  const offset = new Lines(text, client.encoding).offset(position)
  const here = folder.view.findings.filter(
    ({ span }) => span.path === path && span.start <= offset && offset <= span.end,
  )
  const [first] = here
  if (!first) return null
  const locate = locator(folder.view, client.encoding)
  const style = client.markdown ? markdown : plain
  const page = (finding: Finding) =>
    explain(
      finding,
      folder.view?.marks?.get(finding.fingerprint),
      style,
      folder.root,
      span => locate(span).range.start.line,
    )
  return {
    range: locate(first.span).range,
    contents: {
      kind: client.markdown ? MarkupKind.Markdown : MarkupKind.PlainText,
      value: here.map(page).join(client.markdown ? '\n\n---\n\n' : '\n\n'),
    },
  }
}

interface Style {
  readonly text: (text: string) => string
  readonly strong: (text: string) => string
  readonly link: (label: string, href: string) => string
  readonly code: (text: string) => string
}

const plain: Style = { text: text => text, strong: text => text, link: label => label, code: text => text }

const markdown: Style = {
  // Names such as __init__ would turn bold.
  text: text => text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&'),
  strong: text => `**${text}**`,
  link: (label, href) => `[${markdown.text(label)}](${href})`,
  // Longer than any row of backticks in it.
  code: text => `\`\`\`\`text\n${text.replaceAll('````', '``')}\n\`\`\`\``,
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
  style: Style,
  root: string,
  lineOf: (span: Span) => number,
): string {
  const { text, strong, link, code } = style
  const parts = [
    `${strong(`${finding.rule}:`)} ${text(finding.what)}`,
    text(finding.why),
    finding.todo && `${strong('What to do:')} ${text(finding.todo)}`,
  ]
  if (finding.breaks.length > 0) {
    const files = finding.breaks.map(path => link(relative(root, path), uriOf(path)))
    parts.push(`${strong('Not collected because of it:')} ${abridge(files).join(', ')}`)
  }
  if (finding.chain.length > 1) {
    const hops = finding.chain.map(span => {
      const line = lineOf(span) + 1
      return link(`${relative(root, span.path)}:${line}`, `${uriOf(span.path)}#L${line}`)
    })
    parts.push(`${strong('How pytest gets here:')} ${hops.join(' → ')}`)
  }
  if (mark && STATES[mark.state]) parts.push(`${strong('pytest:')} ${STATES[mark.state]}`)
  if (mark?.traceback) parts.push(code(mark.traceback))
  return parts.filter(Boolean).join('\n\n')
}

function abridge(items: readonly string[]): string[] {
  const rest = items.length - shown
  return rest > 0 ? [...items.slice(0, shown), `and ${rest} more`] : [...items]
}
