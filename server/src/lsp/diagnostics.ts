/**
 * Findings as LSP diagnostics, and the board on which the newest ones of all folders stand, file by file. How
 * they get to the client is `delivery.ts`'s.
 */
import {
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
  type Location,
} from 'vscode-languageserver/node'
import type { AnalysisView, Mark } from '../engine/job.ts'
import type { Span } from '../files/span.ts'
import type { Finding, Severity, Tag } from '../rules/finding.ts'
import { unpredictedError } from '../rules/unpredicted_error.ts'
import type { Client } from './client.ts'
import { type Encoding, Lines, uriOf } from './to_lsp.ts'

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
}

const tags: Readonly<Record<Tag, DiagnosticTag>> = {
  unnecessary: DiagnosticTag.Unnecessary,
  deprecated: DiagnosticTag.Deprecated,
}

/** Makes locations of spans that count in `texts`; a place in a file that is not among them is its beginning. */
export function locator(texts: ReadonlyMap<string, string>, encoding: Encoding): (span: Span) => Location {
  const lines = new Map<string, Lines>()
  return span => {
    let found = lines.get(span.path)
    if (!found) {
      found = new Lines(texts.get(span.path) ?? '', encoding)
      lines.set(span.path, found)
    }
    return { uri: uriOf(span.path), range: found.range(span) }
  }
}

/** The diagnostics of one folder's analysis, by the path of the file that must change. */
export function diagnosticsOf(
  view: Pick<AnalysisView, 'findings' | 'texts' | 'marks'>,
  client: Client,
  ruleDocs: string | null,
): Map<string, Diagnostic[]> {
  const locate = locator(view.texts, client.encoding)
  const byPath = new Map<string, Diagnostic[]>()
  for (const finding of view.findings) {
    const diagnostic: Diagnostic = {
      range: locate(finding.span).range,
      severity: severities[finding.severity],
      code: finding.rule,
      source: 'precollect',
      message: [finding.what, finding.why, finding.todo, stateLine(finding, view.marks)]
        .filter(Boolean)
        .join('\n'),
      data: { fingerprint: finding.fingerprint },
    }
    if (ruleDocs !== null && client.showsLinks) diagnostic.codeDescription = { href: ruleDocs + finding.rule }
    const tag = finding.tag && tags[finding.tag]
    if (tag && client.showsTags.has(tag)) diagnostic.tags = [tag]
    if (client.showsRelated) diagnostic.relatedInformation = relatedTo(finding, locate)
    const others = byPath.get(finding.span.path)
    if (others) others.push(diagnostic)
    else byPath.set(finding.span.path, [diagnostic])
  }
  return byPath
}

/** What pytest said of it, in the words of a message; nothing where it was not asked. */
function stateLine({ rule, fingerprint }: Finding, marks: AnalysisView['marks']): string {
  const state: Mark['state'] = marks?.get(fingerprint)?.state ?? 'predicted'
  if (rule === unpredictedError.id) return ''
  if (state === 'confirmed') return 'confirmed by pytest'
  return state === 'shadowed' ? 'pytest fails before it gets here' : ''
}

/** The way from the collected file to the finding, then the other places worth a look. */
function relatedTo(finding: Finding, locate: (span: Span) => Location): DiagnosticRelatedInformation[] {
  const way = finding.chain.slice(0, -1).map((span, hop) => ({
    location: locate(span),
    message: hop === 0 ? 'pytest gets here from this file' : 'then through this line',
  }))
  const others = finding.related.map(({ span, message }) => ({ location: locate(span), message }))
  return [...way, ...others]
}

/** What stands for one file. */
export interface Entry {
  /** Another one whenever the diagnostics or the version are others. */
  readonly id: string
  /** Of the open document whose text was analysed; undefined for a file that nobody had open. */
  readonly version: number | undefined
  readonly items: readonly Diagnostic[]
}

const clean: Entry = { id: 'clean', version: undefined, items: [] }

export class Board {
  private readonly byFolder = new Map<string, ReadonlyMap<string, readonly Diagnostic[]>>()
  private readonly entries = new Map<string, Entry>()
  private ids = 0

  /** Replaces all that a folder's analysis says. `open`: the documents whose texts it is about. */
  set(
    root: string,
    found: ReadonlyMap<string, readonly Diagnostic[]>,
    open: ReadonlyMap<string, { readonly version: number }>,
  ): void {
    const before = this.byFolder.get(root)
    this.byFolder.set(root, found)
    for (const path of new Set([...(before?.keys() ?? []), ...found.keys()])) {
      this.merge(path, open.get(path)?.version)
    }
  }

  /** Replaces what a folder's analysis says of one file. */
  setFile(root: string, path: string, items: readonly Diagnostic[], version: number | undefined): void {
    this.byFolder.set(root, new Map(this.byFolder.get(root)).set(path, items))
    this.merge(path, version)
  }

  get(path: string): Entry {
    return this.entries.get(path) ?? clean
  }

  /** The files that have diagnostics. */
  paths(): IterableIterator<string> {
    return this.entries.keys()
  }

  private merge(path: string, version: number | undefined): void {
    // Two folders may say the same of a file outside of both.
    const all = [...this.byFolder.values()].flatMap(found => found.get(path) ?? [])
    const items = [...new Map(all.map(item => [JSON.stringify(item), item])).values()]
    const known = this.get(path)
    // An editor moves diagnostics along with edits: equal ones must be sent again after an edit and its undoing.
    if (items.length === 0) this.entries.delete(path)
    else if (version !== known.version || JSON.stringify(items) !== JSON.stringify(known.items))
      this.entries.set(path, { id: String(++this.ids), version, items })
  }
}
