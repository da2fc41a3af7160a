/**
 * What a rule is, and what it sees. A rule turns what the simulation saw into words; it decides nothing
 * about imports or pytest itself, and it knows neither settings nor suppressions (`run_rules.ts` does).
 */
import type { ModuleCode } from '../compile/module_code.ts'
import type { OtherEnvironment } from '../environment/beside.ts'
import type { Environment } from '../environment/environment.ts'
import type { Needs } from '../environment/requirements.ts'
import type { Span } from '../files/span.ts'
import type { Standing } from '../files/standing.ts'
import type { ConfigWarning, Plan } from '../pytest/plan.ts'
import type { Failure, FailureDetail, Trace } from '../simulate/trace.ts'
import type { Cause } from './causes.ts'
import { said, wholeFile } from './classify.ts'
import type { Finding, Severity, Tag } from './finding.ts'
import { brokenBy, impact } from './impact.ts'

export interface Rule {
  /** Reads well after "allow": 'missing-symbol'. The rule's file has the same name in snake_case. */
  readonly id: string
  /** One line for tables and `--help`, without a full stop. */
  readonly summary: string
  /** The severity of a finding whose draft names none. */
  readonly severity: Severity
  /** The first version that has it. */
  readonly since: string
  /** What its findings say of the code that they stand at, for editors that show such code in a way of its own. */
  readonly tag?: Tag
  readonly doc: RuleDoc
  check(context: RuleContext): Iterable<Draft>
}

/** The rule's page: Markdown, but `pytest`, which is shown as it stands. */
export interface RuleDoc {
  readonly breaks: string
  readonly why: string
  readonly todo: string
  /** What pytest prints, with {slots}. */
  readonly pytest: string
  readonly limits: string
}

export interface RuleContext {
  readonly trace: Trace
  readonly plan: Plan
  readonly environment: Environment
  /** Every failure of the trace and every stop of the plan, grouped by what has to change. */
  readonly causes: readonly Cause[]
  /** What would be lost if pytest were started in the other way; null where nothing, or where that was not asked. */
  readonly otherStart: OtherStart | null
  /** What the project says it needs. */
  readonly needs: Needs
  /** The project's environments but the chosen one. */
  readonly otherEnvironments: readonly OtherEnvironment[]
  /** The plan's warnings, each under a rule that exists. */
  readonly configWarnings: readonly ConfigWarning[]
  /** Is there a file or folder of that path? False where nobody can say. */
  readonly exists: (path: string) => boolean
  /** Decoded text of a file; null where it is not at hand. */
  readonly text: (path: string) => string | null
  /** False: the file does not hold the word. Asked of many files, where reading them again would be too much. */
  readonly mayHold: (path: string, word: string) => boolean
  /** What a file of the project does when it is imported; null where it can't be read. */
  readonly code: (path: string) => ModuleCode | null
  /** Null where nothing is kept from one analysis to the next. */
  readonly standing: Standing | null
}

/** What fails with the other of `pytest` and `python -m pytest` alone. */
export interface OtherStart {
  readonly kind: Plan['invocation']['kind']
  /** The collectors that fail there and not here; the root folder where the run stops. */
  readonly breaks: readonly { readonly collector: string; readonly failure: Failure }[]
}

/** A finding as a rule makes it: what is left out follows from the rule and the cause. */
export interface Draft {
  readonly span: Span
  readonly subject: string
  readonly what: string
  readonly why: string
  readonly todo: string
  readonly severity?: Severity
  readonly breaks?: readonly string[]
  readonly chain?: readonly Span[]
  readonly related?: Finding['related']
  readonly raised?: readonly Span[]
  /** The cause that it tells of: the finding then has the cause's id as its fingerprint. */
  readonly cause?: string
}

/** The causes that belong to a rule, in collection order. */
export function causesOf(context: RuleContext, rule: string): readonly Cause[] {
  return context.causes.filter(cause => cause.rule === rule)
}

/** The causes of a rule whose failure is of one kind, with that kind's detail. */
export function* detailsOf<K extends FailureDetail['kind']>(
  context: RuleContext,
  rule: string,
  kind: K,
): Generator<{
  readonly cause: Cause
  readonly failure: Failure
  readonly detail: Extract<FailureDetail, { kind: K }>
}> {
  for (const cause of causesOf(context, rule)) {
    const { detail } = cause.failure
    if (isKind(detail, kind)) yield { cause, failure: cause.failure, detail }
  }
}

function isKind<K extends FailureDetail['kind']>(
  detail: FailureDetail,
  kind: K,
): detail is Extract<FailureDetail, { kind: K }> {
  return detail.kind === kind
}

/**
 * The draft of a finding about a cause: an error, as it is proved. What only waits behind an earlier error is a
 * warning: pytest does not show it now.
 */
export function tell(
  context: RuleContext,
  cause: Cause,
  words: {
    readonly what: string
    readonly todo: string
    readonly why?: string
    readonly related?: Finding['related']
  },
): Draft {
  const breaks = brokenBy(context, cause)
  const { chain, span, focus } = cause.failure
  const apart = cause.span !== focus && cause.span !== span
  return {
    span: cause.span,
    subject: cause.subject,
    what: words.what,
    why: words.why ?? impact(context, cause),
    todo: words.todo,
    severity: breaks.length > 0 ? 'error' : 'warning',
    breaks,
    // The culprit may be a file that no frame is in, such as one that hides another.
    chain: apart ? [...chain, cause.span] : chain,
    ...(apart ? { raised: cause.failures.map(failure => failure.span) } : {}),
    ...(words.related ? { related: words.related } : {}),
    cause: cause.id,
  }
}

/** The draft of a finding about a warning that pytest gives for its configuration; `todo` by its subject. */
export function* tellConfigWarnings(
  context: RuleContext,
  rule: string,
  todo: (subject: string) => string,
): Generator<Draft> {
  for (const warning of context.configWarnings) {
    if (warning.rule !== rule) continue
    yield {
      span: warning.span ?? wholeFile(context.plan.inipath ?? context.plan.rootdir),
      subject: warning.subject,
      severity: 'warning',
      what: said(warning.message, context.plan.rootdir),
      why: 'pytest warns of it and goes on',
      todo: todo(warning.subject),
    }
  }
}
