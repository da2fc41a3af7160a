/** What to mend first: the causes in the order in which most test files come back. */
import { type JsonReport, split } from './data.ts'

export function Cures({ report, show }: { report: JsonReport; show: (cause: string) => void }) {
  const { before, steps } = report.cures
  const causes = new Map(report.causes.map(cause => [cause.id, cause]))
  const shown = steps.slice(0, 8)
  if (before === 0 || shown.length === 0) return null
  const last = shown.at(-1)!
  return (
    <section aria-labelledby="cures">
      <h2 id="cures">Mend first</h2>
      <p>
        {shown.length === 1 ? 'One repair brings' : `These ${shown.length} repairs bring`}{' '}
        <strong>{before.toLocaleString('en')}</strong> lost test files down to{' '}
        <strong>{last.left.toLocaleString('en')}</strong>
        {steps.length > shown.length && `; ${steps.length} repairs down to ${steps.at(-1)!.left}`}.
      </p>
      <ol class="cures">
        {shown.map(({ cause: id, left }, at) => {
          const cause = causes.get(id)
          const from = shown[at - 1]?.left ?? before
          return (
            <li key={id}>
              <button type="button" class="link" onClick={() => show(id)}>
                {cause?.subject.split('\n')[0] || cause?.summary}
              </button>
              <span class="muted rule"> {cause && `${cause.rule} in ${split(cause.path)[1]}`}</span>
              <span class="track" aria-hidden="true">
                <span class="left" style={{ width: `${(100 * left) / before}%` }} />
                <span class="back" style={{ width: `${(100 * (from - left)) / before}%` }} />
              </span>
              <span class="amount">{left.toLocaleString('en')} left</span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
