/**
 * What silences findings: the settings, by rule and by file, and the comments in the files themselves. It keeps
 * count of the comments that did, so that the others can be told.
 */
import { LineIndex } from '../files/lines.ts'
import { relative } from '../files/paths.ts'
import { Sieve } from '../files/standing.ts'
import { allRules, ruleById } from './all_rules.ts'
import type { Finding } from './finding.ts'
import { globTest } from './glob.ts'
import { didYouMean } from './nearest.ts'
import type { Draft, RuleContext } from './rule.ts'
import { ALL, type Settings } from './settings.ts'
import { DIRECTIVE, type Suppression, suppressionsIn } from './suppress.ts'
import { unusedSuppression } from './unused_suppression.ts'

/** Is the rule switched on at all? */
export function isOn(rule: string, { select, ignore }: Settings): boolean {
  if (ignore.includes(rule) || ignore.includes(ALL)) return false
  return select === null || select.includes(rule) || select.includes(ALL)
}

/** The files with comments. */
const commented = new Sieve()

export class Silencers {
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

  /** What is to be said of comments that silenced nothing, or nothing of one of their rules. */
  *unused(): Generator<Draft> {
    const { trace, standing } = this.context
    if (!isOn(unusedSuppression.id, this.settings) || trace.session.outcome === 'unknown') return
    const doubtful = new Set<string>(trace.suspects)
    for (const event of trace.events) if (event.event === 'doubt') doubtful.add(event.span.path)
    const files = commented.sift(trace.reached.files, standing, path => this.suppressions(path).length > 0)
    for (const path of files) {
      if (doubtful.has(path)) continue
      for (const comment of this.suppressions(path)) {
        const what = this.complaint(comment)
        if (what === null) continue
        yield {
          span: comment.span,
          subject: comment.rules?.join(',') ?? ALL,
          what,
          why: 'it would hide the next fault at this place',
          todo: 'delete the comment, or what of it is not needed',
        }
      }
    }
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
      const { mayHold, text } = this.context
      known = path.endsWith('.py') && mayHold(path, DIRECTIVE) ? suppressionsIn(path, text(path) ?? '') : []
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
