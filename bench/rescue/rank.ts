/** Whether an answer of `precollect bridges` is the right one, and at which rank it is given. Pure. */

/** Of the JSON document of `precollect bridges`, what is judged. */
export interface MissingDocument {
  readonly module: string
  readonly name: string | null
  readonly wanted: readonly string[]
  readonly candidates: readonly {
    readonly modules: Readonly<Record<string, string>>
    readonly names: Readonly<Record<string, string>>
  }[]
}

/** Dotted names: where something was, and where it is. */
export type Asked = ReadonlyMap<string, string>

export interface Answer {
  /** The dotted name that was told to be missing. */
  readonly missing: string
  /** From 1; null: the right answer is not among them. */
  readonly rank: number | null
  /** What the first candidate says, for people. */
  readonly first: string | null
}

/** One answer for each missing module or name that the move explains. */
export function judge(told: readonly MissingDocument[], moved: Asked): Answer[] {
  return told.flatMap(entry => {
    const missing = entry.name === null ? entry.module : `${entry.module}.${entry.name}`
    const due = dueFor(entry, missing, moved)
    if (due.length === 0) return []
    const index = entry.candidates.findIndex(candidate =>
      due.every(([old, now]) => placeOf(candidate, old) === now),
    )
    const [first] = entry.candidates
    return [
      {
        missing,
        rank: index < 0 ? null : index + 1,
        first: first
          ? [...new Set([...Object.values(first.modules), ...Object.values(first.names)])].join(', ')
          : null,
      },
    ]
  })
}

/** The moves that a right answer has to know: of the thing itself, of what it lies in, or of the names wanted of it. */
function dueFor({ wanted }: MissingDocument, missing: string, moved: Asked): [string, string][] {
  return [...moved].flatMap(([old, now]): [string, string][] => {
    if (old === missing) return [[old, now]]
    if (missing.startsWith(`${old}.`)) return [[missing, now + missing.slice(old.length)]]
    const isWanted = wanted.some(name => old === `${missing}.${name}`)
    return isWanted ? [[old, now]] : []
  })
}

function placeOf({ modules, names }: MissingDocument['candidates'][number], old: string): string {
  const exact = names[old]
  if (exact !== undefined) return exact
  for (const [from, to] of Object.entries(modules)) {
    if (old === from) return to
    if (old.startsWith(`${from}.`)) return to + old.slice(from.length)
  }
  return old
}
