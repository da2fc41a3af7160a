/** The name under which a fault is known from run to run: in baselines, reports and editors. */
import { createHash } from 'node:crypto'

/**
 * Sixteen hexadecimal digits from the rule, the path relative to the root and the subject. No line number
 * is in it, so it survives edits above the fault; `ordinal` tells apart equal faults of one file (0, 1, ...,
 * from top to bottom).
 */
export function fingerprint(rule: string, path: string, subject: string, ordinal: number): string {
  const parts = ordinal === 0 ? [rule, path, subject] : [rule, path, subject, String(ordinal)]
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16)
}

/** Gives out fingerprints and counts equal ones. Ask for them in the order of the places in each file. */
export class Fingerprints {
  private readonly given = new Map<string, number>()

  next(rule: string, path: string, subject: string): string {
    const first = fingerprint(rule, path, subject, 0)
    const ordinal = this.given.get(first) ?? 0
    this.given.set(first, ordinal + 1)
    return ordinal === 0 ? first : fingerprint(rule, path, subject, ordinal)
  }
}
