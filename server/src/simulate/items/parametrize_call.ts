/**
 * One `parametrize` mark of a test: its arguments by their names, what is refused about the call itself, and the
 * words in which pytest refuses.
 */
import { atLeast } from '../../pytest/version.ts'
import { exceptionClass, nativeClass } from '../classes.ts'
import type { Machine } from '../machine.ts'
import type { Fixture } from '../models/fixtures.ts'
import type { Mark } from '../models/marks.ts'
import { elementsOf } from '../operate.ts'
import type { ParametrizeProblem } from '../trace.ts'
import { type Class, type Exc, isString, TRUE, truth, type Value } from '../values.ts'
import type { TestFunction } from './fixture_closure.ts'

/** pytest's own exception of a collector that can't go on. */
export const COLLECT_ERROR = nativeClass('CollectError', '_pytest.nodes', [exceptionClass('Exception')])

/** A refusal: which mark, by which exception, in pytest's words. */
export interface Refusal {
  readonly mark: Mark
  readonly problem: ParametrizeProblem
  readonly cls: Class
  readonly message: string
  /** The argument that it is about. */
  readonly argument: string | null
  /** What it was raised from. */
  readonly cause: Exc | null
}

/** One `parametrize` mark of a test, its arguments by their names. */
export interface Given {
  readonly mark: Mark
  readonly names: readonly string[] | null
  /** A single name given as text: each value stands for itself. */
  readonly single: boolean
  readonly values: Value | undefined
  readonly indirect: Value | undefined
  readonly ids: Value | undefined
  readonly scope: Value | undefined
}

const KEYWORDS = ['argnames', 'argvalues', 'indirect', 'ids', 'scope']

/** The arguments of a mark; null where they aren't known. */
export function readMark(m: Machine, mark: Mark): Given | null {
  const { positional, keywords, open } = mark.args
  if (open || positional.length > KEYWORDS.length) return null
  const at = (index: number) => positional[index] ?? keywords.get(KEYWORDS[index]!)
  const argnames = at(0)
  const values = at(1)
  if (!argnames || !values) return null
  const [indirect, ids, scope] = [at(2), at(3), at(4)]
  const names = namesIn(argnames)
  const tuples =
    isString(argnames) && atLeast(m.plan.pytestVersion, '9.1') && argnames.v.trimEnd().endsWith(',')
  const single = isString(argnames) && names?.length === 1 && !tuples
  return { mark, values, indirect, ids, scope, names, single }
}

/** The arguments that a mark parametrizes; null where they aren't known. */
export function argumentNames({ args }: Mark): readonly string[] | null {
  const names = args.positional[0] ?? args.keywords.get('argnames')
  return names && !args.open ? namesIn(names) : null
}

function namesIn(argnames: Value): readonly string[] | null {
  if (isString(argnames))
    return argnames.v
      .split(',')
      .map(name => name.trim())
      .filter(Boolean)
  const items = argnames.t === 'list' || argnames.t === 'tuple' ? elementsOf(argnames) : null
  return items?.every(isString) ? items.map(item => item.v) : null
}

/** The params of a fixture, which pytest parametrizes tests with as a mark would. */
export function givenByFixture({ name, params, ids, span }: Fixture): Given | null {
  if (name === null || !params) return null
  const mark: Mark = { name: 'fixture', args: { positional: [], keywords: new Map(), open: false }, span }
  return { mark, names: [name], single: true, values: params, indirect: TRUE, ids, scope: undefined }
}

/** A refusal of one mark. */
export function refusal(
  given: { readonly mark: Mark },
  problem: ParametrizeProblem,
  cls: Class,
  message: string,
  argument: string | null = null,
  cause: Exc | null = null,
): Refusal {
  return { mark: given.mark, problem, cls, message, argument, cause }
}

/** `In test_a: ` up to 9.0, `In test_a.py::test_a: ` since. */
export function prefix(m: Machine, { fn, nodeid }: TestFunction): string {
  return `In ${atLeast(m.plan.pytestVersion, '9.1') ? nodeid : fn.name}: `
}

// -- the call

/** Arguments that pytest reads before it makes any call. */
export function* missingArguments(m: Machine, mark: Mark): Generator<Refusal> {
  const { positional, keywords, open } = mark.args
  const indirect = keywords.get('indirect')
  // Names that are all indirect are not read so early; the call itself is refused then.
  if (open || (indirect && truth(indirect) !== false)) return
  const missing = ['argnames', 'argvalues'].filter((name, index) => !positional[index] && !keywords.has(name))
  if (missing.length === 0) return
  const [major, minor] = m.environment.version
  const qualified = major > 3 || minor >= 10 ? 'ParameterSet.' : ''
  const what = `argument${missing.length > 1 ? 's' : ''}: ${missing.map(name => `'${name}'`).join(' and ')}`
  const message = `${qualified}_parse_parametrize_args() missing ${missing.length} required positional ${what}`
  yield refusal({ mark }, 'call', exceptionClass('TypeError'), message)
}

/** The call as Python's own function takes it. */
export function* checkCall(m: Machine, given: Given): Generator<Refusal> {
  const { positional, keywords } = given.mark.args
  const [major, minor] = m.environment.version
  const name = `${major > 3 || minor >= 10 ? 'Metafunc.' : ''}parametrize()`
  const strange = [...keywords.keys()].find(keyword => !KEYWORDS.includes(keyword))
  const refuse = (message: string) =>
    refusal(given, 'call', exceptionClass('TypeError'), `${name} ${message}`)
  if (strange !== undefined) yield refuse(`got an unexpected keyword argument '${strange}'`)
  const count = positional.length + 1
  if (positional.length > 2 && atLeast(m.plan.pytestVersion, '9.2'))
    yield refuse(
      `takes 3 positional arguments but ${count} positional arguments (and 1 keyword-only argument) were given`,
    )
}
