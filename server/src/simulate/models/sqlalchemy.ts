/**
 * SQLAlchemy: which tables a MetaData holds, and when defining one again raises (`Table._new`, the same in 1.3
 * to 2.1). A MetaData keeps its tables in a dict of the machine, so that branches and code that is not seen
 * open it as they would any other.
 */
import { remember } from '../../files/memo.ts'
import type { Span } from '../../files/span.ts'
import { ancestry, exceptionClass, nativeClass, OBJECT } from '../classes.ts'
import type { Machine } from '../machine.ts'
import {
  type Args,
  type Class,
  constant,
  type Dict,
  dictOf,
  type Instance,
  isString,
  NONE,
  native,
  PyRaise,
  truth,
  UNKNOWN,
  type Value,
} from '../values.ts'
import { statementOf } from './class_hooks.ts'
import { argument, callSpan, type Model } from './model.ts'
import { warn } from './warnings.ts'

const ERROR = nativeClass('SQLAlchemyError', 'sqlalchemy.exc', [exceptionClass('Exception')])
const INVALID_REQUEST = nativeClass('InvalidRequestError', 'sqlalchemy.exc', [ERROR])
const SA_WARNING = nativeClass('SAWarning', 'sqlalchemy.exc', [exceptionClass('RuntimeWarning')])
const DECLARATIVE = nativeClass('DeclarativeBase', 'sqlalchemy.orm', [OBJECT])
const METADATA: Class = nativeClass('MetaData', 'sqlalchemy', [OBJECT])
const TABLE = nativeClass('Table', 'sqlalchemy', [OBJECT])
const COLUMN: Class = nativeClass('Column', 'sqlalchemy', [OBJECT], (_args, _call) => UNKNOWN)

export const sqlalchemyModels: readonly Model[] = [
  { modules: ['sqlalchemy', 'sqlalchemy.schema'], names: m => coreNames(m) },
  { modules: ['sqlalchemy.orm', 'sqlalchemy.ext.declarative'], names: m => ormNames(m) },
  {
    modules: ['sqlalchemy.exc'],
    names: () => ({ SQLAlchemyError: ERROR, InvalidRequestError: INVALID_REQUEST, SAWarning: SA_WARNING }),
  },
]

function coreNames(m: Machine): Record<string, Value> {
  return {
    MetaData: { ...METADATA, native: args => makeMetaData(m, argument(args, 0, 'schema')) },
    Table: { ...TABLE, native: args => callTable(m, args) },
    Column: columnMaker(m, 'Column'),
  }
}

function ormNames(m: Machine): Record<string, Value> {
  return {
    DeclarativeBase: DECLARATIVE,
    declarative_base: native('declarative_base', args => declarativeBase(m, args, null)),
    registry: native('registry', args => makeRegistry(m, args)),
    mapped_column: columnMaker(m, 'mapped_column'),
  }
}

function columnMaker(m: Machine, name: string): Value {
  return native(name, () => object(m, COLUMN))
}

function object(m: Machine, cls: Class): Instance {
  return { t: 'instance', cls, attributes: m.heap.namespace(), exception: null }
}

function makeMetaData(m: Machine, schema: Value | undefined): Instance {
  const metadata = object(m, METADATA)
  const tables = dictOf()
  const forget = native('MetaData.clear', () => {
    m.heap.openContainer(tables)
    return NONE
  })
  m.heap.set(metadata.attributes, 'tables', tables)
  m.heap.set(metadata.attributes, 'schema', schema ?? NONE)
  for (const name of ['clear', 'remove', '_remove_table']) m.heap.set(metadata.attributes, name, forget)
  return metadata
}

function makeRegistry(m: Machine, args: Args): Value {
  const registry = object(m, nativeClass('registry', 'sqlalchemy.orm', [OBJECT]))
  const set = (name: string, value: Value) => m.heap.set(registry.attributes, name, value)
  const metadata = args.open ? UNKNOWN : (args.keywords.get('metadata') ?? makeMetaData(m, undefined))
  set('metadata', metadata)
  set(
    'generate_base',
    native('registry.generate_base', more => declarativeBase(m, more, metadata)),
  )
  set(
    'mapped',
    native('registry.mapped', ({ positional: [cls] }) => {
      if (cls?.t === 'class') declareTable(m, cls, metadata)
      return cls ?? UNKNOWN
    }),
  )
  return registry
}

