/**
 * `precollect plan`: the steps that bring the errors of collection down to a target, in the order to take them. Plain
 * data, made by `engine/rescue.ts`; printed as it stands by `--output-format json`. Paths are relative to `root`.
 */
import type { Safety } from '../bridges/fix.ts'
import { wrap } from './layout.ts'
import { count, type Paint, painter, type Style } from './style.ts'

export interface RescuePlan {
  readonly version: 1
  readonly root: string
  readonly target: number
  /** The number of steps that was asked for at most; null: as many as it takes. */
  readonly limit: number | null
  /** Errors as pytest counts them; where the run stops, the test files that are lost by it. */
  readonly errors: { readonly now: number; readonly after: number }
  readonly reached: boolean
  readonly steps: readonly RescueStep[]
}

export interface RescueStep {
  /** Stable from run to run. */
  readonly id: string
  /** edit: precollect can make it; command: something to run; hand: something to write. */
  readonly kind: 'edit' | 'command' | 'hand'
  readonly safety: Safety
  readonly title: string
  readonly because: string
  readonly command: string | null
  readonly rule: string
  readonly subject: string
  /** The fingerprint of the cause that it addresses. */
  readonly cause: string
  readonly path: string
  /** From 1. */
  readonly line: number
  /** The files that it writes, makes, moves or deletes. */
  readonly writes: readonly string[]
  /** Test files that come back. */
  readonly testFiles: readonly string[]
  /** Test functions in them, as they are written: parametrized ones count once. */
  readonly tests: number
  /** Test files that get on to their next error. */
  readonly further: number
  /** Errors once this step and those before it are done. */
  readonly errorsAfter: number
}

const KINDS = { edit: 'fix', command: 'run', hand: 'by hand' } as const

export function renderRescuePlan(plan: RescuePlan, style: Style): string {
  const paint = painter(style)
  const lines = [paint.bold(opening(plan)), '']
  let before = plan.errors.now
  for (const [at, step] of plan.steps.entries()) {
    lines.push(...stepLines(step, at + 1, before, paint, style), '')
    before = step.errorsAfter
  }
  const edits = plan.steps.filter(step => step.kind === 'edit')
  if (edits.length > 0) lines.push('`precollect plan --apply` makes the fixes of this plan, one by one.')
  return lines.join('\n').trimEnd().concat('\n')
}

function opening({ target, limit, errors, reached, steps }: RescuePlan): string {
  const now = count(errors.now, 'error')
  if (errors.now <= target) return `${now}, and the target is ${target}: nothing has to be done.`
  if (steps.length === 0) return `${now}, and no step is known that brings them down.`
  const way = `${count(steps.length, 'step')} ${steps.length === 1 ? 'brings' : 'bring'} them to ${errors.after}`
  return reached || steps.length === limit
    ? `${now}; ${way}.`
    : `${now}; ${way}, no way is known to ${target}.`
}

function stepLines(
  step: RescueStep,
  number: number,
  before: number,
  paint: Paint,
  { width, verbose }: Style,
): string[] {
  const lead = `${String(number).padStart(3)}. `
  const blanks = ' '.repeat(lead.length)
  const what = step.command === null ? step.title : `${step.command}  (${step.title})`
  const care = step.safety === 'unsafe' ? ' [look at it]' : ''
  const back = step.testFiles.length
  const parts = [
    back > 0 ? `brings back ${count(back, 'test file')} with ${count(step.tests, 'test')}` : '',
    step.further > 0 ? `brings ${count(step.further, 'test file')} to the next error` : '',
  ].filter(Boolean)
  const [head, ...more] = wrap(`${KINDS[step.kind]}${care}: ${what}`, width, lead)
  return [
    `${paint.bold(head!)}  ${paint.green(`${before} -> ${step.errorsAfter}`)}`,
    ...more,
    ...wrap(`${step.rule} at ${step.path}:${step.line}: ${parts.join(', ')}`, width, blanks),
    ...(verbose ? wrap(`why: ${step.because}`, width, blanks) : []),
    ...(verbose ? step.testFiles.map(path => `${blanks}  ${path}`) : []),
  ]
}
