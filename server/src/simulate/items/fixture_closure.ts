/**
 * Which arguments a test asks for: by itself, and through the fixtures that it uses. Follows
 * `_pytest.compat.getfuncargnames` and `FixtureManager.getfixtureclosure`. The closure is only ever taken too
 * large: whatever a name may stand for is followed, so that "nothing asks for it" is a proof.
 */
import type { Parameter } from '../../compile/module_code.ts'
import { remember } from '../../files/memo.ts'
import { functionBehind } from '../behind.ts'
import type { Plugin } from '../hooks.ts'
import type { Machine } from '../machine.ts'
import { type Fixture, fixtureOf } from '../models/fixtures.ts'
import { markOf } from '../models/marks.ts'
import { TrackedMap } from '../tracked_map.ts'
import { type Class, type Func, isString, type Namespace, type Value } from '../values.ts'
import { argumentNames } from './parametrize_call.ts'
import { asksForArgument } from './plugins.ts'

/** A test function where it is collected. */
export interface TestFunction {
  readonly fn: Func
  /** `path::Class::name`. */
  readonly nodeid: string
  /** The classes that it is collected in, with their bases; empty for a function of the module. */
  readonly classes: readonly Class[]
  /** The module's namespace. */
  readonly globals: Namespace
  /** All marks on the function, its classes and its module, nearest first; see `marksIn`. */
  readonly marks: readonly Value[]
}

/** The names that pytest fills in when it calls the test; those with a default are not among them. */
export function requestedArguments({ fn, classes }: Pick<TestFunction, 'fn' | 'classes'>): readonly string[] {
  const names = namesOf(fn, p => p.default === null)
  const bound = classes.length > 0 && !fn.code.params.some(p => p.kind === 'positional')
  return bound ? names.slice(1) : names
}

/** The names of arguments that have a default. */
export function argumentsWithDefault(fn: Func): readonly string[] {
  return namesOf(fn, p => p.default !== null)
}

function namesOf(fn: Func, wanted: (p: Parameter) => boolean): readonly string[] {
  return fn.code.params
    .filter(p => (p.kind === 'normal' || p.kind === 'keyword') && wanted(p))
    .map(p => p.name)
}

/** Fixtures that pytest brings along, and what they ask for. */
const BUILT_IN = new Set(
  'cache capfd capfdbinary caplog capsys capsysbinary capteesys doctest_namespace linecomp LineMatcher monkeypatch pytestconfig pytester record_property record_testsuite_property record_xml_attribute recwarn request subtests testdir tmp_path tmp_path_factory tmpdir tmpdir_factory _pytest _config_for_test _sys_snapshot __arg'.split(
    ' ',
  ),
)

/** What may be known by a fixture's name, with the arguments that it asks for; null where those aren't known. */
interface Visible {
  readonly name: string | null
  readonly autouse: boolean
  readonly asks: readonly string[] | null
}

/** May anything that the test uses, besides its own signature, ask for an argument of this name? */
export function mayBeAskedFor(
  m: Machine,
  test: TestFunction,
  plugins: readonly Plugin[],
  name: string,
): boolean {
  if (BUILT_IN.has(name)) return true
  const conftests = plugins.map(({ module }) => module.ns)
  const namespaces = [test.globals, ...conftests, ...test.classes.map(cls => cls.ns)]
  if (namespaces.some(ns => ns.open)) return true
  const visible = namespaces.flatMap(ns => [...ns.slots].flatMap(([key, { value }]) => visibleAs(key, value)))
  const always = visible.filter(fixture => fixture.autouse || fixture.name === null)
  if (always.some(fixture => fixture.name === null && fixture.asks === null)) return true
  const used = usedByMarks(test.marks)
  if (used === null) return true
  const queue = [
    ...requestedArguments(test),
    ...used,
    ...usedByConfiguration(m),
    ...always.flatMap(fixture => fixture.name ?? fixture.asks!),
  ]
  const seen = new Set(queue)
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next === name) return true
    for (const fixture of visible) {
      if (fixture.name !== next) continue
      if (fixture.asks === null) return true
      for (const asked of fixture.asks) {
        if (seen.has(asked)) continue
        seen.add(asked)
        queue.push(asked)
      }
    }
  }
  return asksForArgument(m, plugins, name)
}

