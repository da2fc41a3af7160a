/**
 * What `@pytest.mark.parametrize` refuses when a test is collected: `Metafunc.parametrize` and
 * `ParameterSet._for_parametrize`, check for check and in their order. What isn't known passes.
 */
import { atLeast } from '../pytest/version.ts'
import { exceptionClass, nativeClass } from './classes.ts'
import { isGenerator } from './evaluate.ts'
import { argumentsWithDefault, requestedArguments, type TestFunction } from './fixture_closure.ts'
import type { Machine } from './machine.ts'
import { type Mark, markOf, parameterSet } from './models/marks.ts'
import { FAILED } from './models/outcomes.ts'
import { elementsOf } from './operate.ts'
import { representation, typeName } from './representation.ts'
import type { ParametrizeProblem } from './trace.ts'
import { type Class, isString, truth, type Value } from './values.ts'

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
}

/** One `parametrize` mark of a test, its arguments by their names. */
interface Given {
  readonly mark: Mark
  readonly names: readonly string[] | null
  /** A single name given as text: each value stands for itself. */
  readonly single: boolean
  readonly values: Value | undefined
  readonly indirect: Value | undefined
  readonly ids: Value | undefined
  readonly scope: Value | undefined
}

/**
 * All that pytest refuses about the parametrization of a test, in its order: the first is what it shows, unless
 * that is cured. `mayBeAskedFor`: may a fixture ask for an argument that the test does not take?
 */
export function* refusals(
  m: Machine,
  test: TestFunction,
  mayBeAskedFor: (name: string) => boolean,
): Generator<Refusal> {
  const marks = test.marks.flatMap(value => markOf(value) ?? [])
  const parametrizing = marks.filter(mark => mark.name === 'parametrize')
  if (parametrizing.length === 0) return
  for (const mark of parametrizing) yield* missingArguments(m, mark)
  const taken = new Set<string>()
  for (const mark of parametrizing) {
    const given = read(m, mark)
    if (!given) continue
    yield* checkCall(m, given)
    yield* checkCounts(m, test, given)
    yield* checkReserved(m, test, given)
    yield* checkScope(test, given)
    yield* checkNames(m, test, given, mayBeAskedFor)
    // pytest 8 looks at the ids before it looks at `indirect`.
    const late = atLeast(m.plan.pytestVersion, '8.0')
    if (!late) yield* checkIndirect(m, test, given)
    yield* checkIds(m, test, given)
    if (late) yield* checkIndirect(m, test, given)
    yield* checkTaken(m, test, given, taken)
  }
}

const KEYWORDS = ['argnames', 'argvalues', 'indirect', 'ids', 'scope']

function read(m: Machine, mark: Mark): Given | null {
  const { positional, keywords, open } = mark.args
  if (open || positional.length > KEYWORDS.length) return null
  const at = (index: number) => positional[index] ?? keywords.get(KEYWORDS[index]!)
  const argnames = at(0)
  const values = at(1)
  if (!argnames || !values) return null
  const [indirect, ids, scope] = [at(2), at(3), at(4)]
  const rest = { mark, values, indirect, ids, scope }
  if (isString(argnames)) {
    const names = argnames.v
      .split(',')
      .map(name => name.trim())
      .filter(Boolean)
    const tuples = atLeast(m.plan.pytestVersion, '9.1') && argnames.v.trimEnd().endsWith(',')
    return { ...rest, names, single: names.length === 1 && !tuples }
  }
  const items = argnames.t === 'list' || argnames.t === 'tuple' ? elementsOf(argnames) : null
  const names = items?.every(isString) ? items.map(item => item.v) : null
  return { ...rest, names, single: false }
}

function refusal(
  given: { readonly mark: Mark },
  problem: ParametrizeProblem,
  cls: Class,
  message: string,
  argument: string | null = null,
): Refusal {
  return { mark: given.mark, problem, cls, message, argument }
}

/** `In test_a: ` up to 9.0, `In test_a.py::test_a: ` since. */
function prefix(m: Machine, { fn, nodeid }: TestFunction): string {
  return `In ${atLeast(m.plan.pytestVersion, '9.1') ? nodeid : fn.name}: `
}

// -- the call

