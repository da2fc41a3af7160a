/** What the rules about things that are registered twice have in common. */
import type { Span } from '../files/span.ts'
import type { Cause } from './causes.ts'
import { shown } from './impact.ts'
import { type Draft, type RuleContext, tell } from './rule.ts'

export interface RegisteredTwice {
  /** "metric 'x'". */
  readonly thing: string
  readonly first: Span
  /** The very same statement registered it before. */
  readonly twice: boolean
  /** What to do where one statement is executed twice, and where there are two. */
  readonly cures: { readonly twice: string; readonly two: string }
}

/** The draft of a finding about a second registration: of two statements, or of one that is executed twice. */
export function tellRegisteredTwice(
  context: RuleContext,
  cause: Cause,
  { thing, first, twice, cures }: RegisteredTwice,
): Draft {
  const root = twice ? failedBefore(context, cause) : null
  return tell(context, cause, {
    what: twice
      ? `${thing} is registered a second time by the same line`
      : `${thing} is already registered in ${shown(context, first.path)}`,
    todo: root
      ? `cure the error at ${shown(context, root.span.path)} first: this one goes with it`
      : twice
        ? cures.twice
        : cures.two,
    related: [
      ...(twice ? [] : [{ span: first, message: `${thing} is registered here first` }]),
      ...(root ? [{ span: root.span, message: 'this error left the file half executed' }] : []),
    ],
  })
}

/** An earlier cause whose chain leads through the same file: its import failed after the registration. */
function failedBefore(context: RuleContext, cause: Cause): Cause | null {
  for (const other of context.causes) {
    if (other === cause) return null
    if (other.failure.chain.some(link => link.path === cause.span.path)) return other
  }
  return null
}
