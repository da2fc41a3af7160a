/** Root causes, most damage first: each opens to its source, its ways and the graph of imports around it. */
import { useState } from 'preact/hooks'
import { count, findingOf, type JsonCause, type JsonPlace, type JsonReport } from './data.ts'
import { Place } from './editor.tsx'
import { Excerpt, useLine } from './excerpt.tsx'
import { Graph } from './graph.tsx'

const FIRST = 20
const WAYS = 5

export function Causes(props: {
  report: JsonReport
  /** The id of the cause that was asked for. */
  open: string | null
  /** Those that the search leaves. */
  matches: (cause: JsonCause) => boolean
}) {
  const { report, open, matches } = props
  const [most, setMost] = useState(FIRST)
  const causes = report.causes.filter(cause => cause.stopsRun || cause.files > 0 || cause.waiting > 0)
  const found = causes.filter(matches)
  if (causes.length === 0) return null
  const shown = found.slice(0, most)
  const asked = found.find(({ id }) => id === open)
  if (asked && !shown.includes(asked)) shown.unshift(asked)
  return (
    <section aria-labelledby="causes">
      <h2 id="causes">Root causes</h2>
      {found.length < causes.length && (
        <p class="muted">
          {found.length} of {count(causes.length, 'cause')} match the search.
        </p>
      )}
      {shown.map(cause => (
        <Cause key={cause.id} report={report} cause={cause} asked={cause.id === open} />
      ))}
      {found.length > shown.length && (
        <button type="button" class="more" onClick={() => setMost(most * 3)}>
          show more of {count(found.length, 'cause')}
        </button>
      )}
    </section>
  )
}

function Cause({ report, cause, asked }: { report: JsonReport; cause: JsonCause; asked: boolean }) {
  const [opened, setOpened] = useState(false)
  const open = opened || asked
  return (
    <details
      class="cause card"
      id={`cause-${cause.id}`}
      open={open}
      onToggle={event => setOpened(event.currentTarget.open)}
    >
      <summary>
        <span class={`lost ${cause.stopsRun || cause.files > 0 ? '' : 'none'}`}>
          <strong>{cause.stopsRun ? 'all' : cause.files.toLocaleString('en')}</strong>
          <span>{cause.files === 1 && !cause.stopsRun ? 'file' : 'files'}</span>
        </span>
        <span class="what">
          <span class="message">{cause.summary}</span>
          <span class="muted">
            <code>{cause.rule}</code> {cause.path}:{cause.line}
            {cause.tests > 0 && `, ${count(cause.tests, 'test')} lost`}
            {cause.waiting > 0 && `, ${count(cause.waiting, 'more file')} waiting for it`}
          </span>
        </span>
      </summary>
      {open && <Details report={report} cause={cause} />}
    </details>
  )
}

function Details({ report, cause }: { report: JsonReport; cause: JsonCause }) {
  const finding = findingOf(report, cause)
  const failing = report.collectors.filter(({ cause: id }) => id === cause.id)
  const [ways, setWays] = useState(WAYS)
  return (
    <div class="details">
      <p>
        <Place place={cause} {...(finding ? { column: finding.start.column } : {})} />
        {finding && finding.state !== 'predicted' && <span class="state"> {finding.state} by pytest</span>}
      </p>
      {finding && <Excerpt path={finding.path} start={finding.start} end={finding.end} />}
      {finding && (
        <dl class="why">
          <dt>Why</dt>
          <dd>{finding.why}</dd>
          <dt>What to do</dt>
          <dd>{finding.todo}</dd>
        </dl>
      )}
      <Graph report={report} cause={cause} />
      {failing.length > 0 && (
        <>
          <h3>What runs into it</h3>
          <ul class="ways">
            {failing.slice(0, ways).map(({ path, failure }) => (
              <li key={path}>
                <Way path={path} chain={failure!.chain} />
              </li>
            ))}
          </ul>
          {failing.length > ways && (
            <button type="button" class="more" onClick={() => setWays(failing.length)}>
              show all {failing.length}
            </button>
          )}
        </>
      )}
    </div>
  )
}

/** The chain from a test file to the statement that fails, link by link. */
function Way({ path, chain }: { path: string; chain: readonly JsonPlace[] }) {
  if (chain.length < 2) return <Place place={chain[0] ?? { path, line: 1 }} />
  return (
    <details>
      <summary>
        {path} <span class="muted">in {chain.length} steps</span>
      </summary>
      <ol class="chain">
        {chain.map(link => (
          <Link key={`${link.path}:${link.line}`} link={link} />
        ))}
      </ol>
    </details>
  )
}

export function Link({ link }: { link: JsonPlace }) {
  const line = useLine(link.path, link.line)
  return (
    <li>
      <Place place={link} /> {line && <code class="source">{line}</code>}
    </li>
  )
}
