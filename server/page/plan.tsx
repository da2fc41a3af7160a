/** The plan: steps that were tried out, in their order, and what is left after each. */
import { count, type JsonReport } from './data.ts'

const WAYS = { edit: 'fix', command: 'run', hand: 'by hand' } as const

interface Props {
  readonly plan: NonNullable<JsonReport['plan']>
  readonly causes: JsonReport['causes']
  readonly show: (cause: string) => void
}

export function Plan({ plan, causes, show }: Props) {
  const { now, after } = plan.errors
  const known = new Set(causes.map(({ id }) => id))
  return (
    <section aria-labelledby="plan">
      <h2 id="plan">Plan</h2>
      <p>
        {plan.steps.length === 1 ? 'One step brings' : `${plan.steps.length} steps bring`}{' '}
        <strong>{count(now, 'lost test file')}</strong> down to <strong>{after.toLocaleString('en')}</strong>,
        as tried out in the simulation. <code>precollect plan --apply</code> makes the fixes.
      </p>
      <ol class="cures">
        {plan.steps.map(({ id, kind, title, command, rule, path, line, cause, errorsAfter }, at) => {
          const before = plan.steps[at - 1]?.errorsAfter ?? now
          const left = Math.min(100, (100 * errorsAfter) / now)
          return (
            <li key={id}>
              {known.has(cause) ? (
                <button type="button" class="link" onClick={() => show(cause)}>
                  {title}
                </button>
              ) : (
                <span>{title}</span>
              )}
              <span class="muted rule">
                {' '}
                {WAYS[kind]}
                {command !== null && (
                  <>
                    : <code>{command}</code>
                  </>
                )}{' '}
                ({rule} at {path}:{line})
              </span>
              <span class="track" aria-hidden="true">
                <span class="left" style={{ width: `${left}%` }} />
                <span class="back" style={{ width: `${Math.max(0, (100 * before) / now - left)}%` }} />
              </span>
              <span class="amount">{errorsAfter.toLocaleString('en')} left</span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
