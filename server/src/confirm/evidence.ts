/**
 * What all passes until now have shown of one project, and what it is worth for the files as they are now. Pure:
 * passes and predictions in, states out.
 *
 * A verdict is tied to content: a finding's to the files on its chain, a failure's that nobody foresaw to all
 * that its collector imports. Where one of them has changed since the pass the verdict is void.
 *
 * A full pass decides. One over some files only is missing what the other files do to the process, so it
 * counts where it agrees with the prediction; what it disputes is left for the next full pass.
 */
import type { Finding } from '../rules/finding.ts'
import { type FindingState, type Judgement, judge, type Prediction, type UnpredictedError } from './judge.ts'
import { endedByUs, type Observation, type ObservedCollector, type ObservedException } from './observation.ts'
import { tracebackText } from './traceback.ts'
import { type Places, troubleOf, type Unpredicted, unpredictedFindings } from './unpredicted.ts'

/** A prediction of the files as they are now. */
export interface Current extends Prediction, Places {
  /** The content of a file, as a hash; null where it can't be read. */
  readonly content: (path: string) => string | null
  /** For each collector all that it imports, as a hash; null where that is not what lies on the disk. */
  readonly closures: ReadonlyMap<string, string | null>
}

export interface Pass {
  readonly observation: Observation
  /** The test files it was over; null: a full one. */
  readonly only: readonly string[] | null
  /** Content of a file during the pass; null where it is not known to have stayed the same. */
  readonly content: (path: string) => string | null
  readonly closures: Current['closures']
}

export interface Judged extends Judgement {
  /** pytest's words on each finding, in the order of the findings; null where it has said nothing. */
  readonly tracebacks: readonly (string | null)[]
  /** Failures that no finding explains, and what kept the last pass from its end. */
  readonly told: readonly Unpredicted[]
}

interface Seen {
  readonly records: readonly ObservedCollector[]
  readonly closure: string | null
}

export class Evidence {
  /** The last full pass; what ended it and its warnings count, its collectors are in `seen`. */
  private full: Observation | null = null
  private readonly seen = new Map<string, Seen>()
  /** Content of files at the last pass that tells of them. */
  private readonly contents = new Map<string, string | null>()

  /** Nothing is known before the first full pass. */
  get isEmpty(): boolean {
    return this.full === null
  }

  /** Takes in a pass. Returns the collectors that only a full pass can decide. */
  absorb(pass: Pass, current: Current): readonly string[] {
    const { observation, only } = pass
    if (only === null) return this.absorbFull(pass, current)
    const cut = observation.stop !== null || endedByUs(observation.end)
    const { collectors } = judge(current, observation)
    const agreed = new Set(collectors.filter(it => it.verdict === 'agrees').map(it => it.path))
    const records = byPath(observation.collectors)
    const disputed = only.filter(path => (cut || records.has(path)) && !agreed.has(path))
    for (const path of disputed) this.seen.delete(path)
    for (const path of only) {
      if (!agreed.has(path)) continue
      this.note(path, records.get(path)!, pass)
      for (const finding of current.findings) if (finding.breaks.includes(path)) this.noteFiles(finding, pass)
    }
    return disputed
  }

  /** Test files of which no pass knows what they import now. */
  outdated({ collectors, closures }: Current): readonly string[] {
    return collectors
      .map(({ path }) => path)
      .filter(path => {
        const closure = closures.get(path)
        return closure === undefined || closure === null || this.seen.get(path)?.closure !== closure
      })
  }

  judge(current: Current): Judged {
    const observation = this.observation()
    if (!observation) return untouched(current)
    const judged = judge(current, observation)
    const findings = judged.findings.map((state, at) =>
      this.holds(current.findings[at]!, current) ? state : 'predicted',
    )
    const trouble = troubleOf(observation, current)
    // What kept the pass from its end is told as such, and not once more as its traceback.
    const unpredicted = judged.unpredicted.filter(
      error => this.stillHolds(error, current) && !(trouble && error.path === null),
    )
    return {
      ...judged,
      findings,
      unpredicted,
      tracebacks: findings.map((state, at) => this.wordsOn(current.findings[at]!, state, current)),
      told: [...(trouble ? [trouble] : []), ...unpredictedFindings(unpredicted, current)],
    }
  }

