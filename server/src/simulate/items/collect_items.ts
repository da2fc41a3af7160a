/**
 * What pytest makes of a test module after its import: classes, functions and what is refused about them. Follows
 * `_pytest.python` (PyCollector.collect, pytest_pycollect_makeitem, Class.collect). Only what the machine left
 * bound for certain is looked at. Tests of `unittest.TestCase` classes take no fixtures: nothing is refused there.
 */
import { relative } from '../../files/paths.ts'
import type { Span } from '../../files/span.ts'
import { atLeast } from '../../pytest/version.ts'
import { resolutionOrder } from '../base_order.ts'
import { functionBehind } from '../behind.ts'
import { exceptionClass, isException } from '../classes.ts'
import { isGenerator } from '../evaluate.ts'
import type { Plugin } from '../hooks.ts'
import type { Machine } from '../machine.ts'
import { isBare } from '../models/abc.ts'
import { fixtureOf } from '../models/fixtures.ts'
import { markOf, marksIn } from '../models/marks.ts'
import { FAILED } from '../models/outcomes.ts'
import { actionFor, COLLECTION_WARNING, PYTEST_WARNINGS, REMOVED_IN_10 } from '../models/warnings.ts'
import { isDefined } from '../remade.ts'
import { representation } from '../representation.ts'
import type { Constructor, FailureDetail } from '../trace.ts'
import {
  type Class,
  type Exc,
  type Func,
  type Instance,
  isString,
  type Module,
  type Namespace,
  NONE,
  PyRaise,
  truth,
  type Value,
} from '../values.ts'
import { certainFixtures, givesIds, mayBeAskedFor, type TestFunction } from './fixture_closure.ts'
import { generateTests, refusingPlugins } from './generate_tests.ts'
import { noteItem } from './item_object.ts'
import { matchesName } from './names.ts'
import { refusals, SCOPES } from './parametrize.ts'
import { readMark } from './parametrize_call.ts'
import { collectsDifferently } from './plugins.ts'

/** One module under collection. */
interface Collection {
  readonly m: Machine
  readonly path: string
  readonly module: Module
  readonly plugins: readonly Plugin[]
  /** The marks of the tests that were found, where a hook will ask for them. */
  readonly items: ReadonlySet<string>[]
}

/** Where functions are collected: the module itself, or a class in it. */
interface Holder {
  /** Outermost first; empty for the module. */
  readonly chain: readonly Class[]
  /** The classes with their bases, in the order in which names are looked up. */
  readonly classes: readonly Class[]
  /** The marks that every function in it has, nearest first. */
  readonly marks: readonly Value[]
  /** A hook will be handed the items. */
  readonly noted: boolean
  /** Plugins whose `pytest_generate_tests` may raise. */
  readonly refusing: readonly Plugin[]
  /** Some fixture in sight gives ids to its params. */
  readonly givesIds: boolean
}

/** Collects the items of a module that was imported; what pytest refuses leaves as PyRaise. */
export function collectItems(m: Machine, module: Module, path: string, plugins: readonly Plugin[]): void {
  if (module.kind !== 'project' || module.file !== path || module.doubtful || module.ns.open) return
  const collection: Collection = { m, path, module, plugins, items: [] }
  checkPytestmark(collection, module.ns, null)
  checkFixtures(collection, [module.ns], relative(m.plan.rootdir, path))
  if (isOff([module.ns])) return
  const classes: Class[] = []
  const inSight = [module.ns, ...plugins.map(plugin => plugin.module.ns)]
  const holder: Holder = {
    chain: [],
    classes: [],
    marks: marksIn(module.ns),
    noted: plugins.some(plugin => plugin.module.ns.slots.has('pytest_collection_modifyitems')),
    refusing: refusingPlugins(plugins),
    givesIds: inSight.some(givesIds),
  }
  for (const [name, value] of members(collection, [module.ns])) {
    if (value.t === 'class') classes.push(value)
    else if (value.t === 'instance') warnOfObject(collection, name, value, holder)
    else collectFunction(collection, name, value, holder)
  }
  // Classes are collectors of their own, which come after the module itself; a node id may leave some out.
  if (m.plan.invocation.args.some(arg => arg.includes('::'))) return
  for (const cls of classes) collectClass(collection, cls, holder)
  if (m.doubts.length === 0) for (const marks of collection.items) noteItem(m, marks)
}

