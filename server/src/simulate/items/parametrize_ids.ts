/**
 * The ids of parametrized tests: how many, of which types, and, where the configuration is strict about it, whether
 * two are alike. Follows `Metafunc._resolve_parameter_set_ids` and `IdMaker`.
 */
import { atLeast } from '../../pytest/version.ts'
import { callValue } from '../call.ts'
import { exceptionClass, isSubclass } from '../classes.ts'
import { isGenerator, stringOf } from '../evaluate.ts'
import type { Machine } from '../machine.ts'
import { HIDDEN_PARAM, parameterSet } from '../models/marks.ts'
import { FAILED } from '../models/outcomes.ts'
import { elementsOf } from '../operate.ts'
import { representation, typeName } from '../representation.ts'
import { type Exc, type Func, isNone, isString, PyRaise, type Value } from '../values.ts'
import type { TestFunction } from './fixture_closure.ts'
import { COLLECT_ERROR, type Given, prefix, type Refusal, refusal } from './parametrize_call.ts'

/** What is refused about the `ids` of a mark, and about those that pytest makes. */
export function* checkIds(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
  yield* checkGiven(m, test, given)
  yield* checkMaker(m, test, given)
  yield* checkAlike(m, test, given)
  yield* checkHidden(m, test, given)
}

/** A function that makes ids is called with each value that has none of its own; its exception is pytest's. */
function* checkMaker(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
  const { ids, names } = given
  const sets = given.values ? elementsOf(given.values) : null
  if (ids?.t !== 'func' || !names || !sets) return
  for (const [index, set] of sets.entries()) {
    if (!isUnnamed(set)) continue
    for (const [position, value] of (valuesOf(given, set) ?? []).entries()) {
      const cause = raisedBy(m, ids, value)
      if (!cause) continue
      const message = `${test.nodeid}: error raised while trying to determine id of parameter '${names[position]}' at position ${index}`
      yield refusal(given, 'ids', exceptionClass('ValueError'), message, null, cause)
    }
  }
}

/** What a function certainly raises when it is called with a value. */
function raisedBy(m: Machine, fn: Func, value: Value): Exc | null {
  const [frames, watches] = [m.frames.length, m.watches.length]
  try {
    callValue(m, fn, { positional: [value], keywords: new Map(), open: false }, null)
    return null
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error
    m.frames.length = frames
    m.watches.length = watches
    return error.exc.exact && isSubclass(error.exc.cls, exceptionClass('Exception')) === true
      ? error.exc
      : null
  }
}

/** Does pytest make the id of the set, or take it from `ids`? */
function isUnnamed(set: Value): boolean {
  const own = parameterSet(set)?.id
  return !own || isNone(own)
}

/** Only one of the tests may have no id at all. */
function* checkHidden(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
  const sets = given.values ? elementsOf(given.values) : null
  const listed = given.ids ? elementsOf(given.ids) : null
  const hidden = sets?.filter(
    (set, index) => (isUnnamed(set) ? listed?.[index] : parameterSet(set)!.id) === HIDDEN_PARAM,
  )
  if (!hidden || hidden.length < 2) return
  const message = `${prefix(m, test)}multiple instances of HIDDEN_PARAM cannot be used in the same parametrize call, because the tests names need to be unique.`
  yield refusal(given, 'ids', FAILED, message)
}

function* checkGiven(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
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

/** `strict_parametrization_ids` (9.0 and later): two sets of values may not have the same id. */
function* checkAlike(m: Machine, test: TestFunction, given: Given): Generator<Refusal> {
  const sets = given.values ? elementsOf(given.values) : null
  if (!isStrict(m) || !sets || !given.names) return
  const ids = idsOf(m, given, sets)
  const alike = ids.filter((id, index) => id !== null && ids.indexOf(id) < index)
  if (alike.length === 0) return
  const shown = sets.map(set => valuesOf(given, set)?.map(representation).join(', ') ?? '...')
  const message = [
    'Duplicate parametrization IDs detected, but strict_parametrization_ids is set.',
    '',
    `Test name:      ${test.nodeid}`,
    `Parameters:     ${given.names.join(', ')}`,
    `Parameter sets: ${shown.map(values => `[${values}]`).join(', ')}`,
    `IDs:            ${ids.map(id => id ?? '...').join(', ')}`,
    `Duplicates:     ${[...new Set(alike)].join(', ')}`,
    '',
    'You can fix this problem using `@pytest.mark.parametrize(..., ids=...)` or `pytest.param(..., id=...)`.',
  ].join('\n')
  yield refusal(given, 'alike', COLLECT_ERROR, message)
}

function isStrict({ plan }: Machine): boolean {
  if (!atLeast(plan.pytestVersion, '9.0')) return false
  const { strict_parametrization_ids: own, strict } = plan.settings
  return /^(?:true|1|yes|on)$/i.test((own ?? strict)?.value ?? '')
}

/** The ids that pytest would make; null for one that isn't known, or made of a position and so unlike all others. */
function idsOf(m: Machine, given: Given, sets: readonly Value[]): readonly (string | null)[] {
  const { ids } = given
  const none = !ids || (ids.t === 'const' && ids.v === null)
  const listed = ids && !none ? (isGenerator(ids) ? null : elementsOf(ids)) : []
  return sets.map((set, index) => {
    const own = parameterSet(set)?.id
    if (own && !(own.t === 'const' && own.v === null)) return isString(own) ? own.v : null
    if (!listed) return null
    const named = listed[index]
    if (named && !(named.t === 'const' && named.v === null)) return idOf(m, named)
    const parts = valuesOf(given, set)?.map(value => idOf(m, value))
    return parts && !parts.includes(null) ? parts.join('-') : null
  })
}

function valuesOf(given: Given, set: Value): readonly Value[] | null {
  const own = parameterSet(set)
  if (own) return elementsOf(own.values)
  return given.single ? [set] : elementsOf(set)
}

function idOf(m: Machine, value: Value): string | null {
  if (isString(value)) return value.v.length > 100 && atLeast(m.plan.pytestVersion, '9.2') ? null : value.v
  if (value.t === 'func' || value.t === 'class') return value.name
  return value.t === 'const' ? stringOf(value) : null
}
