/**
 * What confirming keeps of a project from run to run, in precollect's own cache folder: how often the rules were
 * right, and how long a full pass took. Losing it costs nothing but that knowledge.
 */
import type { Current, Judged, Pass } from '../confirm/evidence.ts'
import { endedByUs } from '../confirm/observation.ts'
import { addToScore, NO_SCORE, type Score } from '../confirm/score.ts'
import { cacheFolder } from '../files/cache_folder.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { contentHash } from '../files/hash.ts'
import { join } from '../files/paths.ts'
import { keepText } from '../files/write.ts'

interface Kept {
  readonly version: 1
  readonly root: string
  readonly score: Score
  /** Of the last full pass that came to its end. */
  readonly fullMs: number | null
}

/** A first pass may take as long; later ones as many times the last one. */
const FIRST_LIMIT_MS = 15 * 60_000
const TIMES_THE_LAST = 5
const LEAST_LIMIT_MS = 60_000

export class TrackRecord {
  private kept: Kept

  private constructor(
    private readonly path: string,
    root: string,
  ) {
    this.kept = readKept(path) ?? { version: 1, root, score: NO_SCORE, fullMs: null }
  }

  /** That of the project with this root folder. `folder`: where to keep it, instead of the cache folder. */
  static of(root: string, env: Readonly<Record<string, string | undefined>>, folder?: string): TrackRecord {
    const place = folder ?? join(cacheFolder(env), 'confirm')
    return new TrackRecord(join(place, `${contentHash(root)}.json`), root)
  }

  get score(): Score {
    return this.kept.score
  }

  get fullMs(): number | null {
    return this.kept.fullMs
  }

  /** How long a pass may take, by the size of the last full one. */
  get limitMs(): number {
    const { fullMs } = this.kept
    return fullMs === null ? FIRST_LIMIT_MS : Math.max(LEAST_LIMIT_MS, TIMES_THE_LAST * fullMs)
  }

  /** Notes a pass and what it came to. A folder that can't be written to is no reason to fail. */
  note(pass: Pass, judged: Judged, current: Current): void {
    const { observation, only } = pass
    const whole = only === null && !endedByUs(observation.end)
    this.kept = {
      ...this.kept,
      score: addToScore(this.kept.score, judged, current),
      fullMs: whole ? observation.milliseconds : this.kept.fullMs,
    }
    keepText(this.path, JSON.stringify(this.kept))
  }
}

function readKept(path: string): Kept | null {
  const bytes = new DiskFileSystem().read(path)
  if (!bytes) return null
  try {
    const kept = JSON.parse(new TextDecoder().decode(bytes)) as Kept
    return kept.version === 1 && kept.score?.version === 1 ? kept : null
  } catch {
    return null // Cut off or of another program: it is begun anew.
  }
}