/** `declarative_base(metadata=..., cls=..., name=...)`, or with a registry `generate_base`. */
function declarativeBase(m: Machine, args: Args, given: Value | null): Value {
  const { keywords } = args
  if (args.open || args.positional.length > 0 || keywords.has('metaclass')) return UNKNOWN
  const parent = keywords.get('cls')
  if (parent && parent.t !== 'class') return UNKNOWN
  const name = keywords.get('name')
  const base: Class = {
    t: 'class',
    name: isString(name) ? name.v : 'Base',
    module: m.frame.scope.module.name,
    bases: [DECLARATIVE, ...(parent ? [parent] : [])],
    ns: m.heap.namespace(true),
    place: null,
    open: false,
    native: null,
  }
  m.heap.set(base.ns, 'metadata', given ?? keywords.get('metadata') ?? makeMetaData(m, undefined))
  return base
}

/** A class below a declarative base: a base of its own, or one that asks for its table. */
export function declareClass(m: Machine, cls: Class): void {
  if (cls.bases.includes(DECLARATIVE)) {
    const own = (name: string) => cls.ns.slots.get(name)?.value
    const registry = own('registry')
    const ofRegistry =
      registry?.t === 'instance' ? registry.attributes.slots.get('metadata')?.value : registry
    if (!own('metadata')) m.heap.set(cls.ns, 'metadata', ofRegistry ?? makeMetaData(m, undefined))
    return
  }
  if (![...ancestry(cls)].includes(DECLARATIVE)) return
  const abstract = cls.ns.slots.get('__abstract__')?.value
  if (abstract && truth(abstract) !== false) return
  declareTable(m, cls, inherited(m, cls, 'metadata') ?? UNKNOWN)
}

/** The table that a mapped class defines; nothing where any part of the question is not known. */
function declareTable(m: Machine, cls: Class, metadata: Value): void {
  if (cls.ns.open || cls.ns.slots.has('__table__') || !hasColumn(m, cls)) return
  const name = tableName(m, cls)
  const options = tableOptions(m, cls)
  if (name === null || options === null || !isMetaData(metadata)) return m.mayRaise(INVALID_REQUEST)
  mappedIn(m).set(cls, true)
  const statement = statementOf(m, cls)
  const focus = statement ? m.spanOf(statement.frame.unit, statement.op.nameAt) : callSpan(m)
  const known = define(m, metadata, name, options, focus)
  if (!known) return
  warnOfClass(m, cls, known)
  collide(m, known, focus)
}

/** Classes that have a table of their own: their `__tablename__` is not handed on to those below. */
const mapped = new WeakMap<Machine, Map<Class, true>>()

function mappedIn(m: Machine): Map<Class, true> {
  return remember(mapped, m, () => m.map())
}

/** The first value of a name on the way up; undefined where nothing has it or an unknown base comes before. */
function inherited(m: Machine, cls: Class, name: string): Value | undefined {
  for (const ancestor of ancestry(cls)) {
    if (ancestor === null) return undefined
    if (ancestor !== cls && name === '__tablename__' && mappedIn(m).has(ancestor)) continue
    const slot = ancestor.ns.slots.get(name)
    if (slot) return slot.maybe ? UNKNOWN : slot.value
  }
  return undefined
}

function tableName(m: Machine, cls: Class): string | null {
  const name = inherited(m, cls, '__tablename__')
  return isString(name) ? name.v : null
}

/** `__table_args__`: a dict, or a tuple that may end in one. null where it isn't known. */
function tableOptions(m: Machine, cls: Class): ReadonlyMap<string, Value> | null {
  if (!cls.ns.slots.has('__table_args__') && [...ancestry(cls)].includes(null)) return null
  const given = inherited(m, cls, '__table_args__')
  if (!given || (given.t === 'const' && given.v === null)) return new Map()
  const last = given.t === 'tuple' ? given.items.at(-1) : given
  if (given.t === 'tuple' && last?.t !== 'dict' && last?.t !== 'unknown') return new Map()
  return last?.t === 'dict' && !last.open ? optionsOf(last) : null
}

function optionsOf(dict: Dict): Map<string, Value> {
  return new Map(
    [...dict.items.values()].flatMap(({ key, value }) => (isString(key) ? [[key.v, value] as const] : [])),
  )
}

