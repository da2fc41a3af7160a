/**
 * From a trace to the findings a project wants to see: runs every rule, gives each finding its fingerprint,
 * and takes away what settings and comments silence.
 */
import type { ModuleCode } from '../compile/module_code.ts'
import type { OtherEnvironment } from '../environment/beside.ts'
import type { Environment } from '../environment/environment.ts'
import { type Needs, NO_NEEDS } from '../environment/requirements.ts'
import { relative } from '../files/paths.ts'
import type { Standing } from '../files/standing.ts'
import type { ConfigWarning, Plan } from '../pytest/plan.ts'
import type { Trace } from '../simulate/trace.ts'
import { allRules, ruleById } from './all_rules.ts'
import { type Cause, findCauses } from './causes.ts'
import type { Finding } from './finding.ts'
import { Fingerprints } from './fingerprint.ts'
import { invalidConfiguration } from './invalid_configuration.ts'
import type { Draft, OtherStart, Rule, RuleContext } from './rule.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'
import { isOn, Silencers } from './silencers.ts'
import { surroundings } from './surroundings.ts'
import { unusedSuppression } from './unused_suppression.ts'

export interface RulesInput {
  readonly trace: Trace
  readonly plan: Plan
  readonly environment: Environment
  /** Decoded text of a file; null where it is not at hand. */
  readonly text: (path: string) => string | null
  /** False: the file does not hold the word; without it the text is asked. */
  readonly mayHold?: (path: string, word: string) => boolean
  /** What a file of the project does when it is imported; null where it can't be read. */
  readonly code?: (path: string) => ModuleCode | null
  /** Is there a file or folder of that path? Makes hints and the blame of hidden modules better. */
  readonly exists?: (path: string) => boolean
  readonly settings?: Settings
  readonly otherStart?: OtherStart | null
  readonly needs?: Needs
  readonly otherEnvironments?: readonly OtherEnvironment[]
  /** Of the files whose `text` and `code` that is. */
  readonly standing?: Standing | null
}

export interface RulesResult {
  /** Sorted by path and offset. */
  readonly findings: readonly Finding[]
  /** All causes, also those whose findings are silenced: the collectors fail all the same. */
  readonly causes: readonly Cause[]
}

export function runRules(input: RulesInput): RulesResult {
  const settings = input.settings ?? DEFAULT_SETTINGS
  const context = contextOf(input)
  const finish = finisher(context, settings)
  const silencers = new Silencers(context, settings)
  const told = drafted(context, settings)
    .map(finish)
    .filter(finding => !silencers.silence(finding))
  // Only now is it known which comments were of use.
  const unused = [...silencers.unused()].map(draft => finish({ rule: unusedSuppression, draft }))
  const findings = [...told, ...unused.filter(finding => !silencers.silence(finding))]
  return { findings: sorted(findings), causes: context.causes }
}

/** The causes alone, with nothing said of them. */
export function causesOf(input: RulesInput): readonly Cause[] {
  return contextOf(input).causes
}

/** The settings with what the command line adds: its `select` takes the place, its `ignore` comes on top. */
export function withOverrides(
  settings: Settings,
  overrides: { readonly select: readonly string[]; readonly ignore: readonly string[] },
): Settings {
  return {
    ...settings,
    select: overrides.select.length > 0 ? overrides.select : settings.select,
    ignore: [...settings.ignore, ...overrides.ignore],
  }
}

function contextOf(input: RulesInput): RuleContext {
  const { trace, plan, environment, text, exists = () => false, otherStart = null } = input
  const { needs = NO_NEEDS, otherEnvironments = [], code = () => null, standing = null } = input
  const around = surroundings(trace, environment, plan.rootdir, { exists, text })
  const causes = findCauses(trace, plan, around, stop => knownRule(stop.rule))
  const configWarnings: readonly ConfigWarning[] = plan.warnings.map(warning => ({
    ...warning,
    rule: knownRule(warning.rule),
  }))
  return {
    trace,
    plan,
    environment,
    causes,
    otherStart,
    needs,
    otherEnvironments,
    configWarnings,
    exists,
    text,
    mayHold: input.mayHold ?? (() => true),
    code,
    standing,
  }
}

/** The plan may know more ways to go wrong than there are rules of their own. */
function knownRule(id: string): string {
  return ruleById(id) ? id : invalidConfiguration.id
}

interface Drafted {
  readonly rule: Rule
  readonly draft: Draft
}

/** What the rules that are switched on say, from top to bottom of each file. Of two drafts for one fault the first counts. */
function drafted(context: RuleContext, settings: Settings): Drafted[] {
  const drafts = new Map<string, Drafted>()
  for (const rule of allRules) {
    if (!isOn(rule.id, settings)) continue
    for (const draft of rule.check(context)) {
      const key = [rule.id, draft.span.path, draft.span.start, draft.subject].join('\0')
      if (!drafts.has(key)) drafts.set(key, { rule, draft })
    }
  }
  return [...drafts.values()].sort((a, b) => a.draft.span.start - b.draft.span.start)
}

/** Makes findings of drafts, to be called in the order of `drafted`. */
function finisher({ plan, causes }: RuleContext, settings: Settings): (drafted: Drafted) => Finding {
  const prints = new Fingerprints()
  const printOf = (rule: string, path: string, subject: string) =>
    prints.next(rule, relative(plan.rootdir, path), subject)
  // The ids of the causes are taken.
  for (const { rule, span, subject } of causes) printOf(rule, span.path, subject)
  return ({ rule, draft }) => ({
    rule: rule.id,
    severity: settings.severity[rule.id] ?? draft.severity ?? rule.severity,
    span: draft.span,
    subject: draft.subject,
    what: draft.what,
    why: draft.why,
    todo: draft.todo,
    breaks: draft.breaks ?? [],
    chain: draft.chain ?? [],
    related: draft.related ?? [],
    ...(draft.raised ? { raised: draft.raised } : {}),
    ...(rule.tag ? { tag: rule.tag } : {}),
    fingerprint: draft.cause ?? printOf(rule.id, draft.span.path, draft.subject),
  })
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      compare(a.span.path, b.span.path) ||
      a.span.start - b.span.start ||
      compare(a.rule, b.rule) ||
      compare(a.subject, b.subject),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
