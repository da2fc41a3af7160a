/**
 * What `@pytest.mark.parametrize` refuses when a test is collected: `Metafunc.parametrize` and
 * `ParameterSet._for_parametrize`, check for check and in their order. What isn't known passes.
 */

import { atLeast } from '../../pytest/version.ts'
import { exceptionClass } from '../classes.ts'
import { isGenerator } from '../evaluate.ts'
import { wholeText } from '../looked_into.ts'
import type { Machine } from '../machine.ts'
import type { Fixture } from '../models/fixtures.ts'
import { markOf, parameterSet } from '../models/marks.ts'
import { FAILED } from '../models/outcomes.ts'
import { elementsOf } from '../operate.ts'
import { representation, typeName } from '../representation.ts'
import { constant, isString, truth, type Value } from '../values.ts'
import { argumentsWithDefault, requestedArguments, type TestFunction } from './fixture_closure.ts'
import {
  COLLECT_ERROR,
  checkCall,
  type Given,
  givenByFixture,
  missingArguments,
  prefix,
  type Refusal,
  readMark,
  refusal,
} from './parametrize_call.ts'
import { checkIds } from './parametrize_ids.ts'

/**
 * All that pytest refuses about the parametrization of a test, in its order: the first is what it shows, unless
 * that is cured. `fixtures`: those that it uses for certain. `mayBeAskedFor`: may a fixture ask for an argument that
 * the test does not take?
 */
export function* refusals(
  m: Machine,
  test: TestFunction,
  fixtures: readonly Fixture[],
  mayBeAskedFor: (name: string) => boolean,
): Generator<Refusal> {
  for (const fixture of fixtures) {
    const given = givenByFixture(fixture)
    if (given) yield* checkIds(m, test, given)
  }
  yield* refusalsOfMarks(m, test, mayBeAskedFor)
}

function* refusalsOfMarks(
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
    const given = readMark(m, mark)
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
    yield* checkMarks(m, given)
  }
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
  const line = wholeText(unit).slice(0, m.spanOf(unit, place).start).split('\n').length
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

/** Before pytest 8 the marks of a set are looked at last; since, when the set is made (`pytest.param`). */
function* checkMarks(m: Machine, given: Given): Generator<Refusal> {
  if (atLeast(m.plan.pytestVersion, '8.0')) return
  for (const set of (given.values && elementsOf(given.values)) ?? []) {
    const marks = parameterSet(set)?.marks
    const [first] = isString(marks) ? [...marks.v].map(constant) : ((marks && elementsOf(marks)) ?? [])
    if (first?.t !== 'const') continue
    const message = `got ${representation(first)} instead of Mark`
    yield refusal(given, 'marks', exceptionClass('TypeError'), message)
  }
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
