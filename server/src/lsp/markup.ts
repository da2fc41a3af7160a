/** Text with emphasis, links and blocks, for editors that show Markdown and for those that don't. */
import { MarkupKind } from 'vscode-languageserver/node'
import type { Span } from '../files/span.ts'
import { uriOf } from './to_lsp.ts'

export interface Style {
  readonly kind: MarkupKind
  /** Between two explanations of one place. */
  readonly rule: string
  readonly text: (text: string) => string
  readonly strong: (text: string) => string
  readonly name: (text: string) => string
  readonly link: (label: string, href: string) => string
  readonly block: (text: string) => string
}

/** Markdown where the client shows it. */
export function styleFor(client: { readonly markdown: boolean }): Style {
  return client.markdown ? markdown : plain
}

const plain: Style = {
  kind: MarkupKind.PlainText,
  rule: '\n\n',
  text: text => text,
  strong: text => text,
  name: text => text,
  link: label => label,
  block: text => text,
}

const markdown: Style = {
  kind: MarkupKind.Markdown,
  rule: '\n\n---\n\n',
  // Names such as __init__ would turn bold.
  text: text => text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&'),
  strong: text => `**${text}**`,
  name: text => `\`${text.replaceAll('`', "'")}\``,
  link: (label, href) => `[${markdown.text(label)}](${href})`,
  // Longer than any row of backticks in it.
  block: text => `\`\`\`\`text\n${text.replaceAll('````', '``')}\n\`\`\`\``,
}

/** `path:line` as a link, for a line that counts from 1. */
export function placeLink(style: Style, shown: string, span: Span, line: number): string {
  return style.link(`${shown}:${line}`, `${uriOf(span.path)}#L${line}`)
}
