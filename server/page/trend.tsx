/** How the suite came to stand where it stands: lost test files and errors over the recorded commits. */
import * as Plot from '@observablehq/plot'
import { useEffect, useRef, useState } from 'preact/hooks'
import { count, type JsonReport, sum } from './data.ts'

type Point = JsonReport['trend'][number]

export function Trend({ report }: { report: JsonReport }) {
  if (report.trend.length < 2) return null
  return (
    <section aria-labelledby="trend">
      <h2 id="trend">Trend</h2>
      <Chart points={report.trend} />
      <details>
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              {['commit', 'when', 'test files', 'lost', 'errors', 'warnings', 'confirmed'].map(name => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.trend.toReversed().map(point => (
              <tr key={point.revision + point.at}>
                <td>
                  <code>{point.revision.slice(0, 10)}</code>
                </td>
                <td>{point.at.slice(0, 16).replace('T', ' ')}</td>
                <td>{sum(point.files)}</td>
                <td>{point.files.fails}</td>
                <td>{point.errors}</td>
                <td>{point.warnings}</td>
                <td>{point.confirmed ? 'yes' : 'no'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  )
}

function Chart({ points }: { points: readonly Point[] }) {
  const place = useRef<HTMLDivElement>(null)
  const width = useWidth(place)
  useEffect(() => {
    if (width === 0) return
    const rows = points.map(point => ({ ...point, when: new Date(point.at), lost: point.files.fails }))
    const chart = Plot.plot({
      width,
      height: 240,
      marginLeft: 48,
      style: { background: 'none', fontSize: '12px', color: 'inherit' },
      ariaLabel: 'Lost test files over the recorded commits',
      ariaDescription: `from ${rows[0]!.lost} to ${rows.at(-1)!.lost} over ${count(rows.length, 'commit')}`,
      x: { type: 'time', label: null },
      y: { label: 'test files lost', grid: true, nice: true, zero: true },
      marks: [
        Plot.areaY(rows, {
          x: 'when',
          y: 'lost',
          fill: 'var(--fails)',
          fillOpacity: 0.12,
          curve: 'step-after',
        }),
        Plot.lineY(rows, {
          x: 'when',
          y: 'lost',
          stroke: 'var(--fails)',
          strokeWidth: 2,
          curve: 'step-after',
        }),
        Plot.dot(rows, {
          x: 'when',
          y: 'lost',
          r: 3.5,
          stroke: 'var(--fails)',
          fill: row => (row.confirmed ? 'var(--fails)' : 'var(--card)'),
        }),
        Plot.tip(
          rows,
          Plot.pointerX({
            x: 'when',
            y: 'lost',
            fill: 'var(--card)',
            stroke: 'var(--edge)',
            title: row =>
              `${row.revision.slice(0, 10)}\n${row.at.slice(0, 16).replace('T', ' ')}\n${count(row.lost, 'test file')} lost, ${count(row.errors, 'error')}${row.confirmed ? '\nconfirmed by pytest' : ''}`,
          }),
        ),
      ],
    })
    // The picture is told as a whole: its name, and the table below it.
    chart.setAttribute('role', 'img')
    for (const part of chart.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label')
    place.current!.replaceChildren(chart)
  }, [points, width])
  return <div ref={place} class="chart" />
}

/** The width of an element as it is drawn, in pixels; 0 before. */
export function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [place])
  return width
}
