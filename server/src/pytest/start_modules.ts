/** What is in `sys.modules` when the first conftest is loaded, measured: see `scripts/measure_pytest.py`. */
import type { Version } from '../environment/environment.ts'
import table from './data/start_modules.json' with { type: 'json' }
import { atLeast } from './version.ts'

export interface StartModules {
  /** Loaded for certain, with this pytest and this Python. */
  readonly always: ReadonlySet<string>
  /** Loaded with other versions, or by only one of the two ways to start pytest. */
  readonly sometimes: ReadonlySet<string>
}

const extra: Readonly<Record<string, readonly string[]>> = table.also
const made = new Map<string, StartModules>()

/**
 * The start set for versions of pytest and of the interpreter. Only a pair that was measured tells more than
 * what all have in common; plugins and `.pth` files load more.
 */
export function startModules(pytestVersion: string, pythonVersion: Version): StartModules {
  const python = `${pythonVersion[0]}.${pythonVersion[1]}`
  const pair = Object.keys(extra).findLast(key => {
    const [pytest = '', on] = key.split(' on ')
    return on === python && atLeast(pytestVersion, pytest) && !atLeast(pytestVersion, nextMinor(pytest))
  })
  const key = pair ?? ''
  let answer = made.get(key)
  if (!answer) {
    const always = new Set([...table.always, ...(extra[key] ?? [])])
    answer = { always, sometimes: new Set(table.sometimes.filter(name => !always.has(name))) }
    made.set(key, answer)
  }
  return answer
}

function nextMinor(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return `${major}.${minor + 1}`
}
