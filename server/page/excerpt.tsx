/** Source lines around a place, with the place itself marked. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { JsonFinding, PageData } from './data.ts'

const Lines = createContext<PageData['lines']>({})

export const LinesProvider = Lines.Provider

/** The text of one line without its indentation; undefined where the page does not have it. */
export function useLine(path: string, line: number): string | undefined {
  return useContext(Lines)[path]?.[line]?.trim()
}

type Range = Pick<JsonFinding, 'path' | 'start' | 'end'>

export function Excerpt({ path, start, end }: Range) {
  const known = useContext(Lines)[path]
  if (!known) return null
  const numbers = [-2, -1, 0, 1, 2].map(by => start.line + by).filter(line => known[line] !== undefined)
  if (numbers.length === 0) return null
  const last = end.line === start.line ? end.column : Number.POSITIVE_INFINITY
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached with the keyboard
    <figure class="excerpt" tabIndex={0} aria-label={`${path}, line ${start.line}`}>
      <pre>
        {numbers.map(line => {
          const text = known[line]!
          const here = line === start.line
          return (
            <code key={line} class={here ? 'here' : ''}>
              <span class="number">{line}</span>
              {here ? (
                <>
                  {text.slice(0, start.column - 1)}
                  <mark>{text.slice(start.column - 1, Math.max(start.column, last - 1))}</mark>
                  {text.slice(Math.max(start.column, last - 1))}
                </>
              ) : (
                text
              )}
              {'\n'}
            </code>
          )
        })}
      </pre>
    </figure>
  )
}
