/** Versions of pytest and plugins, compared as Python does (PEP 440). Which rule holds from when is not said here. */
import { ge, gt, valid } from '@renovatebot/pep440'

const known = new Map<string, boolean>()

/**
 * True where `version` is `bound` or later: `atLeast('9.0.2', '9.0')`. Pre-releases come before their release,
 * as in PEP 440. A version that can't be read counts as the newest, since such builds come from a checkout.
 */
export function atLeast(version: string, bound: string): boolean {
  const key = `${version} ${bound}`
  let answer = known.get(key)
  if (answer === undefined) {
    answer = valid(version) === null || ge(version, bound)
    known.set(key, answer)
  }
  return answer
}

/** `version > other`; null where one of them is no version. */
export function isNewer(version: string, other: string): boolean | null {
  return valid(version) === null || valid(other) === null ? null : gt(version, other)
}
