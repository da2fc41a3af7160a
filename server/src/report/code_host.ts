/** Findings as the hosts of code show them beside the lines: annotations of GitHub, code quality of GitLab. */
import type { Finding, Severity } from '../rules/finding.ts'
import type { Health } from './health.ts'
import { Places } from './places.ts'
import { byDamage } from './ranked_findings.ts'
import type { ReportInput } from './report_input.ts'

const GITHUB: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' }

/**
 * Workflow commands of GitHub Actions, one on a line. GitHub shows the first ten of each kind: the costliest come
 * first. `base`: the folder of the checkout, absolute.
 */
export function renderGithub(input: ReportInput, model: Health, base: string): string {
  const places = new Places(input)
  return byDamage(model, input.findings)
    .map(finding => {
      const { line, column } = places.start(finding.span)
      const end = places.end(finding.span)
      const place = { file: places.from(base, finding.span.path), line, endLine: end.line }
      // GitHub refuses columns where the place goes on over several lines.
      const columns = end.line === line ? { col: column, endColumn: end.column } : {}
      const properties = Object.entries({ ...place, ...columns, title: `precollect ${finding.rule}` })
      const given = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',')
      return `::${GITHUB[finding.severity]} ${given}::${escapeData(words(finding))}\n`
    })
    .join('')
}

const GITLAB: Readonly<Record<Severity, string>> = { error: 'critical', warning: 'minor', info: 'info' }

/** GitLab's code quality report: what a merge request shows as new and as gone, by fingerprint. */
export function renderGitlab(input: ReportInput, model: Health, base: string): string {
  const places = new Places(input)
  const issues = byDamage(model, input.findings).map(finding => ({
    description: words(finding),
    check_name: finding.rule,
    fingerprint: finding.fingerprint,
    severity: GITLAB[finding.severity],
    location: {
      path: places.from(base, finding.span.path),
      lines: { begin: places.start(finding.span).line },
    },
  }))
  return `${JSON.stringify(issues, null, 2)}\n`
}

function words({ what, why, todo }: Finding): string {
  return [what, why, todo].filter(Boolean).join('; ')
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
