/**
 * `pytest.fixture`: what it refuses when it is applied, and the fixtures it makes, for `fixture_closure.ts` to
 * read. Follows `_pytest.fixtures`. How a fixture is set up is no matter of collection.
 */
import type { Span } from '../../files/span.ts'
import { atLeast } from '../../pytest/version.ts'
import { functionBehind } from '../behind.ts'
import type { Journal } from '../journal.ts'
import type { Machine } from '../machine.ts'
import { OfText } from '../remade.ts'
import {
  type Args,
  constant,
  type Func,
  isInt,
  isString,
  native,
  same,
  truth,
  UNKNOWN,
  type Value,
} from '../values.ts'
import { argument, callSpan } from './model.ts'
import { FAILED } from './outcomes.ts'
import { DEPRECATED, REMOVED_IN_9, REMOVED_IN_10, warn } from './warnings.ts'

/** A function behind `@pytest.fixture`. */
export interface Fixture {
  /** Of the fixture; null where it is computed. */
  readonly name: string | null
  /** The function itself; null where it isn't known. */
  readonly fn: Func | null
  /** null: perhaps. */
  readonly autouse: boolean | null
  readonly span: Span
  readonly scope: Value | undefined
  readonly params: Value | undefined
  readonly ids: Value | undefined
}

class DefinedFixture implements Fixture {
  readonly name: Fixture['name']
  readonly fn: Fixture['fn']
  readonly autouse: Fixture['autouse']
  readonly scope: Fixture['scope']
  readonly params: Fixture['params']
  readonly ids: Fixture['ids']
  private readonly place: OfText<Span>

  constructor(journal: Journal, { name, fn, autouse, span, scope, params, ids }: Fixture) {
    this.name = name
    this.fn = fn
    this.autouse = autouse
    this.scope = scope
    this.params = params
    this.ids = ids
    this.place = new OfText(journal, span.path, span)
  }

  get span(): Span {
    return this.place.read()
  }

  /** See `DefinedFunction`. */
  insteadOf(made: DefinedFixture): boolean {
    const keys = ['scope', 'params', 'ids'] as const
    const usable =
      this.name === made.name &&
      this.fn === made.fn &&
      this.autouse === made.autouse &&
      this.span.path === made.span.path &&
      keys.every(key => {
        const [mine, others] = [this[key], made[key]]
        return mine && others ? same(mine, others) : mine === others
      })
    if (usable) this.place.become(made.place)
    return usable
  }
}

const fixtures = new WeakMap<Value, DefinedFixture>()

/** The fixture that a value is; null for any other value. */
export function fixtureOf(value: Value): Fixture | null {
  return fixtures.get(value) ?? null
}

export function isFixture(value: Value): boolean {
  return fixtures.has(value)
}

/** Does nothing but a fixture come of what the value decorates? */
export function makesFixtures(value: Value): boolean {
  return value.t === 'native' && [DECORATOR, DECORATOR_WITH_ARGUMENTS].includes(value.name)
}

/** `pytest.fixture`, and what it gives when it is called with arguments alone. */
export const DECORATOR = 'pytest.fixture'
const DECORATOR_WITH_ARGUMENTS = 'pytest.fixture(...)'

/** `pytest.fixture`, with or without arguments. */
export function fixtureDecorator(m: Machine, args: Args): Value {
  const [object] = args.positional
  const span = callSpan(m)
  refuseArguments(m, args)
  const mark = (to: Value) => apply(m, to, args, span)
  // A falsy first argument is none: `if fixture_function:`.
  if (object && truth(object) !== false) return mark(object)
  return native(DECORATOR_WITH_ARGUMENTS, inner => mark(inner.positional[0] ?? UNKNOWN))
}

const KEYWORDS: ReadonlySet<string> = new Set([
  'fixture_function',
  'scope',
  'params',
  'autouse',
  'ids',
  'name',
])

function refuseArguments(m: Machine, { keywords }: Args): void {
  const unknown = [...keywords.keys()].find(name => !KEYWORDS.has(name))
  if (unknown !== undefined) {
    const message = `fixture() got an unexpected keyword argument '${unknown}'`
    m.raise('TypeError', message, { kind: 'other' })
  }
  const params = keywords.get('params')
  if (params && isInt(params)) m.raise('TypeError', "'int' object is not iterable", { kind: 'other' })
}

