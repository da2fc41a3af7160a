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
import type { BridgeDebt, Health, TrendPoint } from './health.ts'
import { Places } from './places.ts'
import type { ReportInput } from './report_input.ts'
import type { RescuePlan } from './rescue_plan.ts'

export interface JsonReport {
  readonly version: 1
  readonly tool: string
  /** Absolute: pytest's root folder. */
  readonly root: string
  readonly invocation: 'pytest' | 'python -m pytest'
  readonly environment: {
    readonly python: string
    readonly implementation: string
    readonly platform: string
    readonly executable: string | null
    /** Which rule of the search for an interpreter chose it. */
    readonly chosenBecause: string
    readonly pytest: string
    /** Loaded before the first conftest, in pytest's order. */
    readonly plugins: readonly JsonPlugin[]
    readonly invocationBecause: string
    readonly arguments: readonly string[]
    /** pytest's configuration file. */
    readonly configuration: string | null
    /** What could not be found out. */
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
  /** Every test file with an outcome: those below a folder that fails are lost with it. */
  readonly testFiles: readonly JsonTestFile[]
  /** Folders that hold test files, each with its own files alone. */
  readonly folders: readonly {
    readonly path: string
    readonly files: OutcomeCounts
    readonly tests: OutcomeCounts
  }[]
  /** Most damage first. */
  readonly causes: readonly JsonCause[]
  /** What to mend first, and how many test files are still lost after each step. */
  readonly cures: {
    readonly before: number
    readonly steps: readonly { readonly cause: string; readonly left: number }[]
  }
  readonly findings: readonly JsonFinding[]
  /** Of `precollect confirm` only. */
  readonly confirmation?: JsonConfirmation
  /** Bridges that were written and are still there; null where nobody looked for them. */
  readonly bridges: readonly BridgeDebt[] | null
  /** How the errors are brought down, fixes tried out; null where nobody looked for it. */
  readonly plan: JsonPlan | null
  /** Earlier runs, oldest first. */
  readonly trend: readonly TrendPoint[]
  /** Why verdicts are missing, most frequent reason first. */
  readonly doubts: readonly { readonly reason: string; readonly collectors: readonly string[] }[]
  readonly statistics: {
    readonly collectors: OutcomeCounts
    readonly files: OutcomeCounts
    /** Test functions that are written in the files, a parametrized one counted once. */
    readonly tests: OutcomeCounts
    /** Tests that a real pass collected; null without one. */
    readonly collected: number | null
    readonly findings: { readonly error: number; readonly warning: number; readonly info: number }
    /** Findings by rule, most first. */
    readonly rules: Readonly<Record<string, number>>
    /** How many collectors have at least one error, at least two in a row, and so on. */
    readonly layers: readonly number[]
    readonly missingModules: Readonly<Record<string, number>>
    readonly missingSymbols: Readonly<Record<string, number>>
  }
}

/** The sum of `precollect plan`, which tells more. */
export interface JsonPlan {
  readonly target: number
  /** Test files that are not collected, before and after all steps. */
  readonly errors: { readonly now: number; readonly after: number }
  readonly reached: boolean
  readonly steps: readonly {
    readonly id: string
    /** edit: precollect can make it; command: something to run; hand: something to write. */
    readonly kind: 'edit' | 'command' | 'hand'
    readonly title: string
    readonly command: string | null
    readonly rule: string
    /** The fingerprint of the cause that it addresses. */
    readonly cause: string
    readonly path: string
    readonly line: number
    readonly errorsAfter: number
  }[]
}

export interface OutcomeCounts {
  readonly collects: number
  readonly fails: number
  readonly skips: number
  readonly unknown: number
}

export interface JsonPlugin {
  readonly name: string
  readonly distribution: string | null
  readonly version: string | null
}

export interface JsonTestFile {
  readonly path: string
  readonly outcome: CollectorTrace['outcome']
  readonly tests: number
  /** The id of what it fails by now. */
  readonly cause: string | null
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
  /** Test files, and the test functions in them, that are lost to it now. */
  readonly files: number
  readonly tests: number
  /** Test files that would fail because of it next. */
  readonly waiting: number
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
  const { plan, trace, findings } = input
  const { environment } = model
  return {
    version: 1,
    tool,
    root: plan.rootdir,
    invocation: plan.invocation.kind,
    environment: {
      python: environment.python,
      implementation: environment.implementation,
      platform: environment.platform,
      executable: environment.executable,
      chosenBecause: environment.chosenBecause,
      pytest: environment.pytest,
      plugins: environment.plugins,
      invocationBecause: environment.invocationBecause,
      arguments: environment.arguments,
      configuration: environment.configuration && write.path(environment.configuration),
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
    testFiles: model.testFiles.map(({ path, outcome, tests, cause }) => ({
      ...{ path: write.path(path), outcome, tests },
      cause: cause?.id ?? null,
    })),
    folders: model.folders.map(({ path, files, tests }) => ({ path: write.path(path), files, tests })),
    causes: model.causes.map(({ cause, finding, files, tests, waiting }) => ({
      id: cause.id,
      rule: cause.rule,
      ...write.place(cause.span),
      subject: cause.subject,
      summary: finding?.what ?? `${cause.failure.exception}: ${cause.failure.message}`,
      stopsRun: cause.stopsRun,
      collectors: collectorsOf(cause).map(path => write.path(path)),
      ...{ files, tests, waiting },
    })),
    cures: {
      before: model.cures.before,
      steps: model.cures.steps.map(({ cause, left }) => ({ cause: cause.id, left })),
    },
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
    ...(input.confirmation && model.verdicts
      ? { confirmation: jsonConfirmation(input.confirmation, model.verdicts, plan.rootdir) }
      : {}),
    bridges:
      model.bridges?.map(bridge => ({
        ...bridge,
        path: write.path(bridge.path),
        users: bridge.users.map(path => write.path(path)),
      })) ?? null,
    plan: model.rescue && jsonPlan(model.rescue),
    trend: model.trend,
    doubts: model.doubts.map(({ reason, collectors }) => ({
      reason,
      collectors: collectors.map(path => write.path(path)),
    })),
    statistics: {
      collectors: model.collectors,
      files: model.files,
      tests: model.tests,
      collected: model.collected,
      findings: model.findings.bySeverity,
      rules: Object.fromEntries(model.findings.byRule),
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

function jsonPlan({ target, errors, reached, steps }: RescuePlan): JsonPlan {
  return {
    target,
    errors,
    reached,
    steps: steps.map(({ id, kind, title, command, rule, cause, path, line, errorsAfter }) => ({
      ...{ id, kind, title, command, rule, cause, path, line, errorsAfter },
    })),
  }
}