/** What looks like tests and is bound for certain; of several namespaces the first that has a name decides. */
function* members(
  { m, module }: Collection,
  namespaces: readonly Namespace[],
): Generator<[string, Func | Class | Instance]> {
  const { pythonFunctions, pythonClasses } = m.plan
  const ownOnly = /^(?:false|no|off|0)$/i.test(m.plan.settings.collect_imported_tests?.value ?? '')
  const seen = new Set<string>()
  for (const ns of namespaces) {
    for (const [name, { value, maybe }] of ns.slots) {
      if (seen.has(name)) continue
      seen.add(name)
      if (maybe || (value.t !== 'func' && value.t !== 'class' && value.t !== 'instance')) continue
      const [own, patterns] =
        value.t === 'class' ? [value.ns, pythonClasses] : [value.attributes, pythonFunctions]
      if (!matchesName(name, patterns) && !isTrue(own.slots.get('__test__')?.value)) continue
      if (value.t === 'instance') {
        yield [name, value]
        continue
      }
      const home = value.t === 'func' ? value.module.name : value.module
      if (!(ownOnly && ns === module.ns && home !== module.name)) yield [name, value]
    }
  }
}

function isTrue(value: Value | undefined): boolean {
  return value?.t === 'const' && value.v === true
}

/** `__test__` says no, or can't be told. */
function isOff(namespaces: readonly Namespace[]): boolean {
  const slot = namespaces.map(ns => ns.slots.get('__test__')).find(Boolean)
  return slot !== undefined && (slot.maybe || truth(slot.value) !== true)
}

// -- classes

function collectClass(collection: Collection, cls: Class, outer: Holder): void {
  const classes = resolutionOrder(cls)
  if (!classes) return
  const chain = [...outer.chain, cls]
  checkPytestmark(collection, cls.ns, cls)
  const namespaces = classes.map(each => each.ns)
  if (isOff(namespaces)) return
  const made = constructorOf(classes)
  if (made === 'unknown') return
  if (made) return warnOfConstructor(collection, chain, made)
  checkFixtures(collection, namespaces, nodeId(collection, chain))
  const holder: Holder = {
    chain,
    classes: [...classes, ...outer.classes],
    marks: [...namespaces.toReversed().flatMap(marksIn), ...outer.marks],
    noted: outer.noted,
    refusing: outer.refusing,
    givesIds: outer.givesIds || namespaces.some(givesIds),
  }
  const nested: Class[] = []
  for (const [name, value] of members(collection, namespaces)) {
    if (value.t === 'class') nested.push(value)
    else if (value.t === 'instance') warnOfObject(collection, name, value, holder)
    else collectFunction(collection, name, value, holder)
  }
  for (const inner of nested) collectClass(collection, inner, holder)
}

function nodeId({ m, path }: Collection, classes: readonly Class[], name?: string): string {
  return [relative(m.plan.rootdir, path), ...classes.map(cls => cls.name), ...(name ? [name] : [])].join('::')
}

/** `hasinit` and `hasnew`; null: none but object's. */
function constructorOf(classes: readonly Class[]): Constructor | 'unknown' | null {
  for (const name of ['__init__', '__new__'] as const) {
    for (const cls of classes) {
      if (isBare(cls)) continue
      if (!isDefined(cls)) {
        const known = cls.ns.slots.has(name) || (isException(cls) && name === '__init__')
        return known ? name : 'unknown'
      }
      const slot = cls.ns.slots.get(name)
      if (slot)
        return !slot.maybe && (slot.value.t === 'func' || functionBehind(slot.value)) ? name : 'unknown'
    }
  }
  return null
}

function warnOfConstructor(collection: Collection, chain: readonly Class[], by: Constructor): void {
  const { m, path } = collection
  const cls = chain.at(-1)!
  const parent = nodeId(collection, chain.slice(0, -1))
  const message = `cannot collect test class '${cls.name}' because it has a ${by} constructor (from: ${parent})`
  const action = actionFor(m, COLLECTION_WARNING, message)
  const detail = { kind: 'uncollectable-class' as const, name: cls.name, by }
  if (action === 'error') refuse(collection, COLLECTION_WARNING, message, detail, cls.place)
  // An imported class is most likely no class of tests but one of the project that is called so.
  else if (action !== null && action !== 'ignore' && cls.place?.path === path)
    m.note({ event: 'uncollectable-class', name: cls.name, by, span: cls.place })
}

