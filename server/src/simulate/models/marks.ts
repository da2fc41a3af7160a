/**
 * `pytest.mark` and `pytest.param`: marks with the arguments they were given, kept where pytest keeps them (the
 * `pytestmark` of a function or class), for `items.ts` to read. Follows `_pytest.mark.structures`.
 */

import type { Span } from '../../files/span.ts'
import { atLeast } from '../../pytest/version.ts'
import { nativeClass, OBJECT } from '../classes.ts'
import type { Machine } from '../machine.ts'
import { elementsOf } from '../operate.ts'
import { isDefined } from '../remade.ts'
import { representation, typeName } from '../representation.ts'
import {
  type Args,
  constant,
  type Instance,
  isString,
  list,
  type Namespace,
  NONE,
  native,
  PyRaise,
  tuple,
  UNKNOWN,
  type Value,
  WRAPPED,
} from '../values.ts'
import { isFixture, refuseMarkedFixture } from './fixtures.ts'
import { callSpan } from './model.ts'
import { FAILED } from './outcomes.ts'
import { UNKNOWN_MARK_WARNING, warn } from './warnings.ts'

/** What a MarkDecorator holds. */
export interface Mark {
  readonly name: string
  readonly args: Args
  /** The call that gave the arguments, else the name behind `pytest.mark.`. */
  readonly span: Span
}

const decorators = new WeakMap<Value, Mark>()

/** The mark of a decorator that `pytest.mark` made; null for any other value. */
export function markOf(value: Value): Mark | null {
  return decorators.get(value) ?? null
}

/** Is the value `pytest.mark` itself? */
export function isMarkGenerator(value: Value): boolean {
  return value.t === 'native' && value.name === 'pytest.mark'
}

/** `pytest.mark`: each attribute is a mark, checked against the registered ones (MarkGenerator.__getattr__). */
export function markGenerator(m: Machine): Value {
  return native('pytest.mark', null, { attribute: (name, focus) => checkedMark(m, name, focus) })
}

const NO_ARGS: Args = { positional: [], keywords: new Map(), open: false }
const MISSPELT = ['parameterize', 'parametrise', 'parameterise']

function checkedMark(m: Machine, name: string, focus: Span): Value {
  m.marksMet.add(name)
  // What every object has is no mark.
  if (/^__\w+__$/.test(name)) return UNKNOWN
  if (name.startsWith('_'))
    return m.raise('AttributeError', 'Marker name must NOT start with underscore', { kind: 'other' }, focus)
  const decorator = decoratorOf(m, { name, args: NO_ARGS, span: focus })
  if (!m.configured || m.markers.has(name)) return decorator
  if (MISSPELT.includes(name))
    return refuse(m, `Unknown '${name}' mark, did you mean 'parametrize'?`, name, focus, decorator)
  if (m.markersOpen) {
    m.mayRaise(FAILED)
    return decorator
  }
  m.note({ event: 'unknown-marker', name, span: focus, strict: m.plan.strictMarkers })
  if (m.plan.strictMarkers)
    return refuse(m, `'${name}' not found in \`markers\` configuration option`, name, focus, decorator)
  const message = `Unknown pytest.mark.${name} - is this a typo?  You can register custom marks to avoid this warning - for details, see https://docs.pytest.org/en/stable/how-to/mark.html`
  try {
    warn(m, UNKNOWN_MARK_WARNING, message)
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error
    const exc = { ...error.exc, focus }
    if (!m.isHealed(exc)) throw new PyRaise(exc)
  }
  return decorator
}

function refuse(m: Machine, message: string, name: string, focus: Span, decorator: Value): Value {
  const exc = m.exception(FAILED, message, { kind: 'unknown-marker', name }, { focus })
  if (m.isHealed(exc)) return decorator
  throw new PyRaise(exc)
}

/** A MarkDecorator: called with one function or class it marks that, with anything else it takes it as arguments. */
function decoratorOf(m: Machine, mark: Mark): Value {
  const withArgs = (args: Args): Value =>
    decoratorOf(m, { name: mark.name, args: combined(mark.args, args), span: callSpan(m) })
  const decorator = native(
    `pytest.mark.${mark.name}`,
    args => {
      const [object] = args.positional
      const bare = object && args.positional.length === 1 && args.keywords.size === 0 && !args.open
      return bare && isMarkable(object) ? store(m, object, decorator) : withArgs(args)
    },
    {
      attribute: name => {
        if (name === 'with_args') return native('MarkDecorator.with_args', withArgs)
        if (name === 'name') return constant(mark.name)
        return name === 'args' && !mark.args.open ? tuple(mark.args.positional) : UNKNOWN
      },
    },
  )
  decorators.set(decorator, mark)
  return decorator
}

