/** What makes a collection slow: modules by the time their import took, with the test files that paid for it. */
import type { ModuleTime, Observation } from './observation.ts'

export interface SlowImport {
  readonly module: string
  /** Seconds, without and with what it imported itself. */
  readonly self: number
  readonly cumulative: number
  /** Test files during whose import it was imported: more than one where it failed or was thrown out again. */
  readonly paidBy: readonly string[]
}

/** The slowest first; `by`: the time that counts. */
export function slowImports({ modules }: Observation, by: 'self' | 'cumulative', most: number): SlowImport[] {
  const byName = new Map<string, ModuleTime[]>()
  for (const time of modules) {
    const same = byName.get(time.name)
    if (same) same.push(time)
    else byName.set(time.name, [time])
  }
  return [...byName]
    .map(([module, times]) => ({
      module,
      self: times.reduce((sum, it) => sum + it.self, 0),
      cumulative: times.reduce((sum, it) => sum + it.cumulative, 0),
      paidBy: [...new Set(times.map(it => it.collector).filter(path => path !== null))],
    }))
    .sort((a, b) => b[by] - a[by] || (a.module < b.module ? -1 : 1))
    .slice(0, most)
}