/**
 * An object that is named like a test and can be called, and is no function: pytest warns and makes no test of it. What
 * has attributes of unknown making may lead to a function (`__wrapped__`), or be a fixture.
 */
function warnOfObject(collection: Collection, name: string, object: Instance, holder: Holder): void {
  const classes = resolutionOrder(object.cls)
  if (!classes || object.attributes.open || object.attributes.slots.has('__wrapped__')) return
  const has = (attribute: string) => classes.some(cls => cls.ns.slots.has(attribute))
  if (!classes.every(isDefined) || ['__getattr__', '__getattribute__', '__wrapped__'].some(has)) return
  const call = classes.map(cls => cls.ns.slots.get('__call__')).find(Boolean)
  if (call?.value.t !== 'func' || call.maybe) return
  const message = `cannot collect '${name}' because it is not a function.`
  const place = holder.chain.at(-1)?.place ?? placeOfName(collection, name)
  refuseWarning(collection, holder, COLLECTION_WARNING, message, place)
}

/** Under an `error` filter a warning that pytest gives while it collects is the module's failure. */
function refuseWarning(
  collection: Collection,
  holder: Holder,
  category: Class,
  message: string,
  place: Span | null,
): void {
  const { m } = collection
  if (actionFor(m, category, message) !== 'error' || mayDiffer(collection, holder)) return
  refuse(collection, category, message, { kind: 'warning', category: category.name, marker: null }, place)
}

// -- functions

/**
 * What pytest warns of about the marks of a test: `usefixtures` that names none (since 8.4), and values that can be
 * iterated over only once (since 9.1).
 */
function warnOfMarks(collection: Collection, holder: Holder, nodeid: string, marks: readonly Value[]): void {
  const { m } = collection
  const since = (version: string) => atLeast(m.plan.pytestVersion, version)
  for (const value of marks) {
    const mark = markOf(value)
    if (mark?.name !== 'usefixtures' || mark.args.open || mark.args.positional.length > 0 || !since('8.4'))
      continue
    const message = `usefixtures() in ${nodeid} without arguments has no effect`
    refuseWarning(collection, holder, PYTEST_WARNINGS.PytestWarning!, message, mark.span)
  }
  for (const value of marks) {
    const mark = markOf(value)
    const values = mark?.name === 'parametrize' ? readMark(m, mark)?.values : undefined
    if (!mark || !values || !isGenerator(values) || !since('9.1')) continue
    const message = `Passing a non-Collection iterable to parametrize is deprecated.\nTest: ${nodeid}, argvalues type: generator\nPlease convert to a list or tuple.\nSee https://docs.pytest.org/en/stable/deprecations.html#parametrize-iterators`
    refuseWarning(collection, holder, REMOVED_IN_10, message, mark.span)
  }
}

/** The marks that decide whether pytest makes items of a function. */
const MATTERS: ReadonlySet<string> = new Set(['parametrize', 'usefixtures'])

function collectFunction(collection: Collection, name: string, fn: Func, holder: Holder): void {
  const { m, module, plugins } = collection
  const { def } = fn.code
  const yields = def?.generator === true && !def.async
  const marks = [...marksIn(fn.attributes), ...holder.marks]
  if (holder.noted && def && !yields && !isOff([fn.attributes])) noteMarks(collection, marks)
  const { refusing } = holder
  if (
    !yields &&
    !holder.givesIds &&
    refusing.length === 0 &&
    !marks.some(mark => MATTERS.has(markOf(mark)?.name ?? ''))
  )
    return
  // What a factory made may have a signature that was written onto it.
  if (!def || fn.scope.kind === 'function' || isOff([fn.attributes])) return
  if (['__wrapped__', '__signature__', 'patchings'].some(attribute => fn.attributes.slots.has(attribute)))
    return
  const place = m.spanOf(fn.code.unit, def.nameAt)
  if (yields) return refuseYield(collection, name, holder, place)
  const { chain, classes } = holder
  const nodeid = nodeId(collection, chain, name)
  warnOfMarks(collection, holder, nodeid, marks)
  const test: TestFunction = { fn, nodeid, classes, globals: module.ns, marks }
  generateTests(m, test, module, refusing)
  const mayBe = (argument: string) => mayBeAskedFor(m, test, plugins, argument)
  const fixtures = holder.givesIds ? certainFixtures(m, test, plugins) : []
  for (const { cls, message, mark, problem, argument, cause } of refusals(m, test, fixtures, mayBe)) {
    if (mayDiffer(collection, holder)) return
    const below = [...chain.map(each => each.name), name].join('::')
    const detail = { kind: 'parametrize' as const, test: below, problem, argument }
    refuse(collection, cls, message, detail, mark.span.path === collection.path ? mark.span : place, cause)
  }
}

