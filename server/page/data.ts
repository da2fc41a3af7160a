/** What the page draws from: the report as it was written into the page, and looked up in more than one way. */
import type { PageData } from '../src/report/html.ts'
import type { JsonCause, JsonFinding, JsonPlace, JsonReport } from '../src/report/json.ts'

export type { JsonCause, JsonFinding, JsonPlace, JsonReport, PageData }
export type Outcome = JsonReport['collectors'][number]['outcome']

/** In the order in which they are drawn, with the word for each. */
export const OUTCOMES: readonly (readonly [Outcome, string])[] = [
  ['fails', 'fail to collect'],
  ['unknown', 'not decided'],
  ['skips', 'skipped'],
  ['collects', 'collect'],
]

/** Unpacks the data of this page. */
export async function load(): Promise<PageData> {
  const packed = atob(document.getElementById('data')!.textContent!.trim())
  const bytes = Uint8Array.from(packed, character => character.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(stream).json()
}

/** '1 test file', '2,340 test files'. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

export function sum(counts: Readonly<Record<Outcome, number>>): number {
  return counts.collects + counts.fails + counts.skips + counts.unknown
}

/** The finding that tells of a cause; undefined where it was silenced. */
export function findingOf({ findings }: JsonReport, { id }: JsonCause): JsonFinding | undefined {
  const known = index(findings)
  return known.get(id)
}

const indexes = new WeakMap<readonly JsonFinding[], ReadonlyMap<string, JsonFinding>>()

function index(findings: readonly JsonFinding[]): ReadonlyMap<string, JsonFinding> {
  let known = indexes.get(findings)
  if (!known) {
    known = new Map(findings.map(finding => [finding.fingerprint, finding]))
    indexes.set(findings, known)
  }
  return known
}

/** The last part of a path, and what stands before it with its '/'. */
export function split(path: string): readonly [folder: string, name: string] {
  const at = path.lastIndexOf('/') + 1
  return [path.slice(0, at), path.slice(at)]
}