/** Mark.combined_with. */
function combined(first: Args, second: Args): Args {
  return {
    positional: [...first.positional, ...second.positional],
    keywords: new Map([...first.keywords, ...second.keywords]),
    open: first.open || second.open,
  }
}

/** `istestfunc` or a class. What stands behind a decorator that isn't known is most likely a function. */
function isMarkable(object: Value): boolean {
  if (object.t === 'func') return object.name !== '<lambda>'
  return object.t === 'class' || object.t === 'bound' || isFixture(object) || isWrapped(object)
}

function isWrapped(object: Value): boolean {
  return object.t === 'native' && object.name === WRAPPED
}

/** `store_mark`: the marks of an object are a new list each time, for the old one may be shared. */
function store(m: Machine, object: Value, decorator: Value): Value {
  if (isFixture(object)) refuseMarkedFixture(m)
  // Built-in classes belong to no one machine.
  if (object.t === 'func' || (object.t === 'class' && isDefined(object))) {
    const ns = object.t === 'func' ? object.attributes : object.ns
    m.heap.set(ns, 'pytestmark', list([...marksIn(ns), decorator]))
  }
  return object
}

/**
 * The marks that are stored in a namespace, in pytest's order: on a function the innermost decorator's first. What
 * `pytestmark` holds instead of a list stands for itself; an unknown value stands for any marks.
 */
export function marksIn({ slots }: Namespace): readonly Value[] {
  const slot = slots.get('pytestmark')
  if (!slot) return []
  const { value } = slot
  if (slot.maybe) return [UNKNOWN]
  return value.t === 'list' ? (elementsOf(value) ?? [UNKNOWN]) : [value]
}

// -- pytest.param

/** `pytest.HIDDEN_PARAM` (8.4 and later): the id of a set that adds nothing to the test's name. */
export const HIDDEN_PARAM = native('pytest.HIDDEN_PARAM', null)

const PARAMETER_SET = nativeClass('ParameterSet', '_pytest.mark.structures', [OBJECT])

/** `pytest.param(*values, marks=..., id=...)`. */
export function param(m: Machine, args: Args): Value {
  checkMarks(m, args.keywords.get('marks'))
  checkId(m, args.keywords.get('id'))
  const set: Instance = {
    t: 'instance',
    cls: PARAMETER_SET,
    attributes: m.heap.namespace(),
    exception: null,
  }
  m.heap.set(set.attributes, 'values', args.open ? UNKNOWN : tuple(args.positional))
  m.heap.set(set.attributes, 'id', args.open ? UNKNOWN : (args.keywords.get('id') ?? NONE))
  m.heap.set(set.attributes, 'marks', args.open ? UNKNOWN : (args.keywords.get('marks') ?? tuple([])))
  return set
}

/** What `pytest.param` gave; null for any other value. */
export function parameterSet(value: Value): Record<'values' | 'id' | 'marks', Value> | null {
  if (value.t !== 'instance' || value.cls !== PARAMETER_SET) return null
  const read = (name: string) => value.attributes.slots.get(name)?.value ?? UNKNOWN
  return { values: read('values'), id: read('id'), marks: read('marks') }
}

function checkMarks(m: Machine, marks: Value | undefined): void {
  if (!marks || !atLeast(m.plan.pytestVersion, '8.0')) return
  const all = markOf(marks) ? [marks] : (elementsOf(marks) ?? [])
  if (all.some(mark => markOf(mark)?.name === 'usefixtures'))
    m.raise(
      'ValueError',
      'pytest.param cannot add pytest.mark.usefixtures; see https://docs.pytest.org/en/stable/reference/reference.html#pytest-param',
      { kind: 'other' },
    )
  const [first] = all
  if (isString(first)) m.raise('AttributeError', "'str' object has no attribute 'name'", { kind: 'other' })
}

function checkId(m: Machine, id: Value | undefined): void {
  if (id?.t !== 'const' || id.v === null || isString(id)) return
  const wanted = atLeast(m.plan.pytestVersion, '8.4')
    ? 'a string or a `pytest.HIDDEN_PARAM` sentinel'
    : 'a string'
  const message = `Expected id to be ${wanted}, got <class '${typeName(id)}'>: ${representation(id)}`
  m.raise('TypeError', message, { kind: 'other' })
}
