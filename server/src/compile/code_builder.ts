/**
 * Collects the side tables of one `ModuleCode` while its operations are made: places, bodies, suspects.
 * All offsets that come in are those of the file's own text.
 */

import type { At, Block, Body, BodyIndex, ModuleCode, Suspect } from './module_code.ts'
import { fitted } from './room.ts'

/** A point to go back to, when what was begun turns out to be for somebody else to do. */
export interface Mark {
  readonly places: number
  readonly bodies: number
  readonly doubts: number
}

interface Doubt {
  readonly start: number
  readonly end: number
  readonly what: string
  readonly since: readonly [number, number] | null
}

export class CodeBuilder {
  private readonly places: number[] = []
  private readonly bodies: Body[] = []
  private readonly doubts: Doubt[] = []
  lazyAnnotations = false

  /** `suspicious`: false where nothing can be wrong, and no suspicion is kept. */
  constructor(private readonly suspicious = true) {}

  place(start: number, end: number): At {
    this.places.push(start)
    return (this.places.push(end) >> 1) - 1
  }

  body(start: number, end: number): BodyIndex {
    return this.bodies.push({ start, end }) - 1
  }

  /** `since` null: no version of Python may have this. */
  suspect(start: number, end: number, what: string, since: readonly [number, number] | null): void {
    if (this.suspicious) this.doubts.push({ start, end, what, since })
  }

  mark(): Mark {
    return { places: this.places.length, bodies: this.bodies.length, doubts: this.doubts.length }
  }

  /** Forgets what was noted since `mark`. */
  reset(mark: Mark): void {
    if (this.doubts.length > mark.doubts) this.doubts.length = mark.doubts
    this.resetCode(mark)
  }

  /** Forgets places and bodies made since `mark`; the suspects stay. */
  resetCode(mark: Mark): void {
    if (this.places.length > mark.places) this.places.length = mark.places
    if (this.bodies.length > mark.bodies) this.bodies.length = mark.bodies
  }

  /** Suspects get their places last: a new one must not move the places of the operations. */
  finish(ops: Block): ModuleCode {
    const suspects: Suspect[] = []
    const seen = new Set<string>()
    for (const { start, end, what, since } of this.doubts.sort((a, b) => a.start - b.start)) {
      const key = `${start} ${what}`
      if (seen.has(key)) continue
      seen.add(key)
      suspects.push({ at: this.place(start, end), what, since })
    }
    const { places, bodies, lazyAnnotations } = this
    return { ops, places: fitted(places), bodies: fitted(bodies), suspects, lazyAnnotations }
  }
}
