/**
 * The report as one page: a single file that asks for nothing from anywhere. It holds the JSON document and the
 * source lines that it speaks of, compressed, and the script of `server/page/` that draws them.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Span } from '../files/span.ts'
import type { Health } from './health.ts'
import { type JsonReport, jsonReport } from './json.ts'
import { Places } from './places.ts'
import type { ReportInput } from './report_input.ts'
import { sessionVerdict } from './summary.ts'

/** What the build makes of `server/page/`. */
export interface PageParts {
  readonly script: string
  readonly style: string
}

/** What the page draws. */
export interface PageData {
  readonly report: JsonReport
  /** Text of source lines, by the paths of the report and by line from 1; no line is there twice. */
  readonly lines: Readonly<Record<string, Readonly<Record<number, string>>>>
  /** ISO 8601. */
  readonly at: string
}

/** Lines before and after a place that are shown with it. */
const AROUND = 2
/** A line of a file that was made by a program may be of any length. */
const LONGEST_LINE = 400

export interface PageContext {
  /** Name and version. */
  readonly tool: string
  readonly at: Date
  readonly parts: PageParts
}

export function renderHtml(input: ReportInput, model: Health, { tool, at, parts }: PageContext): string {
  const data: PageData = {
    report: jsonReport(input, model, tool),
    lines: sourceLines(input, model),
    at: at.toISOString(),
  }
  const packed = gzipSync(JSON.stringify(data), { level: 6 }).toString('base64')
  const { fails, collects } = model.files
  const verdict = sessionVerdict(input, model) ?? `${fails} test files fail to collect, ${collects} collect`
  const name = input.plan.rootdir.split('/').filter(Boolean).at(-1) ?? 'tests'
  // What the page may do is written into it: run this script, use this style, and nothing else.
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(parts.script)}'`,
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${escaped(tool)}">
<title>${escaped(`${name}: collection health`)}</title>
<style>${parts.style}</style>
</head>
<body>
<div id="page">
<h1>${escaped(`${name}: collection health`)}</h1>
<p>${escaped(verdict)}.</p>
<noscript><p>The rest of this page is drawn by its own script, which this browser does not run.</p></noscript>
</div>
<script type="application/octet-stream" id="data">${packed}</script>
<script>${parts.script}</script>
</body>
</html>
`
}

function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** The lines around each finding and cause, and the line of each link of a chain. */
function sourceLines({ findings, trace, ...input }: ReportInput, { causes }: Health): PageData['lines'] {
  const places = new Places(input)
  const lines = new Map<string, Map<number, string>>()
  const keep = (span: Span, around: number) => {
    const path = places.path(span.path)
    const { line } = places.start(span)
    const kept = lines.get(path) ?? new Map<number, string>()
    lines.set(path, kept)
    for (let at = Math.max(1, line - around); at <= line + around; at++) {
      if (kept.has(at)) continue
      const text = places.line(span.path, at)
      if (text !== null) kept.set(at, text.slice(0, LONGEST_LINE))
    }
  }
  for (const { span, chain, related } of findings) {
    keep(span, AROUND)
    for (const link of [...chain, ...related.map(it => it.span)]) keep(link, 0)
  }
  for (const { cause } of causes) {
    keep(cause.span, AROUND)
    keep(cause.failure.span, AROUND)
  }
  for (const { failure } of trace.collectors) for (const link of failure?.chain ?? []) keep(link, 0)
  return Object.fromEntries([...lines].map(([path, kept]) => [path, Object.fromEntries(kept)]))
}
