/** What `check --fix` did, in a few lines, in front of what is left. */
import type { Fix } from '../bridges/fix.ts'
import { inWords } from '../bridges/verify.ts'
import type { Finding } from '../rules/finding.ts'
import { Places } from './places.ts'
import type { ReportInput } from './report_input.ts'
import { count, painter, type Style } from './style.ts'

export interface FixedInput {
  /** Of the files as they were. */
  readonly before: Pick<ReportInput, 'plan' | 'text'>
  readonly fixes: readonly { readonly finding: Finding; readonly fix: Fix }[]
  /** Paths as people read them. */
  readonly written: readonly string[]
  readonly withheld: number
  /** Of files that are written: they had changes that are not committed. */
  readonly uncommitted: readonly string[]
}

export function renderFixed(input: FixedInput, style: Style): string {
  const paint = painter(style)
  const places = new Places(input.before)
  const lines = input.fixes.map(({ finding, fix }) => {
    const effect = fix.effect ? ` (${inWords(fix.effect)})` : ''
    return `${paint.green('fixed')} ${places.short(finding.span)} ${finding.rule}: ${fix.title}${effect}`
  })
  if (input.written.length > 0) lines.push(`Written: ${input.written.join(', ')}`)
  if (input.uncommitted.length > 0)
    lines.push(`Not committed before, and now mixed with the fixes: ${input.uncommitted.join(', ')}`)
  if (input.fixes.length === 0) lines.push('Nothing was fixed.')
  if (input.withheld > 0)
    lines.push(`${count(input.withheld, 'finding')} could be mended by fixes that --unsafe-fixes makes.`)
  return lines.map(line => `${line}\n`).join('')
}