function noteMarks({ items }: Collection, marks: readonly Value[]): void {
  const names = new Set<string>()
  for (const value of marks) {
    const mark = markOf(value)
    if (!mark) return
    names.add(mark.name)
  }
  items.push(names)
}

/** Since pytest 8.4; before, such a test was a warning and an expected failure. */
function refuseYield(collection: Collection, name: string, holder: Holder, place: Span): void {
  if (!atLeast(collection.m.plan.pytestVersion, '8.4') || mayDiffer(collection, holder)) return
  const message = `'yield' keyword is allowed in fixtures, but not in tests (${name})`
  refuse(collection, FAILED, message, { kind: 'refused-test', name, problem: 'yields' }, place)
}

/** A hook stands in the way of a proof: then the file can't be judged. */
function mayDiffer({ m, module, path, plugins }: Collection, { classes }: Holder): boolean {
  const own = [module.ns, ...classes.map(cls => cls.ns)]
  const hooks = own.map(ns => ns.slots.get('pytest_generate_tests')?.value)
  if (!collectsDifferently(m, plugins, hooks)) return false
  m.doubt('a hook may collect these tests in its own way', { path, start: 0, end: 0 })
  return true
}

// -- what is refused

function refuse(
  { m, path }: Collection,
  cls: Class,
  message: string,
  detail: FailureDetail,
  place: Span | null,
  cause: Exc | null = null,
): void {
  // pytest shows no line for it: the place has to lie in the file that it collects.
  const span = place?.path === path ? place : { path, start: 0, end: 0 }
  const exc: Exc = { ...m.exception(cls, message, detail, { span, focus: span, cause }), chain: [span] }
  if (!m.isHealed(exc)) throw new PyRaise(exc)
}

/** Where a file binds a name at its left margin. */
function placeOfName({ m, path }: Collection, name: string): Span | null {
  const start = m.world.text(path)?.search(new RegExp(`^${name}\\b`, 'm')) ?? -1
  return start < 0 ? null : { path, start, end: start + name.length }
}

/** `normalize_mark_list`: what stands in `pytestmark` must be a mark. */
function checkPytestmark(collection: Collection, ns: Namespace, cls: Class | null): void {
  const { m } = collection
  for (const value of marksIn(ns)) {
    if (!['const', 'bytes', 'tuple', 'list', 'set', 'dict'].includes(value.t)) continue
    // pytest 9.2 takes None for a module's way of saying that it has none.
    if (!cls && value === NONE && atLeast(m.plan.pytestVersion, '9.2')) continue
    const message = `got ${representation(value)} instead of Mark`
    const detail = {
      kind: 'refused-test' as const,
      name: cls?.name ?? 'pytestmark',
      problem: 'pytestmark' as const,
    }
    refuse(
      collection,
      exceptionClass('TypeError'),
      message,
      detail,
      cls ? cls.place : placeOfName(collection, 'pytestmark'),
    )
  }
}

/** FixtureDef: the scope of a fixture is read when it is registered. */
function checkFixtures(collection: Collection, namespaces: readonly Namespace[], nodeid: string): void {
  for (const ns of namespaces) {
    for (const { value, maybe } of ns.slots.values()) {
      const fixture = maybe ? null : fixtureOf(value)
      if (!fixture || !isString(fixture.scope) || SCOPES.includes(fixture.scope.v)) continue
      const name = fixture.fn?.name ?? fixture.name ?? '...'
      const message = `Fixture '${name}' from ${nodeid} got an unexpected scope value '${fixture.scope.v}'`
      refuse(
        collection,
        FAILED,
        message,
        { kind: 'refused-test', name, problem: 'fixture scope' },
        fixture.span,
      )
    }
  }
}