/** An old name of `pytest.fixture`. */
export function yieldFixture(m: Machine, args: Args): Value {
  const message = '@pytest.yield_fixture is deprecated.\nUse @pytest.fixture instead; they are the same.'
  const late = atLeast(m.plan.pytestVersion, '9.2')
  warn(m, late ? REMOVED_IN_10 : DEPRECATED, message)
  return fixtureDecorator(m, args)
}

/** FixtureFunctionMarker.__call__. */
function apply(m: Machine, object: Value, args: Args, span: Span): Value {
  if (object.t === 'class')
    return m.raise('ValueError', 'class fixtures not supported (maybe in the future)', { kind: 'other' })
  const given = argument(args, 1, 'name')
  const fn = object.t === 'func' ? object : object.t === 'bound' ? object.fn : functionBehind(object)
  const ownName = fn?.name ?? null
  const name = !given || truth(given) === false ? ownName : isString(given) ? given.v : null
  const before = fixtureOf(object)
  if (before) return refuseTwice(m, before)
  if (isString(object))
    return m.raise('AttributeError', "'str' object has no attribute '__name__'", { kind: 'other' })
  if (fn?.attributes.slots.get('pytestmark')?.maybe === false) refuseMarkedFixture(m)
  if (name === 'request') return refuse(m, "'request' is a reserved word for fixtures, use another name:")
  const fixture = native(
    'fixture',
    () =>
      name === null
        ? UNKNOWN
        : refuse(
            m,
            `Fixture "${name}" called directly. Fixtures are not meant to be called directly,\nbut are created automatically when test functions request them as parameters.\nSee https://docs.pytest.org/en/stable/explanation/fixtures.html for more information about fixtures, and\nhttps://docs.pytest.org/en/stable/deprecations.html#calling-fixtures-directly`,
          ),
    {
      attribute: attribute => {
        if (attribute === '__name__' && name !== null) return constant(name)
        return attribute === '__wrapped__' ? object : UNKNOWN
      },
    },
  )
  const autouse = argument(args, 4, 'autouse')
  const defined = new DefinedFixture(m.heap.journal, {
    name,
    fn,
    autouse: args.open ? null : autouse ? truth(autouse) : false,
    span,
    scope: args.keywords.get('scope'),
    params: args.open ? undefined : args.keywords.get('params'),
    ids: args.open ? undefined : args.keywords.get('ids'),
  })
  fixtures.set(fixture, defined)
  const { scope } = m.frame
  if (scope.kind === 'function' || ownName === null) return fixture
  return m.heap.journal.remade(
    scope.names,
    ownName,
    fixture,
    before => fixtures.get(before)?.insteadOf(defined) ?? false,
  )
}

function refuse(m: Machine, message: string): Value {
  return m.throwUnlessHealed(m.exception(FAILED, message, { kind: 'other' }, { focus: callSpan(m) }))
}

function refuseTwice(m: Machine, fixture: Fixture): Value {
  const name = fixture.name ?? '...'
  const message = atLeast(m.plan.pytestVersion, '8.4')
    ? `@pytest.fixture is being applied more than once to the same function '${name}'`
    : 'fixture is being applied more than once to the same function'
  return m.raise('ValueError', message, { kind: 'other' })
}

/** A mark above or below `@pytest.fixture`: nothing before 8, a warning that 9.0 makes an error of, refused since. */
export function refuseMarkedFixture(m: Machine): void {
  const version = m.plan.pytestVersion
  if (!atLeast(version, '8.0')) return
  const page = 'https://docs.pytest.org/en/stable/deprecations.html#applying-a-mark-to-a-fixture-function'
  if (atLeast(version, '9.1')) {
    refuse(m, `Marks cannot be applied to fixtures.\nSee docs: ${page}`)
    return
  }
  warn(m, REMOVED_IN_9, `Marks applied to fixtures have no effect\nSee docs: ${page}`)
}
