/**
 * Which files may have changed since when, so that whoever looks through all of them for something rare does so once
 * and not after each edit.
 */

export interface Standing {
  /** Another object once any file may have changed. */
  readonly since: object
  /** Until then only the texts of these change: the open files, by the paths under which somebody asked for them. */
  readonly loose: ReadonlySet<string>
}

/** What was found out of files, and in the last list of them. */
interface Sifted {
  readonly basis: unknown
  /** By file, but for loose ones. */
  readonly verdicts: Map<string, boolean>
  readonly files: readonly string[]
  readonly holding: readonly string[]
  readonly loose: readonly string[]
}

export class Sieve {
  /** What holds since when. */
  private readonly last = new WeakMap<object, Sifted>()

  /**
   * Those of the files for which `holds` is true, in no order. It may look at the file's text and path alone, and at
   * `basis`, which is compared by identity. Without a standing all are looked at.
   */
  sift(
    files: readonly string[],
    standing: Standing | null,
    holds: (path: string) => boolean,
    basis: unknown = null,
  ): readonly string[] {
    if (!standing) return files.filter(holds)
    const { since, loose } = standing
    const last = this.last.get(since)
    if (last && last.basis === basis && isSame(last.files, files))
      return [...last.holding, ...last.loose.filter(holds)]
    const verdicts = last && last.basis === basis ? last.verdicts : new Map<string, boolean>()
    const found = files.filter(path => (loose.has(path) ? holds(path) : (verdicts.get(path) ?? holds(path))))
    const held = new Set(found)
    // Who is loose is only known of a file once somebody has asked for it.
    const [settled, open] = [files.filter(path => !loose.has(path)), files.filter(path => loose.has(path))]
    for (const path of settled) verdicts.set(path, held.has(path))
    const holding = settled.filter(path => held.has(path))
    this.last.set(since, { basis, verdicts, files, holding, loose: open })
    return found
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((path, at) => path === b[at]))
}