function* missingArguments(m: Machine, mark: Mark): Generator<Refusal> {
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

function* checkCall(m: Machine, given: Given): Generator<Refusal> {
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

// -- values against names

function* checkCounts(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
  const { names } = given
  const sets = given.values ? elementsOf(given.values) : null
  if (!names || !sets) {
    if (given.values?.t === 'const' && !isString(given.values))
      yield refusal(
        given,
        'call',
        exceptionClass('TypeError'),
        `'${typeName(given.values)}' object is not iterable`,
      )
    return
  }
  if (sets.length === 0) {
    yield* checkEmpty(m, test, given)
    return
  }
  for (const set of sets) {
    const given_set = parameterSet(set)
    if (given.single && !given_set) continue
    const values = given_set ? given_set.values : set
    const count = lengthOf(values)
    if (count === null) continue
    if (count === 'none') {
      const type = typeName(values)
      const late = atLeast(m.plan.pytestVersion, '9.2')
      const message = late
        ? `${test.nodeid}: in "parametrize" expected a sequence of values, for a single value use a one-element tuple like ('value',), got ${type}:\n  ${representation(values)}`
        : `object of type '${type}' has no len()`
      yield refusal(given, 'counts', late ? FAILED : exceptionClass('TypeError'), message)
    } else if (count !== names.length) {
      const shown = `[${names.map(name => `'${name}'`).join(', ')}]`
      const message = `${test.nodeid}: in "parametrize" the number of names (${names.length}):\n  ${shown}\nmust be equal to the number of values (${count}):\n  ${representation(values)}`
      yield refusal(given, 'counts', FAILED, message)
    }
  }
}

/** Python's `len()`; 'none': the type has none. */
function lengthOf(value: Value): number | 'none' | null {
  if (isGenerator(value)) return null
  switch (value.t) {
    case 'tuple':
    case 'list':
    case 'set':
    case 'dict':
      return elementsOf(value)?.length ?? null
    case 'bytes':
      return value.v.length
    case 'const':
      return typeof value.v === 'string' ? [...value.v].length : 'none'
    case 'func':
      return 'none'
    default:
      return null
  }
}

function* checkEmpty(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
  if (m.plan.settings.empty_parameter_set_mark?.value !== 'fail_at_collect') return
  const { def, unit } = test.fn.code
  if (!def) return
  // The line of the first decorator, where there is one: it is the function's first line in Python's eyes.
  const [decorator] = def.decorators
  const place = decorator && 'at' in decorator ? decorator.at : def.at
  const line = unit.text.slice(0, m.spanOf(unit, place).start).split('\n').length
  yield refusal(given, 'empty', COLLECT_ERROR, `Empty parameter set in '${test.fn.name}' at line ${line}`)
}

function* checkReserved(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
  if (!given.names?.includes('request')) return
  const node = atLeast(m.plan.pytestVersion, '8.0') ? `${test.nodeid}: ` : ''
  const message = `${node}'request' is a reserved name and cannot be used in @pytest.mark.parametrize`
  yield refusal(given, 'reserved', FAILED, message, 'request')
}

/** What a scope may be called, of a fixture as well. */
export const SCOPES: readonly string[] = ['session', 'package', 'module', 'class', 'function']

function* checkScope({ fn }: TestFunction, given: Given): Generator<Refusal> {
  const { scope } = given
  if (!isString(scope) || SCOPES.includes(scope.v)) return
  const message = `parametrize() call in ${fn.name} got an unexpected scope value '${scope.v}'`
  yield refusal(given, 'scope', FAILED, message)
}

// -- names against the function

function* checkNames(
  m: Machine,
  test: TestFunction,
  given: Given,
  mayBeAskedFor: (name: string) => boolean,
): Generator<Refusal> {
  if (!given.names) return
  const requested = requestedArguments(test)
  for (const name of given.names) {
    if (requested.includes(name) || mayBeAskedFor(name)) continue
    if (argumentsWithDefault(test.fn).includes(name)) {
      const message = `${prefix(m, test)}function already takes an argument '${name}' with a default value`
      yield refusal(given, 'default', FAILED, message, name)
    } else {
      const kind = isIndirect(given.indirect, name) ? 'fixture' : 'argument'
      yield refusal(given, 'unused', FAILED, `${prefix(m, test)}function uses no ${kind} '${name}'`, name)
    }
  }
}

function isIndirect(indirect: Value | undefined, name: string): boolean {
  if (!indirect) return false
  const names = isSequence(indirect) ? elementsOf(indirect) : null
  return names ? names.some(item => isString(item) && item.v === name) : truth(indirect) === true
}

function isSequence(value: Value): boolean {
  return value.t === 'list' || value.t === 'tuple' || isString(value)
}

function* checkIndirect(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
  const { indirect, names } = given
  if (!indirect || !names || (indirect.t === 'const' && typeof indirect.v === 'boolean')) return
  if (isSequence(indirect)) {
    for (const item of elementsOf(indirect) ?? []) {
      if (!isString(item) || names.includes(item.v)) continue
      const message = `${prefix(m, test)}indirect fixture '${item.v}' doesn't exist`
      yield refusal(given, 'indirect', FAILED, message, item.v)
    }
    return
  }
  const type = typeName(indirect)
  if (type === null) return
  const message = `${prefix(m, test)}expected Sequence or boolean for indirect, got ${type}`
  yield refusal(given, 'indirect', FAILED, message)
}

function* checkTaken(m: Machine, test: TestFunction, given: Given, taken: Set<string>): Generator<Refusal> {
  const late = atLeast(m.plan.pytestVersion, '8.0')
  for (const name of given.names ?? []) {
    if (taken.has(name)) {
      const message = `${late ? `${test.nodeid}: ` : ''}duplicate parametrization of '${name}'`
      yield refusal(given, 'duplicate', late ? COLLECT_ERROR : exceptionClass('ValueError'), message, name)
    }
    taken.add(name)
  }
}

// -- ids

function* checkIds(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
  const { ids } = given
  if (!ids || isGenerator(ids)) return
  if (ids.t === 'const' && !isString(ids)) {
    if (ids.v !== null)
      yield refusal(given, 'ids', exceptionClass('TypeError'), 'ids must be a callable or an iterable')
    return
  }
  const items = elementsOf(ids)
  const sets = given.values ? elementsOf(given.values) : null
  if (!items || ids.t === 'native') return
  const count = sets && Math.max(sets.length, 1) // an empty list is one set that is skipped
  if (count !== null && items.length !== count && items.length > 0) {
    const message = `${prefix(m, test)}${count} parameter sets specified, with different number of ids: ${items.length}`
    yield refusal(given, 'ids', FAILED, message)
  }
  for (const [index, item] of items.entries()) {
    const own = sets?.[index] && parameterSet(sets[index])
    if (!sets || (own && !(own.id.t === 'const' && own.id.v === null))) continue
    if (item.t !== 'list' && item.t !== 'tuple' && item.t !== 'dict' && item.t !== 'set') continue
    const message = `${prefix(m, test)}ids contains unsupported value ${representation(item)} (type: <class '${typeName(item)}'>) at index ${index}. Supported types are: str, bytes, int, float, complex, bool, enum, regex or anything with a __name__.`
    yield refusal(given, 'ids', FAILED, message)
  }
}
