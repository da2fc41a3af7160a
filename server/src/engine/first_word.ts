/**
 * What is told of a file that was edited while all that follows from the edit is still being found out: an import that
 * breaks in a module that hundreds of test files need is seen in that module at once.
 *
 * What makes collectors fail is told as far as it is certain by then. All else that was told of the file before stays, and
 * moves along with the edit.
 */
import { follow } from '../files/follow.ts'
import type { Span } from '../files/span.ts'
import type { Finding } from '../rules/finding.ts'
import type { Analysis } from './analyze.ts'
import { movedFinding } from './half_typed.ts'
import { type FirstWord, type Job, textsOf } from './job.ts'

/** `failing`: findings in the file. `before`: the analysis before the edit. `textOf`: texts as they are analysed now. */
export function firstWordOf(
  path: string,
  failing: readonly Finding[],
  before: { readonly analysis: Pick<Analysis, 'findings'>; readonly texts: Job['texts'] },
  textOf: (path: string) => string | null,
): FirstWord {
  const [was, is] = [before.texts.get(path), textOf(path)]
  const moved = was === undefined || is === null ? null : follow(was, is)
  const move = (span: Span): Span | null => {
    if (span.path !== path) return span
    const place = moved?.(span)
    return place ? { path, ...place } : null
  }
  const others = before.analysis.findings.filter(
    ({ span, breaks }) => span.path === path && breaks.length === 0,
  )
  const findings = [...failing, ...others.flatMap(finding => movedFinding(finding, move))]
  return {
    path,
    findings: findings.sort((a, b) => a.span.start - b.span.start),
    texts: textsOf(findings, textOf),
  }
}
