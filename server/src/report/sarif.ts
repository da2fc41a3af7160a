/** SARIF 2.1.0: findings with their rules, ways and fingerprints, for code scanning and its viewers. */
import { pathToFileURL } from 'node:url'
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder'
import type { Location, PhysicalLocation, Result } from 'sarif'
import type { Span } from '../files/span.ts'
import { allRules } from '../rules/all_rules.ts'
import type { Finding, Severity } from '../rules/finding.ts'
import { rulePage } from '../rules/reference.ts'
import { stateOf } from './confirmation.ts'
import type { Health } from './health.ts'
import { Places } from './places.ts'
import { byDamage } from './ranked_findings.ts'
import type { ReportInput } from './report_input.ts'

const LEVELS: Readonly<Record<Severity, Result.level>> = { error: 'error', warning: 'warning', info: 'note' }
/** What the relative places are relative to; code scanning puts its checkout there. */
const ROOT = '%SRCROOT%'

/** `base`: the folder of the checkout, absolute. `version`: precollect's. */
export function renderSarif(input: ReportInput, model: Health, version: string, base: string): string {
  const run = new SarifRunBuilder({
    defaultSourceLanguage: 'python',
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [ROOT]: { uri: `${pathToFileURL(base).href}/` } },
  }).initSimple({ toolDriverName: 'precollect', toolDriverVersion: version })
  const used = new Set(input.findings.map(finding => finding.rule))
  for (const rule of allRules.filter(({ id }) => used.has(id))) {
    const builder = new SarifRuleBuilder().initSimple({ ruleId: rule.id, shortDescriptionText: rule.summary })
    builder.rule.fullDescription = { text: rule.doc.breaks }
    builder.rule.help = { text: rule.doc.todo, markdown: rulePage(rule) }
    builder.rule.defaultConfiguration = { level: LEVELS[rule.severity] }
    run.addRule(builder)
  }
  const write = new Writer(input, base)
  for (const finding of byDamage(model, input.findings)) run.addResult(write.result(finding))
  const log = new SarifBuilder()
  log.addRun(run)
  return `${log.buildSarifJsonString({ indent: true })}\n`
}

class Writer {
  private readonly places: Places

  constructor(
    private readonly input: ReportInput,
    private readonly base: string,
  ) {
    this.places = new Places(input)
  }

  result(finding: Finding): SarifResultBuilder {
    const { rule, severity, what, why, todo, chain, related, fingerprint, span, breaks } = finding
    const builder = new SarifResultBuilder().initSimple({
      level: LEVELS[severity],
      messageText: [what, why, todo].filter(Boolean).join('. '),
      ruleId: rule,
    })
    const { result } = builder
    result.locations = [{ physicalLocation: this.place(span) }]
    result.partialFingerprints = { 'precollect/v1': fingerprint }
    if (related.length > 0) {
      result.relatedLocations = related.map(({ span, message }, id): Location => {
        return { id, physicalLocation: this.place(span), message: { text: message } }
      })
    }
    if (chain.length > 1) {
      const way = chain.map(link => ({ location: { physicalLocation: this.place(link) } }))
      result.codeFlows = [{ threadFlows: [{ locations: way }] }]
    }
    const collectors = breaks.map(path => this.places.path(path))
    result.properties = { breaks: collectors, state: stateOf(finding, this.input.confirmation) }
    return builder
  }

  private place(span: Span): PhysicalLocation {
    const from = this.places.start(span)
    const to = this.places.end(span)
    const path = this.places.from(this.base, span.path)
    const outside = path === span.path
    return {
      artifactLocation: outside
        ? { uri: pathToFileURL(path).href }
        : { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: ROOT },
      region: {
        startLine: from.line,
        startColumn: from.column,
        endLine: to.line,
        endColumn: to.column,
      },
    }
  }
}