/** With no column of its own a class takes the table that is there. */
function hasColumn(m: Machine, cls: Class): boolean {
  for (const { value } of cls.ns.slots.values())
    if (value.t === 'instance' && value.cls === COLUMN) return true
  return (
    statementOf(m, cls)?.op.body.some(
      op =>
        op.op === 'annotated' &&
        op.annotation.e === 'sub' &&
        ['name', 'attr'].includes(op.annotation.of.e) &&
        lastName(op.annotation.of) === 'Mapped' &&
        op.value === null,
    ) ?? false
  )
}

function lastName(expr: { readonly e: string }): string | null {
  const named = expr as { id?: string; name?: string }
  return named.id ?? named.name ?? null
}

function isMetaData(value: Value | undefined): value is Instance {
  return value?.t === 'instance' && value.cls === METADATA
}

interface Known {
  readonly key: string
  readonly first: Defined
}

interface Defined {
  readonly span: Span
  /** The class statement behind it: module and name. */
  readonly module: string
  readonly table: Instance
}

const defined = new WeakMap<Value, Defined>()

/** Adds a table; gives back the one that stands in its way. */
function define(
  m: Machine,
  metadata: Instance,
  name: string,
  options: ReadonlyMap<string, Value>,
  span: Span,
): Known | null {
  const tables = metadata.attributes.slots.get('tables')!.value as Dict
  const schema = options.get('schema') ?? metadata.attributes.slots.get('schema')!.value
  const flags = ['extend_existing', 'keep_existing'].map(flag => truth(options.get(flag) ?? NONE))
  const schemaKnown = isString(schema) || (schema.t === 'const' && schema.v === null)
  if (!schemaKnown || flags.includes(null)) {
    m.mayRaise(INVALID_REQUEST)
    return null
  }
  const key = isString(schema) ? `${schema.v}.${name}` : name
  const existing = tables.items.get(`s:${key}`)
  if (existing) {
    const first = defined.get(existing.value)
    if (flags.includes(true) || tables.open || !first) {
      if (!flags.includes(true)) m.mayRaise(INVALID_REQUEST)
      return null
    }
    return { key, first }
  }
  const table = object(m, TABLE)
  defined.set(table, { span, module: m.frame.scope.module.name, table })
  m.heap.touch(tables)
  tables.items.set(`s:${key}`, { key: constant(key), value: table })
  return null
}

/** `Table(name, metadata, *columns, ...)`. */
function callTable(m: Machine, args: Args): Value {
  const [name, metadata, ...columns] = args.positional
  if (args.open || !isString(name) || !isMetaData(metadata)) {
    m.mayRaise(INVALID_REQUEST)
    return object(m, TABLE)
  }
  const span = callSpan(m)
  const known = columns.length > 0 ? define(m, metadata, name.v, args.keywords, span) : null
  if (known) collide(m, known, span)
  const tables = metadata.attributes.slots.get('tables')!.value as Dict
  return tables.items.get(`s:${name.v}`)?.value ?? object(m, TABLE)
}

/** A second class of one name and module is warned of before its table is looked at. */
function warnOfClass(m: Machine, cls: Class, { first }: Known): void {
  const statement = statementOf(m, cls)
  if (!statement || first.module !== cls.module) return
  const again = m.spanOf(statement.frame.unit, statement.op.nameAt)
  if (first.span.path !== again.path || first.span.start !== again.start) return
  const name = `${cls.module}.${cls.name}`
  const message = `This declarative base already contains a class with the same class name and module name as ${name}, and will be replaced in the string-lookup table.`
  warn(m, SA_WARNING, message)
}

function collide(m: Machine, { key, first }: Known, focus: Span): void {
  const message = `Table '${key}' is already defined for this MetaData instance.  Specify 'extend_existing=True' to redefine options and columns on an existing Table object.`
  const twice = first.span.path === focus.path && first.span.start === focus.start
  const detail = {
    kind: 'registered-twice' as const,
    what: 'table' as const,
    name: key,
    first: first.span,
    twice,
  }
  const exc = m.exception(INVALID_REQUEST, message, detail, { focus })
  if (!m.isHealed(exc)) throw new PyRaise(exc)
}
