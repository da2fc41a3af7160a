/** All findings, with search and filters; as many are drawn as are looked at. */
import { useMemo, useState } from 'preact/hooks'
import { Link } from './causes.tsx'
import { count, type JsonFinding, type JsonReport } from './data.ts'
import { Place } from './editor.tsx'
import { Excerpt } from './excerpt.tsx'

const FIRST = 50

export type Severity = JsonFinding['severity']
export const SEVERITIES: readonly (readonly [Severity, string])[] = [
  ['error', 'errors'],
  ['warning', 'warnings'],
  ['info', 'notes'],
]

export interface Filter {
  readonly text: string
  readonly severities: readonly Severity[]
  readonly rule: string
}

/** Every word of the search has to stand somewhere in what is searched. */
export function contains(texts: readonly string[], search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const text = texts.join('\n').toLowerCase()
  return words.every(word => text.includes(word))
}

export function Findings(props: {
  report: JsonReport
  filter: Filter
  change: (part: Partial<Filter>) => void
}) {
  const { report, filter, change } = props
  const { findings, statistics } = report
  const found = useMemo(() => findings.filter(finding => matches(finding, filter)), [findings, filter])
  const [most, setMost] = useState(FIRST)
  const toggle = (severity: Severity) =>
    change({
      severities: filter.severities.includes(severity)
        ? filter.severities.filter(it => it !== severity)
        : [...filter.severities, severity],
    })
  if (findings.length === 0) return null
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      <search class="filters">
        <label class="wide">
          Search{' '}
          <input
            type="search"
            value={filter.text}
            placeholder="module, file, words of a message"
            onInput={event => change({ text: event.currentTarget.value })}
          />
        </label>
        <label>
          Rule{' '}
          <select value={filter.rule} onChange={event => change({ rule: event.currentTarget.value })}>
            <option value="">every rule</option>
            {Object.entries(statistics.rules).map(([rule, number]) => (
              <option key={rule} value={rule}>
                {rule} ({number})
              </option>
            ))}
          </select>
        </label>
        <fieldset>
          <legend class="unseen">Severity</legend>
          {SEVERITIES.map(([severity, words]) => (
            <label key={severity} class="check">
              <input
                type="checkbox"
                checked={filter.severities.includes(severity)}
                onChange={() => toggle(severity)}
              />{' '}
              {statistics.findings[severity].toLocaleString('en')} {words}
            </label>
          ))}
        </fieldset>
      </search>
      <p class="muted" role="status">
        {found.length === findings.length
          ? count(found.length, 'finding')
          : `${found.length.toLocaleString('en')} of ${count(findings.length, 'finding')}`}
      </p>
      <ul class="findings">
        {found.slice(0, most).map(finding => (
          <Row key={finding.fingerprint} finding={finding} />
        ))}
      </ul>
      {found.length > most && (
        <button type="button" class="more" onClick={() => setMost(most + 4 * FIRST)}>
          show more
        </button>
      )}
    </section>
  )
}

function matches(finding: JsonFinding, { text, severities, rule }: Filter): boolean {
  return (
    severities.includes(finding.severity) &&
    (rule === '' || finding.rule === rule) &&
    (text === '' ||
      contains([finding.rule, finding.path, finding.message, finding.subject, ...finding.breaks], text))
  )
}

function Row({ finding }: { finding: JsonFinding }) {
  const [open, setOpen] = useState(false)
  const { rule, severity, message, path, start, end, why, todo, chain, related, state } = finding
  return (
    <li>
      <details onToggle={event => setOpen(event.currentTarget.open)}>
        <summary>
          <span class={`severity ${severity}`}>{severity === 'info' ? 'note' : severity}</span>
          <span class="what">
            <span class="message">{message}</span>
            <span class="muted">
              <code>{rule}</code> {path}:{start.line}
            </span>
          </span>
        </summary>
        {open && (
          <div class="details">
            <p>
              <Place place={{ path, line: start.line }} column={start.column} />
              {state !== 'predicted' && <span class="state"> {state} by pytest</span>}
            </p>
            <Excerpt path={path} start={start} end={end} />
            <dl class="why">
              <dt>Why</dt>
              <dd>{why}</dd>
              {todo && <dt>What to do</dt>}
              {todo && <dd>{todo}</dd>}
            </dl>
            {chain.length > 1 && (
              <ol class="chain">
                {chain.map(link => (
                  <Link key={`${link.path}:${link.line}`} link={link} />
                ))}
              </ol>
            )}
            {related.map(({ message: words, ...place }) => (
              <p key={`${place.path}:${place.line}`}>
                <Place place={place} /> {words}
              </p>
            ))}
          </div>
        )}
      </details>
    </li>
  )
}