  private absorbFull(pass: Pass, current: Current): readonly string[] {
    const { observation } = pass
    if (observation.end.kind !== 'cancelled' || !this.full) this.full = observation
    if (!endedByUs(observation.end)) {
      this.seen.clear()
      this.contents.clear()
    }
    for (const [path, records] of byPath(observation.collectors)) this.note(path, records, pass)
    for (const it of observation.stop?.exceptions ?? []) this.noteFrames(it, pass)
    for (const finding of current.findings) this.noteFiles(finding, pass)
    this.contents.set(current.fallback, pass.content(current.fallback))
    return []
  }

  private note(path: string, records: readonly ObservedCollector[], pass: Pass): void {
    this.seen.set(path, { records, closure: pass.closures.get(path) ?? null })
    this.contents.set(path, pass.content(path))
    for (const { exceptions } of records) for (const it of exceptions) this.noteFrames(it, pass)
  }

  private noteFiles(finding: Finding, pass: Pass): void {
    for (const file of filesOf(finding)) this.contents.set(file, pass.content(file))
  }

  private noteFrames({ frames }: ObservedException, pass: Pass): void {
    for (const { path, project } of frames) if (project) this.contents.set(path, pass.content(path))
  }

  /** The last full pass with what later ones agreed on in the place of what it saw. */
  private observation(): Observation | null {
    return this.full && { ...this.full, collectors: [...this.seen.values()].flatMap(it => it.records) }
  }

  private unchanged(path: string, { content }: Current): boolean {
    const then = this.contents.get(path)
    return then !== undefined && then !== null && then === content(path)
  }

  private holds(finding: Finding, current: Current): boolean {
    return [...filesOf(finding)].every(path => this.unchanged(path, current))
  }

  private stillHolds({ path, exceptions }: UnpredictedError, current: Current): boolean {
    const frames = exceptions.flatMap(it => it.frames).filter(frame => frame.project)
    if (!frames.every(frame => this.unchanged(frame.path, current))) return false
    if (path === null) return frames.length > 0 || this.unchanged(current.fallback, current)
    const then = this.seen.get(path)?.closure ?? null
    const now = current.closures.get(path) ?? null
    return then === null || now === null || then === now
  }

  private wordsOn(finding: Finding, state: FindingState, { rootdir }: Current): string | null {
    if (state !== 'confirmed' && state !== 'shadowed') return null
    const failed = finding.breaks.flatMap(path => this.seen.get(path)?.records ?? []).find(isFailure)
    const exceptions = failed?.exceptions ?? this.full?.stop?.exceptions ?? []
    return exceptions.length > 0 ? tracebackText(exceptions, rootdir) : null
  }
}

function untouched({ session, findings }: Current): Judged {
  return {
    session: { predicted: session.outcome, observed: null, agrees: null },
    collectors: [],
    findings: findings.map(() => 'predicted'),
    unpredicted: [],
    tracebacks: findings.map(() => null),
    told: [],
  }
}

function filesOf({ span, chain, raised = [] }: Finding): Set<string> {
  return new Set([span, ...chain, ...raised].map(it => it.path))
}

function isFailure({ outcome }: ObservedCollector): boolean {
  return outcome === 'fails'
}

function byPath(collectors: readonly ObservedCollector[]): Map<string, ObservedCollector[]> {
  const paths = new Map<string, ObservedCollector[]>()
  for (const collector of collectors) {
    const same = paths.get(collector.path)
    if (same) same.push(collector)
    else paths.set(collector.path, [collector])
  }
  return paths
}
