/** What `precollect doctor` says, for a terminal. */
import type { Complaint, Removable } from '../rules/hygiene/check.ts'
import { wrap } from './layout.ts'
import { count, painter, paintSeverity, type Style, severityWord } from './style.ts'

/** Each complaint with what to do, with a line end; notes on request only. */
export function renderHygiene(complaints: readonly Complaint[], style: Style): string {
  const paint = painter(style)
  // Caches are told together, at the end.
  const worth = complaints.filter(({ removable }) => removable.length === 0)
  const told = worth.filter(({ severity }) => style.verbose || severity !== 'info')
  const lines = told.flatMap(({ severity, check, what, todo }) => {
    const lead = `${severityWord(severity)}[${check}]: `
    const [first = '', ...rest] = wrap(what, style.width, lead, 2)
    return [
      paintSeverity(paint, severity, lead.slice(0, -2)) + first.slice(lead.length - 2),
      ...rest,
      ...(todo === '' ? [] : wrap(todo, style.width, '  = do: ')),
    ]
  })
  const hidden = worth.length - told.length
  if (worth.length === 0) lines.push('Nothing is amiss with the environment.')
  else if (hidden > 0) lines.push(`${count(hidden, 'note')} not shown (-v shows them).`)
  return lines.map(line => `${line}\n`).join('')
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB']
const MOST_LISTED = 20

/** The caches by folder, with what they take up. `short`: a path as the user would write it. */
export function renderCaches(
  caches: readonly Removable[],
  lead: string,
  short: (path: string) => string,
  all: boolean,
): string {
  if (caches.length === 0) return ''
  const total = caches.reduce((sum, { bytes }) => sum + bytes, 0)
  const shown = all ? caches : caches.slice(0, MOST_LISTED)
  const lines = shown.map(({ path, bytes }) => `  ${short(path)} (${size(bytes)})`)
  const rest = caches.length - shown.length
  if (rest > 0) lines.push(`  and ${rest} more (-v lists them)`)
  return `${lead}: ${count(caches.length, 'cache')}, ${size(total)}\n${lines.join('\n')}\n`
}

function size(bytes: number): string {
  const step = bytes === 0 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** step
  return `${step === 0 ? value : value.toFixed(1)} ${UNITS[step]}`
}