function visibleAs(key: string, value: Value): Visible | [] {
  const fixture = fixtureOf(value)
  if (fixture) {
    const asks = fixture.fn ? namesOf(fixture.fn, p => p.default === null) : null
    return { name: fixture.name, autouse: fixture.autouse !== false, asks }
  }
  // Behind a decorator that isn't known may be a fixture of another library's making.
  const fn = functionBehind(value)
  if (fn) return { name: key, autouse: true, asks: namesOf(fn, () => true) }
  return value.t === 'unknown' || value.t === 'native' ? { name: key, autouse: false, asks: null } : []
}

function usedByMarks(marks: readonly Value[]): readonly string[] | null {
  const names: string[] = []
  for (const value of marks) {
    const mark = markOf(value)
    if (!mark) return null
    if (mark.name !== 'usefixtures') continue
    if (mark.args.open || !mark.args.positional.every(isString)) return null
    names.push(...mark.args.positional.map(arg => arg.v))
  }
  return names
}

function usedByConfiguration(m: Machine): readonly string[] {
  return m.plan.settings.usefixtures?.value.match(/\w+/g) ?? []
}

/** Does a fixture of the namespace give ids to its params? */
export function givesIds({ slots }: Namespace): boolean {
  for (const { value } of slots.values()) if (fixtureOf(value)?.ids) return true
  return false
}

/**
 * The fixtures that the test uses for certain, each by its nearest definition. A name that a mark parametrizes is no
 * fixture's; where a definition may hide that isn't known, the name is left out.
 */
export function certainFixtures(
  m: Machine,
  test: TestFunction,
  plugins: readonly Plugin[],
): readonly Fixture[] {
  const parametrized = new Set<string>()
  for (const value of test.marks) {
    const mark = markOf(value)
    const names = mark?.name === 'parametrize' ? argumentNames(mark) : []
    if (!mark || names === null) return []
    for (const name of names) parametrized.add(name)
  }
  const conftests = plugins.filter(plugin => plugin.folder !== null)
  const nearestFirst = conftests.toSorted((a, b) => b.folder!.length - a.folder!.length)
  const places = [test.globals, ...nearestFirst.map(({ module }) => module.ns)]
  if (test.classes.length > 0) places.unshift(...test.classes.map(cls => cls.ns))
  const seen = new Set([
    ...requestedArguments(test),
    ...(usedByMarks(test.marks) ?? []),
    ...usedByConfiguration(m),
  ])
  const found: Fixture[] = []
  for (const name of seen) {
    const fixture = parametrized.has(name) ? null : nearestDefinition(name, places)
    if (!fixture) continue
    found.push(fixture)
    for (const asked of fixture.fn ? namesOf(fixture.fn, p => p.default === null) : [])
      if (asked !== 'self') seen.add(asked)
  }
  return found
}

function nearestDefinition(name: string, nearestFirst: readonly Namespace[]): Fixture | null {
  for (const ns of nearestFirst) {
    if (ns.open) return null
    const [key, ...others] = slotsByFixture(ns).get(name) ?? []
    if (key === undefined) continue
    const { value, maybe } = ns.slots.get(key)!
    return others.length === 0 && !maybe ? fixtureOf(value) : null
  }
  return null
}

const known = new WeakMap<Namespace, { readonly state: string; readonly slots: SlotsByFixture }>()

/** By the name of what may be a fixture, the slots that it stands in. */
type SlotsByFixture = ReadonlyMap<string, readonly string[]>

function slotsByFixture(ns: Namespace): SlotsByFixture {
  const { slots, version } = ns
  const state = slots instanceof TrackedMap ? slots.state : `${version}, ${slots.size}`
  const before = known.get(ns)
  if (state !== null && before?.state === state) return before.slots
  const made = new Map<string, string[]>()
  for (const [key, { value }] of slots) {
    const name = [visibleAs(key, value)].flat()[0]?.name
    if (name) remember(made, name, () => []).push(key)
  }
  if (state !== null) known.set(ns, { state, slots: made })
  return made
}
