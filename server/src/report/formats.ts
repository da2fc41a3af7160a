/** The formats of a report by name. Each renderer is loaded when it is asked for. */
import type { Health } from './health.ts'
import type { PageParts } from './html.ts'
import type { ReportInput } from './report_input.ts'
import type { Style } from './style.ts'

export const FORMATS = [
  'full',
  'concise',
  'grouped',
  'json',
  'json-lines',
  'markdown',
  'html',
  'sarif',
  'junit',
  'github',
  'gitlab',
] as const

export type Format = (typeof FORMATS)[number]

/** What a renderer needs beside the report itself. */
export interface Rendering {
  readonly style: Style
  /** The version of precollect. */
  readonly version: string
  /** The folder that a host's paths start from (the checkout), absolute. */
  readonly base: string
  /** The script and the style of the page; asked for by `html` alone. */
  readonly page: () => PageParts
  /** When the report is made. */
  readonly at: Date
}

/** The report as text, with a line end. */
export async function renderAs(
  format: Format,
  input: ReportInput,
  model: Health,
  { style, version, base, page, at }: Rendering,
): Promise<string> {
  const tool = `precollect ${version}`
  switch (format) {
    case 'full':
      return (await import('./full.ts')).renderFull(input, model, style)
    case 'concise':
      return (await import('./concise.ts')).renderConcise(input, model, style)
    case 'grouped':
      return (await import('./grouped.ts')).renderGrouped(input, model, style)
    case 'json':
      return (await import('./json.ts')).renderJson(input, model, tool)
    case 'json-lines':
      return (await import('./json_lines.ts')).renderJsonLines(input, model, tool)
    case 'markdown':
      return (await import('./markdown.ts')).renderMarkdown(input, model, tool)
    case 'html':
      return (await import('./html.ts')).renderHtml(input, model, { tool, at, parts: page() })
    case 'sarif':
      return (await import('./sarif.ts')).renderSarif(input, model, version, base)
    case 'junit':
      return (await import('./junit.ts')).renderJunit(input, model)
    case 'github':
      return (await import('./code_host.ts')).renderGithub(input, model, base)
    case 'gitlab':
      return (await import('./code_host.ts')).renderGitlab(input, model, base)
  }
}
