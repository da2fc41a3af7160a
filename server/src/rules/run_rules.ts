/**
 * From a trace to the findings a project wants to see: runs every rule, gives each finding its fingerprint,
 * and takes away what settings and comments silence. The only place that knows all three.
 */
import type { Environment } from '../environment/environment.ts'
import { LineIndex } from '../files/lines.ts'
import { relative } from '../files/paths.ts'
import type { ConfigWarning, Plan } from '../pytest/plan.ts'
import type { Trace } from '../simulate/trace.ts'
import { allRules, ruleById } from './all_rules.ts'
import { type Cause, findCauses } from './causes.ts'
import type { Finding } from './finding.ts'
import { Fingerprints } from './fingerprint.ts'
import { globTest } from './glob.ts'
import { invalidConfiguration } from './invalid_configuration.ts'
import { didYouMean } from './nearest.ts'
import type { Draft, Rule, RuleContext } from './rule.ts'
import { ALL, DEFAULT_SETTINGS, type Settings } from './settings.ts'
import { type Suppression, suppressionsIn } from './suppress.ts'
import { surroundings } from './surroundings.ts'
import { unusedSuppression } from './unused_suppression.ts'

export interface RulesInput {
  readonly trace: Trace
  readonly plan: Plan
  readonly environment: Environment
  /** Decoded text of a file; null where it is not at hand. */
  readonly text: (path: string) => string | null
  /** Is there a file or folder of that path? Makes hints and the blame of hidden modules better. */
  readonly exists?: (path: string) => boolean
  readonly settings?: Settings
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
  const found = completed(context, settings)
  const silencers = new Silencers(context, settings)
  const told = found.filter(finding => !silencers.silence(finding))
  const unused = silencers.unused().filter(finding => !silencers.silence(finding))
  return { findings: sorted([...told, ...unused]), causes: context.causes }
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

function contextOf({ trace, plan, environment, text, exists = () => false }: RulesInput): RuleContext {
  const around = surroundings(trace, environment, plan.rootdir, { exists, text })
  const causes = findCauses(trace, plan, around, stop => knownRule(stop.rule))
  const configWarnings: readonly ConfigWarning[] = plan.warnings.map(warning => ({
    ...warning,
    rule: knownRule(warning.rule),
  }))
  return { trace, plan, environment, causes, configWarnings, exists, text }
}

/** The plan may know more ways to go wrong than there are rules of their own. */
function knownRule(id: string): string {
  return ruleById(id) ? id : invalidConfiguration.id
}

/** Runs the rules that are switched on. Of two drafts for the same fault the first counts. */
function completed(context: RuleContext, settings: Settings): Finding[] {
  const drafts = new Map<string, { readonly rule: Rule; readonly draft: Draft }>()
  for (const rule of allRules) {
    if (!isOn(rule.id, settings)) continue
    for (const draft of rule.check(context)) {
      const key = [rule.id, draft.span.path, draft.span.start, draft.subject].join('\0')
      if (!drafts.has(key)) drafts.set(key, { rule, draft })
    }
  }
  const prints = new Fingerprints()
  return [...drafts.values()]
    .sort((a, b) => a.draft.span.start - b.draft.span.start)
    .map(({ rule, draft }) => complete(rule, draft, context, settings, prints))
}

function complete(
  rule: Rule,
  draft: Draft,
  { plan }: RuleContext,
  settings: Settings,
  prints: Fingerprints,
): Finding {
  const print = prints.next(rule.id, relative(plan.rootdir, draft.span.path), draft.subject)
  return {
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
    fingerprint: draft.cause ?? print,
  }
}

function isOn(rule: string, { select, ignore }: Settings): boolean {
  if (ignore.includes(rule) || ignore.includes(ALL)) return false
  return select === null || select.includes(rule) || select.includes(ALL)
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

/** What silences findings: the settings by file, and the comments in the files; keeps count of the latter. */
class Silencers {
  private readonly byFile = new Map<string, readonly Suppression[]>()
  private readonly lines = new Map<string, LineIndex>()
  /** Rules that each comment silenced something of. */
  private readonly used = new Map<Suppression, Set<string>>()
  private readonly ignores: readonly { matches: (path: string) => boolean; rules: readonly string[] }[]

  constructor(
    private readonly context: RuleContext,
    private readonly settings: Settings,
  ) {
    const excludes = settings.exclude.map(pattern => ({ pattern, rules: [ALL] }))
    this.ignores = [...settings.perFileIgnores, ...excludes].map(({ pattern, rules }) => ({
      matches: globTest(pattern) ?? (() => false),
      rules,
    }))
  }

  silence(finding: Finding): boolean {
    if (this.ignoredByFile(finding.span.path, finding.rule)) return true
    const hits = this.suppressions(finding.span.path).filter(comment => this.covers(comment, finding))
    for (const comment of hits) {
      const rules = this.used.get(comment) ?? new Set()
      this.used.set(comment, rules.add(finding.rule))
    }
    return hits.length > 0
  }

  /** Findings about comments that silenced nothing, or nothing of one of their rules. */
  unused(): Finding[] {
    const { trace } = this.context
    if (!isOn(unusedSuppression.id, this.settings) || trace.session.outcome === 'unknown') return []
    const doubtful = new Set<string>(trace.suspects)
    for (const event of trace.events) if (event.event === 'doubt') doubtful.add(event.span.path)
    const prints = new Fingerprints()
    const findings: Finding[] = []
    for (const path of trace.reached.keys()) {
      if (doubtful.has(path)) continue
      for (const comment of this.suppressions(path)) {
        const what = this.complaint(comment)
        if (what === null) continue
        const draft: Draft = {
          span: comment.span,
          subject: comment.rules?.join(',') ?? ALL,
          what,
          why: 'it would hide the next fault at this place',
          todo: 'delete the comment, or what of it is not needed',
        }
        findings.push(complete(unusedSuppression, draft, this.context, this.settings, prints))
      }
    }
    return findings
  }

  private complaint(comment: Suppression): string | null {
    const used = this.used.get(comment)
    if (comment.rules === null) {
      // A comment for all rules may be meant for one that is switched off.
      const all = allRules.every(rule => isOn(rule.id, this.settings))
      return used || !all ? null : 'this comment silences nothing'
    }
    if (comment.rules.includes(unusedSuppression.id)) return null
    for (const rule of comment.rules) {
      const known = ruleById(rule) !== undefined
      if (!known)
        return `no rule is called '${rule}'${didYouMean(
          rule,
          allRules.map(each => each.id),
        )}`
      const judged = isOn(rule, this.settings) && !this.ignoredByFile(comment.span.path, rule)
      if (judged && !used?.has(rule)) return `this comment silences no '${rule}'`
    }
    return null
  }

  /** A comment counts on the lines of the place itself, and on the first and last of its statement. */
  private covers(comment: Suppression, { rule, span, chain }: Finding): boolean {
    // A comment for every rule does not hide that it silences nothing.
    const named = comment.rules === null ? rule !== unusedSuppression.id : comment.rules.includes(rule)
    if (!named) return false
    if (comment.wholeFile) return true
    const lines = this.linesOf(span.path)
    const lineOf = (offset: number) => lines.position(offset).line
    const line = lineOf(comment.span.start)
    if (lineOf(span.start) <= line && line <= lineOf(span.end)) return true
    const statement = chain.at(-1)
    return statement?.path === span.path && [statement.start, statement.end].map(lineOf).includes(line)
  }

  private ignoredByFile(path: string, rule: string): boolean {
    const seen = relative(this.settings.folder ?? this.context.plan.rootdir, path)
    return this.ignores.some(
      ({ matches, rules }) => (rules.includes(rule) || rules.includes(ALL)) && matches(seen),
    )
  }

  private suppressions(path: string): readonly Suppression[] {
    let known = this.byFile.get(path)
    if (!known) {
      known = path.endsWith('.py') ? suppressionsIn(path, this.context.text(path) ?? '') : []
      this.byFile.set(path, known)
    }
    return known
  }

  private linesOf(path: string): LineIndex {
    let index = this.lines.get(path)
    if (!index) {
      index = new LineIndex(this.context.text(path) ?? '')
      this.lines.set(path, index)
    }
    return index
  }
}
