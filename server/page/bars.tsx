/** Names by how many files want them: a table whose rows are bars, each of which filters the findings. */
import { useState } from 'preact/hooks'
import { count } from './data.ts'

const FIRST = 12

export function Bars(props: {
  title: string
  names: Readonly<Record<string, number>>
  unit: string
  choose: (name: string) => void
}) {
  const { title, names, unit, choose } = props
  const [all, setAll] = useState(false)
  const entries = Object.entries(names).sort(([, a], [, b]) => b - a)
  if (entries.length === 0) return null
  const most = entries[0]![1]
  const shown = all ? entries : entries.slice(0, FIRST)
  return (
    <div class="card">
      <h3>{title}</h3>
      <ul class="bars">
        {shown.map(([name, value]) => (
          <li key={name}>
            <button
              type="button"
              onClick={() => choose(name)}
              title="show the findings"
              aria-label={`${name}: ${count(value, unit)}`}
            >
              <span class="bar" style={{ width: `${(100 * value) / most}%` }} />
              <span class="name">{name}</span>
              <span class="amount">{value.toLocaleString('en')}</span>
            </button>
          </li>
        ))}
      </ul>
      {entries.length > FIRST && (
        <button type="button" class="more" onClick={() => setAll(!all)}>
          {all ? 'show fewer' : `show all ${entries.length.toLocaleString('en')}`}
        </button>
      )}
    </div>
  )
}
