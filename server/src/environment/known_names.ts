/**
 * Names that modules of the standard library have in every Python that the table was made from, though their text
 * does not show them: they are compiled or computed. What is not in it has to be asked of the interpreter.
 */
import { remember } from '../files/memo.ts'
import standardNames from './data/standard_names.json' with { type: 'json' }
import type { Environment } from './environment.ts'

type Interpreter = Pick<Environment, 'version' | 'implementation' | 'platform'>
type Table = Readonly<Record<string, string>>

/** The minor versions that the table holds for, as `scripts/standard_names.py` was given them. */
const OLDEST = 8
const NEWEST = 13

const ANYWHERE: Table = standardNames.anywhere
const ON_LINUX: Table = standardNames.linux
const sets = new Map<string, ReadonlySet<string>>()

/** Is the name in that module of the standard library for certain? False: it isn't known. */
export function isKnownStandardName(environment: Interpreter, module: string, name: string): boolean {
  const { version, implementation, platform } = environment
  const [major, minor] = version
  if (major !== 3 || minor < OLDEST || minor > NEWEST || implementation !== 'cpython') return false
  const names = ANYWHERE[module] ?? (platform === 'linux' ? ON_LINUX[module] : undefined)
  if (names === undefined) return false
  return remember(sets, module, () => new Set(names.split(' '))).has(name)
}
