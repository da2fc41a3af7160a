/** The plan of the last analysis, for the next one before which nothing but texts has changed, and none that it read. */
import type { FileSystem } from '../files/file_system.ts'
import { remember } from '../files/memo.ts'
import { noting } from '../files/noting.ts'
import type { Standing } from '../files/standing.ts'
import type { Plan } from '../pytest/plan.ts'
import type { Basis } from './kept_trace.ts'

interface Made extends Basis {
  readonly plan: Plan
  readonly since: object | null
  /** The files that were read for it, and their texts if they were open. */
  readonly read: ReadonlyMap<string, string | null>
}

export class KeptPlan {
  private made: Made | null = null

  /** `standing`: of `fs`. `make` looks at nothing else than what it is given and what `basis` stands for. */
  of(
    fs: FileSystem,
    standing: Standing | null,
    basis: Basis,
    make: (fs: FileSystem) => Plan,
  ): Pick<Made, 'plan' | 'read'> {
    const openText = (path: string): string | null => fs.openText?.(path) ?? null
    const { made } = this
    if (
      made?.key === basis.key &&
      made.environment === basis.environment &&
      standing !== null &&
      made.since === standing.since &&
      [...made.read].every(([path, text]) => openText(path) === text)
    )
      return made
    const read = new Map<string, string | null>()
    const plan = make(noting(fs, path => read.set(path, openText(path))))
    this.made = { ...basis, plan, since: standing?.since ?? null, read }
    return this.made
  }
}

const keys = new WeakMap<Plan, string>()

/** Equal where two plans are. */
export function keyOfPlan(plan: Plan): string {
  return remember(keys, plan, () => JSON.stringify(plan))
}
