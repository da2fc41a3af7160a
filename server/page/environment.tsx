/** What the verdicts hold for, what is not known, and what makes a collection slow. */
import type { ComponentChildren } from 'preact'
import { count, type JsonReport } from './data.ts'

export function Environment({ report }: { report: JsonReport }) {
  const { environment, invocation, root } = report
  const { plugins } = environment
  return (
    <section aria-labelledby="environment">
      <h2 id="environment">Environment</h2>
      <dl class="facts">
        <Fact name="Python">
          {environment.python} <code>{environment.executable ?? 'no interpreter found'}</code>{' '}
          <span class="muted">({environment.chosenBecause})</span>
        </Fact>
        <Fact name="pytest">
          {environment.pytest}, started as <code>{[invocation, ...environment.arguments].join(' ')}</code>{' '}
          <span class="muted">({environment.invocationBecause})</span>
        </Fact>
        <Fact name="Plugins">
          {plugins.length === 0
            ? 'none'
            : plugins
                .map(({ name, distribution, version }) =>
                  [distribution ?? name, version].filter(Boolean).join(' '),
                )
                .join(', ')}
        </Fact>
        <Fact name="Root folder">
          <code>{root}</code>
        </Fact>
        <Fact name="Configuration">
          {environment.configuration ? <code>{environment.configuration}</code> : 'none'}
        </Fact>
      </dl>
      <NotKnown report={report} />
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function NotKnown({ report: { doubts, environment } }: { report: JsonReport }) {
  if (doubts.length === 0 && environment.unknown.length === 0) return null
  return (
    <>
      <h3>Not known</h3>
      <ul>
        {doubts.map(({ reason, collectors }) => (
          <li key={reason}>
            <details>
              <summary>
                {count(collectors.length, 'file')}: {reason}
              </summary>
              <ul>
                {collectors.map(path => (
                  <li key={path}>{path}</li>
                ))}
              </ul>
            </details>
          </li>
        ))}
        {environment.unknown.map(sentence => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  )
}

export function SlowImports({ report: { confirmation } }: { report: JsonReport }) {
  const slow = confirmation?.slowImports.self.slice(0, 15) ?? []
  if (slow.length === 0) return null
  const most = slow[0]!.self
  return (
    <section aria-labelledby="slow">
      <h2 id="slow">Slowest imports</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">module</th>
            <th scope="col">own seconds</th>
            <th scope="col">with what it imports</th>
            <th scope="col">paid by</th>
          </tr>
        </thead>
        <tbody>
          {slow.map(({ module, self, cumulative, paidBy }) => (
            <tr key={module}>
              <td>
                <code>{module}</code>
              </td>
              <td class="measure">
                <span class="bar" style={{ width: `${(60 * self) / most}%` }} aria-hidden="true" />
                {self.toFixed(3)}
              </td>
              <td>{cumulative.toFixed(3)}</td>
              <td>{paidBy[0] ?? 'conftests and plugins'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function Bridges({ report: { bridges } }: { report: JsonReport }) {
  if (!bridges || bridges.length === 0) return null
  return (
    <section aria-labelledby="bridges">
      <h2 id="bridges">Bridges still in place</h2>
      <ul>
        {bridges.map(({ path, module, state, because, users }) => (
          <li key={path}>
            <code>{path}</code> serves <code>{module}</code>:{' '}
            {state === 'needed' ? `needed by ${count(users.length, 'file')}` : `${state}, ${because}`}
            {users.length > 0 && (
              <details>
                <summary>who imports it</summary>
                <ul>
                  {users.map(user => (
                    <li key={user}>
                      <code>{user}</code>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
