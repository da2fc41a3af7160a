/** The first screen: the verdict in a sentence, the figures behind it, and how the files divide. */
import { count, type JsonReport, OUTCOMES, sum } from './data.ts'

export function Headline({ report }: { report: JsonReport }) {
  const { files, tests, findings } = report.statistics
  const lost = report.causes.filter(cause => cause.stopsRun || cause.files > 0).length
  const stops = report.session.outcome === 'stops'
  return (
    <section aria-labelledby="verdict">
      <h2 id="verdict" class={`verdict ${stops || files.fails > 0 ? 'bad' : 'good'}`}>
        {verdict(report)}
      </h2>
      <dl class="figures">
        <Figure
          name="test files lost"
          value={files.fails}
          of={`of ${sum(files).toLocaleString('en')}`}
          kind="fails"
        />
        <Figure
          name="tests in them"
          value={tests.fails}
          of={`of ${sum(tests).toLocaleString('en')} written`}
          kind="fails"
        />
        <Figure name="root causes" value={lost} of="to mend" kind="fails" />
        <Figure
          name="errors"
          value={findings.error}
          of={`and ${count(findings.warning, 'warning')}`}
          kind="fails"
        />
        <Figure name="not decided" value={files.unknown} of="test files" kind="unknown" />
      </dl>
      <Shares report={report} />
      <Verdicts report={report} />
    </section>
  )
}

function verdict({ session, statistics: { files } }: JsonReport): string {
  const all = sum(files)
  if (session.outcome === 'stops') {
    const code = session.exitCode === null ? '' : ` with exit code ${session.exitCode}`
    return `The whole run stops${code}${session.failure ? `: ${session.failure.message.split('\n')[0]}` : ''}`
  }
  if (files.fails > 0) {
    return `${count(files.fails, 'test file')} of ${all.toLocaleString('en')} ${files.fails === 1 ? 'fails' : 'fail'} to collect`
  }
  if (session.outcome === 'unknown')
    return `Whether the run reaches collection is not decided${session.reason ? `: ${session.reason}` : ''}`
  if (all === 0) return 'No test files found'
  return files.unknown > 0 ? 'Nothing found that fails' : `All ${count(all, 'test file')} collect`
}

function Figure({ name, value, of, kind }: { name: string; value: number; of: string; kind: string }) {
  return (
    <div class={`figure ${value > 0 ? kind : 'none'}`}>
      <dt>{name}</dt>
      <dd>
        <strong>{value.toLocaleString('en')}</strong> <span>{of}</span>
      </dd>
    </div>
  )
}

/** How the test files divide, as one bar and as its legend. */
function Shares({ report }: { report: JsonReport }) {
  const { files } = report.statistics
  const all = sum(files)
  if (all === 0) return null
  return (
    <>
      <div class="shares" aria-hidden="true">
        {OUTCOMES.map(([outcome]) => (
          <span key={outcome} class={outcome} style={{ flexGrow: files[outcome] }} />
        ))}
      </div>
      <ul class="legend">
        {OUTCOMES.map(([outcome, words]) => (
          <li key={outcome}>
            <span class={`swatch ${outcome}`} aria-hidden="true" />
            {files[outcome].toLocaleString('en')} {words}
          </li>
        ))}
      </ul>
    </>
  )
}

function Verdicts({ report: { confirmation, statistics } }: { report: JsonReport }) {
  if (!confirmation) {
    return (
      <p class="muted">
        Predicted without running anything; <code>precollect report --confirm</code> asks pytest.
      </p>
    )
  }
  const { states, unforeseen, score, seconds, pytest } = confirmation
  const all = score.find(row => row.rule === 'all')
  const share = (value: number | null) => (value === null ? 'not known' : value.toFixed(2))
  return (
    <p>
      pytest {pytest} was run ({seconds.toFixed(1)} s): of the predicted errors{' '}
      <strong>{states.confirmed} confirmed</strong>, {states.shadowed} behind another one, {states.refuted}{' '}
      refuted; {count(unforeseen, 'failure')} not foreseen.
      {statistics.collected !== null && ` It collected ${count(statistics.collected, 'test')}.`}
      {all && ` Here so far: precision ${share(all.precision)}, recall ${share(all.recall)}.`}
    </p>
  )
}
