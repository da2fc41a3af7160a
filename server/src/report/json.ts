/**
 * The JSON document, version 1: what other programs read. Names once given stay; more may be added. Paths are
 * relative to `root` with '/'; lines and columns start at 1, columns in UTF-16 units.
 */
import type { FindingState } from '../confirm/judge.ts'
import type { Span } from '../files/span.ts'
import { type Cause, collectorsOf } from '../rules/causes.ts'
import type { Severity } from '../rules/finding.ts'
import type { CollectorTrace, Failure } from '../simulate/trace.ts'
import { stateOf } from './confirmation.ts'
import { type JsonConfirmation, jsonConfirmation } from './confirmation_json.ts'
import type { Health, Totals } from './health.ts'
import { Places } from './places.ts'
import type { ReportInput } from './report_input.ts'

export interface JsonReport {
  readonly version: 1
  readonly tool: string
  /** Absolute: pytest's root folder. */
  readonly root: string
  readonly invocation: 'pytest' | 'python -m pytest'
  readonly environment: {
    readonly python: string
    readonly executable: string | null
    readonly pytest: string
    readonly unknown: readonly string[]
  }
  readonly session: {
    readonly outcome: 'runs' | 'stops' | 'unknown'
    readonly exitCode: number | null
    readonly reason: string | null
    readonly failure: JsonFailure | null
    readonly cause: string | null
  }
  readonly collectors: readonly JsonCollector[]
  readonly causes: readonly JsonCause[]
  readonly findings: readonly JsonFinding[]
  /** Of `precollect confirm` only. */
  readonly confirmation?: JsonConfirmation
  readonly statistics: {
    readonly collectors: Totals
    readonly files: Totals
    readonly layers: readonly number[]
    readonly missingModules: Readonly<Record<string, number>>
    readonly missingSymbols: Readonly<Record<string, number>>
  }
}

export interface JsonPlace {
  readonly path: string
  readonly line: number
}

export interface JsonFailure extends JsonPlace {
  readonly exception: string
  readonly message: string
  readonly rule: string
  readonly subject: string
  readonly chain: readonly JsonPlace[]
  readonly cause: (JsonPlace & { readonly exception: string; readonly message: string }) | null
}

export interface JsonCollector {
  readonly path: string
  readonly outcome: CollectorTrace['outcome']
  readonly reason: string | null
  readonly failure: JsonFailure | null
  readonly behind: readonly JsonFailure[]
  readonly cause: string | null
}

export interface JsonCause extends JsonPlace {
  readonly id: string
  readonly rule: string
  readonly subject: string
  readonly summary: string
  readonly stopsRun: boolean
  readonly collectors: readonly string[]
}

export interface JsonFinding {
  readonly rule: string
  readonly severity: Severity
  readonly path: string
  readonly start: { readonly line: number; readonly column: number }
  readonly end: { readonly line: number; readonly column: number }
  readonly message: string
  readonly why: string
  readonly todo: string
  readonly subject: string
  readonly breaks: readonly string[]
  readonly chain: readonly JsonPlace[]
  readonly related: readonly (JsonPlace & { readonly message: string })[]
  readonly fingerprint: string
  readonly state: FindingState
}

/** The document as text, with a line end. `tool` is name and version. */
export function renderJson(input: ReportInput, model: Health, tool: string): string {
  return `${JSON.stringify(jsonReport(input, model, tool), null, 2)}\n`
}

export function jsonReport(input: ReportInput, model: Health, tool: string): JsonReport {
  const write = new Writer(input, model)
  const { environment, plan, trace, findings } = input
  return {
    version: 1,
    tool,
    root: plan.rootdir,
    invocation: plan.invocation.kind,
    environment: {
      python: environment.version.join('.'),
      executable: environment.executable,
      pytest: plan.pytestVersion,
      unknown: model.unknown,
    },
    session: {
      outcome: model.session.outcome,
      exitCode: model.session.exitCode,
      reason: model.session.reason,
      failure: model.session.failure && write.failure(model.session.failure, model.session.cause),
      cause: model.session.cause?.id ?? null,
    },
    collectors: trace.collectors.map(collector => write.collector(collector)),
    causes: model.causes.map(({ cause, finding }) => ({
      id: cause.id,
      rule: cause.rule,
      ...write.place(cause.span),
      subject: cause.subject,
      summary: finding?.what ?? `${cause.failure.exception}: ${cause.failure.message}`,
      stopsRun: cause.stopsRun,
      collectors: collectorsOf(cause).map(path => write.path(path)),
    })),
    findings: findings.map(finding => ({
      rule: finding.rule,
      severity: finding.severity,
      path: write.path(finding.span.path),
      start: write.start(finding.span),
      end: write.end(finding.span),
      message: finding.what,
      why: finding.why,
      todo: finding.todo,
      subject: finding.subject,
      breaks: finding.breaks.map(path => write.path(path)),
      chain: finding.chain.map(span => write.place(span)),
      related: finding.related.map(({ span, message }) => ({ ...write.place(span), message })),
      fingerprint: finding.fingerprint,
      state: stateOf(finding, input.confirmation),
    })),
    ...(input.confirmation ? { confirmation: jsonConfirmation(input.confirmation, plan.rootdir) } : {}),
    statistics: {
      collectors: model.collectors,
      files: model.files,
      layers: model.layers,
      missingModules: Object.fromEntries(model.statistics.missingModules),
      missingSymbols: Object.fromEntries(model.statistics.missingSymbols),
    },
  }
}

class Writer {
  private readonly places: Places
  /** The cause of a collector's failure, by its path and layer. */
  private readonly causes = new Map<string, Cause>()

  constructor(input: ReportInput, { causes }: Health) {
    this.places = new Places(input)
    for (const { cause } of causes) {
      for (const { collector, layer } of cause.occurrences) this.causes.set(`${layer} ${collector}`, cause)
    }
  }

  path(path: string): string {
    return this.places.path(path)
  }

  place(span: Span): JsonPlace {
    return { path: this.path(span.path), line: this.places.start(span).line }
  }

  start(span: Span): JsonFinding['start'] {
    return this.places.start(span)
  }

  end(span: Span): JsonFinding['end'] {
    return this.places.end(span)
  }

  collector({ path, outcome, reason, failure, behind }: CollectorTrace): JsonCollector {
    const causeAt = (layer: number) => this.causes.get(`${layer} ${path}`) ?? null
    return {
      path: this.path(path),
      outcome,
      reason,
      failure: failure && this.failure(failure, causeAt(0)),
      behind: behind.map((each, index) => this.failure(each, causeAt(index + 1))),
      cause: causeAt(0)?.id ?? null,
    }
  }

  failure(failure: Failure, cause: Cause | null): JsonFailure {
    const { exception, message, span, chain } = failure
    return {
      exception,
      message,
      ...this.place(span),
      rule: cause?.rule ?? '',
      subject: cause?.subject ?? '',
      chain: chain.map(link => this.place(link)),
      cause: failure.cause && {
        exception: failure.cause.exception,
        message: failure.cause.message,
        ...this.place(failure.cause.span),
      },
    }
  }
}
